"""Invented: signs that nobody is meant by an entry, each weak, added up as log-odds.

People named Null, Test or Mickey exist: no sign alone decides (the weights are in signals.json, and
are assumptions). What is seen is told in words, whatever comes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from math import exp, fsum

from ecrm_core.customers import ContactPoint
from ecrm_core.quality.data import load_data
from ecrm_core.quality.email import disposable_host, parts_of
from ecrm_core.quality.name import (
    has_placeholder,
    is_common,
    is_placeholder,
    is_sample,
    is_telling,
    is_walk,
    repeated,
)
from ecrm_core.quality.party import Party, name_words
from ecrm_core.quality.phone import is_fictional, pattern_of

__all__ = ["email_alone_decides", "percent", "signs_of", "weigh"]

_OF_EMAIL = frozenset({"email_disposable", "email_doubled", "email_example", "email_placeholder"})
_EXAMPLES = ("example.com", "example.net", "example.org")


def weigh(signs: Collection[str]) -> float:
    """Return the log-odds that an entry with these signs is invented; above 0 it probably is."""
    table = load_data("signals")
    weights: dict[str, float] = {sign: table["weights"][sign] for sign in signs}
    for group in table["groups"]:
        held = sorted((sign for sign in group if sign in weights), key=lambda s: -weights[s])
        for sign in held[1:]:
            del weights[sign]
    return fsum((table["prior"], *weights.values()))  # rounded once: one sign more is never less


@lru_cache(maxsize=1)
def email_alone_decides() -> bool:
    """Tell whether signs of e-mail alone, all of them together, could make an entry invented."""
    return weigh([sign for sign in load_data("signals")["weights"] if sign in _OF_EMAIL]) > 0


def percent(odds: float) -> int:
    """Return log-odds as a probability in per cent."""
    return round(100 / (1 + exp(-odds)))


def signs_of(party: Party) -> tuple[str, ...]:
    """Return the signs an entry shows, in order, each once."""
    found = _of_name(party.words) if is_telling(party.words) else []
    for contact in party.emails:
        if contact.normalised is not None:
            found += _of_email(contact, party)
    for contact in party.phones:
        if is_fictional(contact):
            found.append("phone_fictional")
        pattern = pattern_of(contact)
        if pattern:
            sold = pattern == "repeated" and _last(contact) not in "01"
            found.append("phone_repeated" if sold else "phone_pattern")
    return tuple(sorted(set(found))) if found else ()


def _of_name(name: Sequence[str]) -> list[str]:
    sample, common = is_sample(name), is_common(name)
    seen = {
        "name_walk": is_walk(name),
        "name_sample": sample and not common,
        "name_common": common,
        "name_placeholder": not sample and has_placeholder(name),
        "name_repeated": repeated(name),
    }
    return [sign for sign, held in seen.items() if held]


def _of_email(contact: ContactPoint, party: Party) -> list[str]:
    local, domain = parts_of(contact)
    found = list(_signs_of_host(domain, relay=contact.relay))
    said = name_words(local)
    telling = is_telling(said)
    placeholder = telling and (is_sample(said) or is_walk(said))
    doubled = domain.startswith(f"{local.lower()}.")
    organisation = party.organisation
    if not (placeholder or doubled or organisation):
        return found  # nearly always
    # A mailbox named like its owner says nothing the name does not say already.
    owned = "".join(said) == "".join(party.words) or set(party.words).issuperset(said)
    if placeholder and not owned:
        found.append("email_placeholder")
    if doubled and (not owned or (telling and (is_placeholder(said) or is_walk(said)))):
        found.append("email_doubled")
    # One word as name, mailbox and organisation: a trader of two names writes both everywhere.
    legal = name_words(organisation.legal) if organisation and len(party.words) == 1 else ()
    if owned and legal and "".join(said) == "".join(legal):
        found.append("same_everywhere")
    return found


def _last(contact: ContactPoint) -> str:
    """Return the last digit of a number: golden ones of 7 and 8 are sold, 0 and 1 are typed."""
    return (contact.normalised or contact.raw.strip())[-1:]


@lru_cache(maxsize=4096)  # by domain, never by person
def _signs_of_host(domain: str, *, relay: bool) -> tuple[str, ...]:
    seen = {
        "email_disposable": not relay and disposable_host(domain) is not None,
        "email_example": domain.endswith(_EXAMPLES),
    }
    return tuple(sign for sign, held in seen.items() if held)
