"""Find: customers by whatever somebody types, ranked, each with the reason; never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from ecrm_core.customers import HOMES, OrganisationName, PersonName
from ecrm_core.kernel import CustomerId, Private, gate_limit, gate_text, mask
from ecrm_core.ports import Store, read_groups, read_profiles
from ecrm_core.services.find_exact import Clue, by_addresses, by_ids
from ecrm_core.services.find_names import (
    by_email,
    by_name,
    by_phone,
    by_slip,
    by_sound,
    by_words,
)

__all__ = ["Hit", "find_customers"]

_KEYS: Final = 8  # that a customer has of one sort: so a page of so many times the limit fills it


@frozen(kw_only=True, repr=False)
class Hit(Private):
    """One customer found: by what, exactly or not, and why.

    ``by`` is "id", "external id", "reference", "email", "phone", "handle", "name" or "romanised";
    ``why`` says in words what the text has to do with her.
    """

    customer: CustomerId
    by: str
    exact: bool
    name: PersonName | None = None
    organisation: OrganisationName | None = None
    why: str = ""

    @property
    def shown(self) -> str:
        """The name of the person, else of the organisation; personal data."""
        if self.name is not None:
            return self.name.full
        return self.organisation.legal if self.organisation is not None else ""

    def __repr__(self) -> str:
        """Show the id and how it was found."""
        return f"<Hit {self.customer}: {self.by}{'' if self.exact else ', in part'}>"

    def __str__(self) -> str:
        """Show the id, the masked name and how it was found."""
        return self.told(mask(self.shown))

    def told(self, name: str) -> str:
        """Return one line with this name in it: the id, the name, by what she was found and why."""
        return f"{self.customer}  {name}  {self.by}: {self.why}"


def find_customers(
    store: Store,
    text: str,
    *,
    limit: int = 20,
    region: str | None = None,
    brand: str | None = None,
) -> tuple[Hit, ...]:
    """Return customers ranked by how they were found, as ``Way`` has it; ties by key, then id.

    Exact keys come first: id, id at a source, number of an order or a ticket, address. Names, and
    parts of addresses, are looked for where the text is nobody's address; a name with one letter
    otherwise only where nothing else is found. ``region`` reads phones without a country code.
    ``brand`` leaves those of whom no record, and not the event found, names that shop.

    Raises InputError for text that the gates refuse, DefinitionError for a limit below 1.
    """
    gate_limit(limit)
    clues = _clues(store, gate_text(text).strip(), min(limit * _KEYS, 10_000), region)
    found: dict[CustomerId, Clue] = {}
    seen: set[CustomerId] = set()
    while len(found) < limit and (some := _fresh(clues, seen, limit)):
        found |= {root: clue for root, clue in _with_roots(store, some, brand).items()
                  if root not in found}  # fmt: skip
    ranked = list(found.items())[:limit]
    profiles = read_profiles(store, [root for root, _ in ranked])
    hits = []
    for root, clue in ranked:
        who = profiles.get(root)
        hits.append(Hit(
            customer=root, by=clue.way.by, exact=clue.way.exact, why=clue.way.why,
            name=who.name if who else None, organisation=who.organisation if who else None,
        ))  # fmt: skip
    return tuple(hits)


def _clues(store: Store, text: str, many: int, region: str | None) -> Iterator[Clue]:
    """Go through homes, best first; a stage is asked when those before did not fill the answer."""
    if not text:
        return
    known = list(by_ids(store, text))
    held = list(by_addresses(store, text, region))
    yield from (*known, *held)
    if held:
        return
    anybody = bool(known)
    always, otherwise = _STAGES if "@" not in text else _STAGES_OF_EMAIL
    for stage in (*always, *otherwise):
        if stage in always or not anybody:
            for clue in stage(store, text, many):
                anybody = True
                yield clue


_STAGES: Final = ((by_name, by_email, by_phone, by_sound), (by_words, by_slip))
_STAGES_OF_EMAIL: Final = ((by_email,), ())


def _fresh(clues: Iterator[Clue], seen: set[CustomerId], limit: int) -> list[Clue]:
    """Take the next clues that lead to other homes than those before."""
    found: list[Clue] = []
    while len(found) < limit and (clue := next(clues, None)) is not None:
        if clue.home not in seen:
            seen.add(clue.home)
            found.append(clue)
    return found


def _with_roots(store: Store, clues: list[Clue], brand: str | None) -> dict[CustomerId, Clue]:
    """Return the customers the clues lead to, each with the first; of one shop alone if asked."""
    homes = store.get_many(HOMES, [(clue.home,) for clue in clues])
    roots: dict[CustomerId, Clue] = {}
    for clue in clues:
        stored = homes.get((clue.home,))
        if stored is not None:
            roots.setdefault(stored.value.root_id, clue)
    if brand is None:
        return roots
    there = _of_brand(store, roots, brand)
    return {root: clue for root, clue in roots.items() if clue.brand == brand or root in there}


def _of_brand(store: Store, roots: Iterable[CustomerId], brand: str) -> set[CustomerId]:
    groups = read_groups(store, list(roots))
    return {
        root
        for root, group in groups.items()
        if any(record.value("brand") == brand for record in group.records.values())
    }
