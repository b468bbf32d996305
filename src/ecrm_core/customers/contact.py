"""Contact points: e-mail, phone, messenger, social account, web page; parsing and both forms.

``raw`` is what was typed, ``normalised`` what is sent to, ``match_form`` what two spellings of one
address share. A parser refuses only what no parser may be handed (InputError: more than 512
characters, NUL, lone surrogates); an address it cannot read keeps ``raw`` alone, and quality judges
it. Nothing here opens a socket.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

from attrs import frozen

from ecrm_core.customers.data import load_data
from ecrm_core.kernel import Private, fold, gate_text, nfc, squeeze

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

__all__ = [
    "ContactKind",
    "ContactPoint",
    "Verification",
    "VerificationState",
    "parse_email",
    "parse_handle",
    "parse_phone",
    "phone_type",
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
_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def parse_email(raw: str, path: str = "$") -> ContactPoint:
    """Return the e-mail address (RFC 5322, 6531; IDNA 2008), with its forms if it can be read.

    ``normalised`` keeps the case before the @, for only its host may say that it does not matter.
    "Kim <kim@example.com>" is read as the address in it. Raises InputError (see the module).
    """
    text = gate_text(raw, path).strip()
    parts = _plain(text) or _validated(text)
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


def _validated(text: str) -> tuple[str, str] | None:
    from email_validator import EmailNotValidError, validate_email

    special = _SPECIAL.search(text)
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


# ---------------------------------------------------------------- phone

_VIRTUAL_KR = re.compile(r"50\d{8,10}")


def parse_phone(raw: str, path: str = "$", *, region: str | None = None) -> ContactPoint:
    """Return the phone number (ITU-T E.164), with its forms if it is possible.

    The country comes from the number (+82, 0082), else from ``region`` (ISO 3166-1 alpha-2), else
    the number cannot be read. Possible is enough: lists of valid numbers age. Raises InputError.
    """
    text = unicodedata.normalize("NFKC", gate_text(raw, path)).strip()
    if text.startswith("00"):
        # International notation first; in Korea or Australia 00x may also be a dialled prefix.
        found = _possible(f"+{text[2:]}", None) or _possible(text, region)
    else:
        found = _possible(text, region)
    if found is None:
        return ContactPoint(kind=ContactKind.PHONE, raw=raw)
    code, national, extension = found
    return ContactPoint(
        kind=ContactKind.PHONE,
        raw=raw,
        normalised=f"+{code}{national}",
        match_form=f"{code}{national}",
        extension=extension,
        relay=code == 82 and _VIRTUAL_KR.fullmatch(national) is not None,
    )


def _possible(text: str, region: str | None) -> tuple[int, str, str | None] | None:
    """Return country code, national number and extension of a number of a possible length."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region and region.upper())
    except phonenumbers.NumberParseException:
        return None
    code, national = number.country_code, phonenumbers.national_significant_number(number)
    if code is None or not _has_e164(number) or not _reads_back(code, national):
        return None
    return code, national, number.extension or None


def _has_e164(number: PhoneNumber) -> bool:
    """Possible in the whole country; one short enough for its town alone must be a known one."""
    import phonenumbers

    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return phonenumbers.is_valid_number(number)
    return reason == phonenumbers.ValidationResult.IS_POSSIBLE


def _reads_back(code: int, national: str) -> bool:
    """Tell whether the E.164 form means this number: of 000-0000 in Korea it would lose a 0."""
    import phonenumbers

    region = phonenumbers.region_code_for_country_code(code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = metadata.national_prefix_for_parsing if metadata else None
    if not prefix or not re.match(prefix, national):
        return True  # nearly always; a second parse would double the time
    try:
        again = phonenumbers.parse(f"+{code}{national}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.national_significant_number(again) == national


def phone_type(contact: ContactPoint) -> str | None:
    """Return the sort of a readable phone number ("mobile", "fixed_line", "toll_free", ...).

    None: the lists of numbers in use hold none such. Lists age: the number may be in use all the
    same (libphonenumber's number types, in small letters).
    """
    import phonenumbers

    if contact.kind is not ContactKind.PHONE or contact.normalised is None:
        return None
    found = phonenumbers.number_type(phonenumbers.parse(contact.normalised))
    name = phonenumbers.PhoneNumberType.to_string(found).lower()
    return None if name == "unknown" else str(name)


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
