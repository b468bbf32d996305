"""Lists of domains: the public ones of throw-away mailboxes, read for the rule that asks them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

from ecrm_core.kernel import Json, fold

__all__ = ["DomainList", "read_domain_list"]

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")  # 10.0.0.1 is no domain
_LONGEST = 253  # characters of a domain (RFC 1035, 2.3.4)


@frozen(kw_only=True)
class DomainList:
    """Domains in order, each once, and the numbers of the lines (from 1) that are none."""

    domains: tuple[str, ...] = ()
    refused: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the parameters of a rule: ``RuleSet.with_params("email_disposable", ...)``."""
        return {"domains": list(self.domains)}


def read_domain_list(lines: Iterable[str]) -> DomainList:
    """Return the domains of a list with one a line, in small letters, Punycode where needed.

    Blank lines and remarks ("#", "//") are skipped; "*." or "@" before a domain is dropped. A line
    that is no domain is refused by its number, and the others are taken.
    """
    domains, refused = set[str](), list[int]()
    for number, line in enumerate(lines, 1):
        text = line.lstrip("\ufeff").partition("#")[0].strip()
        if not text or text.startswith("//"):
            continue
        domain = _domain(text)
        if domain is None:
            refused.append(number)
        else:
            domains.add(domain)
    return DomainList(domains=tuple(sorted(domains)), refused=tuple(refused))


def _domain(text: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    bare = fold(text).removeprefix("*.").removeprefix("@").strip(".")
    labels = [label if label.isascii() else _punycode(label) for label in bare.split(".")]
    domain = ".".join(labels)
    return domain if len(domain) <= _LONGEST and _DOMAIN.fullmatch(domain) else None


def _punycode(label: str) -> str:
    """Return a label beyond ASCII in its ASCII form (RFC 3492); "?" where a sign is no letter."""
    if not all(char == "-" or f"a{char}".isidentifier() for char in label):
        return "?"
    return f"xn--{label.encode('punycode').decode()}"
