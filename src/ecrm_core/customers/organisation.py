"""Names of organisations, and the legal forms people write before or behind them."""

from __future__ import annotations

import re

from attrs import frozen

from ecrm_core.kernel import MAX_TEXT, Private, gate_text, nfc, squeeze

__all__ = ["OrganisationName", "parse_organisation", "split_legal_form"]

# Letters of a form (dots, commas and spaces are free) and how it is usually written.
_BEHIND = {
    "aps": "ApS", "co": "Co.", "coltd": "Co., Ltd.", "colimited": "Co., Ltd.",
    "companylimited": "Co., Ltd.", "corp": "Corp.", "corporation": "Corp.", "gmbh": "GmbH",
    "gmbh&cokg": "GmbH & Co. KG", "gmbhundcokg": "GmbH & Co. KG", "inc": "Inc.",
    "incorporated": "Inc.", "kft": "Kft.", "limited": "Ltd", "llc": "LLC", "llp": "LLP",
    "ltd": "Ltd", "ltda": "Ltda", "oyj": "Oyj", "plc": "PLC", "privatelimited": "Pvt. Ltd.",
    "pteltd": "Pte. Ltd.", "ptyltd": "Pty Ltd", "ptylimited": "Pty Ltd", "pvtltd": "Pvt. Ltd.",
    "sarl": "SARL", "spzoo": "Sp. z o.o.", "srl": "S.r.l.", "sro": "s.r.o.",
}  # fmt: skip
# Forms that are words as well ("Day Spa"): with dots, in capitals or as usually written only.
_BEHIND_STRICT = {
    "ab": "AB", "ag": "AG", "as": "AS", "a/s": "A/S", "bv": "B.V.", "ek": "e.K.", "kg": "KG",
    "lp": "LP", "nv": "N.V.", "ohg": "OHG", "oy": "Oy", "sa": "S.A.", "sas": "S.A.S.", "se": "SE",
    "sl": "S.L.", "spa": "SpA", "ug": "UG",
}  # fmt: skip
_EITHER_SIDE = {
    "주식회사": "주식회사", "(주)": "주식회사", "㈜": "주식회사", "유한회사": "유한회사",
    "(유)": "유한회사", "유한책임회사": "유한책임회사", "합자회사": "합자회사",
    "합명회사": "합명회사", "(재)": "재단법인", "재단법인": "재단법인", "(사)": "사단법인",
    "사단법인": "사단법인", "株式会社": "株式会社", "(株)": "株式会社", "㈱": "株式会社",
    "有限会社": "有限会社", "(有)": "有限会社", "㈲": "有限会社", "合同会社": "合同会社",
    "(同)": "合同会社", "合資会社": "合資会社", "合名会社": "合名会社",
    "股份有限公司": "股份有限公司", "有限责任公司": "有限责任公司", "有限公司": "有限公司",
}  # fmt: skip
_SIDE = "|".join(re.escape(form) for form in sorted(_EITHER_SIDE, key=lambda f: (-len(f), f)))
_BEFORE = re.compile(rf"({_SIDE})\s*(.+)")
_AFTER = re.compile(rf"(.+?)\s*({_SIDE})")
_BRACKETS = str.maketrans("（）", "()")
_FREE = re.compile(r"[\s.,]")
_LONGEST = 4  # words of "Sp. z o. o."


@frozen(kw_only=True, repr=False)
class OrganisationName(Private):
    """An organisation's name: ``legal`` as stated, the name it trades under, its legal form."""

    legal: str
    trading: str | None = None
    legal_form: str | None = None


def parse_organisation(raw: str, path: str = "$") -> OrganisationName | None:
    """Return the name as written, in NFC with single spaces, its form beside it; None for blank.

    Raises InputError for text of more than 512 characters, NUL and lone surrogates.
    """
    legal = nfc(squeeze(gate_text(raw, path)))
    if not legal:
        return None
    return OrganisationName(legal=legal, legal_form=split_legal_form(legal)[1])


def split_legal_form(name: str) -> tuple[str, str | None]:
    """Return the name without its legal form, and the form as usually written (or None).

    For comparison only: what is stored keeps every letter. A name that is nothing but a form, or
    of more than 512 characters, comes back whole.
    """
    if len(name) > MAX_TEXT:
        return name, None
    text = squeeze(name)
    return _east(text) or _west(text) or (text, None)


def _east(text: str) -> tuple[str, str] | None:
    if text.isascii():
        return None
    text = text.translate(_BRACKETS)
    before = _BEFORE.fullmatch(text)
    if before:
        return before[2], _EITHER_SIDE[before[1]]
    after = _AFTER.fullmatch(text)
    return (after[1], _EITHER_SIDE[after[2]]) if after else None


def _west(text: str) -> tuple[str, str] | None:
    words = text.split(" ")
    # The longest form first: "Pty Ltd" is more than "Ltd". One word at least is the name.
    for count in range(min(_LONGEST, len(words) - 1), 0, -1):
        form = _form(" ".join(words[-count:]))
        if form:
            return " ".join(words[:-count]).rstrip(" ,"), form
    return None


def _form(tail: str) -> str | None:
    key = _FREE.sub("", tail).lower()
    form = _BEHIND_STRICT.get(key)
    if form is None:
        return _BEHIND.get(key)
    return form if "." in tail or tail.isupper() or tail == form else None
