"""E-mail: is the address one, does it say more than that, is its domain what it seems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

from attrs import evolve

from ecrm_core.customers import ContactPoint, parse_email
from ecrm_core.kernel import Json
from ecrm_core.quality.data import load_data
from ecrm_core.quality.email_typo import hint_of
from ecrm_core.quality.evidence import FOUND, Evidence, Suggestion
from ecrm_core.quality.party import Party

__all__ = ["EMAIL_TESTS", "disposable_host", "has_no_mail", "has_stray_dots", "is_role", "parts_of"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_MAX_LOCAL = 64  # RFC 5321 4.5.3.1.1, in octets
# Special-use names no mail gets to: RFC 6761, 6762, 7686; and the eleven for trying out
# internationalised names, "test" in as many scripts (IANA root zone, reserved in 2007).
_NO_MAIL = frozenset({
    "arpa", "invalid", "local", "localhost", "onion", "test",
    "xn--0zwm56d", "xn--11b5bs3a9aj6g", "xn--80akhbyknj4f", "xn--9t4b11yi5a", "xn--deba0ad",
    "xn--g6w251d", "xn--hgbk6aj7f53bba", "xn--hlcj6aya9esc7a", "xn--jxalpdlp", "xn--kgbechtv",
    "xn--zckzah",
    "测试", "परीक्षा", "испытание", "테스트", "טעסט", "測試", "آزمایشی", "பரிட்சை", "δοκιμή",
    "إختبار", "テスト",
})  # fmt: skip


def parts_of(contact: ContactPoint) -> tuple[str, str]:
    """Return what stands before and behind the last @: small letters behind it."""
    if contact.normalised is not None:
        local, _, domain = contact.normalised.rpartition("@")
        return local, domain  # small letters already
    local, _, domain = contact.raw.strip().rpartition("@")
    return local, domain.lower()


def has_no_mail(domain: str) -> bool:
    """Tell whether a domain is below a special-use name that no mail gets to."""
    return domain.rpartition(".")[2] in _NO_MAIL


def has_stray_dots(address: str) -> bool:
    """Tell whether dots stand in a row, or first or last, before the @ (RFC 5322: nowhere)."""
    return ".." in address or ".@" in address or address[:1] == "."


def is_role(local: str) -> bool:
    """Tell whether a mailbox name is that of a function (RFC 2142 and custom)."""
    return local.partition("+")[0].lower() in _role_names()


@lru_cache(maxsize=1)
def _role_names() -> frozenset[str]:
    return frozenset(load_data("role_names")["names"])


def disposable_host(domain: str, more: AbstractSet[str] = frozenset()) -> str | None:
    """Return the listed host of throw-away mailboxes the domain is, or is below; None: none."""
    return (_host_among(domain, more) if more else None) or _known_host(domain)


@lru_cache(maxsize=4096)  # by domain, never by person
def _known_host(domain: str) -> str | None:
    return _host_among(domain, _disposable_domains())


def _host_among(domain: str, hosts: AbstractSet[str]) -> str | None:
    for spelling in dict.fromkeys((domain, _punycode(domain))):
        host = spelling
        while "." in host:
            if host in hosts:
                return host
            host = host.partition(".")[2]
    return None


@lru_cache(maxsize=1)
def _disposable_domains() -> frozenset[str]:
    return frozenset(load_data("disposable_domains")["domains"])


def _punycode(domain: str) -> str:
    """Return a domain as lists write it: labels beyond ASCII in Punycode (RFC 3492)."""
    if domain.isascii():
        return domain
    labels = domain.split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )


def _syntax(value: ContactPoint, _: Party, __: Params) -> Yields:
    return FOUND if value.normalised is None else ()


def _special_use(value: ContactPoint, _: Party, __: Params) -> Yields:
    if value.normalised is None or not has_no_mail(value.normalised):
        return ()
    return (Evidence(facts={"ending": value.normalised.rpartition(".")[2]}),)


def _wrapped(value: ContactPoint, _: Party, __: Params) -> Yields:
    """Find spaces around the address, or brackets: what is meant is certain."""
    raw = value.raw
    if value.normalised is None or (raw[:1] != "<" and raw == raw.strip()):
        return ()
    meant = Suggestion(value=evolve(value, raw=value.normalised), confidence=1.0, automatic=True)
    return (Evidence(), meant)


def _quoted(value: ContactPoint, _: Party, __: Params) -> Yields:
    """Find what many systems refuse: quotes the standards allow, and dots they do not."""
    if value.normalised is not None and has_stray_dots(value.normalised):
        return (Evidence(message="email_dots"),)
    if '"' not in value.raw or value.normalised is None:
        return ()
    return FOUND if '"' in value.raw.rpartition("@")[0].rpartition("<")[2] else ()


def _long(value: ContactPoint, _: Party, params: Params) -> Yields:
    longest = int(params.get("longest", _MAX_LOCAL))
    if value.normalised is None or len(value.normalised) * 4 <= longest:
        return ()  # four octets a character at the most (RFC 3629)
    local = len(parts_of(value)[0].encode())
    return (Evidence(facts={"longest": longest}),) if local > longest else ()


def _typo(value: ContactPoint, _: Party, __: Params) -> Yields:
    local, domain = parts_of(value)
    hint = hint_of(domain) if local else None
    if hint is None:
        return ()
    found = Evidence(facts={"domain": hint.domain if hint.known else f".{hint.ending}"})
    meant = parse_email(f"{local}@{hint.domain}")
    if meant.normalised is None:
        return (found,)
    return (found, Suggestion(value=meant, confidence=hint.confidence))


def _disposable(value: ContactPoint, _: Party, params: Params) -> Yields:
    if value.relay:
        return ()
    host = disposable_host(parts_of(value)[1], frozenset(params.get("domains", ())))
    return () if host is None else (Evidence(facts={"domain": host}),)


def _role(value: ContactPoint, _: Party, __: Params) -> Yields:
    return FOUND if value.normalised is not None and is_role(parts_of(value)[0]) else ()


def _relay(value: ContactPoint, _: Party, __: Params) -> Yields:
    return FOUND if value.relay else ()


EMAIL_TESTS = {
    "email_disposable": _disposable,
    "email_long": _long,
    "email_quoted": _quoted,
    "email_relay": _relay,
    "email_role": _role,
    "email_special_use": _special_use,
    "email_syntax": _syntax,
    "email_typo": _typo,
    "email_wrapped": _wrapped,
}
"""The tests of this file by name."""
