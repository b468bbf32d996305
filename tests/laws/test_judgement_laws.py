"""Laws of judgements: whatever people said, nothing that matching answers contradicts a wall."""

import io
import json
from contextlib import suppress
from datetime import UTC, timedelta, timezone
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core import Crm
from ecrm_core.crm import Undo
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import MergeRefused, RefusedError
from ecrm_core.kernel import FixedClock
from ecrm_core.matching import (
    JUDGEMENT_COLUMNS,
    Index,
    Judgement,
    Standing,
    clustering,
    contradictions,
    dedupe,
    judgement_rows,
    read_judgement_rows,
)
from ecrm_core.matching.clustering import Edges, Walls, clustered, linked_once
from ecrm_core.sources import Delivery, csv
from ecrm_core.sources.csv_write import CsvWriter
from tests.duplicates import FIELDS, Row, people
from tests.judged import AT, Said, closed, judgements_of, said_of
from tests.profile import size

ROUNDS = settings(max_examples=size(15, 400))
MANY = settings(max_examples=size(100, 4_000))
IDS = [f"r{at:02}" for at in range(14)]
seeds, orders = st.integers(0, 10_000), st.randoms(use_true_random=False)


def table(seed: int) -> list[Row]:
    """Return rows in which nearly everybody is alike: a few persons, told again and again."""
    rows = [row for row, _ in zip(people(4, seed=seed, duplicated=0.9)[0] * 4, IDS, strict=False)]
    return [{**row, "id": id_} for row, id_ in zip(rows, IDS, strict=False)]


def named(rows: list[Row]) -> list[str]:
    return [str(row["id"]) for row in rows]


@MANY
@given(said_of(IDS[:7]))
def test_what_stands_is_what_every_pair_says(said: list[Said]) -> None:
    same, apart = closed(IDS, said)
    standing = Standing.of(judgements_of(said))
    for one in IDS:
        assert standing.apart([one]) == {two for two in IDS if (one, two) in apart}
        assert standing.one_with([one]) == {
            two for two in IDS if two != one and (one, two) in same - apart
        }


@MANY
@given(said_of(IDS[:9], most=25), orders)
def test_every_contradiction_is_named_with_a_way_that_holds(
    said: list[Said], order: Random
) -> None:
    told = judgements_of(said)
    same, _ = closed(IDS, said)
    found = contradictions(order.sample(told, len(told)))
    last = Standing.of(told).last
    walls = {pair for pair, one in last.items() if one.verdict.value == "different"}
    assert {(one.wall.left, one.wall.right) for one in found} == walls & same
    for one in found:
        assert (one.ids[0], one.ids[-1]) == (one.wall.left, one.wall.right)
        steps = [tuple(sorted(step)) for step in zip(one.ids, one.ids[1:], strict=False)]
        assert [last[left, right].id for left, right in steps] == [bond.id for bond in one.path]
        assert {last[left, right].verdict.value for left, right in steps} == {"same"}


@ROUNDS
@given(seeds, said_of(IDS[:7]), st.sampled_from(["", "link", "once"]), orders)
def test_no_cluster_and_no_pair_of_a_table_contradicts_a_wall(
    seed: int, said: list[Said], how: str, order: Random
) -> None:
    rows = [{**row, "shop": order.choice("ab")} for row in table(seed)]
    link: dict[str, Any] = {"link": "shop"} if how else {}
    link |= {"once": ["a"]} if how == "once" else {}
    result = dedupe(rows, fields=FIELDS, judgements=judgements_of(said), **link)
    same, apart = closed(IDS, said)
    for group in result.groups:
        assert not set(combinations(map(str, group), 2)) & apart
    for zone in (result.pairs, result.certain, result.review):
        assert not {(str(pair.left), str(pair.right)) for pair in zone} & apart
    if not how:  # else the sources may keep apart who was judged the same
        held = {pair for pair in same - apart if set(pair) <= set(named(rows))}
        assert all(result.clusters[one] == result.clusters[two] for one, two in held)
    mixed = dedupe(order.sample(rows, len(rows)), fields=FIELDS,
                   judgements=judgements_of(said), **link)  # fmt: skip
    assert mixed.clusters == result.clusters


SIZES = st.sampled_from([200, 2])  # the larger path of a linkage is for more than these


@MANY
@given(st.data(), SIZES, said_of([str(at) for at in range(6)]))
def test_clusters_obey_whatever_the_weights_are(
    data: st.DataObject, largest: int, said: list[Said]
) -> None:
    rows = 6
    weights = data.draw(st.dictionaries(
        st.tuples(st.integers(0, rows - 1), st.integers(0, rows - 1)).filter(lambda p: p[0] < p[1]),
        st.floats(-40, 60), max_size=15,
    ))  # fmt: skip
    left, right = np.array(sorted(weights), np.int64).reshape(-1, 2).T
    edges = Edges(left, right, np.array([weights[pair] for pair in sorted(weights)], np.float64))
    last = {(min(a, b), max(a, b)): verdict for a, b, verdict in said}
    same, different = (
        np.array([pair for pair in sorted(last) if last[pair] == verdict], np.int64).reshape(-1, 2)
        for verdict in ("same", "different")
    )
    walls = Walls(same=same, different=different)
    sources = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=rows, max_size=rows)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "_LARGEST", largest)
        found = clustered(rows, edges, walls, lambda one, two: np.full(len(one), -5.0) + two)
    alone = linked_once(rows, edges, walls, sources.astype(np.int32))
    one, apart = closed([str(at) for at in range(rows)], said)
    for label in (found, alone):
        together = {(str(a), str(b)) for a, b in combinations(range(rows), 2)
                    if label[a] == label[b]}  # fmt: skip
        assert not together & apart
    assert all(found[int(a)] == found[int(b)] for a, b in one - apart)


@ROUNDS
@given(seeds, said_of(IDS[:7]))
def test_no_answer_of_an_index_contradicts_a_wall_and_the_same_come_first(
    seed: int, said: list[Said]
) -> None:
    rows = table(seed)
    same, apart = closed(IDS, said)
    model = dedupe(rows, fields=FIELDS).model
    index = Index(model, fields=FIELDS, judgements=judgements_of(said[:3]))
    index.add_many(rows)
    index.judge(*judgements_of(said)[3:])
    free = Index(model, fields=FIELDS)
    free.add_many(rows)
    for row in rows:
        one = str(row["id"])
        found = [str(match.id) for match in index.query(row, limit=99)]
        first = sorted(two for two in named(rows) if two != one and (one, two) in same - apart)
        plain = [str(match.id) for match in free.query(row, limit=99)]
        rest = [two for two in plain if two not in first and (one, two) not in apart]
        assert found == first + rest
        assert Index.load(index.dump()).query(row, limit=99) == index.query(row, limit=99)


@ROUNDS
@given(seeds, said_of(IDS[:6], most=6))
def test_an_index_tells_of_free_and_ruled_pairs_what_a_table_tells(
    seed: int, said: list[Said]
) -> None:
    rows = table(seed)
    judgements = judgements_of(said)
    model = dedupe(rows, fields=FIELDS).model
    whole = dedupe(rows, fields=FIELDS, model=model, judgements=judgements)
    index = Index(model, fields=FIELDS, judgements=judgements)
    index.add_many(rows)
    zones = (*whole.pairs, *whole.review)
    listed = {frozenset((pair.left, pair.right)): pair.weight for pair in zones}
    ruled = {frozenset(pair) for pair, one in Standing.of(judgements).last.items()
             if one.verdict.value == "same"}  # fmt: skip
    for row in rows:
        for match in index.query(row, limit=99):
            pair = frozenset((row["id"], match.id))
            if pair in ruled:
                assert listed[pair] == match.weight == 60.0


STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "judge", "judge", "undo"]), st.integers(0, 5),
              st.integers(0, 5), st.sampled_from(["same", "different", "unsure"])),
    max_size=14,
)  # fmt: skip


def shop() -> Crm:
    """Return a store of six customers who are alike but in their keys."""
    crm = Crm.open(clock=FixedClock(AT))
    mail = parse_email("ann81@example.com")
    values = {"name.given": "Ann", "name.family": "Example", "emails": (mail,)}
    cells = {name: Stated(value, AT, AT) for name, value in values.items()}
    records = tuple(SourceRecord(SourceKey("shop", str(at)), cells) for at in range(6))
    crm.ingest(Delivery(source="shop", records=records))
    return crm


@settings(max_examples=size(25, 1_000))
@given(STEPS)
def test_no_match_of_a_store_contradicts_a_wall_by_way_of_merges_too(
    steps: list[tuple[str, int, int, str]],
) -> None:
    crm = shop()
    told: list[Said] = []  # by root: what is said of a customer stays with the id it was said of
    undos: list[Undo] = []
    for minute, (step, one, two, verdict) in enumerate(steps):
        left, right = (crm.resolve(f"shop/{at}") for at in (one, two))
        if step == "undo" and undos:
            crm.unmerge(undos.pop(), by="anna")
        elif left != right and step == "merge":
            with suppress(MergeRefused):  # two who are held apart are not merged
                undos.append(crm.merge(left, right, by="anna"))
        elif left != right and step == "judge":
            crm.judge(left, right, verdict, by="anna", now=AT.replace(minute=minute))
            told.append((left, right, verdict))
    of_now = [(crm.resolve(a), crm.resolve(b), verdict) for a, b, verdict in told]
    roots = sorted({crm.resolve(f"shop/{at}") for at in range(6)})
    _, apart = closed(roots, [said for said in of_now if said[0] != said[1]])
    for root in roots:
        found = {str(match.customer) for match in crm.matches(root, limit=99)}
        assert found == {two for two in roots if two != root and (root, two) not in apart}
    for group in crm.duplicates().groups:
        assert not set(combinations(map(str, group), 2)) & apart


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]))
names = st.sampled_from(["shop/1", "shop/ 2", 'till/é,"', "=cus", "@x"])
spoken = st.builds(
    Judgement.of, names, st.just("shop/3"), st.sampled_from(["same", "different", "unsure"]),
    by=words.filter(str.strip), at=instants, reason=st.none() | words,
)  # fmt: skip


@settings(max_examples=size(100, 3_000))
@given(st.lists(spoken, max_size=6), st.sampled_from(["exact", "spreadsheet", "json", "columns"]))
def test_judgements_come_back_from_a_table_as_they_were(said: list[Judgement], way: str) -> None:
    rows = list(judgement_rows(said))
    if way == "json":
        read = read_judgement_rows(json.loads(json.dumps(rows)))
    elif way == "columns":
        columns = {name: [row[name] for row in rows] for name in JUDGEMENT_COLUMNS}
        read = read_judgement_rows(columns)
    else:
        stream = io.BytesIO()
        CsvWriter(stream, JUDGEMENT_COLUMNS, mode=way).write(tuple(row.values()) for row in rows)
        stream.seek(0)
        read = read_judgement_rows(csv.rows(stream, mode=way))
    assert read.refused == ()
    assert list(read.judgements()) == said


@settings(max_examples=size(25, 1_000))
@given(STEPS)
def test_an_import_gives_what_was_exported_and_again_nothing(
    steps: list[tuple[str, int, int, str]],
) -> None:
    one, two = shop(), shop()
    for minute, (step, left, right, verdict) in enumerate(steps):
        pair = f"shop/{left}", f"shop/{right}"
        with suppress(MergeRefused, RefusedError):
            if step == "merge":
                one.merge(*pair, by="anna")
            elif step == "judge":
                one.judge(*pair, verdict, by="anna", now=AT.replace(minute=minute))
    rows = list(one.judgement_rows())
    done = two.import_judgements(rows)
    assert (done.imported, done.refused) == (len(rows), ())
    assert list(two.judgements()) == list(one.judgements())
    again = two.import_judgements(rows)
    assert (again.known, again.imported) == (len(rows), 0)
