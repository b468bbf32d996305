"""Names come from Kinds alone and values are bound: no text means anything to a database."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.errors import DefinitionError, EcrmError
from ecrm_core.kernel import OUTBOX, ChangeSet, Drop, Emit, Expect, Index, Kind, Put, RequestKey
from ecrm_core.ports import Store, Tenants
from ecrm_core.testing.contracts.sample import NOON, THINGS, Thing
from tests.contracts.adapters import ADAPTERS, open_adapter
from tests.profile import size

HOSTILE = [
    "'", "''", '"', "`", "\\", "\\'", "\\x00", "\\u0000", ";", "--", "/*", "*/", "#",
    "'; DROP TABLE k_thing; --", '"; DROP TABLE ecrm_thing; --', "' OR '1'='1", "1 OR 1=1",
    "%", "%%", "%s", "%(name)s", "%1$s", "_", "?", "??", ":name", ":1", "::text", "\\:name",
    "$1", "$$", "@x", "{}", "{0}", "{name}", "E'\\''", "NULL", "null", "0", "-1", "1e400", "inf",
    "\n", "\r\n", "\t", "\x01", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "\u02bc", "\u2019",
    "\uff07", "\u00a5", "\U0001f600", "e\u0301", "ı", "İ", "ß",
]  # fmt: skip
UNSAYABLE = ["\0", "a\0b", "\ud800", "a\udfff"]
TEXTS = (
    st.sampled_from(HOSTILE)
    | st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map("".join)
    | st.text(st.characters(), max_size=6)
)
ANY = TEXTS | TEXTS | TEXTS | TEXTS | st.sampled_from(UNSAYABLE)
WORDS = ["select", "table", "order", "user", "group", "key", "index", "primary", "values", "end"]


@pytest.fixture(params=[name for name in ADAPTERS if name != "memory"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tenants]:
    with closing(open_adapter(request.param, tmp_path, request)) as opened:
        yield opened


def outcome(act: Callable[[], object]) -> object:
    """What came of it: an answer, or the class and code of an error of ours; no other error."""
    try:
        return act()
    except EcrmError as error:
        return type(error).__name__, error.code


def asked(store: Store, texts: list[str]) -> list[object]:
    """Write these texts in every place a text may stand, and ask for them in every way."""
    a, b, c, d = texts

    def write() -> object:
        emit = Emit(key=c, topic=d, at=NOON, payload={a: b})
        key = RequestKey.of(d, [a, b], NOON)
        puts = [Thing(source=a, name=b, owner=c, note=d), Thing(source=b, name=a, owner=d, note=c)]
        changes = ChangeSet(
            puts=tuple({p.key: p for p in (Put(THINGS, thing) for thing in puts)}.values()),
            expects=(Expect(THINGS, (c, d), 0),),
            emits=(emit,),
            key=key,
            result={b: a},
        )
        return [(store.apply(changes).replayed, repr(store.apply(changes).result)) for _ in "12"]

    def scan(**stretch: object) -> object:
        page = store.scan(THINGS, **stretch)  # type: ignore[arg-type]
        return [row.value for row in page.rows], page.following

    def drop() -> object:
        store.apply(ChangeSet(drops=(Drop(THINGS, (a, b)),)))
        return [row.value for row in store.scan(THINGS).rows]

    keys = [(a, b), (b, a), (c, d)]
    owners = [(c,), (d,), (a,)]
    ways: list[Callable[[], object]] = [
        write,
        lambda: {key: row.value for key, row in store.get_many(THINGS, keys).items()},
        lambda: store.find_many(THINGS, "owner", owners).keys(),
        lambda: [row.value for row in store.scan(OUTBOX, index="by_topic", within=(d,)).rows],
        lambda: scan(starts=a),
        lambda: scan(within=(a,), starts=b[:1]),
        lambda: scan(within=(b,)),
        lambda: scan(after=(a, b), limit=1),
        lambda: scan(index="owner", starts=c),
        lambda: scan(index="owner", within=(c,), after=(c, a, b)),
        lambda: scan(index=d),
        drop,
    ]
    return [outcome(way) for way in ways]


def test_any_text_anywhere_is_answered_as_in_memory(opened: Tenants) -> None:
    turns = count()
    with MemoryStore() as memory:

        @settings(max_examples=size(80, 3_000))
        @given(st.lists(ANY, min_size=4, max_size=4), TEXTS)
        def compare(texts: list[str], name: str) -> None:
            tenant = f"{name}{next(turns)}"
            handles = [outcome(lambda o=o: o.tenant(tenant)) for o in (memory, opened)]  # type: ignore[misc]
            if isinstance(handles[0], tuple):
                assert handles[0] == handles[1]
                return
            expected, found = (asked(handle, texts) for handle in handles)  # type: ignore[arg-type]
            assert found == expected

        compare()


def test_a_name_that_is_no_plain_identifier_is_refused_before_any_store_sees_it() -> None:
    plain = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)

    @settings(max_examples=size(300, 20_000))
    @given(TEXTS | st.from_regex(r"[a-zA-Z0-9_$ .\-\n]{0,50}"))
    def refuse(name: str) -> None:
        for names in ((name, "index"), ("kind", name)):
            made = outcome(lambda n=names: kind_of(*n))  # type: ignore[misc]
            assert isinstance(made, Kind) == bool(plain.fullmatch(name))

    refuse()


def kind_of(name: str, *indexes: str) -> Kind[Thing]:
    return Kind(
        name=name,
        of=Thing,
        key=("source", "name"),
        indexes=tuple(Index(index, ("owner",)) for index in indexes),
        owner="test",
    )


def test_a_plain_name_may_be_any_word_of_sql_and_as_long_as_a_name_gets(opened: Tenants) -> None:
    store = opened.tenant("main")
    long = ["x" * 40 + end for end in "ab"]
    for name in (*WORDS, *long, *filter(str.islower, keyword.kwlist), "thing_", "a1", "pg_class"):
        kind = kind_of(name, *WORDS[:3], *long)
        store.apply(ChangeSet(puts=(Put(kind, Thing(source="s", name=name, owner=name)),)))
        for index in kind.indexes:
            (row,) = store.find_many(kind, index.name, [(name,)])[(name,)]
            assert row.value.name == name
            assert len(store.scan(kind, index=index.name, starts=name[:1]).rows) == 1


def test_an_index_is_asked_by_its_name_or_not_at_all(opened: Tenants) -> None:
    store = opened.tenant("main")
    for wrong in ("", *HOSTILE, "key0", "version", "body", "owner --", "owner, body"):
        with pytest.raises(DefinitionError):
            store.scan(THINGS, index=wrong)
        with pytest.raises(DefinitionError):
            store.find_many(THINGS, wrong, [("a",)])
