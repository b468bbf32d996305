"""Customer field: one more thing a segment may ask of a customer, and the function behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import attrs

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Money, call_plugged, plugin_fault
from ecrm_core.segmentation.customer import Loaded, facts_until
from ecrm_core.segmentation.schema import FieldType, SchemaField
from ecrm_core.segmentation.scope import Row
from ecrm_core.segmentation.values import plain

__all__ = ["CustomerField", "with_fields"]

_LOADED = ("facts", "interactions")


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@attrs.frozen(kw_only=True)
class CustomerField:
    """A field of the shop's own or a plugin's: what a segment calls it, and where it comes from.

    ``read(known, as_of)`` is pure and returns a value of the field's type, or None where it is
    missing. It is called only for segments that name the field. ``known.profile`` is always there;
    ``facts`` and ``interactions``, up to ``as_of``, where ``needs`` names them: a field with such
    needs is taken to be known as it stood at any instant, one without to have no history.

    ``origin`` is the distribution it comes from; ``Toolbox.add`` says it. Raises DefinitionError
    for needs that are none.
    """

    field: SchemaField
    read: Callable[[Loaded, datetime], object]
    needs: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    origin: str = attrs.field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a need that nothing is loaded for."""
        for need in self.needs:
            if need not in _LOADED:
                message = f"found the need {need[:80]!r}, expected {' or '.join(_LOADED)}"
                raise DefinitionError(message, code="customer_field")

    @property
    def name(self) -> str:
        """What a query calls it."""
        return self.field.name

    def value(self, known: Loaded, as_of: datetime) -> object:
        """Return the value of one customer.

        Raises PluginError when the function raises, or returns what the field cannot hold.
        """
        entry = f"the field {self.name!r}"
        found = call_plugged(self.read, known, as_of, entry=entry, origin=self.origin)
        wrong = _wrong(found, self.field)
        if wrong:
            raise plugin_fault(f"returned {wrong}", entry=entry, origin=self.origin)
        return found


def _wrong(found: object, held: SchemaField) -> str:
    """Return what is wrong with a value, in words that do not repeat it; empty: nothing."""
    kind = held.type
    if found is None or (found == () and kind is FieldType.LIST):
        lacking = not held.nullable and kind is not FieldType.LIST
        return "nothing, and the field is never missing" if lacking else ""
    currency = found.currency if isinstance(found, Money) else None
    if plain(found, kind, currency=currency) is None:
        return f"{type(found).__name__}, expected {kind.value}"
    if held.choices and found not in held.choices:
        return "a value that is none of its choices"
    return ""


def with_fields(
    row: Row, known: Loaded, fields: Iterable[CustomerField], *, as_of: datetime
) -> Row:
    """Return the row of a customer with the values of more fields. Raises PluginError."""
    fields = tuple(fields)
    if not fields:
        return row
    told = tuple(e for e in known.interactions if not e.void and e.at <= as_of)
    facts = facts_until(known.facts, as_of, told if known.interactions else None)
    seen = attrs.evolve(known, facts=facts, interactions=told)
    more: Mapping[str, object] = {held.name: held.value(seen, as_of) for held in fields}
    return Row({**row.fields, **more}, row.relations)
