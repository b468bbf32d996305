"""Comparison: two serial numbers with one slip between them are probably one machine."""

from __future__ import annotations

from collections.abc import Iterable

from ecrm_core.matching import Comparison
from ecrm_serials.serial import digits_of

__all__ = ["SERIAL"]

LEVELS = ("other", "slip", "equal")


def compare(left: str, right: str) -> int:
    """Return 1 where one digit differs or two neighbours are turned round, else 0."""
    wrong = [at for at, (one, two) in enumerate(zip(left, right, strict=True)) if one != two]
    turned = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and sorted(left) == sorted(right)
    return int(len(wrong) == 1 or turned)


def halves(digits: str) -> Iterable[str]:
    """Return the first and the last five digits: one slip leaves one of them as it was."""
    return "first " + digits[:5], "last " + digits[5:]


SERIAL = Comparison(
    role="attribute:serial",
    levels=LEVELS,
    compare=compare,
    form=digits_of,
    keys=halves,
    strangers=0.00001,
)
