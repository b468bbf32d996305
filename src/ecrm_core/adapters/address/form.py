"""Address form: the parts of an address in a country, their order, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from ecrm_core.adapters.address.countries import FIELDS, country_of, fields_in
from ecrm_core.customers import parse_country
from ecrm_core.errors import InputError

__all__ = ["AddressForm", "address_form"]

_WORDS = {
    "area": "state_name_type",
    "locality": "locality_name_type",
    "district": "sublocality_name_type",
    "postal_code": "zip_name_type",
}


@frozen(kw_only=True)
class AddressForm:
    """What a form asks for: the parts of ``customers.Address`` by line, as an envelope shows them.

    ``required`` are the parts no address does without. ``words`` say what a part is called there
    ("prefecture", "do_si", "post_town", "zip": the words of the data, for a shop to translate).
    ``country`` is None in the form for countries nothing is known of. "district" and "sorting_code"
    are no fields of an Address: a shop writes them into a line.
    """

    country: str | None
    lines: tuple[tuple[str, ...], ...]
    required: frozenset[str]
    words: Mapping[str, str] = field(hash=False)
    postal_examples: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The parts in order, each once: Côte d'Ivoire writes its sorting code twice."""
        return tuple(dict.fromkeys(part for line in self.lines for part in line))


def address_form(country: str | None, *, latin: bool = False) -> AddressForm:
    """Return the form of a country, by code or name; the general one where nothing is known of it.

    With ``latin`` in the order of those who write it in Latin letters (Japan: the person first).
    """
    code = _code(country)
    known = country_of(code)
    data = known or country_of(None) or {}
    layout = data["lfmt"] if latin and "lfmt" in data else data["fmt"]
    lines = tuple(fields for line in layout.split("%n") if (fields := fields_in(line)))
    return AddressForm(
        country=code if known else None,
        lines=lines,
        required=frozenset(FIELDS[letter] for letter in data["require"]),
        words={part: data[key] for part, key in _WORDS.items()},
        postal_examples=tuple(held for held in data.get("zipex", "").split(",") if held),
    )


def _code(country: str | None) -> str | None:
    try:
        return parse_country(country) if country else None
    except InputError:  # what no parser may be handed names no country
        return None
