"""Invented: signs that nobody is meant by an entry, each weak, added up as log-odds.

People named Null, Test or Mickey exist: no sign alone decides (the weights are in signals.json, and
are assumptions). What is seen is told in words, whatever comes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from math import exp, fsum

from ecrm_core.quality.data import load_data
from ecrm_core.quality.email import disposable_host, parts_of
from ecrm_core.quality.name import has_placeholder, is_sample, is_walk, repeated
from ecrm_core.quality.party import Party, name_words
from ecrm_core.quality.phone import is_fictional, pattern_of

__all__ = ["percent", "signs_of", "weigh"]

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


def percent(odds: float) -> int:
    """Return log-odds as a probability in per cent."""
    return round(100 / (1 + exp(-odds)))


def signs_of(party: Party) -> tuple[str, ...]:
    """Return the signs an entry shows, in order, each once."""
    name = party.words
    found = {*_of_name(name), *_of_emails(party, "".join(name)), *_of_phones(party)}
    return tuple(sorted(found))


def _of_name(name: Sequence[str]) -> Iterator[str]:
    if is_walk(name):
        yield "name_walk"
    if is_sample(name):
        yield "name_sample"
    elif has_placeholder(name):
        yield "name_placeholder"
    if repeated(name):
        yield "name_repeated"


def _of_emails(party: Party, name: str) -> Iterator[str]:
    organisation = party.organisation
    legal = "".join(name_words(organisation.legal)) if organisation else ""
    for contact in party.emails:
        if contact.normalised is None:
            continue
        local, domain = parts_of(contact)
        said = name_words(local)
        bare = "".join(said)
        if bare and bare == name == legal:
            yield "same_everywhere"
        # A mailbox named like its owner says nothing the name does not say already.
        if bare != name and (is_sample(said) or is_walk(said)):
            yield "email_placeholder"
        if not contact.relay and disposable_host(domain):
            yield "email_disposable"
        if domain.endswith(_EXAMPLES):
            yield "email_example"


def _of_phones(party: Party) -> Iterator[str]:
    for contact in party.phones:
        if is_fictional(contact):
            yield "phone_fictional"
        if pattern_of(contact):
            yield "phone_pattern"
