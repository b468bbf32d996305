"""Phones: numbers that ring nowhere, one for each person, and the ways people write them.

Great Britain: Ofcom's numbers for drama; United States: 555-0100 to 555-0199; Germany: the numbers
for films of the Bundesnetzagentur; Korea and Japan: mobile prefixes followed by 0, which no
network has been given.
"""

from __future__ import annotations

import re
from typing import Final

from ecrm_core.demo.dice import Dice

__all__ = ["MOST", "abroad", "phone_of"]

MOST: Final = 999
"""People there are unique numbers for."""
_STEP: Final = 271  # shares no factor with 1,000
_US: Final = (
    205, 207, 208, 218, 229, 231, 252, 253, 270, 304, 308, 309, 316, 319, 337, 360, 402, 406, 409,
    417, 419, 423, 432, 434, 478, 503, 505, 507, 509, 541, 563, 570, 573, 575, 605, 608, 616, 620,
    802, 912,
)  # fmt: skip
_DE: Final = ("030 23125", "069 90009", "040 66969", "0221 4710", "089 99998")
_CODES: Final = {"GB": "44", "US": "1", "DE": "49", "KR": "82", "JP": "81"}


def phone_of(dice: Dice, number: int, country: str) -> str:
    """Return the person's number in the spelling of her country."""
    number = number * _STEP % (MOST + 1)  # so that people in a row have no numbers in a row
    if country == "GB":
        return f"{dice.pick(['07700 900', '020 7946 0', '01632 960'], 'net', number)}{number:03d}"
    if country == "US":
        last, area = divmod(number, len(_US))
        return f"({_US[area]}) 555-01{last * 4 + area % 4:02d}"
    if country == "DE":
        return f"{dice.pick(_DE, 'net', number)}{number:03d}"
    prefix = {"KR": "010", "JP": "080"}[country]
    return f"{prefix}-0{number:03d}-{dice.below(10_000, 'phone', number):04d}"


def abroad(phone: str, country: str) -> str:
    """Return a national number as it is dialled from elsewhere: +82 10-..."""
    if phone.startswith("+"):
        return phone
    national = phone if country == "US" else re.sub(r"^0", "", phone)
    return f"+{_CODES[country]} {national}"
