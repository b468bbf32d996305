"""Scene: what every step of the demo is shown with: the shop, where its files are, the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TextIO

from attrs import frozen

from ecrm_core.crm import Crm
from ecrm_core.demo.shop import Shop
from ecrm_core.kernel import Money, plain_table

__all__ = ["Scene", "Step"]


@frozen(kw_only=True)
class Scene:
    """The generated shop, the folder its files are in, and the stream to print to."""

    shop: Shop
    folder: Path
    out: TextIO

    def title(self, text: str) -> None:
        """Begin a part of the show."""
        self.say(f"\n{text}\n{'=' * len(text)}")

    def say(self, text: object = "") -> None:
        """Print one line, or a value as it prints itself."""
        print(text, file=self.out)

    @staticmethod
    def amount(money: Money) -> str:
        """Return an amount as people read it: 1,816,000 KRW."""
        return f"{money.amount:,} {money.currency}"

    @staticmethod
    def name(crm: Crm, customer: str) -> str:
        """Return what a customer is called; her id where nobody said."""
        name = crm.view(customer).profile.name
        return name.full if name else customer

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print rows below their heads."""
        self.say(plain_table(head, list(rows)))


Step = Callable[[Crm, Scene], None]
"""One part of the show; what it changes has a request key, so that it happens once."""
