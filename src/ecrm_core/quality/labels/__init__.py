"""Labels: the words of reports in English, Korean and Japanese, as JSON beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from attrs import field, frozen

from ecrm_core.errors import UnknownName
from ecrm_core.quality.messages import LANGUAGES

__all__ = ["Labels", "labels_of"]


@frozen
class Labels:
    """The words of one language by key."""

    language: str
    words: Mapping[str, str] = field(repr=False, hash=False)

    def __getitem__(self, key: str) -> str:
        """Return the word of that key."""
        return self.words[key]


@lru_cache(maxsize=4)
def labels_of(language: str) -> Labels:
    """Return the words of a language; UnknownName for one there are none in."""
    if language not in LANGUAGES:
        raise UnknownName("language", language[:80], LANGUAGES)
    path = Path(__file__).with_name(f"{language}.json")
    words: Mapping[str, str] = json.loads(path.read_text("utf-8"))
    return Labels(language, words)
