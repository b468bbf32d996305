"""Work list: the customers of a store by value at risk, a page at a time; no rule stands here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from ecrm_core.customers import HOMES, PROFILES, Profile, parse_email
from ecrm_core.errors import InputError
from ecrm_core.kernel import CustomerId
from ecrm_core.ports import Cursor, Store, read_facts, read_interactions
from ecrm_core.quality import EventKind, HalfLives, HardEvent, Value, WorkList, work_list
from ecrm_core.services.quality import Judged
from ecrm_core.timeline import Interaction

__all__ = ["work_list_store"]

BOUNCED = "email_bounced"


def work_list_store(
    store: Store,
    *,
    value: Value,
    as_of: date,
    half_lives: HalfLives | None = None,
    ways: Collection[str],
    limit: int,
    page: int = 500,
    judged: Judged | None = None,
) -> WorkList:
    """Return the work list of all customers; mails that bounced count as hard events."""
    events: dict[str, Sequence[HardEvent]] = {}
    return work_list(
        _profiles(store, events, page, judged),
        value=value, as_of=as_of, half_lives=half_lives, events=events, ways=ways, limit=limit,
    )  # fmt: skip


def _profiles(
    store: Store, events: dict[str, Sequence[HardEvent]], page: int, judged: Judged | None
) -> Iterator[Profile]:
    after: Cursor | None = None
    done = 0
    while True:  # the events are those of the page that is looked at
        found = store.scan(PROFILES, after=after, limit=page)
        profiles = [row.value for row in found.rows]
        events.clear()
        events.update(_bounces(store, profiles))
        yield from profiles
        done += len(profiles)
        after = found.following
        stopped = judged and judged(done) is False
        if after is None or stopped:
            return


def _bounces(store: Store, profiles: Sequence[Profile]) -> Mapping[str, Sequence[HardEvent]]:
    """Return the mails that bounced, by customer; only where the facts tell of any."""
    homes = store.find_many(HOMES, "by_root", [(profile.id,) for profile in profiles])
    roots = {row.value.id: root for (root,), rows in homes.items() for row in rows}
    facts = read_facts(store, sorted(roots))
    hit = [home for home in sorted(facts) if BOUNCED in facts[home].value.facts.kinds]
    found: dict[str, list[HardEvent]] = {}
    for home, told in read_interactions(store, hit).items():
        bounced = [_event(one) for one in told if one.kind == BOUNCED and not one.void]
        found.setdefault(roots[CustomerId(home)], []).extend(bounced)
    return found


def _event(told: Interaction) -> HardEvent:
    """Return a bounce as a hard event: about the address in its data, else about every one."""
    return HardEvent(kind=EventKind.BOUNCED, on=_day(told.at), about=_address(told))


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _address(told: Interaction) -> str | None:
    text = told.data.get("email")
    try:
        return parse_email(text).identity if isinstance(text, str) else None
    except InputError:
        return None
