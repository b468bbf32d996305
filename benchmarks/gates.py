"""Gates: what bad input costs here, beside the plain way on the same input, in milliseconds."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from email_validator import EmailNotValidError, validate_email

from ecrm_core.customers import parse_email
from ecrm_core.errors import InputError
from ecrm_core.kernel import (
    fold,
    gate_decimal,
    gate_json,
    gate_text,
    instant_text,
    nfc,
    parse_date,
    parse_json,
)

MEGABYTE = "a" * 1_000_000
MAIL = f"{'a' * 500_000}@{'b' * 499_999}"
MARKS = "a" + "\u0301\u0316" * 50_000
LIGATURES = "\ufdfa" * 1_000_000
DEEP = "[" * 100_000 + "]" * 100_000
HUGE = Decimal("1e1000000")


def milliseconds(work: Callable[[], object]) -> float:
    """Return the time of one call that may refuse, the best of some rounds within a second."""
    best, until = float("inf"), time.perf_counter() + 1
    while True:
        began = time.perf_counter()
        try:  # noqa: SIM105 - a context manager would be measured too
            work()
        except (InputError, EmailNotValidError, ValueError, RecursionError):
            pass
        now = time.perf_counter()
        best = min(best, now - began)
        if now > until:
            return best * 1000


def main(*, slow: bool) -> None:
    """Print the two times and their ratio; int() of 1e1000000 (half a minute) only when asked."""
    power = "1e1000000" if slow else "1e100000"
    rows: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("e-mail of 1 MB", lambda: parse_email(MAIL),
         lambda: validate_email(MAIL, check_deliverability=False)),
        ("e-mail of 20 characters", lambda: parse_email("kim.min@example.com"),
         lambda: validate_email("kim.min@example.com", check_deliverability=False)),
        ("100 kB of combining marks", lambda: nfc(gate_text(MARKS)),
         lambda: unicodedata.normalize("NFC", MARKS)),
        ("same, in a field of 1 MB", lambda: nfc(gate_text(MARKS, limit=1_000_000)),
         lambda: unicodedata.normalize("NFC", MARKS)),
        ("1 M of U+FDFA under NFKC", lambda: fold(gate_text(LIGATURES)),
         lambda: unicodedata.normalize("NFKC", LIGATURES)),
        (f"int of Decimal({power})", lambda: int(gate_decimal(HUGE)), lambda: int(Decimal(power))),
        ("JSON nested 100,000 deep", lambda: parse_json(DEEP), lambda: json.loads(DEEP)),
        ("text of 1 MB as a date", lambda: parse_date(MEGABYTE),
         lambda: datetime.fromisoformat(MEGABYTE)),
    ]  # fmt: skip
    print(f"{'':<30} {'here ms':>10} {'plain ms':>12} {'ratio':>12}")
    for name, ours, plain in rows:
        here, there = milliseconds(ours), milliseconds(plain)
        print(f"{name:<30} {here:>10.4f} {there:>12.3f} {there / here:>10,.0f} x")
    _what_good_input_pays()


def _what_good_input_pays() -> None:
    body = json.dumps([{"id": n, "name": "Kim", "tags": ["a", "b"]} for n in range(2_000)])
    ours, plain = milliseconds(lambda: parse_json(body)), milliseconds(lambda: json.loads(body))
    print(f"\n{'good input':<30} {'here ms':>10} {'plain ms':>12} {'ratio':>12}")
    print(f"{'JSON of 2,000 objects':<30} {ours:>10.3f} {plain:>12.3f} {plain / ours:>11.2f}x")
    value = json.loads(body)
    print(f"{'  of it the walk over values':<30} {milliseconds(lambda: gate_json(value)):>10.3f}")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for name, work in (
        ("gate_text of 20 characters", lambda: gate_text("kim.min@example.com")),
        ("gate_decimal of '12.30'", lambda: gate_decimal("12.30")),
        ("instant_text", lambda: instant_text(at)),
    ):
        many = milliseconds(lambda work=work: [work() for _ in range(1_000)])  # type: ignore[misc]
        print(f"{name:<30} {many:>10.3f} us each")


if __name__ == "__main__":
    main(slow="--slow" in sys.argv)
