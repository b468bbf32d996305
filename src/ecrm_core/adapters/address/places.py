"""Places: the areas, towns and districts of a country by any of their names.

"Seoul", "서울", "서울특별시" and "SEOUL" are one; a word that only says what sort of place it is
("County Cork", "Aichi-ken", 東京 for 東京都) may come or not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from attrs import field, frozen

from ecrm_core.adapters.address.countries import node_of
from ecrm_core.kernel import fold, strip_accents, words
from ecrm_core.quality.email_typo import one_slip

__all__ = ["Places", "places_of"]

_NAMES = ("sub_keys", "sub_names", "sub_lnames", "sub_lfnames", "sub_isoids")
_LONGEST = 60  # the longest name in the data has 47 letters
_SORTS = frozenset({
    "autonomous", "city", "co", "community", "county", "de", "del", "departamento", "department",
    "di", "district", "do", "emirate", "fu", "gu", "gun", "ken", "metropolitan", "municipality",
    "of", "oblast", "parish", "pref", "prefecture", "province", "provincia", "qu", "region",
    "sheng", "shi", "si", "special", "state", "the", "to", "xian",
})  # fmt: skip
_SUFFIX = re.compile(
    r"(?<=..)(?:특별자치[시도]|특별시|광역시|[시도군구都府県縣省市区區郡]|特别行政区|"
    r"(?:壮族|回族|维吾尔)?自治区)$"
)
_SHOP_CODE = re.compile(r"[a-z]{2}-?\d{1,3}")  # "JP13", "CN-11": a shop's own numbering


@frozen(kw_only=True)
class Places:
    """The places below a node: their keys by folded name, and by the name without its sort.

    A name that two places share by then has None for a key: it is known, not which one it is.
    """

    exact: Mapping[str, str] = field(hash=False)
    loose: Mapping[str, str | None] = field(hash=False)
    spelled: Mapping[str, str] = field(hash=False, repr=False)

    def __bool__(self) -> bool:
        """Tell whether the data names any place here."""
        return bool(self.exact)

    def knows(self, name: str) -> bool:
        """Tell whether the name is one of the places'; one too long to be a name is none."""
        text = fold(name[: _LONGEST + 1])
        return text in self.exact or _loose(text) in self.loose or bool(_SHOP_CODE.fullmatch(text))

    def key(self, name: str) -> str | None:
        """Return the key of the one place of that name; None: there is none, or more."""
        text = fold(name[: _LONGEST + 1])
        return self.exact.get(text) or self.loose.get(_loose(text))

    def near(self, name: str) -> str | None:
        """Return the spelling of the one name that is one slip away; None: there is none, or more.

        Short names (NSW, Ain) have too many neighbours to tell.
        """
        text = fold(name[: _LONGEST + 1])
        least = 5 if text.isascii() else 3
        if not least <= len(text) <= _LONGEST:
            return None
        found = [held for held in self.exact if len(held) >= least and one_slip(text, held)]
        keys = {self.exact[held] for held in found}
        return self.spelled[found[0]] if len(keys) == 1 else None


@lru_cache(maxsize=256)
def places_of(node: str) -> Places:
    """Return the places below a node ("KR", "KR/서울특별시"); none where the data names none."""
    exact, loose, spelled = dict[str, str](), dict[str, str | None](), dict[str, str]()
    for key, name in (*_named(node), *_aliases(node)):
        text = fold(name)
        exact.setdefault(text, key)
        spelled.setdefault(text, name)
        bare = _loose(text)
        loose[bare] = key if loose.get(bare, key) == key else None
    return Places(exact=exact, loose=loose, spelled=spelled)


def _named(node: str) -> Iterator[tuple[str, str]]:
    for data in node_of(node):
        keys = data.get("sub_keys", "").split("~")
        for kind in _NAMES:
            names = data.get(kind, "").split("~")
            yield from ((key, name) for key, name in zip(keys, names, strict=False) if name)


def _aliases(node: str) -> Iterator[tuple[str, str]]:
    yield from ((key, name) for name, key in _alias_table().get(node, {}).items())


@lru_cache(maxsize=1)
def _alias_table() -> Mapping[str, Mapping[str, str]]:
    table: Mapping[str, Mapping[str, str]] = json.loads(
        Path(__file__).with_name("aliases.json").read_text("utf-8")
    )
    return {code: held for code, held in table.items() if code != "about"}


def _loose(text: str) -> str:
    """Return a folded name without accents, signs, and the words for the sort of place."""
    found = words(strip_accents(text).replace("臺", "台"))
    bare = "".join(word for word in found if word not in _SORTS) or "".join(found)
    return _SUFFIX.sub("", bare)
