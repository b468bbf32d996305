"""Contact points: e-mail, messenger, social account, web page; parsing and both forms.

``raw`` is what was typed, ``normalised`` what is sent to, ``match_form`` what two spellings of one
address share. A parser refuses only what no parser may be handed (InputError: more than 512
characters, NUL, lone surrogates); an address it cannot read keeps ``raw`` alone, and quality judges
it. Nothing here opens a socket.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import Enum

from attrs import frozen

from ecrm_core.customers.data import load_data
from ecrm_core.kernel import Private, fold, gate_text, nfc, squeeze

__all__ = [
    "ContactKind",
    "ContactPoint",
    "Verification",
    "VerificationState",
    "parse_email",
    "parse_handle",
]


class ContactKind(Enum):
    """The sort of address; Kakao and LINE are MESSAGING."""

    EMAIL = "email"
    PHONE = "phone"
    MESSAGING = "messaging"
    SOCIAL = "social"
    WEB = "web"


class VerificationState(Enum):
    """What is known about whether the address works."""

    UNVERIFIED = "unverified"
    CONFIRMED = "confirmed"
    BOUNCED = "bounced"
    UNREACHABLE = "unreachable"


@frozen(kw_only=True, repr=False)
class Verification(Private):
    """When (aware) and how ("double opt-in", "bounce") an address was found to work or not."""

    state: VerificationState
    at: datetime | None = None
    method: str | None = None


@frozen(kw_only=True, repr=False)
class ContactPoint(Private):
    """One way to reach a customer.

    ``normalised`` and ``match_form`` are None where ``raw`` cannot be read. ``service`` names the
    messenger or network ("kakao", "line", "instagram"), ``extension`` a phone's inner number. A
    ``relay`` (masked e-mail, virtual phone) reaches the customer and identifies nobody: it is never
    a match key. ``valid_until`` is exclusive.
    """

    kind: ContactKind
    raw: str
    normalised: str | None = None
    match_form: str | None = None
    extension: str | None = None
    service: str | None = None
    purpose: str | None = None
    preferred: bool = False
    relay: bool = False
    verification: Verification | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def identity(self) -> str:
        """What makes two statements the same contact point: kind, match form, extension.

        An address that cannot be read is known by its folded raw text.
        """
        if self.match_form is None:
            return f"{self.kind.value}:~{fold(self.raw)}"
        inner = f"#{self.extension}" if self.extension else ""
        return f"{self.kind.value}:{self.match_form}{inner}"


# ---------------------------------------------------------------- e-mail

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+{_LABEL})")
_LONGEST = 254  # RFC 5321 4.5.3.1.3, as email-validator reads it
# RFC 2142: mailbox names every host takes in any case; email-validator writes them small.
_ANY_CASE = frozenset({
    "abuse", "ftp", "hostmaster", "info", "marketing", "news", "noc", "postmaster", "sales",
    "security", "support", "usenet", "uucp", "webmaster", "www",
})  # fmt: skip
# Special-use names (RFC 6761, 6762, 7686) have the syntax of any other: whether mail can get there
# is judged by quality. The validator refuses them, so it is shown a label of equal length.
_SPECIAL = re.compile(
    r"(?<=[.。．｡])(?:arpa|invalid|local|localhost|onion|test)(?=>?\s*\Z)", re.IGNORECASE
)
# A top-level domain that ends in a digit, but is no number, has the syntax of any other too (RFC
# 3696, section 2); a label with hyphens third and fourth is left to the validator.
_DIGIT_END = re.compile(
    r"(?<=[.。．｡])(?!..--)(?=[a-z0-9-]*[a-z])[a-z0-9][a-z0-9-]{0,61}[0-9](?=>?\s*\Z)",
    re.IGNORECASE,
)
# A backslash before a character beyond ASCII is no quoted pair (RFC 6531, section 3.3).
_NO_PAIR = re.compile(r"(?:[^\\]|\\[\x20-\x7e])*\\[^\x20-\x7e]")
_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def parse_email(raw: str, path: str = "$") -> ContactPoint:
    """Return the e-mail address (RFC 5322, 6531; IDNA 2008), with its forms if it can be read.

    ``normalised`` keeps the case before the @, for only its host may say that it does not matter.
    "Kim <kim@example.com>" is read as the address in it. Raises InputError (see the module).
    """
    text = gate_text(raw, path).strip()
    parts = _plain(text) or _validated(text) or _of_carrier(text)
    if parts is None:
        return ContactPoint(kind=ContactKind.EMAIL, raw=raw)
    local, domain = parts
    return ContactPoint(
        kind=ContactKind.EMAIL,
        raw=raw,
        normalised=f"{local}@{domain}",
        match_form=_mail_match_form(local, domain),
        relay=_is_relay(domain),
    )


def _plain(text: str) -> tuple[str, str] | None:
    """Read an ordinary ASCII address as email-validator does (a law), in a tenth of its time."""
    found = _PLAIN.fullmatch(text)
    if not found or len(text) > _LONGEST:
        return None
    local, domain = found[1], found[2].lower()
    # Hyphens in a row may be punycode, and a last label ending in a digit is no top-level domain.
    if "--" in domain or domain[-1].isdigit() or local.lower() in _ANY_CASE:
        return None
    return local, domain


# Until 2009 these gave out mailboxes with dots in a row or at the end, against RFC 5322: in use.
_CARRIERS = frozenset({
    "au.com", "disney.ne.jp", "docomo.ne.jp", "emnet.ne.jp", "ezweb.ne.jp", "i.softbank.jp",
    "pdx.ne.jp", "softbank.ne.jp", "willcom.com", "ymobile.ne.jp", "d.vodafone.ne.jp",
    "h.vodafone.ne.jp", "k.vodafone.ne.jp", "n.vodafone.ne.jp", "q.vodafone.ne.jp",
    "r.vodafone.ne.jp", "s.vodafone.ne.jp", "t.vodafone.ne.jp", "c.vodafone.ne.jp",
})  # fmt: skip
_DOTTED = re.compile(r"([A-Za-z0-9_.+/?-]{1,64})@([A-Za-z0-9.-]{1,40})")


def _of_carrier(text: str) -> tuple[str, str] | None:
    """Read an address that only its dots keep from being one, of a carrier that has such."""
    found = _DOTTED.fullmatch(text)
    if found and found[1].strip(".") and found[2].lower() in _CARRIERS:
        return found[1], found[2].lower()
    return None


def _validated(text: str) -> tuple[str, str] | None:
    from email_validator import EmailNotValidError, validate_email

    if _NO_PAIR.match(text.rpartition("<")[2]):
        return None
    special = _SPECIAL.search(text) or _DIGIT_END.search(text)
    if special:
        text = text[: special.start()] + "x" * len(special[0]) + text[special.end() :]
    try:
        found = validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_display_name=True,
        )
    except EmailNotValidError:
        return None
    if special:
        return found.local_part, found.domain[: -len(special[0])] + special[0].lower()
    return found.local_part, found.domain


def _mail_match_form(local: str, domain: str) -> str:
    folded = fold(local)
    if not folded.startswith('"'):
        folded = folded.partition("+")[0] or folded  # "+tag@" has nothing before its tag
    if domain in _GMAIL:
        folded, domain = folded.replace(".", "") or folded, "gmail.com"
    # IDNA has folded the domain but for ß: straße.de and strasse.de are two hosts.
    return f"{folded}@{domain}"


def _is_relay(domain: str) -> bool:
    relays = load_data("relay_domains")
    while domain:
        if domain in relays:
            return True
        domain = domain.partition(".")[2]
    return False


# ---------------------------------------------------------------- the others

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://(?:www\.)?", re.IGNORECASE)


def parse_handle(
    kind: ContactKind, raw: str, path: str = "$", *, service: str | None = None
) -> ContactPoint:
    """Return a messenger or network account or a web page: trimmed, without a leading @.

    Handles are known by service: kim on Kakao is not kim on LINE. Raises InputError.
    """
    text = nfc(squeeze(gate_text(raw, path)))
    name = service and fold(service)
    handle = text if kind is ContactKind.WEB else text.lstrip("@ ")
    match_form = fold(_SCHEME.sub("", handle)).rstrip("/") or fold(handle)
    return ContactPoint(
        kind=kind,
        raw=raw,
        normalised=handle or None,
        match_form=(f"{name}:{match_form}" if name else match_form) or None if handle else None,
        service=name,
    )
