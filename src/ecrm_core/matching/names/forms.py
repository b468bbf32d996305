"""Forms of names beyond plain letters: one character for its variants, one legal form a kind."""

from __future__ import annotations

import re
from functools import lru_cache

from ecrm_core.kernel import script_of, strip_accents
from ecrm_core.matching.names.data import table
from ecrm_core.matching.names.latin import latin_of

__all__ = ["organisation_form", "person_form"]

_UNSPACED = frozenset({"hangul", "han", "kana"})
# In brackets before or after the name; the brackets are spaces by then.
_SHORT = re.compile(r"(?<!\S)[株有주유](?!\S)")
_SHORTS = {"株": "株式会社", "有": "有限会社", "주": "주식회사", "유": "유한회사"}
_GLUED = re.compile(
    r"(株式会社|有限会社|合同会社|주식회사|유한회사|股份有限公司|有限责任公司|有限公司)"
)


def person_form(key: str) -> str:
    """Return the form of a folded name without signs: plain ASCII as it is; idempotent.

    Cyrillic and Greek in Latin letters, Latin without accents; Hangul, kana and Chinese characters
    without spaces, and of characters that are written in more than one way always the same.
    """
    if key.isascii():
        return key
    if script_of(key) not in _UNSPACED:
        return " ".join(strip_accents(latin_of(key)).split())
    return key.replace(" ", "").translate(_variants())


def organisation_form(words: str) -> str:
    """Return folded words with every legal form in its one spelling; idempotent."""
    if not words.isascii():
        words = " ".join(_GLUED.sub(r" \1 ", words.translate(_variants())).split())
        words = _SHORT.sub(lambda found: _SHORTS[found[0]], words)
    said, before = latin_of(f" {words} "), ""
    pattern, forms = _legal_forms()
    while said != before:  # company ltd is co ltd, and that is ltd
        said, before = pattern.sub(lambda found: f" {forms[found[1]]}", said), said
    return " ".join(said.split())


@lru_cache(maxsize=1)
def _variants() -> dict[int, str]:
    return {ord(variant): said for variant, said in table("variants").items()}


@lru_cache(maxsize=1)
def _legal_forms() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds a legal form, the longest first, and how each is written."""
    forms = {latin_of(each): said for each, said in table("legal_forms").items()}
    longest = sorted(forms, key=lambda each: (-len(each), each))
    return re.compile(rf" ({'|'.join(map(re.escape, longest))})(?= )"), forms
