"""A store that fails at any call, of any verb, leaves the state before or after, or on the way."""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.crm.dry_run import DryRun
from ecrm_core.errors import EcrmError, StorageUnavailable
from ecrm_core.kernel import Applied, ChangeSet
from ecrm_core.testing.faults import CommitThenErrorStore, FailingStore
from tests.faulty.changing import MANY, WHOLE, Call, Send
from tests.faulty.reading import READS, STORELESS
from tests.faulty.shop import Shop, Taped, Watched, opened, order
from tests.faulty.state import state
from tests.profile import SEED, size

ALL = {**WHOLE, **MANY}
TIDIES = {"settle_certain"}
"""Verbs that give back what they hold, whatever happens: one set more than they came to."""
NOTES = {"forget_audit"}
"""Verbs that change the audit alone."""


class DownStore(FailingStore):
    """A store that is down from its n-th call on."""

    def _count(self) -> None:
        try:
            super()._count()
        finally:
            self._at += self.calls == self._at


FAILS = [FailingStore, DownStore][: size(1, 2)]


class _ReadOnly(FailingStore):
    def apply(self, changes: ChangeSet) -> Applied:
        raise AssertionError("a verb that reads wrote", changes)


def verbs(of: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(of, callable) if not name.startswith("_")}


def verb_of(case: str) -> str:
    return case.partition(":")[0]


def keyed(name: str) -> bool:
    """Whether the verb takes a request key, for what this case of it asks."""
    parameters = inspect.signature(getattr(Crm, verb_of(name))).parameters
    return "key" in parameters and name != "clean: everybody"


def test_every_verb_of_the_facade_has_its_case() -> None:
    changing = set(map(verb_of, ALL))
    assert changing | READS.keys() | STORELESS == verbs(Crm)
    assert verbs(DryRun) <= changing
    assert not changing & READS.keys()


def failures(
    case: Call, folder: Path, fails: Callable[..., FailingStore]
) -> Iterator[tuple[Shop, FailingStore, str | None]]:
    """Do the case on a new shop for each of its calls that can fail; yield what was raised.

    Runs of hundreds of calls are gone through in strides by the quick suite.
    """
    for at in chain(range(1, 50), count(50, size(20, 1))):
        shop = opened(folder)
        failing = fails(shop.store, at=at)
        try:
            case(shop.crm(failing), shop, Send("k"))
        except StorageUnavailable as error:
            yield shop, failing, error.code
        else:
            assert failing.calls < at, "a failure was kept from the caller"
            return


@pytest.mark.parametrize("fails", FAILS)
@pytest.mark.parametrize("name", WHOLE)
def test_a_verb_of_one_set_leaves_the_state_before_or_after(
    name: str, fails: type[FailingStore], tmp_path: Path
) -> None:
    shop, after = opened(tmp_path), _after(name, tmp_path, audit=True)
    before = state(shop.store, audit=True)
    assert after != before
    calls = 0
    for shop, failing, code in failures(WHOLE[name], tmp_path, fails):
        assert code == "injected"
        assert state(shop.store, audit=True) in (before, after)
        calls = failing.calls
    assert calls >= 2


def _after(name: str, folder: Path, *, audit: bool = False) -> dict[str, list[str]]:
    shop = opened(folder)
    ALL[name](shop.crm(), shop, Send("k"))
    return state(shop.store, audit=audit)


@pytest.mark.parametrize("fails", FAILS)
@pytest.mark.parametrize("name", MANY)
def test_a_verb_of_many_sets_stops_between_two_and_goes_on(
    name: str, fails: type[FailingStore], tmp_path: Path
) -> None:
    shop = opened(tmp_path)
    tape = Taped(shop.store)
    MANY[name](shop.crm(tape), shop, Send("k"))
    after, way = state(shop.store), list(_way(tape, tmp_path))
    assert way[-1] == after
    assert after != way[0] or name in NOTES
    for shop, _, _ in failures(MANY[name], tmp_path, fails):
        assert state(shop.store) in way or name in TIDIES
        MANY[name](shop.crm(), shop, Send("k", 1))
        assert state(shop.store) == after


def _way(tape: Taped, folder: Path) -> Iterator[dict[str, list[str]]]:
    """The state at first and after each set."""
    store = opened(folder).store
    yield state(store)
    for changes in tape.tape:
        store.apply(changes)
        yield state(store)


@pytest.mark.parametrize("name", ALL)
def test_a_request_repeated_after_a_lost_answer_counts_once(name: str, tmp_path: Path) -> None:
    once = keyed(name) and name in WHOLE  # else the audit tells of every sending
    after, shop = _after(name, tmp_path, audit=once), opened(tmp_path)
    expected = ALL[name](shop.crm(), shop, Send("k"))
    for shop, _, _ in failures(ALL[name], tmp_path, CommitThenErrorStore):
        again = ALL[name](shop.crm(), shop, Send("k", 1))
        assert state(shop.store, audit=once) == after
        assert not keyed(name) or _plain(again) == _plain(expected)


def test_an_erasure_broken_off_keeps_nothing_that_was_recorded_meanwhile(tmp_path: Path) -> None:
    """Whatever was recorded before the erasure is gone with its first set, answered or not."""
    at, going = 0, True
    while going:
        at += 1
        shop = opened(tmp_path)
        going = _erased(shop, at)
        assert not any("meanwhile" in row for row in state(shop.store)["interaction"]), at
    assert at > 10


def _erased(shop: Shop, at: int) -> bool:
    """Record something before the n-th call of an erasure whose answer is lost, and send it again.

    Return whether it has so many calls.
    """
    calls = iter(range(1, 10_000))

    def meanwhile() -> None:
        if next(calls) == at:
            shop.crm().record(order("meanwhile", 2))

    lossy = CommitThenErrorStore(Watched(shop.store, meanwhile), at=1)
    for store in (lossy, shop.store):
        with suppress(StorageUnavailable):
            shop.crm(store).erase("shop/2", by="ann", reason="case 3", key="k")
    return next(calls) > at


@pytest.mark.parametrize("name", READS)
def test_a_verb_that_reads_writes_nothing_and_says_when_it_cannot(
    name: str, tmp_path: Path
) -> None:
    shop = opened(tmp_path)
    calls = _ReadOnly(shop.store, at=0)
    READS[name](shop.crm(calls))
    for at in range(1, calls.calls + 1):
        with pytest.raises(StorageUnavailable, match="on purpose"):
            READS[name](shop.crm(FailingStore(shop.store, at=at)))
    assert calls.calls


def test_random_requests_with_lost_answers_have_no_double_effect(tmp_path: Path) -> None:
    """F2: every request is sent until it is answered, some answers are lost after the commit.

    Not ``collect``: a payment is recorded as of when its answer came, an hour later then.
    """
    draw, names = random.Random(SEED), sorted(ALL.keys() - {"collect"})
    for _ in range(size(60, 10_000)):
        plain, lossy = opened(tmp_path), opened(tmp_path)
        for number in range(3):
            name = draw.choice(names)
            lost = draw.choice([0, 1, 1, 2, 3])
            send = Send(f"r{number}")
            told = [_send(plain, name, send, lost=0), _send(lossy, name, send, lost=lost)]
            assert told[0] == told[1] or not keyed(name), name
        assert state(plain.store) == state(lossy.store)


def _send(shop: Shop, name: str, send: Send, *, lost: int) -> str:
    """Send a request whose n-th answer of the store is lost, and again if need be."""
    try:
        return _plain(ALL[name](shop.crm(CommitThenErrorStore(shop.store, at=lost)), shop, send))
    except StorageUnavailable:
        return _send(shop, name, Send(send.key, send.number + 1), lost=0)
    except EcrmError as error:  # a refusal is an answer
        return error.code


def _plain(answer: object) -> str:
    """An answer without how often things were sent, which the audit counts and erases."""
    counts = re.sub(r"'audit(_link)?': \d+, ", "", repr(answer))
    return counts.replace("replayed=True", "replayed=False")
