"""Addressed: whether a text holds one of somebody's addresses, in whatever it is wrapped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import unquote

from attrs import frozen

from ecrm_core.customers import parse_email
from ecrm_core.kernel import fold

__all__ = ["Addressed"]

_DOMAIN = re.compile(r"@([\w.-]+)")
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,128}")
# What may stand before an address and in it: each is tried as its beginning. An apostrophe within
# a word is part of a name.
_WITHIN = re.compile(r"[!#$%&*/=?^`{|}~]|(?<!\w)'")
_NUMBER = re.compile(r"\+?\d[\d\s().\-/_\u2010-\u2015\u2212·]{5,40}\d")
_NEAREST = 8  # beginnings that are tried
_LEAST = 8  # digits of a number that is told from others
_CODE = 3  # digits of a country code, at most


@frozen(kw_only=True)
class Addressed:
    """Somebody's e-mails, folded, as they are compared and sent to, and digits of her phones."""

    emails: Collection[str]
    numbers: Sequence[str]

    def held_in(self, text: str) -> bool:
        """Tell whether the text holds a whole address, a phone with its country code or without."""
        if "@" in text or "%40" in text:
            folded = fold(unquote(text) if "%" in text else text)
            if any(email in self.emails for email in _emails(folded, self._domains)):
                return True
        plain = text.replace("(0)", "")
        return any(self._is_number(found) for found in _NUMBER.findall(plain))

    @property
    def _domains(self) -> frozenset[str]:
        return frozenset(email.rpartition("@")[2] for email in self.emails)

    def _is_number(self, text: str) -> bool:
        found = "".join(str(int(char)) for char in text if char.isdigit()).lstrip("0")
        return len(found) >= _LEAST and any(
            number.endswith(found) and len(number) - len(found) <= _CODE for number in self.numbers
        )


def _emails(text: str, domains: Collection[str]) -> Iterator[str]:
    """Go through what may be an address at one of these domains, as it stands and as compared."""
    for at in _DOMAIN.finditer(text):
        domain = at[1].strip(".-_")
        before = _LOCAL.match(text[max(0, at.start() - 128) : at.start()][::-1])
        if domain not in domains or before is None:
            continue
        local = before[0][::-1]
        ends = [found.end() for found in _WITHIN.finditer(local)]
        for start in (0, *ends[-_NEAREST:]):
            email = f"{local[start:].lstrip('.')}@{domain}"
            yield email
            yield parse_email(email).match_form or email
