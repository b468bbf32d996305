"""Verdict: who may be contacted, from everything that was said, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from ecrm_core.customers.consent import (
    ANY_CHANNEL,
    ConsentState,
    ConsentStatement,
    channel_name,
    purpose_name,
)
from ecrm_core.customers.contact import ContactPoint
from ecrm_core.customers.tombstone import ERASED
from ecrm_core.kernel import Reason

__all__ = ["Verdict", "decide_contact", "decide_contact_at_any"]


@frozen(kw_only=True)
class Verdict:
    """Whether contact is allowed, and why or why not.

    About a customer, ``contact`` is the address that may be written to, and ``others`` are the
    verdicts on each of the addresses.
    """

    yes: bool
    reasons: tuple[Reason, ...] = field(factory=tuple)
    contact: ContactPoint | None = None
    others: tuple[Verdict, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether contact is allowed."""
        return self.yes

    def __str__(self) -> str:
        """Return yes or no, and the reasons in words; no address is shown."""
        return f"{'yes' if self.yes else 'no'}: {'; '.join(dict.fromkeys(map(str, self.reasons)))}"


_TEXTS = {
    "no_statement": "nobody has granted {purpose} by {channel}",
    "refused": "{purpose} by {channel} was {state} on {on}",
    "person_refused": "the person refused {purpose} on {on}",
    "pending": "{purpose} by {channel} waits for its confirmation",
    "expired": "the grant of {purpose} by {channel} expired on {on}",
    "no_night": "the grant of {purpose} by {channel} does not cover the night",
    "granted": "{purpose} by {channel} was granted on {on}",
    "no_address": "there is no address for {channel}",
}


def _reason(code: str, channel: str, purpose: str, **facts: str) -> Reason:
    """Return one of the reasons a verdict may have."""
    text = f"{_TEXTS[code]} ({{brand}})" if "brand" in facts else _TEXTS[code]
    return Reason(code, text, {"channel": channel, "purpose": purpose, **facts})


def decide_contact(
    statements: Iterable[ConsentStatement],
    *,
    channel: str,
    purpose: str,
    at: datetime,
    night: bool = False,
    brand: str | None = None,
) -> Verdict:
    """Return the verdict over all statements about one address and the people who hold it.

    Absent is not granted; a refusal beats an older grant and one of equal time, in any order. What
    one holder of the address says does not undo what another has said. Statements after ``at`` are
    not seen. A refusal that outlived an erasure gives way to nothing but a later grant that says
    since when it holds.

    Asked about a ``brand``, what was said to it and what was said to no brand in particular count;
    one grant is enough. What was refused to the brand only a later grant to it gives back, and
    that beats an older refusal of everything too. Asked without a brand, yes takes that no refusal
    stands, of everything or of one brand, and that everything was granted, or each brand about
    which anything was said.
    """
    channel, purpose = channel_name(channel), purpose_name(purpose)
    heard = {channel, ANY_CHANNEL}
    known = [
        s for s in statements
        if s.at <= at and s.purpose == purpose and s.channel in heard
        and (brand is None or s.brand in {None, brand})
    ]  # fmt: skip
    for person in sorted({s.subject for s in known if s.subject.startswith("customer:")}):
        said = _refusal(_by_brand(s for s in known if s.subject == person), brand)
        if said:
            code, on = "person_refused", said.at.date().isoformat()
            return Verdict(
                yes=False, reasons=(_reason(code, channel, purpose, on=on, **_brand(said)),)
            )
    latest = _by_brand(_since(_about_the_address(known)))
    if not latest:
        return Verdict(yes=False, reasons=(_reason("no_statement", channel, purpose),))
    refused = _refusal(latest, brand)
    if refused:
        return _judge(refused, at, channel, night=night)
    judged = {
        name: _judge(said, at, channel, night=night)
        for name, said in latest.items()
        if not said.state.is_refusal
    }
    return _granted(judged, asked=brand is not None)


def _by_brand(statements: Iterable[ConsentStatement]) -> dict[str | None, ConsentStatement]:
    """Return the latest of the statements to each brand, those to none under None."""
    found: dict[str | None, ConsentStatement] = {}
    for said in statements:
        held = found.get(said.brand)
        found[said.brand] = said if held is None else max(held, said, key=_rank)
    return found


def _refusal(
    latest: Mapping[str | None, ConsentStatement], brand: str | None
) -> ConsentStatement | None:
    """Return the refusal that stands, of the brand asked about or of any; None: none does."""
    own = [said for name, said in latest.items() if name is not None]
    refused = [said for said in own if said.state.is_refusal]
    if refused:
        return max(refused, key=_rank)
    whole = latest.get(None)
    if whole is None or not whole.state.is_refusal:
        return None
    lifted = brand is not None and any(said.at > whole.at for said in own)
    return None if lifted else whole


def _granted(judged: Mapping[str | None, Verdict], *, asked: bool) -> Verdict:
    """Return the verdict where nothing is refused: over the brand asked about, or over all."""
    whole = judged.get(None)
    own = [judged[name] for name in sorted(name for name in judged if name is not None)]
    if own and all(own) and (asked or not whole):
        return own[0]
    if whole:
        return whole
    lacking = [verdict for verdict in own if not verdict]
    return lacking[0] if whole is None or (asked and lacking) else whole


def decide_contact_at_any(verdicts: Sequence[Verdict], *, channel: str, purpose: str) -> Verdict:
    """Return yes if one of the addresses of a person may be written to: the first that may.

    Otherwise the reasons are those of all of them, each said once.
    """
    if not verdicts:
        return Verdict(yes=False, reasons=(_reason("no_address", channel, purpose),))
    for verdict in verdicts:
        if verdict.yes:
            return evolve(verdict, others=tuple(verdicts))
    reasons = {str(reason): reason for verdict in verdicts for reason in verdict.reasons}
    return Verdict(yes=False, reasons=tuple(reasons.values()), others=tuple(verdicts))


def _about_the_address(known: Sequence[ConsentStatement]) -> list[ConsentStatement]:
    said = [s for s in known if not s.subject.startswith("customer:")]
    if any(s.subject.startswith(ERASED) for s in said):
        # What a source repeated before is forgotten, so none of its repetitions is news.
        return [s for s in said if s.state.is_refusal or not s.snapshot]
    return said


def _since(statements: Sequence[ConsentStatement]) -> Iterator[ConsentStatement]:
    """Go through statements, a snapshot that repeats its source's grant dated as the first one."""
    before: dict[tuple[str | None, ...], ConsentStatement] = {}
    for said in sorted(statements, key=_rank):
        place = (said.source, said.subject, said.channel, said.brand)
        held = before.get(place)
        repeated = said.snapshot and held and held.state is said.state and not said.state.is_refusal
        before[place] = evolve(said, at=held.at) if held and repeated else said
        yield before[place]


def _rank(statement: ConsentStatement) -> tuple[datetime, int, str]:
    # At one instant a refusal is the last word, then what is not confirmed; the digest ends ties.
    return statement.at, list(ConsentState).index(statement.state), statement.digest


def _judge(latest: ConsentStatement, at: datetime, channel: str, *, night: bool) -> Verdict:
    on = latest.at.date().isoformat()
    code = "granted"
    if latest.state.is_refusal:
        code = "refused"
    elif latest.state is ConsentState.PENDING or _unconfirmed(latest, at):
        code = "pending"
    elif latest.expires_at is not None and latest.expires_at <= at:
        code, on = "expired", latest.expires_at.date().isoformat()
    elif night and not latest.night:
        code = "no_night"
    state = latest.state.value
    why = _reason(code, channel, latest.purpose, on=on, state=state, **_brand(latest))
    return Verdict(yes=code == "granted", reasons=(why,))


def _unconfirmed(latest: ConsentStatement, at: datetime) -> bool:
    confirmed = latest.confirmed_at is not None and latest.confirmed_at <= at
    return latest.double_opt_in and not confirmed


def _brand(said: ConsentStatement) -> dict[str, str]:
    return {} if said.brand is None else {"brand": said.brand}
