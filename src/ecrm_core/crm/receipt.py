"""Receipt: what taking input in came to, in counts that add up."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from ecrm_core.kernel import Applied, CustomerId, Json, html_table

__all__ = ["Judged", "Receipt", "Undo"]


@frozen(kw_only=True)
class Undo:
    """What undoes a merge: keep it, or look the edge up in the customer's view later.

    ``corrections`` are the ids of those that were written with it: the values a reviewer chose.
    """

    edge: str
    winner: CustomerId
    loser: CustomerId
    corrections: tuple[str, ...] = ()


@frozen(kw_only=True)
class Judged:
    """What became of a judgement: its id, and what it contradicts, sentence by sentence.

    It counts all the same: ``crm.contradictions()`` lists what somebody has to sort out.
    """

    judgement: str
    contradictions: tuple[str, ...] = ()


@frozen(kw_only=True)
class Receipt:
    """What came of the rows of a delivery: rows = accepted + quarantined + duplicate + erased.

    Accepted are ``created`` and ``updated`` customers' records and the ``superseded`` ones: older
    than what is known, kept as history. A ``duplicate`` states nothing new. ``erased``
    are about people who were erased: left out, with all that came with them.
    ``conflicting`` counts fields that a source stated in two ways at one time, ``statements`` the
    consents written. ``customers`` are the home ids in order of arrival (empty for a file).

    ``interactions`` came along, and interactions = recorded + retold + repeated + contradicted +
    erased_interactions: new ones, known ones in other words, ones that say nothing new, ones that
    tell a known event in another way at the same time, and those of people who were erased.

    ``claims`` counts what guests newly claim by the addresses they typed; nobody is merged by it.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    superseded: int = 0
    duplicate: int = 0
    quarantined: int = 0
    statements: int = 0
    conflicting: int = 0
    interactions: int = 0
    recorded: int = 0
    retold: int = 0
    repeated: int = 0
    contradicted: int = 0
    claims: int = 0
    erased: int = 0
    erased_interactions: int = 0
    customers: tuple[CustomerId, ...] = ()
    replayed: bool = False
    stopped: bool = False

    @property
    def accepted(self) -> int:
        """The rows that were taken in."""
        return self.created + self.updated + self.superseded

    @classmethod
    def of(cls, applied: Applied) -> Receipt:
        """Return the receipt of an applied delivery."""
        return cls.counted(applied.result, replayed=applied.replayed)

    @classmethod
    def counted(
        cls, result: Mapping[str, Json], *, replayed: bool = False, stopped: bool = False
    ) -> Receipt:
        """Return the receipt of these counts."""
        counts = {name: result.get(name, 0) for name in _COUNTS}
        customers = tuple(result.get("customers", ()))
        return cls(**counts, customers=customers, replayed=replayed, stopped=stopped)

    def __str__(self) -> str:
        """Return the equation in words."""
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        parties = (
            f"{rows} = {self.accepted} accepted + {self.quarantined} quarantined"
            f" + {self.duplicate} duplicate{_plus(self.erased)}"
            f" (accepted: {self.created} new, {self.updated} updated, {self.superseded} late)"
        )
        return "; ".join(filter(None, [parties, self._events()]))

    def _events(self) -> str:
        if not self.interactions:
            return ""
        return (
            f"interactions: {self.interactions} = {self.recorded} recorded + {self.retold} retold"
            f" + {self.repeated} repeated + {self.contradicted} contradicted"
            f"{_plus(self.erased_interactions)}"
        )

    def _repr_html_(self) -> str:
        names = ("rows", "accepted", "quarantined", "duplicate")
        return html_table(names, [[str(getattr(self, name)) for name in names]])


def _plus(erased: int) -> str:
    return f" + {erased} erased" if erased else ""


_COUNTS = ("rows", "created", "updated", "superseded", "duplicate", "quarantined", "statements",
           "conflicting", "interactions", "recorded", "retold", "repeated",
           "contradicted", "claims", "erased", "erased_interactions")  # fmt: skip
