"""Rule: the check digit of a serial number is right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ecrm_core.customers import FieldValue
from ecrm_core.kernel import Json
from ecrm_core.quality import Evidence, Party, Rule, Suggestion
from ecrm_serials.serial import check_digit_of, digits_of

__all__ = ["SERIAL_CHECK", "check_digit"]


def check_digit(
    value: FieldValue, _: Party, params: Mapping[str, Json]
) -> Iterable[Evidence | Suggestion]:
    """Find a text that is no serial number, or one of which a digit is wrong."""
    digits = digits_of(str(value))
    if not digits or digits[-1] != check_digit_of(digits):
        yield Evidence(facts={"digits": params["digits"]})


SERIAL_CHECK = Rule.from_json({
    "id": "serial_check",
    "path": "attributes.serial",
    "dimension": "validity",
    "severity": "warning",
    "test": "check_digit",
    "params": {"digits": 10},
    "sentences": {
        "en": "This is not a serial number of {digits} digits with the right check digit.",
        "ko": "검사 숫자가 맞는 {digits}자리 일련번호가 아닙니다.",
        "ja": "検査数字の正しい{digits}桁の製造番号ではありません。",
    },
})  # fmt: skip
