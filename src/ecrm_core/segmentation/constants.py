"""Constants: what the source made of rules may name: a few things of ours, and values of rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from attrs import field, frozen

from ecrm_core.kernel import Money, nfc
from ecrm_core.segmentation.values import text_form

__all__ = ["Constants"]


_WORD = re.compile(r"[A-Za-z_]\w*")


def _has_text(items: Sequence[object], wanted: str) -> bool:
    return any(
        (nfc(item) if type(item) is str else text_form(item)) == wanted
        for item in items
        if isinstance(item, str)
    )


def _no_text(items: Sequence[object]) -> bool:
    return not any(isinstance(item, str) for item in items)


def _given() -> dict[str, object]:
    return {
        "__builtins__": {}, "UTC": UTC, "Decimal": Decimal, "Money": Money, "bool": bool,
        "date": date, "datetime": datetime, "enumerate": enumerate, "float": float,
        "has_text": _has_text, "int": int, "len": len, "list": list, "nfc": nfc,
        "no_text": _no_text, "str": str, "tuple": tuple, "type": type,
    }  # fmt: skip


@frozen(repr=False)
class Constants:
    """The names of the source. Text of a user stands among the values, never in the source."""

    held: dict[str, object] = field(factory=_given)

    def add(self, value: object) -> str:
        """Return the name of a value."""
        name = f"k{len(self.held)}"
        self.held[name] = value
        return name

    def function(self, name: str, argument: str, lines: Iterable[str]) -> list[str]:
        """Return the lines of a function; what it names are defaults, the fastest to look up."""
        body = [f" {line}" for line in lines]
        used = sorted({word for line in body for word in _WORD.findall(line)} & self.held.keys())
        given = "".join(f", {each}={each}" for each in used)
        return [f"def {name}({argument}{given}):", *body]
