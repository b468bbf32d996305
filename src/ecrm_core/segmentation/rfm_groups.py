"""RFM groups: the eleven names for the 125 cells of three scores, as marketing tools share them.

The map is the widely used one. It names every cell once, and that is all it promises: a better
score does not always make a better group (443 needs attention, 344 is loyal), and who bought once
and long ago may be a new customer (311).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

__all__ = ["RFM_CELLS", "RfmGroup"]


class RfmGroup(Enum):
    """The eleven groups; the value is what a segment calls it."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL_LOYALIST = "potential_loyalist"
    NEW_CUSTOMERS = "new_customers"
    PROMISING = "promising"
    NEED_ATTENTION = "need_attention"
    ABOUT_TO_SLEEP = "about_to_sleep"
    AT_RISK = "at_risk"
    CANNOT_LOSE_THEM = "cannot_lose_them"
    HIBERNATING = "hibernating"
    LOST = "lost"

    @property
    def label(self) -> str:
        """The name for people: "Cannot Lose Them"."""
        return self.value.replace("_", " ").title()


_GROUPS: Final[Mapping[RfmGroup, str]] = {
    RfmGroup.CHAMPIONS: "555 554 545 544 455 454 445",
    RfmGroup.LOYAL: "543 444 435 355 354 345 344 335",
    RfmGroup.POTENTIAL_LOYALIST: "553 552 551 542 541 533 532 531 453 452 451 442 441 433 432 431"
    " 423 353 352 351 342 341 333 323",
    RfmGroup.NEW_CUSTOMERS: "512 511 422 421 412 411 311",
    RfmGroup.PROMISING: "525 524 523 522 521 515 514 513 425 424 415 414 413 315 314 313",
    RfmGroup.NEED_ATTENTION: "535 534 443 434 343 334 325 324",
    RfmGroup.ABOUT_TO_SLEEP: "331 321 312 251 241 231 221 213",
    RfmGroup.AT_RISK: "255 254 253 252 245 244 243 242 235 234 225 224 153 152 145 143 142 135 134"
    " 133 125 124",
    RfmGroup.CANNOT_LOSE_THEM: "215 214 155 154 144 115 114 113",
    RfmGroup.HIBERNATING: "332 322 233 232 223 222 212 211 132 123 122",
    RfmGroup.LOST: "151 141 131 121 112 111",
}
RFM_CELLS: Final[Mapping[str, RfmGroup]] = {
    cell: group for group, cells in _GROUPS.items() for cell in cells.split()
}
"""The group of each of the 125 cells: "543" is recency 5, frequency 4, monetary 3."""
