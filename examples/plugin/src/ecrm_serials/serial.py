"""Serial: 2019-00417-2 is the year, the number within the year, and a check digit."""

from __future__ import annotations

import re

__all__ = ["check_digit_of", "digits_of"]


def digits_of(text: str) -> str:
    """Return the ten digits of a serial number, however it is written; empty: it is none."""
    digits = re.sub(r"[\s.\-/]", "", text)
    return digits if re.fullmatch(r"[0-9]{10}", digits) else ""


def check_digit_of(digits: str) -> str:
    """Return what the tenth digit should be: 3 and 1 in turn times the other nine, modulo 10."""
    weights = (3, 1) * 5
    return str(sum(w * int(d) for w, d in zip(weights, digits[:9], strict=False)) % 10)
