"""Guessing roles: from what a header says and what the first values look like, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from attrs import evolve, frozen

from ecrm_core.customers.fieldmap_looks import LOOKS, Looks, looks_of
from ecrm_core.customers.fieldmap_words import Header, read_header
from ecrm_core.customers.roles import named_role, role_of
from ecrm_core.customers.table import Table, columns_of, text_of

__all__ = ["Guess", "guess_roles"]

_SAMPLE, _ROWS = 200, 2_000
_MOST, _HALF = 0.8, 0.5
_ADDRESSES = frozenset({"email", "phone"})
# Roles whose values are words: a column of addresses under such a header is misnamed.
_WORDS = frozenset({
    "full_name", "given_name", "family_name", "kana", "organisation", "street", "city", "area",
    "country",
})  # fmt: skip


@frozen(kw_only=True)
class Guess:
    """One column's role as guessed: how sure (0 to 1), and why. Holds no value of the data."""

    column: str
    role: str
    confidence: float
    why: str


def guess_roles(table: Table) -> tuple[Guess, ...]:
    """Return a guess for each column, in order; no role that takes one column is given twice."""
    columns = columns_of(table)
    ours = all(map(named_role, columns))
    headers = {name: _literal(name) if ours else read_header(name) for name in columns}
    guesses = []
    for at, (name, values) in enumerate(columns.items(), start=1):
        texts = filter(None, (text_of(value)[:512] for value in islice(values, _ROWS)))
        guesses.append(_guess(name, at, headers[name], looks_of(islice(texts, _SAMPLE))))
    return tuple(_single(guesses if ours else _beside_family(guesses)))


def _literal(column: str) -> Header:
    """Return the role a column is called by, where all of them are, as in an export of ours."""
    header, role = read_header(column), named_role(column)
    return header if header.role == role else Header(role, 0.9, "every header is a role")


def _guess(column: str, at: int, header: Header, looks: Looks) -> Guess:
    if header.role is None:
        return _by_values(column, at, header, looks)
    role, sure, why = header.role, header.confidence, header.why
    share, other = looks.share(role), looks.best
    agrees = share is not None and share >= _MOST
    differs = share is not None and share < _HALF
    if agrees:
        sure, why = min(0.99, sure + 0.09), f"{why}; {_percent(share, role)}"
    elif differs or (role in _WORDS and other in _ADDRESSES):
        found = dict.fromkeys(look for look in (role, other) if look and look in LOOKS)
        seen = ", ".join(_percent(looks.share(look), look) for look in found)
        sure, why = 0.3, f"{why}, BUT {seen}"
    return Guess(column=column, role=role, confidence=sure, why=why)


def _percent(share: float | None, look: str) -> str:
    return f"{share or 0:.0%} of the values look like {LOOKS[look]}"


def _by_values(column: str, at: int, header: Header, looks: Looks) -> Guess:
    found = looks.best
    share = looks.share(found) if found else None
    if found is None or share is None or share < _MOST or header.why:
        return _attribute(column, at, header.why or "nothing is known about it: kept as it is")
    if found == "birth_date":
        return _attribute(column, at, "dates, but nothing says of what: kept as they are")
    return Guess(column=column, role=found, confidence=0.7, why=_percent(share, found))


def _attribute(column: str, at: int, why: str) -> Guess:
    name = column.strip() or f"column {at}"
    return Guess(column=column, role=f"attribute:{name}", confidence=0.0, why=why)


def _beside_family(guesses: list[Guess]) -> list[Guess]:
    """Take a "name" (이름) that stands beside a family name, with no given name, as that."""
    roles = [guess.role for guess in guesses]
    if "family_name" not in roles or "given_name" in roles or roles.count("full_name") != 1:
        return guesses
    at = roles.index("full_name")
    why = f"{guesses[at].why}, but stands beside a family name"
    guesses[at] = evolve(guesses[at], role="given_name", confidence=0.6, why=why)
    return guesses


def _single(guesses: list[Guess]) -> list[Guess]:
    """Give a role that takes one column to the surest guess, the first of equals."""
    best: dict[str, Guess] = {}
    for guess in guesses:
        if guess.role not in best or guess.confidence > best[guess.role].confidence:
            best[guess.role] = guess
    return [
        guess if guess is best[guess.role] or role_of(guess.role).many else _second(guess, at, best)
        for at, guess in enumerate(guesses, start=1)
    ]


def _second(guess: Guess, at: int, best: Mapping[str, Guess]) -> Guess:
    winner = best[guess.role].column
    return _attribute(guess.column, at, f"{winner!r} is already the {guess.role}: kept as it is")
