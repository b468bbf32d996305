"""Why the presets are as they are: a sentence for each setting, the preset's own before the common.

Keys are paths: "b2c/notices/term_ending/aim" counts before "notices/aim".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["WHY"]

WHY: Final[Mapping[str, str]] = {
    "market": "the law tells consumers and companies apart; rules may ask for it",
    "due_time": "people read and answer in the morning, and a support desk is open",
    "rounding": "what people learn at school and invoices use; half even is for ledgers",
    "grain": "contracts speak of days; a month of 30 days is for those who agreed on it",
    "last_day_inclusive": "a cancellation names the first day without; some contracts say the last",
    "catch_up": "every period was delivered and is owed, however late the run",
    "overdue_after": "a weekend; it counts only where charges that are overdue are not just made",
    # notices
    "notices/relative_to": "what the customer can still decide when she reads it",
    "notices/aim": "near enough to be remembered, far enough to decide at leisure",
    "notices/earliest": "earlier it would be forgotten by the day that counts",
    "notices/latest": "later she could not act on it any more",
    "notices/channel": "an address every customer has, and a proof that it was sent",
    "notices/fallback": "a letter costs money: whoever wants one after a bounced e-mail says so",
    "notices/applies_if": "for everybody: who is told once too often is not harmed",
    "notices/needs_consent": "silence renews; a law that wants a yes is a rule of its own",
    "notices/without_consent": "waiting harms nobody; an end cannot be taken back",
    "notices/if_missed": "it is recorded and doctor shows it; a mail that is too late angers",
    "notices/task_for": "whoever knows the customer",
    "notices/legal_ref": "a habit of good shops, not a law: yours you add yourself",
    "notices/verified": "there is no law to read",
    "b2c/notices/trial_ending/relative_to": "the day it begins to cost money",
    "b2c/notices/trial_ending/aim": "three days are enough to cancel, and the trial is still fresh",
    "b2c/notices/term_ending/relative_to": "the last day to cancel counts, not the end of the term",
    "b2c/notices/term_ending/aim": "two weeks before: a holiday does not cost her the decision",
    "b2b/notices/term_ending/relative_to": "the last day to cancel counts, not the end of the term",
    "b2b/notices/term_ending/aim": "a month: a company decides in meetings",
    "b2b/notices/term_ending/earliest": "before two months nobody has the budget at hand",
    "b2b/notices/term_ending/latest": "within a week a company decides nothing",
    "b2b/notices/term_ending/if_missed": "a contract is worth a call where the mail was missed",
    # tasks
    "tasks": "consumers are not called: what they should know stands in the notice",
    "tasks/offset": "sales speaks to the customer before she is told and begins to decide",
    "tasks/owner": "whoever knows the customer; your task list turns the role into a name",
    "tasks/kind": "the word your task list shows",
    "tasks/priority": "it has time",
    "tasks/escalate_after": "off: it needs a task list that reports TaskDone",
    "tasks/escalate_to": "who is told where escalation is on",
    "tasks/applies_if": "every contract with a term is worth it",
    "b2b/tasks/review/offset": "a month to look at use and price, and to prepare an offer",
    "b2b/tasks/call/offset": "two weeks before she is told: time for a second call",
    "b2b/tasks/call/priority": "it cannot be made up for: afterwards she has decided",
    # dunning
    "dunning/hard_stops": "a card that is stolen or closed never works; retries cost fees",
    "dunning/max_attempts": "the steps say it already",
    "dunning/pause_after": "off: entitlement says what she may still use",
    "dunning/entitlement": "most failures are mended within days: nobody is locked out meanwhile",
    "b2c/dunning/steps": "the next day, then over the days cards are filled up again",
    "b2c/dunning/grace": "three weeks hold a pay day",
    "b2c/dunning/at_end": "a consumer who does not pay wants no more: debts do not pile up",
    "b2b/dunning/steps": "companies pay by weekly runs",
    "b2b/dunning/grace": "a month holds a payment run and a clarification",
    "b2b/dunning/at_end": "nothing more is charged, and a person decides: contracts are not cut",
}
"""The reason of each setting of the presets, by its path."""
