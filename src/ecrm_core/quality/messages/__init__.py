"""Messages: the sentences of findings in English, Korean and Japanese, as JSON beside this file.

In a sentence "{domain}" stands for a fact; in Korean "{domain}[은/는]" is followed by the particle
its last sound asks for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ecrm_core.errors import UnknownName
from ecrm_core.quality.messages.particles import with_particle

__all__ = ["LANGUAGES", "render_message"]

LANGUAGES = ("en", "ja", "ko")
"""The languages there are sentences in."""
_NONE: Mapping[str, str] = {}
_FACT = re.compile(r"\{(\w+)\}(?:\[([^/\]]+)/([^/\]]+)\])?")


def render_message(
    key: str,
    facts: Mapping[str, str | int],
    *,
    language: str = "en",
    sentences: Mapping[str, str] = _NONE,
) -> str:
    """Return the sentence of that key with its facts; key and facts where there is none.

    ``sentences`` by language stand before the catalogues; of them English where the language has
    none.
    A fact that is a word of this library ("digits", a sign of invention) is put into the language.
    Raises UnknownName for a language there is none in.
    """
    if language not in LANGUAGES:
        raise UnknownName("language", language[:80], LANGUAGES)
    texts = catalogue(language)
    said = sentences.get(language, sentences.get("en")) or texts.get(key)
    if said is None:
        told = ", ".join(f"{name}={held}" for name, held in sorted(facts.items()))
        return f"{key}: {told}" if told else key

    def fill(found: re.Match[str]) -> str:
        word = _worded(found[1], facts.get(found[1], ""), texts)
        return with_particle(word, found[2], found[3]) if found[2] else word

    return _FACT.sub(fill, said)


def _worded(name: str, held: str | int, texts: Mapping[str, str]) -> str:
    parts = str(held).split(", ") if name == "signs" else [str(held)]
    return ", ".join(texts.get(f"{name}.{part}", part) for part in parts)


@lru_cache(maxsize=4)
def catalogue(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by key."""
    path = Path(__file__).with_name(f"{language}.json")
    found: Mapping[str, str] = json.loads(path.read_text("utf-8"))
    return found
