"""Relations: dated facts about a customer and somebody else: employer, household, child, contact.

Employment is a relation, so a new job or a promotion is one more fact and overwrites nothing.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import frozen

from ecrm_core.errors import InputError
from ecrm_core.kernel import Private, fold

__all__ = ["Relation", "RelationKind"]


class RelationKind(Enum):
    """What the customer is to the other one."""

    WORKS_FOR = "works_for"
    HOUSEHOLD = "household"
    PARENT_OF = "parent_of"
    CONTACT_OF = "contact_of"
    OTHER = "other"


@frozen(kw_only=True, repr=False)
class Relation(Private):
    """A customer stands in a relation to another, from a day until (and without) another day.

    ``other`` is a source key as text ("shop/1234") or a customer id; ``other_name`` is all that is
    known where the source names nobody by key. ``role`` is what the customer does there ("buyer"),
    ``title`` what stands on her card ("Head of Purchasing").
    """

    kind: RelationKind
    other: str | None = None
    other_name: str | None = None
    role: str | None = None
    title: str | None = None
    from_on: date | None = None
    until_on: date | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a relation to nobody (InputError)."""
        if not self.other and not self.other_name:
            message = "found neither a key nor a name, expected whom the relation is to"
            raise InputError(message, path="$.other", code="relation_to_nobody")

    @property
    def identity(self) -> str:
        """What makes two statements the same fact: kind, the other one, role, title and start.

        The end is not part of it: a job that ends is the same job.
        """
        start = self.from_on.isoformat() if self.from_on else ""
        other = self.other or f"~{fold(self.other_name or '')}"
        parts = (self.kind.value, other, fold(self.role or ""), fold(self.title or ""), start)
        return "|".join(part.replace("|", "||") for part in parts)
