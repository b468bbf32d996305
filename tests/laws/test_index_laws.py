"""Laws of the index: one at a time finds what a whole table finds, and no reader sees half."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.customers import FieldMap
from ecrm_core.matching import Deduplication, Index, Model, dedupe, default_model
from ecrm_core.matching.features import features_of, forms_of_row, names_of
from ecrm_core.matching.keys import Pieces
from ecrm_core.matching.roles import COMPARED
from ecrm_core.matching.rowkeys import keys_of_row
from ecrm_core.matching.rules import ROWS, RULES, keys_of, rules_of
from tests.duplicates import FIELDS, Row, people
from tests.profile import size

ROUNDS = settings(max_examples=size(15, 400))
MANY = settings(max_examples=size(50, 1_000))
TELLING = frozenset(" + ".join(rule) for rule in RULES)

counts, seeds = st.integers(1, 40), st.integers(0, 10_000)
orders = st.randoms(use_true_random=False)
cells = st.one_of(
    st.none(),
    st.sampled_from(["Ann", "ann", "Liz Anne", "Elizabeth", "Example", "김민준", "Kim Min-jun",
                     "1990-01-02", "19900120", "030 2312500", "ann@example.com",
                     "annex.one@example.org", "1 High Street", "10115", "a b c d e f g h"]),
    st.text(max_size=12),
)  # fmt: skip
tables = st.integers(1, 12).flatmap(
    lambda rows: st.dictionaries(
        st.sampled_from(sorted(COMPARED)), st.lists(cells, min_size=rows, max_size=rows), min_size=1
    )
)
Found = set[tuple[frozenset[object], float]]


def by_rules(found: Iterable[tuple[object, object, float]], whole: Deduplication) -> Found:
    """Return the pairs that share a telling rule, each with its weight."""
    return {
        (frozenset({left, right}), weight)
        for left, right, weight in found
        if TELLING & set(whole.explain(left, right).rules)
    }


def of_batch(whole: Deduplication) -> Found:
    cut = whole.model.review
    held = [pair for zone in (whole.pairs, whole.review) for pair in zone]
    pairs = [(p.left, p.right, p.weight) for p in held if 1 / (1 + 2**-p.weight) >= cut]
    return by_rules(pairs, whole)


def one_by_one(rows: Sequence[Row], index: Index, whole: Deduplication) -> Found:
    found = []
    for row in rows:
        matches = index.query(row, limit=1_000)
        found += [(row["id"], match.id, match.weight) for match in matches]
        index.add(row["id"], row)
    return by_rules(found, whole)


@ROUNDS
@given(counts, seeds, orders)
def test_rows_asked_about_and_added_in_any_order_meet_as_in_a_batch(
    count: int, seed: int, order: Random
) -> None:
    rows, _ = people(count, seed=seed)
    model = dedupe(rows, fields=FIELDS).model
    whole = dedupe(rows, fields=FIELDS, model=model)
    mixed = order.sample(rows, len(rows))
    assert one_by_one(mixed, Index(model, fields=FIELDS), whole) == of_batch(whole)


@MANY
@given(tables, orders)
def test_any_rows_meet_as_in_a_batch(columns: dict[str, list[str | None]], order: Random) -> None:
    length = len(next(iter(columns.values())))
    rows: list[Row] = [
        {"id": str(at), **{name: column[at] for name, column in columns.items()}}
        for at in range(length)
    ]
    fields = {"id": "id", **{name: name for name in columns}}
    model = default_model([(name, name) for name in columns], prior=-2.0)
    whole = dedupe(rows, fields=fields, model=model)
    mixed = order.sample(rows, len(rows))
    assert one_by_one(mixed, Index(model, fields=fields), whole) == of_batch(whole)


@MANY
@given(tables)
def test_the_keys_of_one_row_are_those_of_a_table(columns: dict[str, list[str | None]]) -> None:
    fields = FieldMap({name: name for name in columns})
    features = features_of(columns, fields)
    pieces = Pieces(features, more=True)
    rules = rules_of(pieces)[0]
    for at in range(len(next(iter(columns.values())))):
        alone = features_of({name: [column[at]] for name, column in columns.items()}, fields)
        if alone:
            held = [keys_of(pieces, rule) for rule in rules]
            own = [{*(keys[(keys & ROWS) == at] & ~ROWS).tolist()} for keys in held]
            assert keys_of_row(alone, rules) == own


@MANY
@given(tables)
def test_a_row_read_alone_says_what_it_says_in_a_table(
    columns: dict[str, list[str | None]],
) -> None:
    fields = FieldMap({name: name for name in columns})
    features = features_of(columns, fields)
    for at in range(len(next(iter(columns.values())))):
        cells = {name: column[at] for name, column in columns.items()}
        found = forms_of_row(cells, names_of(fields), None)
        said = {f.name: {f.values[code] for code in f.codes[at] if code >= 0} for f in features}
        assert {name: set(forms) for name, forms in found.items() if forms} == {
            name: forms for name, forms in said.items() if forms
        }


@ROUNDS
@given(counts, seeds, st.data())
def test_an_index_says_the_same_whatever_way_its_rows_came(
    count: int, seed: int, data: st.DataObject
) -> None:
    rows, _ = people(count, seed=seed)
    model: Model = default_model([(n, r) for n, r in FIELDS.items() if r in COMPARED], prior=-8.0)
    index, held = Index(model, fields=FIELDS), dict[object, Row]()
    steps = st.lists(st.tuples(st.sampled_from(["put", "remove"]), st.sampled_from(rows)))
    for step, row in data.draw(steps):
        id_ = row["id"]
        if step == "remove" and id_ in held:
            index.remove(id_)
            del held[id_]
        elif id_ in held:
            index.update(id_, rows[0])
            held[id_] = rows[0]
        elif step == "put":
            index.add(id_, row)
            held[id_] = row
    again = Index(model, fields=FIELDS)
    again.add_many([{**row, "id": str(id_)} for id_, row in held.items()])
    assert len(index) == len(again) == len(held)
    for other in (again, Index.load(index.dump())):
        assert [index.query(row, limit=99) for row in rows] == [
            other.query(row, limit=99) for row in rows
        ]


def test_readers_see_each_change_whole() -> None:
    """Each row says its own number in two fields; half a change would show both."""
    fields = {"mail": "email", "tel": "phone"}
    model = default_model([("email", "email"), ("phone", "phone")], prior=-2.0)
    index = Index(model, fields=fields)
    asked: Mapping[str, str] = {"mail": "ann.example@example.com", "tel": "+49 30 23125000"}
    index.add("one", asked)
    wrong: list[object] = []
    over = False

    def read() -> None:
        while not over:
            found = index.query(asked)
            if [match.id for match in found] != ["one"]:
                wrong.append(found)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for at in range(size(1_500, 20_000)):  # more than are kept beside the stock
        index.update("one", asked)
        if at % 10 == 0:
            index.add(at, {"mail": f"bo{at}.other@example.org"})
    over = True
    for reader in readers:
        reader.join()
    assert not wrong
    assert len(index) == 1 + size(150, 2_000)
