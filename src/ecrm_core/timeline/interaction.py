"""Interaction: one thing that happened with a customer: an order, a refund, a mail opened.

One event is one row, whoever tells it and however often. Where its source tells it again in other
words (an order that was edited since), the later telling counts, in whichever order both arrive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.customers import SourceKey
from ecrm_core.customers.keys import source_name
from ecrm_core.errors import InputError
from ecrm_core.kernel import (
    CustomerId,
    Index,
    Kind,
    Money,
    Private,
    canonical_json,
    digest,
    encode,
    gate_decimal,
    gate_json,
    gate_text,
    recency_text,
    utc,
)
from ecrm_core.timeline.kinds import HOLDINGS
from ecrm_core.timeline.remark import MAX_REMARK, bounded_text

__all__ = [
    "INTERACTIONS",
    "MAX_DATA",
    "MAX_LINES",
    "Interaction",
    "OrderLine",
    "retell",
    "same_time",
]

MAX_LINES: Final = 10_000
"""Lines that one interaction may have."""
MAX_DATA: Final = 1024 * 1024
"""Characters of JSON that the data of one interaction may have."""
_TOO_LARGE: Final = Decimal("1e15")
_PLACES: Final = 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_START: Final = datetime.min.replace(tzinfo=UTC)


def _name(value: object) -> str:
    text = gate_text(value, "$.kind")
    if not _NAME.fullmatch(text):
        message = "found no name of a kind, expected small letters, digits and underscores"
        raise InputError(message, path="$.kind", code="kind_name")
    return text


def _id(value: object) -> str:
    text = gate_text(value, "$.event_id", limit=200)
    if not text.strip():
        raise InputError("found an empty id", path="$.event_id", code="empty")
    return text


def _label(value: object) -> str | None:
    return None if value is None else gate_text(value, "$", limit=200) or None


def _title(value: object) -> str | None:
    return None if value is None else gate_text(value, "$.title", limit=MAX_REMARK) or None


def _number(value: object) -> Decimal:
    return _summable(gate_decimal(value, "$.quantity"), "$.quantity")


def _summable(number: Decimal, path: str) -> Decimal:
    """Refuse a number whose sum with others could be longer than any Money (40 digits)."""
    exponent = number.as_tuple().exponent
    if abs(number) >= _TOO_LARGE or (isinstance(exponent, int) and exponent < -_PLACES):
        message = f"found a number of 10^15 or more, or with more than {_PLACES} decimal places"
        raise InputError(message, path=path, code="too_large")
    return number


def _money(value: Money | None, path: str) -> None:
    _expect(value, Money, path)
    if value is not None:
        _summable(value.amount, path)


def _instant(value: datetime | None) -> datetime | None:
    return None if value is None else utc(value, "$.told_at")


def _expect(value: object, of: type, path: str) -> None:
    if value is not None and not isinstance(value, of):
        message = f"found {type(value).__name__}, expected {of.__name__}"
        raise InputError(message, path=path, code="not_value")


@frozen(kw_only=True, repr=False)
class OrderLine(Private):
    """One line of an order or a refund: so many of a product at a price each.

    ``product`` is the shop's id of it, ``discount`` what came off the whole line. A quantity is
    exact (Decimal, int or decimal text), and may be a fraction: 1.5 metres.
    """

    product: str | None = field(default=None, converter=_label)
    category: str | None = field(default=None, converter=_label)
    quantity: Decimal = field(default=Decimal(1), converter=_number)
    price: Money | None = None
    discount: Money | None = None
    sku: str | None = field(default=None, converter=_label)
    title: str | None = field(default=None, converter=_title)

    def __attrs_post_init__(self) -> None:
        """Gate the money."""
        _money(self.price, "$.price")
        _money(self.discount, "$.discount")


@frozen(kw_only=True, repr=False)
class Interaction(Private):
    """One event of one source, at an instant; ``event_id`` is the source's name for it, for ever.

    ``kind`` and ``channel`` are open names ("order_placed", "refund", "email_opened"; "web", as
    ``CHANNELS`` has them where one fits).
    ``subject`` is the record it is about, which may come later. ``correlation`` ties events
    together: the id of an order, a cart, a ticket. ``void`` says that it does not count: a test
    order, a payment that failed. ``data`` is JSON beyond the fields, ``text`` what somebody wrote.

    ``brand`` is the shop of the account it happened in, ``reference`` the number people say for it
    (order 1001), which ``find`` looks up. ``kind`` has the names of ``timeline.kinds`` where one
    fits. A subject that the source does not say is told by other events of the same correlation.

    ``told_at`` is the time of the telling at the source: later tellings replace earlier ones.
    ``undated``: the source does not say when it happened, so ``at`` is the time of its first
    telling. ``home_id`` is set at intake, from the subject or that of its correlation, and
    ``contradicted`` where the source has told the event in two ways at one time: somebody should
    look at it there.

    Raises InputError for a part of another type, a naive time, a name that is none, text beyond
    200 characters, more than 10,000 lines, more than 1 MiB of data, and for amounts and quantities
    of 10^15 or more, or with more than 20 decimal places. Of ``text`` and titles 65,536 characters
    are taken; a longer ``text`` is cut to its head, and says so (``bounded_text``).
    """

    source: str = field(converter=source_name)
    event_id: str = field(converter=_id)
    kind: str = field(converter=_name)
    at: datetime = field(converter=utc)
    channel: str | None = field(default=None, converter=_label)
    subject: SourceKey | None = None
    amount: Money | None = None
    lines: tuple[OrderLine, ...] = ()
    correlation: str | None = field(default=None, converter=_label)
    void: bool = False
    data: Mapping[str, object] = field(factory=dict)
    text: str | None = field(default=None, converter=bounded_text)
    told_at: datetime | None = field(default=None, converter=_instant)
    undated: bool = False
    home_id: CustomerId | None = None
    brand: str | None = field(default=None, converter=_label)
    reference: str | None = field(default=None, converter=_label)
    contradicted: bool = False

    def __attrs_post_init__(self) -> None:
        """Gate the parts, the lines and the data."""
        _expect(self.subject, SourceKey, "$.subject")
        _money(self.amount, "$.amount")
        for line in self.lines:
            _expect(line, OrderLine, "$.lines")
        if len(self.lines) > MAX_LINES:
            message = f"found {len(self.lines)} lines, expected at most {MAX_LINES}"
            raise InputError(message, path="$.lines", code="too_many", limit=MAX_LINES)
        if self.data:
            gate_json(self.data, "$.data")
            length = len(canonical_json(encode(self.data, Mapping[str, object])))
            if length > MAX_DATA:
                message = f"found {length} characters of data, expected at most {MAX_DATA}"
                raise InputError(message, path="$.data", code="too_long", limit=MAX_DATA)

    def __repr__(self) -> str:
        """Show kind, source and instant: what happened, not to whom."""
        return f"<Interaction {self.kind} of {self.source} at {self.at.isoformat()}>"

    @cached_property
    def digest(self) -> str:
        """What tells two tellings of one event apart, whenever they were told."""
        told = encode(self)
        own = ("told_at", "home_id", "contradicted")
        for name in (*own, *(["at"] if self.undated else [])):
            told.pop(name, None)
        return digest(told)

    @property
    def recency(self) -> str:
        """Text that sorts the newest first: the microseconds up to the end of the year 9999."""
        return recency_text(self.at)

    @property
    def holding(self) -> str | None:
        """The same, of what tells what she bought, has or pays for; None of everything else."""
        return self.recency if self.kind in HOLDINGS else None

    @property
    def contradicted_by(self) -> str | None:
        """The source that tells the event in two ways; None where none does."""
        return self.source if self.contradicted else None


INTERACTIONS: Final = Kind(
    name="interaction",
    of=Interaction,
    key=("source", "event_id"),
    indexes=(
        Index("of_home", ("home_id",)),
        Index("by_home", ("home_id", "recency")),
        Index("by_holding", ("home_id", "holding")),
        Index("by_correlation", ("source", "correlation")),
        Index("by_reference", ("reference",)),
        Index("by_contradicted", ("contradicted_by",)),
    ),
    owner="timeline",
)
"""The rows of interactions: by home (newest first, all at once, or only what was bought),
by what they belong to, by the number people say, and those told in two ways by their source."""


def retell(held: Interaction, told: Interaction) -> Interaction:
    """Return what counts of two tellings of one event; ``held`` itself when nothing changes.

    The later telling counts; at equal times the one that says whom it is about, then the greater
    digest, so that the order of arrival makes no difference. Tellings without a time are the
    exception: there the first one stays.
    """
    timeless = told.told_at is None and held.told_at is None
    later = held if timeless else max(held, told, key=_rank)
    at = later.at
    if later.undated and not timeless:
        at = min(held.at, told.at)  # a dated telling would have been the later: both are undated
    doubted = later.contradicted
    if same_time(held, told):
        doubted = held.contradicted or told.contradicted or held.digest != told.digest
    if (at, doubted) == (later.at, later.contradicted):
        return later
    return evolve(later, at=at, contradicted=doubted)


def same_time(held: Interaction, told: Interaction) -> bool:
    """Tell whether two tellings of one event are of one time, so that neither is the later.

    One that leaves open whom it is about says less, not something else: a refund alone, and the
    same refund in its order.
    """
    return _rank(held)[:3] == _rank(told)[:3]


def _rank(told: Interaction) -> tuple[bool, datetime, bool, str]:
    """Order the tellings: one that knows when it happened beats one that does not."""
    return not told.undated, told.told_at or _START, told.subject is not None, told.digest
