"""Writers: what each of four does in a round, all begun at once; a refusal leaves no answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from threading import Barrier

from ecrm_core.crm import Crm
from ecrm_core.customers import address_subject, parse_email
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import Money
from ecrm_core.subscriptions import Plan
from tests.races.world import FIELDS, World, key_of, refusal, state

Act = Callable[[Crm], object]
"""What a writer does; it returns what is to be found in the store from then on."""
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1M")


def merge(world: World) -> tuple[str, Act]:
    (one, two), at = world.draw.sample(world.people, 2), world.tick()
    return "merges", lambda crm: crm.merge(one, two, by="a writer", now=at).edge


def unmerge(world: World) -> tuple[str, Act]:
    """Undo a merge of before this round; one that was undone already is refused."""
    edges, at = world.told["merges"], world.tick()
    if not edges:
        return merge(world)
    edge = str(world.draw.choice(edges[-8:]))
    return "undos", lambda crm: crm.unmerge(edge, by="a writer", now=at).edge


def correct(world: World) -> tuple[str, Act]:
    """Say what is right: another value, or none at all."""
    person, name = world.draw.choice(world.people), world.draw.choice(FIELDS)
    value, at = world.draw.choice([None, world.value(), world.value()]), world.tick()
    return "corrections", lambda crm: crm.correct(person, name, value, by="a writer", now=at)


def restate(world: World) -> tuple[str, Act]:
    """State something new, or once more what was stated, and perhaps corrected, long ago."""
    key, name = world.draw.choice(world.keys), world.draw.choice(FIELDS)
    known = [told[3] for told in world.told["statements"] if told[:3] == (*key_of(key), name)]  # type: ignore[index]
    value, at = str(world.draw.choice([world.value(), *known])), world.tick()
    return "statements", lambda crm: state(crm, key, (name, value), at)


def consent(world: World) -> tuple[str, Act]:
    address, at = f"{world.draw.choice('abc')}@example.com", world.tick()
    said = world.draw.choice(["granted", "revoked"])

    def act(crm: Crm) -> object:
        crm.consent(address, said, channel="email", purpose="marketing", now=at)
        return address_subject(parse_email(address)), at

    return "consents", act


def refuse(world: World) -> tuple[str, Act]:
    person, at = world.draw.choice(world.people), world.tick()

    def act(crm: Crm) -> object:
        crm.refuse_contact(person, by="her", now=at)
        return refusal(person, at)

    return "refusals", act


def judge(world: World) -> tuple[str, Act]:
    (one, two), at = world.draw.sample(world.people, 2), world.tick()
    said = {"by": "a writer", "now": at}
    return "judgements", lambda crm: crm.judge(one, two, "different", **said).judgement


def subscribe(world: World) -> tuple[str, Act]:
    person, at = world.draw.choice(world.people), world.tick()
    return "subscriptions", lambda crm: crm.subscribe(person, PLAN, now=at)


ACTS = [merge, merge, unmerge, unmerge, correct, correct, restate, restate, consent, refuse, judge,
        subscribe]  # fmt: skip
MERGES = [merge, merge, merge, unmerge]


def race(pool: Executor, world: World) -> None:
    """Let every writer do one thing, all from one starting shot, and keep what they are told."""
    among = world.draw.choice([MERGES, ACTS, ACTS])
    drawn = [world.draw.choice(among)(world) for _ in world.crms]
    barrier = Barrier(len(drawn))
    done: Sequence[object] = list(
        pool.map(lambda crm, act: _go(barrier, crm, act[1]), world.crms, drawn)
    )
    for (sort, _), told in zip(drawn, done, strict=True):
        if told is not None:
            world.told[sort].append(told)


def _go(barrier: Barrier, crm: Crm, act: Act) -> object:
    barrier.wait()
    try:
        return act(crm)
    except RefusedError:
        return None
