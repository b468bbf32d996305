"""Telling: notices that were sent or came back, tasks that are done, and consents."""

from __future__ import annotations

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.kernel import gate_text
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.commands import NoticeBounced, NoticeSent, RecordConsent, TaskDone
from ecrm_core.subscriptions.events import (
    AutoRenewSet,
    ConsentRecorded,
    NoticeDelivered,
    NoticeReturned,
    TaskClosed,
)
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.notice import NoticeRule
from ecrm_core.subscriptions.schedule.gates import consent_mark
from ecrm_core.subscriptions.schedule.notices import instead, notice_action
from ecrm_core.subscriptions.schedule.references import of_term, references
from ecrm_core.subscriptions.term import AtEnd
from ecrm_core.subscriptions.told import Told

__all__ = ["notice_bounced", "notice_sent", "record_consent", "task_done"]


def notice_sent(work: Work, command: NoticeSent) -> None:
    """Note that a notice is told for good; nothing for one that is past or taken back."""
    told = _told(work, command.notice)
    if told is not None and not told.sent:
        work.say(NoticeDelivered(mark=told.mark))


def notice_bounced(work: Work, command: NoticeBounced) -> None:
    """Try the next channel of a notice that came back; after the last what its rule says."""
    told = _told(work, command.notice)
    rules = work.policies.notices
    rule = next((rule for rule in rules if told and rule.name == told.rule), None)
    if told is None or rule is None:
        return
    made, actions = _another(work, rule, told)
    work.say(NoticeReturned(mark=told.mark, told=made), actions)


def _another(work: Work, rule: NoticeRule, told: Told) -> tuple[Told | None, tuple[Action, ...]]:
    state, window = work.state, rule.window(told.reference_on)
    name = f"{told.cycle}/{rule.name}.{state.withdrawals + 1}"
    channel = rule.channel_after(told.to)
    if channel is None or work.today > window.not_after:
        return instead(state, rule, evolve(told, name=name, sent=False), work.now, on=window.aim)
    again = evolve(told, name=name, to=channel, on=work.today, sent=False)
    late = work.today > window.aim
    return again, (notice_action(state, rule, again, work.now, on=window.aim, late=late),)


def _told(work: Work, key: str) -> Told | None:
    name = _name(work, ActionKind.NOTICE, key)
    return next((told for told in work.state.out if _is_notice(told, name)), None)


def _is_notice(told: Told, name: str) -> bool:
    return told.name == name and not (told.task or told.missed)


def _name(work: Work, kind: ActionKind, key: str) -> str:
    """Return the name at the end of an action key; InputError for a key of something else."""
    prefix = f"{work.state.id}/{kind.value}/"
    if not gate_text(key, f"$.{kind.value}").startswith(prefix):
        message = f"found no key of a {kind.value} of this subscription"
        raise InputError(message, path=f"$.{kind.value}", code="action_key")
    return key.removeprefix(prefix)


def task_done(work: Work, command: TaskDone) -> None:
    """Note that a task is done; nothing for one that is not open any more."""
    name = _name(work, ActionKind.TASK, command.task)
    if name in work.state.open_tasks:
        work.say(TaskClosed(name=name))


def record_consent(work: Work, command: RecordConsent) -> None:
    """Note a consent to what the rule speaks of now, or that it is taken back.

    For a term that asks, the consent to a rule on its end is the answer.
    """
    rules = (rule for rule in work.policies.notices if rule.needs_consent)
    rule = next((rule for rule in rules if rule.name == command.rule), None)
    found = next(references(work.state, work.policies, rule), None) if rule else None
    if rule is None or found is None:
        raise illegal(work.state, command, (), why="expected a rule that needs consent now")
    mark = consent_mark(rule, found)
    if (mark in work.state.done) is not command.given:
        work.say(ConsentRecorded(mark=mark, given=command.given))
    asks = work.state.term is not None and work.state.term.at_end is AtEnd.ASK
    if asks and of_term(rule) and work.state.agreed is not command.given:
        work.say(AutoRenewSet(auto_renew=command.given))
