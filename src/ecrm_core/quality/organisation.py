"""Organisation: is it a name, and whose; a sole trader's name is her company's as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ecrm_core.customers import OrganisationName
from ecrm_core.customers.organisation import split_legal_form
from ecrm_core.kernel import MAX_TEXT, Json, words
from ecrm_core.quality.data import load_data
from ecrm_core.quality.evidence import Evidence, Suggestion
from ecrm_core.quality.party import Party, name_words

__all__ = ["ORGANISATION_TESTS", "is_form_alone", "is_sample_company"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_SHORT = 60  # characters of the longest placeholder, with a legal form
_ADDRESS = re.compile(r"\S{1,64}@\S+\.\S|https?://|www\.\S", re.IGNORECASE)


def _letter(value: OrganisationName, _: Party, __: Params) -> Yields:
    """Find a name of signs alone; 4711 and 7-11 are names."""
    if not any(map(str.isalnum, value.legal[:MAX_TEXT])):
        yield Evidence()


def _address(value: OrganisationName, _: Party, __: Params) -> Yields:
    """Find an e-mail or web address; "Booking.com" is a name."""
    if _ADDRESS.match(value.legal.strip()):
        yield Evidence()


def _sample(value: OrganisationName, _: Party, __: Params) -> Yields:
    if is_sample_company(value.legal):
        yield Evidence()


def is_sample_company(name: str) -> bool:
    """Tell whether a whole name says that there is no organisation, or is that of an example."""
    if len(name) > _SHORT:
        return False
    bare, form = split_legal_form(name)
    said = " ".join(words(bare))
    return said in _table("samples") or (form is None and said in _table("alone"))


@lru_cache(maxsize=2)
def _table(name: str) -> frozenset[str]:
    tables = load_data("organisation_words")[name].values()
    return frozenset(" ".join(words(entry)) for entries in tables for entry in entries) - {""}


def _only_form(value: OrganisationName, _: Party, __: Params) -> Yields:
    if is_form_alone(value.legal):
        yield Evidence()


def is_form_alone(name: str) -> bool:
    """Tell whether a name is a legal form and nothing else.

    Forms of two letters, and those that are words as well (SAS, SE), are names of real companies.
    """
    bare = name.strip(" .,").lower().replace(".", "")
    if not bare or len(name) > MAX_TEXT or (len(bare) <= 2 and bare.isascii()):
        return False
    rest, form = split_legal_form(f"- {bare}")  # a form is only split off something
    return form is not None and rest == "-"


def _person(value: OrganisationName, record: Party, _: Params) -> Yields:
    """Find a person's name that is the organisation's: a sole trader, or one box filled twice."""
    name = name_words(record.name.full) if record.name else ()
    if name and _says(name_words(split_legal_form(value.legal)[0]), name):
        yield Evidence()


def _says(legal: Sequence[str], name: Sequence[str]) -> bool:
    """Tell whether a name stands whole in another, in any order; a single word must be it."""
    if len(name) == 1 or len(legal) == 1:
        return "".join(legal) == "".join(name)
    return set(name) <= set(legal)


ORGANISATION_TESTS = {
    "name_in_company": _person,
    "organisation_is_address": _address,
    "organisation_letter": _letter,
    "organisation_only_form": _only_form,
    "organisation_sample": _sample,
}
"""The tests of this file by name."""
