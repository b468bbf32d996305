"""Numbering plans: telephone numbers read by libphonenumber, ordinary ones by its tables alone.

An ordinary number is digits and signs between them, behind a + or dialled in a known country. What
its plan says of such a number is one look-up and two patterns; anything else goes to the library.
Both ways give the same answer (a law).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ecrm_core.errors import DefinitionError

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberDesc

__all__ = ["Number", "calling_code", "read_number", "type_of"]

Number = tuple[int, str, str | None]
"""Country code, national significant number, extension."""

_ORDINARY = re.compile(r"(\+?)(\(?[0-9][0-9 ()./-]{0,40}[0-9])")
_SIGNS = str.maketrans("", "", " ()./-")
_SORTS = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan",
          "voicemail", "fixed_line", "mobile")  # fmt: skip
_LONGEST = 17  # digits of a national number that libphonenumber reads


def read_number(text: str, region: str | None) -> Number | None:
    """Return the parts of a number of a possible length (ITU-T E.164), None for any other text.

    ``region`` (ISO 3166-1 alpha-2) is where it is dialled, if it does not say so itself.
    """
    if region is not None and not isinstance(region, str):
        message = f"found {type(region).__name__} as region, expected a code such as 'KR'"
        raise DefinitionError(message, code="region")
    quick = _ordinary(text, region)
    return (int(quick[0]), quick[1], None) if quick else _by_library(text, region)


def type_of(e164: str) -> str | None:
    """Return the sort of a number as libphonenumber calls it, in small letters; None: unknown."""
    digits = e164[1:]
    split = None
    if e164[:1] == "+" and digits.isascii() and digits.isdecimal():
        split = _international(digits)
    found = split and _unambiguous(*split)
    return _sort(*found) if found else _type_by_library(e164)


def calling_code(region: str) -> str | None:
    """Return the country code ("82") of a region (ISO 3166-1 alpha-2); None: it has no numbers."""
    plan = _plan_of(region)
    return plan.code if plan else None


# ---------------------------------------------------------------- by the tables


class _Plan:
    """What one region's metadata says, compiled when first asked."""

    __slots__ = (
        "_general", "_metadata", "_sorts", "code", "general", "idd", "leading", "lengths", "local",
        "prefix", "transformed",
    )  # fmt: skip

    def __init__(self, metadata: PhoneMetadata, general: PhoneNumberDesc) -> None:
        self._metadata, self._general = metadata, general
        self._sorts = dict[int, re.Pattern[str] | None]()
        self.code = str(metadata.country_code)
        self.general = _pattern(general.national_number_pattern)
        self.lengths = frozenset(general.possible_length)
        self.local = frozenset(general.possible_length_local_only)
        self.idd = _pattern(metadata.international_prefix)
        self.prefix = _pattern(metadata.national_prefix_for_parsing)
        self.transformed = bool(metadata.national_prefix_transform_rule)
        self.leading = _pattern(metadata.leading_digits)

    def sort(self, national: str) -> str | None:
        """Return the first sort whose pattern and lengths a national number fits."""
        length = len(national)
        if length not in self._sorts:
            self._sorts[length] = self._of_length(length)
        pattern = self._sorts[length]
        found = pattern.fullmatch(national) if pattern else None
        if found is None:
            return None
        if found.lastgroup == "fixed_line" and self._mobile_too(national):
            return "fixed_line_or_mobile"
        return found.lastgroup

    def _of_length(self, length: int) -> re.Pattern[str] | None:
        """Return the patterns of the sorts that have numbers of this length, as one."""
        general = self._general
        if general.possible_length and length not in general.possible_length:
            return None
        parts = [
            f"(?P<{name}>{desc.national_number_pattern})"
            for name in _SORTS
            if (desc := getattr(self._metadata, name))
            and desc.national_number_pattern
            and not (desc.possible_length and length not in desc.possible_length)
        ]
        whole = f"(?=(?:{general.national_number_pattern})\\Z)(?:{'|'.join(parts)})"
        return re.compile(whole) if parts and general.national_number_pattern else None

    def _mobile_too(self, national: str) -> bool:
        if self._metadata.same_mobile_and_fixed_line_pattern:
            return True
        mobile = self._metadata.mobile
        if mobile is None or not mobile.national_number_pattern:
            return False
        if mobile.possible_length and len(national) not in mobile.possible_length:
            return False
        return re.fullmatch(mobile.national_number_pattern, national) is not None


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None


@lru_cache(maxsize=2048)
def _plans(code: str) -> tuple[_Plan, ...]:
    """Return the plans of the regions of a country code, the main one first."""
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())
    load = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code
    found = (load(int(code), region) for region in regions)
    return tuple(plan for metadata in found if (plan := _plan(metadata)))


@lru_cache(maxsize=512)
def _plan_of(region: str) -> _Plan | None:
    import phonenumbers

    return _plan(phonenumbers.PhoneMetadata.metadata_for_region(region.upper(), None))


def _plan(metadata: PhoneMetadata | None) -> _Plan | None:
    general = metadata and metadata.general_desc
    return _Plan(metadata, general) if metadata and general else None


def _ordinary(text: str, region: str | None) -> tuple[str, str] | None:
    """Return country code and national number; None where only the library can tell."""
    found = _ORDINARY.fullmatch(text)
    if found is None:
        return None
    digits = found[2]
    if not digits.isdecimal():
        digits = digits.translate(_SIGNS)
    split = _international(digits) if found[1] else region and _dialled(digits, region)
    return _unambiguous(*split) if split else None


def _unambiguous(code: str, national: str) -> tuple[str, str] | None:
    """Return the parts if they mean one number, of a possible length; else None."""
    main = _plans(code)[0]
    length = len(national)
    if not 2 <= length <= _LONGEST or length in main.local or length not in main.lengths:
        return None
    if main.prefix and main.prefix.match(national):
        return None  # as E.164 it might be read as another number
    return code, national


def _international(digits: str) -> tuple[str, str] | None:
    if digits[0] == "0":
        return None
    for end in (1, 2, 3):  # no country code begins another one
        if _plans(digits[:end]):
            return digits[:end], digits[end:]
    return None


def _dialled(digits: str, region: str) -> tuple[str, str] | None:
    """Return a number as dialled within a region, without the national prefix (0, 1)."""
    plan = _plan_of(region)
    if plan is None or digits.startswith(plan.code) or (plan.idd and plan.idd.match(digits)):
        return None
    national = digits
    prefix = plan.prefix.match(digits) if plan.prefix else None
    if prefix:
        if plan.transformed or plan.general is None:
            return None
        rest = digits[prefix.end() :]
        kept = plan.general.fullmatch(digits) and not plan.general.fullmatch(rest)
        # What is left must have a length of its own, or nothing was a prefix.
        if not kept and len(rest) in plan.lengths and len(rest) not in plan.local:
            national = rest
        elif not kept:
            return None
    return plan.code, national


def _sort(code: str, national: str) -> str | None:
    plans = _plans(code)
    if len(plans) == 1:
        return plans[0].sort(national)
    for plan in plans:
        if plan.leading is None:
            found = plan.sort(national)
            if found:
                return found
        elif plan.leading.match(national):
            return plan.sort(national)
    return None


# ---------------------------------------------------------------- by the library


def _by_library(text: str, region: str | None) -> Number | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region and region.upper())
    except phonenumbers.NumberParseException:
        return None
    code, national = number.country_code, phonenumbers.national_significant_number(number)
    if code is None or not _has_e164(number) or not _reads_back(code, national):
        return None
    return code, national, number.extension or None


def _has_e164(number: PhoneNumber) -> bool:
    """Possible in the whole country; one short enough for its town alone must be a known one."""
    import phonenumbers

    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return phonenumbers.is_valid_number(number)
    return reason == phonenumbers.ValidationResult.IS_POSSIBLE


def _reads_back(code: int, national: str) -> bool:
    """Tell whether the E.164 form means this number: of 000-0000 in Korea it would lose a 0."""
    import phonenumbers

    region = phonenumbers.region_code_for_country_code(code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = metadata.national_prefix_for_parsing if metadata else None
    if not prefix or not re.match(prefix, national):
        return True  # nearly always; a second parse would double the time
    try:
        again = phonenumbers.parse(f"+{code}{national}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.national_significant_number(again) == national


def _type_by_library(e164: str) -> str | None:
    import phonenumbers

    try:
        found = phonenumbers.number_type(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return None
    name = phonenumbers.PhoneNumberType.to_string(found).lower()
    return None if name == "unknown" else str(name)
