"""Redaction: which fields and parts of a view a role sees: whole, masked, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, UnknownName

__all__ = ["MASKED", "PARTS", "VIEWER_ROLES", "RedactionPolicy", "Sight", "policy_of"]

PARTS: Final = ("who", "reach", "summary", "matters", "owned", "orders", "subscriptions",
                "segments", "contacts", "mentions", "warnings", "duplicates", "linked")  # fmt: skip
"""The parts of a view, as they stand in it."""


class Sight(Enum):
    """How something is seen; of two that hold, the last one here."""

    WHOLE = "whole"
    MASKED = "masked"
    """The first character alone."""
    HIDDEN = "hidden"
    """As if it were not there: no value, no word of where it comes from, no count."""

    def and_(self, other: Sight) -> Sight:
        """Return the stricter of two."""
        order = list(Sight)
        return max(self, other, key=order.index)


@frozen(kw_only=True)
class RedactionPolicy:
    """What one role sees of a customer.

    ``fields`` are by name ("emails", "name.full") or by the name before the first dot ("name",
    "attributes", "unmapped"); other fields are seen as ``other``. Two names are no fields of a
    record: "reference" (numbers of orders, tickets, subscriptions) and "serial" (of products).
    ``parts`` are by name (``PARTS``); those not named are whole. A value in any part that is told
    of a field is seen no better than that field. Raises UnknownName for a part there is none of.
    """

    role: str
    fields: Mapping[str, Sight] = field(factory=dict)
    other: Sight = Sight.MASKED
    parts: Mapping[str, Sight] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse a part that no view has: it would be shown."""
        for name in self.parts:
            if name not in PARTS:
                raise UnknownName("part of a view", str(name)[:80], PARTS)

    def field(self, name: str) -> Sight:
        """Return how a field is seen."""
        found = self.fields.get(name) or self.fields.get(name.partition(".")[0])
        return found or self.other

    def part(self, name: str) -> Sight:
        """Return how a part is seen."""
        return self.parts.get(name, Sight.WHOLE)


MASKED: Final = RedactionPolicy(role="masked")
"""Everything, each personal value masked: how a view shows itself where nobody says who looks."""

_CONTACTS = ("emails", "phones", "handles", "address", "addresses")
_SHOPS = ("brand", "languages", "lifecycle", "tags")

VIEWER_ROLES: Final[Mapping[str, RedactionPolicy]] = {
    policy.role: policy
    for policy in (
        RedactionPolicy(
            role="agent",
            other=Sight.WHOLE,
            fields={"national_id": Sight.MASKED, "unmapped": Sight.HIDDEN},
        ),
        RedactionPolicy(
            role="marketing",
            other=Sight.HIDDEN,
            fields={
                "name": Sight.WHOLE, "organisation": Sight.WHOLE,
                **dict.fromkeys(_SHOPS, Sight.WHOLE), **dict.fromkeys(_CONTACTS, Sight.MASKED),
            },
            parts=dict.fromkeys(("mentions", "warnings", "duplicates", "linked"), Sight.HIDDEN),
        ),
        RedactionPolicy(
            role="analyst",
            other=Sight.HIDDEN,
            fields=dict.fromkeys(_SHOPS, Sight.WHOLE),
            parts=dict.fromkeys(
                ("reach", "mentions", "warnings", "duplicates", "linked"), Sight.HIDDEN
            ),
        ),
        RedactionPolicy(role="auditor", fields=dict.fromkeys(_SHOPS, Sight.WHOLE)),
    )
}  # fmt: skip
"""The roles there are unless a shop makes its own.

``agent`` serves her: everything but what no field took in, her national id masked. ``marketing``
writes to her: name and shop fields, contact details masked, nothing about the state of the data
and nothing of what her messages say.
``analyst`` counts: shop fields and what happened, nothing that says who or where she is.
``auditor`` looks at how data is kept: everything with where it comes from, every value masked.
"""


def policy_of(role: str | RedactionPolicy) -> RedactionPolicy:
    """Return the policy of a role, or the policy itself; UnknownName for another role."""
    if isinstance(role, RedactionPolicy):
        return role
    if not isinstance(role, str):
        message = f"found {type(role).__name__}, expected a role or a RedactionPolicy"
        raise DefinitionError(message, code="role")
    found = VIEWER_ROLES.get(role)
    if found is None:
        raise UnknownName("viewer role", role[:80], tuple(VIEWER_ROLES))
    return found
