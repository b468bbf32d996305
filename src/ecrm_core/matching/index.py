"""Index: one record against many, by the same keys and the same weights as a whole table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from threading import Lock

import numpy as np
from attrs import evolve, frozen

from ecrm_core.customers import FieldMap, Profile, SourceRecord
from ecrm_core.customers.table import text_of
from ecrm_core.errors import DefinitionError, InputError, MissingError
from ecrm_core.kernel import Reason, gate_limit
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.explain import JUDGED, reasons_of
from ecrm_core.matching.features import Feature, features_of, forms_of_row, names_of
from ecrm_core.matching.indexfile import dumped, loaded
from ecrm_core.matching.judgement import RULED, Judgement
from ecrm_core.matching.model import Model
from ecrm_core.matching.people import people_columns, people_fields
from ecrm_core.matching.postings import Capped, Snapshot, Tail, capped
from ecrm_core.matching.rowkeys import keys_of_row
from ecrm_core.matching.rows import Fields, Id, People, plain_id, rows_of
from ecrm_core.matching.scoring import Scored, Scorer
from ecrm_core.matching.standing import Standing
from ecrm_core.matching.stock import Form, Layout, stock_of
from ecrm_core.matching.weights import Tables, probability

__all__ = ["Index", "IndexMatch"]

Row = Mapping[str, object] | SourceRecord | Profile
_LATER = 1_000, 20_000  # rows kept beside the stock, at least and at most
_MANY = 500  # rows from which on they become a stock of their own
_SLACK = 0.01  # bits below the cut
_DIGITS = 20  # of a whole number that names a row


@frozen(kw_only=True)
class IndexMatch:
    """A row that may be the one asked about: weight in bits, probability (0 to 1), reasons.

    ``likely`` tells that the model takes the two for one. It proposes; nothing is joined by it.
    """

    id: Id
    weight: float
    probability: float
    likely: bool
    reasons: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        """Show the id, the probability and the reasons."""
        return f"{self.id}  {self.probability:.3f}  {'; '.join(map(str, self.reasons))}"


class Index:
    """Rows to be asked which of them are the same as one: added, changed and removed at any time.

    ``model`` is that of a fit or ``default_model``; it stays. ``fields`` are those of ``dedupe``,
    and rows mappings of column to cell; without them rows are SourceRecords or Profiles.
    ``comparisons`` are those of custom fields. Rows that share a key of a telling rule are scored
    as ``dedupe`` scores them. ``judgements`` name rows by the text of their ids, as there; they may
    come before the rows do. Readers never wait and see each change whole; writers take turns.

    Raises DefinitionError when the model knows none of the fields.
    """

    def __init__(
        self,
        model: Model,
        *,
        fields: Fields | None = None,
        comparisons: Iterable[Comparison] = (),
        judgements: Iterable[Judgement] = (),
    ) -> None:
        own = by_role(comparisons)
        self.model = model
        self.fields = fields if fields is None or isinstance(fields, FieldMap) else FieldMap(fields)
        self._own = own
        self._columns = names_of(people_fields(own) if self.fields is None else self.fields, own)
        self._layout = Layout(names=tuple(sorted(set(self._columns.values()))), own=own)
        self._tables = Tables(model)
        Scorer(model, self._layout.features([self._layout.nothing]), tables=self._tables)
        self._floor = _bits(model.review)
        self._lock = Lock()
        self._places: dict[Id, int] = {}
        self._standing = Standing.of(judgements)
        self._now = self._empty()

    def _empty(self) -> Snapshot:
        stock = stock_of(self._layout, [], ())
        return Snapshot(layout=self._layout, stock=stock, tail=Tail(len(self._layout.rules)))

    def dump(self) -> bytes:
        """Return the index as bytes, for ``load``: personal data in clear, so keep them safe.

        Raises DefinitionError for ids that are no texts or whole numbers.
        """
        with self._lock:
            stock, said = self._now.tidied().stock, self._standing
        return dumped(self.model, self.fields, self._layout, stock, said.last.values())

    @classmethod
    def load(cls, data: bytes, *, comparisons: Iterable[Comparison] = ()) -> Index:
        """Return the index that ``dump`` wrote; it finds and scores the same.

        ``comparisons`` are those it had. Raises DefinitionError for another version, other fields
        or rules, and InputError for bytes that are damaged.
        """
        held = loaded(data)
        made = cls(held.model, fields=held.fields, comparisons=comparisons,
                   judgements=held.judgements)  # fmt: skip
        stock = held.stock(made._layout)
        made._settle(evolve(made._now, stock=stock, size=stock.count))
        return made

    def __len__(self) -> int:
        """How many rows there are."""
        return self._now.size

    def __repr__(self) -> str:
        """Show how many rows there are."""
        return f"<Index {len(self)} rows>"

    @property
    def capped(self) -> tuple[Capped, ...]:
        """The rules of whose keys some have more rows (above 1,000) than a query looks at."""
        with self._lock:
            return capped(self._now)

    def add(self, id: Id, row: Row) -> None:  # noqa: A002 - the word of the design
        """Add one row.

        Raises InputError for an id that is empty or already here, DefinitionError for a row that
        is none or has no column of the index. Values never raise: what cannot be read says nothing.
        """
        id_, forms = _named(id), self._read(row)
        with self._lock:
            self._refuse([id_])
            self._append([id_], [forms])

    def update(self, id: Id, row: Row) -> None:  # noqa: A002
        """Put a row in the place of the one of this id. Raises MissingError, else as ``add``."""
        id_, forms = _named(id), self._read(row)
        with self._lock:
            self._append([id_], [forms], gone=self._place(id_))

    def remove(self, id: Id) -> None:  # noqa: A002
        """Take a row out. Raises MissingError for an id that is not here."""
        id_ = _named(id)
        with self._lock:
            row = self._place(id_)
            del self._places[id_]
            self._append([], (), gone=row)

    def add_many(self, table: People, id: str | None = None) -> None:  # noqa: A002
        """Add the rows of a table or list of people, as ``dedupe`` takes them: all of them or none.

        ``id`` names the column of ids; without one, and without a column of the role ``id``, rows
        are numbered from 0. Raises what ``dedupe`` does, and InputError for an id already here.
        """
        rows = rows_of(table, fields=self.fields, id=id, link=None, own=self._own)
        if self.fields is not None and rows.fields is not self.fields:
            message = "found records, expected a table with the columns of the index"
            raise DefinitionError(message, code="index_row")
        features = features_of(rows.columns, rows.fields, self._own)
        with self._lock:
            self._refuse(rows.ids)
            stock = stock_of(self._layout, list(rows.ids), features)
            if stock.count < _MANY:
                self._append(stock.ids, stock.forms(np.arange(stock.count)))
            else:
                self._settle(self._now.tidied(stock))

    def judge(self, *judgements: Judgement) -> None:
        """Obey these judgements as well, whatever order they come in; all in one change.

        Each call takes the longer the more judgements there are (some 10 ms for 10,000): give many
        at once.
        """
        with self._lock:
            self._standing = self._standing.told(judgements)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The last judgement on each two ids, by id."""
        return tuple(sorted(self._standing.last.values(), key=lambda said: said.id))

    def query(self, row: Row, *, id: Id = None, limit: int = 10) -> tuple[IndexMatch, ...]:  # noqa: A002
        """Return the rows likeliest to be this one, from the model's ``review`` cut on.

        ``id`` says who is asked about (default: what the row says, if a record or a column of the
        role ``id`` does). Who was judged the same comes first, whatever she shares, if its id is a
        text or whole number; who is held apart is left out, transitively.

        A row that is in the index is found as its own likeliest. Equals are in the order of ids.
        Raises DefinitionError for a limit below 1, and as ``add`` for a row that is none.
        """
        gate_limit(limit)
        asked = self._read(row)
        who = {text_of(plain_id(self._id_in(row) if id is None else id))} - {""}
        standing = self._standing
        now, same = self._present(standing.one_with(who))
        ruled = [_ruled(id_) for id_ in same[:limit]]
        free = standing.apart(who).union(map(text_of, same))
        return (*ruled, *self._likely(asked, now, free, limit - len(ruled)))

    def _likely(
        self, asked: tuple[Form, ...], now: Snapshot, ruled: Collection[str], limit: int
    ) -> tuple[IndexMatch, ...]:
        """Return the likeliest rows, but for those that people have judged."""
        rows = now.candidates(self._keys(self._layout.features([asked])))
        if ruled:
            rows = rows[[text_of(now.id(at)) not in ruled for at in rows.tolist()]]
        held = self._layout.features([asked, *now.forms(rows)])
        known = [feature for feature in held if feature.values and self._tables.of(feature)]
        if not len(rows) or not known or not limit:
            return ()
        scorer = Scorer(self.model, known, tables=self._tables)
        right = np.arange(1, len(rows) + 1, dtype=np.int64)
        scored = scorer.scored(np.zeros_like(right), right, floor=self._floor)
        scored = scored.kept(probability(scored.weight) >= self.model.review)
        ids = [now.id(at) for at in rows[scored.right - 1].tolist()]
        order = sorted(range(len(ids)), key=lambda at: (-scored.weight[at], text_of(ids[at])))
        return self._matches(scorer, scored.kept(np.array(order[:limit], np.int64)),
                             [ids[at] for at in order[:limit]])  # fmt: skip

    def _id_in(self, row: Row) -> object:
        """Return what a row says it is called; None if it does not."""
        if isinstance(row, SourceRecord):
            return str(row.key)
        if isinstance(row, Profile):
            return row.id
        column = next(iter(self.fields.columns_for("id")), None) if self.fields else None
        return None if column is None else row.get(column)

    def _present(self, texts: Iterable[str]) -> tuple[Snapshot, list[Id]]:
        """Return what there is now, and the ids of these texts in it."""
        now, places = self._now, self._places
        ids = [id_ for text in sorted(texts) for id_ in _ids(text) if id_ in places]
        if all(now.shows(places.get(id_, -1), id_) for id_ in ids):
            return now, ids
        with self._lock:  # a change is being made: it is seen whole once it is done
            return self._now, [id_ for id_ in ids if id_ in self._places]

    def _matches(self, scorer: Scorer, scored: Scored, ids: Sequence[Id]) -> tuple[IndexMatch, ...]:
        bits = scorer.evidence(scored.level, scored.left, scored.right).tolist()
        said = zip(ids, scored.weight.tolist(), probability(scored.weight).tolist(),
                   scored.level.tolist(), bits, strict=True)  # fmt: skip
        return tuple(
            IndexMatch(id=id_, weight=weight, probability=likely, likely=likely >= self.model.link,
                       reasons=reasons_of(scorer.features, level, held))
            for id_, weight, likely, level, held in said
        )  # fmt: skip

    def _read(self, row: Row) -> tuple[Form, ...]:
        """Return what a row says, field by field."""
        cells, names = self._cells(row)
        order = self.fields.date_order if self.fields else None
        held = forms_of_row(cells, names, order, self._own)
        return tuple(held.get(name, ()) for name, _ in self._layout.names)

    def _cells(self, row: Row) -> tuple[Mapping[str, object], Mapping[str, tuple[str, str]]]:
        """Return the cells of a row, and the features of its columns."""
        if self.fields is None and isinstance(row, (SourceRecord, Profile)):
            columns, fields, _ = people_columns([row], self._own)
            return {name: cell for name, (cell,) in columns.items()}, names_of(fields, self._own)
        if self.fields is None or not isinstance(row, Mapping):
            wanted = "a SourceRecord or Profile" if self.fields is None else "a mapping of columns"
            message = f"found {type(row).__name__}, expected {wanted}"
            raise DefinitionError(message, code="index_row")
        if self._columns.keys().isdisjoint(row):
            message = "found none of the columns of the index in the row"
            raise DefinitionError(message, code="index_row")
        return row, self._columns

    def _keys(self, features: Sequence[Feature]) -> list[set[int]]:
        """Return for each rule the keys of one row."""
        said = [feature for feature in features if feature.values]
        return keys_of_row(said, self._layout.rules)

    def _place(self, id_: Id) -> int:
        if id_ not in self._places:
            raise MissingError("no row of the index has this id", code="no_row")
        return self._places[id_]

    def _refuse(self, ids: Iterable[Id]) -> None:
        for at, id_ in enumerate(ids):
            if id_ in self._places:
                message = "found an id that is in the index already"
                raise InputError(message, path=f"$[{at}].id", code="id_twice")

    def _append(
        self, ids: Sequence[Id], rows: Sequence[tuple[Form, ...]], gone: int | None = None
    ) -> None:
        """Let rows come, and one go, in one change."""
        now = self._now
        version = now.version + 1
        first = now.stock.count + now.count
        own = [self._keys(self._layout.features([forms])) for forms in rows]
        for at, (id_, forms, keys) in enumerate(zip(ids, rows, own, strict=True)):
            now.tail.add(id_, forms, keys, first + at)
            self._places[id_] = first + at
        if gone is not None:
            now.tail.gone[gone] = version
        size = now.size + len(ids) - (gone is not None)
        self._now = evolve(now, count=now.count + len(ids), version=version, size=size)
        least, most = _LATER
        if self._now.count + len(now.tail.gone) > max(least, min(most, now.stock.count // 8)):
            self._settle(self._now.tidied())

    def _settle(self, snapshot: Snapshot) -> None:
        """Let a snapshot without a tail be what readers see from now on."""
        self._places = {id_: row for row, id_ in enumerate(snapshot.stock.ids)}
        self._now = snapshot


def _bits(share: float) -> float:
    """Return a probability as bits, and a little less: what is above is looked at exactly."""
    return float(np.log2(share / (1 - share))) - _SLACK if share < 1 else 50.0


def _ruled(id_: Id) -> IndexMatch:
    likely = float(probability(np.array(RULED)))
    return IndexMatch(id=id_, weight=RULED, probability=likely, likely=True, reasons=(JUDGED,))


def _ids(text: str) -> tuple[Id, ...]:
    """Return the text and the whole number that have this text."""
    digits = text.removeprefix("-")
    whole = digits.isascii() and digits.isdecimal() and len(digits) < _DIGITS
    return (text, int(text)) if whole and str(int(text)) == text else (text,)


def _named(id_: object) -> Id:
    held = plain_id(id_)
    if not text_of(held):
        raise InputError("found no id, expected one", path="$.id", code="empty")
    return held
