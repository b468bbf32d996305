"""View parts: what an agent needs to know, made of what is held of a customer; nothing is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import frozen

from ecrm_core.customers import (
    ContactKind,
    ContactPoint,
    Group,
    PersonName,
    Profile,
    Superseded,
    Verdict,
    standing_conflicts,
)
from ecrm_core.kernel import CustomerId, Money, Private
from ecrm_core.matching import Judgement
from ecrm_core.merging import ClaimAnswer, Proposal, proposed_pairs
from ecrm_core.quality import Report
from ecrm_core.subscriptions import Status, Subscription
from ecrm_core.timeline import BilledElsewhere, Interaction

__all__ = [
    "Duplicate",
    "QualityWarning",
    "Reach",
    "Renewal",
    "channels_of",
    "duplicates_of",
    "renewals_of",
    "warnings_about",
]

_ALWAYS = ("email", "phone", "sms")
"""Channels that are told of everybody: that there is no address is an answer too."""


@frozen(kw_only=True, repr=False)
class Reach(Private):
    """Whether she may be written to on a channel for a purpose, where, and why or why not.

    ``contact`` is the address that may be used; None where the answer is no.
    """

    channel: str
    purpose: str
    verdict: Verdict

    @property
    def contact(self) -> ContactPoint | None:
        """The address that may be written to."""
        return self.verdict.contact if self.verdict.yes else None


@frozen(kw_only=True)
class Renewal:
    """A subscription that goes on or has not ended yet: ours, or one that ``source`` bills.

    ``on`` is the day the next period begins, None where it ends before or stands still; ``ends_on``
    the first day without it, ``deadline`` the last day to cancel. Of others' subscriptions ``on``
    is what they say, where it is a day.
    """

    id: str
    plan: str
    status: str
    on: date | None = None
    ends_on: date | None = None
    deadline: date | None = None
    price: Money | None = None
    quantity: int = 1
    source: str | None = None


@frozen(kw_only=True)
class QualityWarning:
    """Something about her data that somebody should look at; ``where`` names the field or event.

    ``rule`` is the rule or reason it comes from, ``evidence`` the value masked.
    """

    rule: str
    where: str
    text: str
    severity: str = "warning"
    evidence: str = ""


@frozen(kw_only=True, repr=False)
class Duplicate(Private):
    """A customer who may be the same person: by a review card (``card``), or by a claim.

    ``zone`` is that of the proposal, or "claim"; ``probability`` (0 to 1) that of the model.
    """

    customer: CustomerId
    zone: str
    name: PersonName | None = None
    probability: Decimal | None = None
    card: str | None = None


def channels_of(profile: Profile) -> tuple[str, ...]:
    """Return the channels to answer for: mail, phone and SMS, and each messenger she has."""
    handles: Iterable[ContactPoint] = profile.values("handles")
    services = {c.service for c in handles if c.service and c.kind is ContactKind.MESSAGING}
    return (*_ALWAYS, *sorted(services - set(_ALWAYS)))


def renewals_of(
    held: Iterable[Subscription], elsewhere: Iterable[BilledElsewhere]
) -> tuple[Renewal, ...]:
    """Return what goes on, what renews first at first."""
    found = [*map(_renewal, (one for one in held if not one.status.over)), *map(_other, elsewhere)]
    return tuple(sorted(found, key=lambda one: (one.on or date.max, one.id)))


def _renewal(one: Subscription) -> Renewal:
    end = one.end_on
    goes_on = one.status is not Status.PAUSED and (end is None or one.billed_through < end)
    return Renewal(
        id=one.id, plan=one.plan.name or one.plan.id, status=one.status.value,
        on=one.billed_through if goes_on else None, ends_on=end, deadline=one.deadline,
        price=one.plan.price, quantity=one.quantity,
    )  # fmt: skip


def _other(one: BilledElsewhere) -> Renewal:
    return Renewal(
        id=one.id, plan=one.plan or one.id, status=one.status or "active", price=one.amount,
        source=one.source, on=_day(one.renews_on),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text[:10])
    except ValueError:
        return None


def warnings_about(
    group: Group, history: Iterable[Superseded], report: Report, told: Iterable[Interaction]
) -> tuple[QualityWarning, ...]:
    """Return what rules find in her profile, what a source deleted, and what it tells twice."""
    return (
        *_findings(report), *_deleted(group), *_conflicts(group, history), *_contradicted(told)
    )  # fmt: skip


def _deleted(group: Group) -> Iterator[QualityWarning]:
    for key in sorted(group.records):
        if group.records[key].value("lifecycle") == "deleted":
            text = f"{key.source} has deleted its record of her"
            yield QualityWarning(rule="deleted_at_source", where="lifecycle", text=text)


def _findings(report: Report) -> Iterator[QualityWarning]:
    for finding in report.findings:
        yield QualityWarning(
            rule=finding.rule, where=finding.path, text=finding.message(),
            severity=finding.severity.value, evidence=finding.evidence,
        )  # fmt: skip


def _conflicts(group: Group, history: Iterable[Superseded]) -> Iterator[QualityWarning]:
    for reason in standing_conflicts(group.records, history):
        yield QualityWarning(rule=reason.code, where=str(reason.facts["field"]), text=str(reason))


def _contradicted(told: Iterable[Interaction]) -> Iterator[QualityWarning]:
    seen = {(one.source, one.event_id): one for one in told if one.contradicted}
    for (source, event), one in sorted(seen.items()):
        text = f"{source} tells {one.kind} in two ways at one time; the digest decided"
        yield QualityWarning(rule="contradicted_event", where=f"{source}/{event}", text=text)


def duplicates_of(
    ids: Collection[CustomerId],
    proposals: Iterable[Proposal],
    *,
    judgements: Iterable[Judgement],
    claims: Iterable[ClaimAnswer],
    roots: Mapping[CustomerId, CustomerId],
    profiles: Mapping[CustomerId, Profile],
) -> tuple[Duplicate, ...]:
    """Return whom she (under ``ids``) may be as well, the surest first.

    Nobody is who was found to be another. ``roots`` are those of her ids and of every customer that
    proposals and judgements name, ``profiles`` theirs.
    """
    own = set(ids)
    found: dict[CustomerId, Duplicate] = {}
    for pair in proposed_pairs(proposals, roots, judgements):
        if pair.void is None:
            other = pair.right if pair.left in own else pair.left
            one = Duplicate(
                customer=other, zone=pair.proposal.zone.value, card=pair.proposal.group,
                probability=pair.proposal.probability, name=_name(profiles, other),
            )  # fmt: skip
            held = found.get(other)
            if held is None or (held.probability or 0) < (one.probability or 0):
                found[other] = one
    for answer in claims:
        if not answer.settled:
            for other in {answer.claimant, *answer.customers} - own:
                claim = Duplicate(customer=other, zone="claim", name=_name(profiles, other))
                found.setdefault(other, claim)
    return tuple(sorted(found.values(), key=lambda d: (-(d.probability or 0), d.customer)))


def _name(profiles: Mapping[CustomerId, Profile], customer: CustomerId) -> PersonName | None:
    profile = profiles.get(customer)
    return None if profile is None else profile.name
