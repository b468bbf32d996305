"""Segments: the verb that asks who is in one, and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ecrm_core.crm.settings import Settings
from ecrm_core.crm.verbs import Customer, Verbs
from ecrm_core.errors import Diagnostic, SegmentSyntaxError
from ecrm_core.kernel import CustomerId, html_table
from ecrm_core.ports import Store, read_saved_segments
from ecrm_core.segmentation import (
    CustomerField,
    Explanation,
    Row,
    Schema,
    Segment,
    customer_schema,
    fields_named,
    relations_named,
    rules_of,
    segments_named,
    sentences,
    told,
)
from ecrm_core.services import (
    Question,
    Setting,
    explain_member,
    segment_members,
    segment_rows,
)

__all__ = ["SegmentResult", "SegmentVerbs", "Why", "setting_of"]


class Why:
    """Why one customer is in a segment, or is not: in words, and node by node."""

    def __init__(self, customer: str, explanation: Explanation) -> None:
        """Keep the customer as she was named, and the explanation."""
        self.customer = customer
        self.explanation = explanation
        """The value of every node of the rule, with what was found."""

    @property
    def member(self) -> bool:
        """Whether she is in."""
        return self.explanation.value

    def __bool__(self) -> bool:
        """Tell whether she is in."""
        return self.member

    def sentences(self, *, locale: str = "en", masked: bool = True) -> tuple[str, ...]:
        """Return the conditions that decide, as few as can be; personal values are masked.

        Out: those that would all have to change; in: those that keep her in. The languages are en,
        ko and ja; UnknownName for another.
        """
        return sentences(self.explanation, locale=locale, masked=masked)

    def told(self, *, locale: str = "en", masked: bool = True) -> str:
        """Return in or not in, the sentences, and when time alone will change it, if it will."""
        return told(self.explanation, locale=locale, masked=masked)

    def __str__(self) -> str:
        """Return it in English, masked."""
        return self.told()

    def __repr__(self) -> str:
        """Show the answer, and nothing of the customer."""
        return f"<Why: {'in' if self.member else 'not in'}>"


class SegmentResult:
    """Who was in a segment at an instant; ``members`` are their ids, sorted by code point."""

    def __init__(
        self,
        store: Store,
        question: Question,
        members: tuple[CustomerId, ...],
        warnings: tuple[Diagnostic, ...],
    ) -> None:
        """Keep the members, and what is needed to say why."""
        self._store, self._question = store, question
        self.members = members
        """The ids of the customers in it, sorted."""
        self.diagnostics = warnings
        """What may surprise: warnings and deprecated spellings, with their places in the query."""

    @property
    def segment(self) -> Segment:
        """The segment that was asked."""
        return self._question.segment

    @property
    def as_of(self) -> datetime:
        """The instant it was asked at."""
        return self._question.as_of

    @property
    def count(self) -> int:
        """The number of members."""
        return len(self.members)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may surprise, in words."""
        return tuple(remark.shown(self.segment.source) for remark in self.diagnostics)

    def why(self, customer: Customer) -> Why:
        """Return why a customer is in, or is not, by what the store holds now.

        Raises MissingError for one the store does not know.
        """
        return Why(str(customer), explain_member(self._store, customer, self._question))

    def __contains__(self, customer: object) -> bool:
        """Tell whether this id (the one the customer goes by) is among the members."""
        return customer in self.members

    def __len__(self) -> int:
        """Return the number of members."""
        return self.count

    def __str__(self) -> str:
        """Return the count, the instant and the warnings; no text of the rule, no person."""
        noun = "customer" if self.count == 1 else "customers"
        told = f"{self.count} {noun} as of {self.as_of.isoformat(timespec='minutes')}"
        return "\n".join([told, *(f"note: {d.message}" for d in self.diagnostics)])

    def __repr__(self) -> str:
        """Show the id of the segment and the count."""
        return f"<SegmentResult {self.segment.id}: {self.count} members>"

    def _repr_html_(self) -> str:
        rows = [(id_,) for id_ in self.members[:_SHOWN]]
        more = f", the first {_SHOWN}" if self.count > _SHOWN else ""
        return html_table(("customer",), rows, caption=f"{str(self).splitlines()[0]}{more}")


_SHOWN = 20
_UNDATED = frozenset({"subscriptions"})
_CURRENT = "current_value"
# Fields that are known as they stood at any instant; of the others only the present is kept.
_DATED = frozenset({
    "abandoned_checkout_date", "amount_spent", "email_consent", "email_subscription_status",
    "customer_added_date", "customer_id", "first_order_date", "last_order_date",
    "number_of_orders", "sms_consent", "sms_subscription_status",
})  # fmt: skip


class SegmentVerbs(Verbs):
    """Ask who is in a segment."""

    def segment(
        self,
        query: str | Segment,
        *,
        as_of: datetime | None = None,
        fields: Iterable[CustomerField] = (),
    ) -> SegmentResult:
        """Return who is in a segment now, or was at an instant (aware).

        Days are those of the shop's zone, a bare number beside money is in its currency; saved
        segments may be named. ``fields`` are there for this question alone, beside those of
        ``segment_schema``. Raises SegmentSyntaxError for a query that cannot be read or does not
        fit, and PluginError where a field it names fails, or its name is taken.
        """
        now = self.now()
        at = now if as_of is None else self._now(as_of)
        segment = query if isinstance(query, Segment) else self._parsed(query)
        question = self._question(segment, at, tuple(fields))
        deprecated = tuple(d for d in segment.diagnostics if d.severity == "deprecated")
        checked = segment.check(question.schema)
        warnings = (*deprecated, *checked, *_current(question, past=at < now))
        members = segment_members(self.store, question)
        return SegmentResult(self.store, question, members, warnings)

    def segment_rows(
        self, customers: Iterable[CustomerId] | None = None, *, as_of: datetime | None = None
    ) -> Iterator[tuple[CustomerId, Row]]:
        """Go through all customers, or those who go by these ids, as segments see them now.

        Each is a row with every field and relation of ``segment_schema``, for tables of your own
        (``ecrm_core.adapters.sql.fill_tables``); ids of nobody are passed over. Raises PluginError
        where a field of the tools fails.
        """
        at, setting = self.now() if as_of is None else self._now(as_of), setting_of(self._settings)
        return segment_rows(
            self.store, setting.own, as_of=at, currency=setting.schema.currency,
            customers=customers, secret=setting.secret,
        )  # fmt: skip

    def segment_schema(self) -> Schema:
        """Return what a segment may ask: the standard fields, the shop's own, and the tools'.

        Saved segments may be named.
        """
        saved = rules_of(read_saved_segments(self.store))
        return setting_of(self._settings).schema.with_segments(saved)

    def _parsed(self, query: str) -> Segment:
        """Return the segment of a query; when it cannot be read, its wrong names are told too."""
        try:
            return Segment.parse(query)
        except SegmentSyntaxError:
            return Segment.parse(query, self.segment_schema())

    def _question(
        self, segment: Segment, at: datetime, fields: tuple[CustomerField, ...] = ()
    ) -> Question:
        setting = setting_of(self._settings)
        schema = self.segment_schema() if segments_named(segment.rule) else setting.schema
        return Question(
            segment=segment, schema=schema.add(*(held.field for held in fields)), as_of=at,
            tz=setting.tz, own=(*setting.own, *fields), secret=setting.secret,
        )  # fmt: skip


def setting_of(settings: Settings) -> Setting:
    """Return what rules are asked under in a shop."""
    own = tuple(settings.tools.fields.values())
    schema = customer_schema(attributes=settings.attributes, currency=settings.currency)
    return Setting(schema=schema.add(*(held.field for held in own)), tz=settings.tz, own=own,
                   secret=settings.secret)  # fmt: skip


def _current(question: Question, *, past: bool) -> list[Diagnostic]:
    """Warn, of an instant that is past, of fields and relations without a history."""
    rule = question.whole.rule
    dated = _DATED.union(held.name for held in question.named if held.needs)
    names = [*sorted(fields_named(rule) - dated),
             *sorted(relations_named(rule) & _UNDATED)] if past else []  # fmt: skip
    if not names:
        return []
    message = f"the present value is used of {', '.join(names)}: no history of it is kept"
    return [Diagnostic(code=_CURRENT, message=message, severity="warning")]
