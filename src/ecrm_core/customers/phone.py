"""Phone: numbers as contact points, and the sort of a number."""

from __future__ import annotations

import re
import unicodedata

from ecrm_core.customers.contact import ContactKind, ContactPoint
from ecrm_core.customers.numbering import calling_code, read_number, type_of
from ecrm_core.kernel import gate_text

__all__ = ["calling_code", "parse_phone", "phone_type"]

_VIRTUAL_KR = re.compile(r"50\d{8,10}")


def parse_phone(raw: str, path: str = "$", *, region: str | None = None) -> ContactPoint:
    """Return the phone number (ITU-T E.164), with its forms if it is possible.

    The country comes from the number (+82, 0082), else from ``region`` (ISO 3166-1 alpha-2), else
    the number cannot be read. Possible is enough: lists of valid numbers age. Raises InputError.
    """
    text = gate_text(raw, path)
    text = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()
    found = None
    if text.startswith("00"):
        # International notation first; in Korea or Australia 00x may also be a dialled prefix.
        found = read_number(f"+{text[2:]}", None)
    found = found or read_number(text, region)
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


def phone_type(contact: ContactPoint) -> str | None:
    """Return the sort of a readable phone number ("mobile", "fixed_line", "toll_free", ...).

    None: the lists of numbers in use hold none such. Lists age: the number may be in use all the
    same (libphonenumber's number types, in small letters).
    """
    if contact.kind is not ContactKind.PHONE or contact.normalised is None:
        return None
    return type_of(contact.normalised)
