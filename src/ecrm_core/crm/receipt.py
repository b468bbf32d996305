"""Receipt: what taking input in came to, in counts that add up."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from ecrm_core.kernel import Applied, CustomerId, Json, html_table
from ecrm_core.services import OUTCOMES

__all__ = ["Judged", "Outcomes", "Receipt", "Undo"]


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
class Outcomes:
    """What became of every item that was taken in; each came to one of six things.

    ``applied``: it changed what is known: a record or a statement, an event that is new or told in
    other words, a link that became a merge, a request for the host. ``unchanged``: there was
    nothing to write: an object about nobody, a link of two that are one. ``duplicate``: it was said
    before. ``superseded``: it is older than what is known, or counts less, and changes nothing.
    ``quarantined``: it waits for a person: input that cannot be read, a link that is blocked.
    ``rejected``: it is about somebody who was erased, and is left out for good.
    """

    applied: int = 0
    unchanged: int = 0
    duplicate: int = 0
    superseded: int = 0
    quarantined: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        """The number of items: the six together."""
        return sum(getattr(self, name) for name in OUTCOMES)

    def __str__(self) -> str:
        """Return the equation in words, without what nothing came to."""
        counts = [(getattr(self, name), name) for name in OUTCOMES]
        said = " + ".join(f"{count} {name}" for count, name in counts if count)
        return f"{_many(self.total, 'item')} = {said or 0}"


@frozen(kw_only=True)
class Receipt:
    """What came of a delivery: rows = accepted + quarantined + duplicate + kept + erased.

    Accepted are ``created`` and ``updated`` customers' records and the ``superseded`` ones: older
    than what is known, kept as history. A ``duplicate`` states nothing new. ``erased``
    are about people who were erased: left out, with all that came with them.
    ``conflicting`` counts fields that a source stated in two ways at one time, ``statements`` the
    consents written. ``customers`` are the home ids in order of arrival (empty for a file).

    ``interactions`` came along, and interactions = recorded + retold + repeated + contradicted +
    erased_interactions: new ones, known ones in other words, ones that say nothing new, ones that
    tell a known event in another way at the same time, and those of people who were erased.

    ``claims`` counts what guests newly claim by the addresses they typed; nobody is merged by it.
    ``links`` are what sources state of two parties: ``merged`` of them joined two customers,
    ``blocked`` ones are left to review as claims. ``requests`` are those by law, which wait in the
    outbox under the topic "privacy". ``kept`` counts objects about nobody: they are stored nowhere.

    ``items`` are all rows, statements, interactions, links and requests, and ``outcomes`` tells
    what became of each: items = outcomes.total.
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
    links: int = 0
    merged: int = 0
    blocked: int = 0
    requests: int = 0
    kept: int = 0
    items: int = 0
    outcomes: Outcomes = field(factory=Outcomes)
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
        outcomes = Outcomes(**{name: result.get(f"items_{name}", 0) for name in OUTCOMES})
        customers = tuple(result.get("customers", ()))
        return cls(**counts, outcomes=outcomes, customers=customers, replayed=replayed,
                   stopped=stopped)  # fmt: skip

    def __str__(self) -> str:
        """Return the equation in words."""
        about_nobody = f" + {self.kept} kept" if self.kept else ""
        parties = (
            f"{_many(self.rows, 'row')} = {self.accepted} accepted + {self.quarantined} quarantined"
            f" + {self.duplicate} duplicate{about_nobody}{_plus(self.erased)}"
            f" (accepted: {self.created} new, {self.updated} updated, {self.superseded} late)"
        )
        parts = [parties, self._events(), self._links(), self._requests()]
        if self.items > self.rows:  # else the rows say it all
            parts.append(str(self.outcomes))
        return "; ".join(filter(None, parts))

    def _links(self) -> str:
        if not self.links:
            return ""
        return f"links: {self.links}, {self.merged} merged, {self.blocked} left to review"

    def _requests(self) -> str:
        return f"{_many(self.requests, 'request')} by law" if self.requests else ""

    def _events(self) -> str:
        if not self.interactions:
            return ""
        return (
            f"interactions: {self.interactions} = {self.recorded} recorded + {self.retold} retold"
            f" + {self.repeated} repeated + {self.contradicted} contradicted"
            f"{_plus(self.erased_interactions)}"
        )

    def _repr_html_(self) -> str:
        rows = ("rows", "accepted", "quarantined", "duplicate")
        tables = [html_table(rows, [[str(getattr(self, name)) for name in rows]])]
        if self.items:
            counts = [self.items, *(getattr(self.outcomes, name) for name in OUTCOMES)]
            tables.append(html_table(("items", *OUTCOMES), [list(map(str, counts))]))
        return "".join(tables)


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _plus(erased: int) -> str:
    return f" + {erased} erased" if erased else ""


_COUNTS = ("rows", "created", "updated", "superseded", "duplicate", "quarantined", "statements",
           "conflicting", "interactions", "recorded", "retold", "repeated",
           "contradicted", "claims", "erased", "erased_interactions", "links", "merged", "blocked",
           "requests", "kept", "items")  # fmt: skip
