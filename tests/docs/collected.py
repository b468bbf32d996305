"""The kinds of events and who tells each, and the channels, made from the code of the sources.

``python -m tests.docs.collected`` writes the tables into the page.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import takewhile

from ecrm_core.sources import ready_maps
from ecrm_core.sources.channels import LISTS, SEGMENT, SHOPIFY, WOOCOMMERCE
from ecrm_core.timeline import CHANNELS, KINDS_OF_EVENTS
from tests.docs.reference_tables import page, with_tables
from tests.house import ROOT, SRC

__all__ = ["BLOCKS", "PAGE", "kinds_of", "told_by_readers", "written"]

PAGE = "reference/collected.md"
BLOCKS = {
    "orders": "order_placed",
    "site and carts": "page_viewed",
    "her record": "tags_added",
    "mail": "email_sent",
    "messages": "message_sent",
    "service": "ticket_opened",
    "stores, products": "store_visited",
    "billing": "invoice_issued",
}
"""The blocks of the kinds, each with the kind it begins with."""
_HEAD = "| | kind | says that | matter | told by |"
_WORDS = {"Shopify": SHOPIFY, "WooCommerce": WOOCOMMERCE, "Segment spec": SEGMENT,
          "lists and exports of events": LISTS}  # fmt: skip
_CHANNELS = f"| channel | says | {' | '.join(_WORDS)} |"
_READERS = {
    "Shopify": "shopify*.py",
    "WooCommerce": "woocommerce*.py",
    "Stripe": "stripe/*.py",
    "Segment spec": "segment_spec/*.py",
}


def written(text: str) -> str:
    """Return the page with its table of kinds as the code has them."""
    kinds = [_HEAD, "|---|---|---|---|---|", *map(_line, _rows())]
    others = iter(_others(text))
    channels = [_CHANNELS, f"|{'---|' * (len(_WORDS) + 2)}", *map(_line, _channels())]
    return with_tables(text, [next(others), kinds, channels, *others])


def _others(text: str) -> Iterator[list[str]]:
    """Yield the tables that are written by hand, as they are."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    yield from (lines for lines in found if lines and lines[0] not in {_HEAD, _CHANNELS})


def _rows() -> Iterator[tuple[str, ...]]:
    begins = {kind: block for block, kind in BLOCKS.items()}
    told = told_by_readers()
    told |= {f"map `{name}`": {*filter(None, (*fields.kinds.values(), fields.kind))}
             for name, fields in ready_maps().items()}  # fmt: skip
    for name, kind in KINDS_OF_EVENTS.items():
        opens = f"{kind.opens.value}, opens" if kind.opens else ""
        closes = f"{kind.closes.value}, closes" if kind.closes else ""
        who = ", ".join(source for source, kinds in told.items() if name in kinds)
        block = begins.get(name)
        yield (f"**{block}**" if block else "", f"`{name}`", kind.caption, opens or closes,
               who or "`crm.record`")  # fmt: skip


def _channels() -> Iterator[tuple[str, ...]]:
    for name, says in CHANNELS.items():
        words = (
            ", ".join(f"`{word}`" for word, channel in table.items() if channel == name != word)
            for table in _WORDS.values()
        )
        yield (f"`{name}`", says, *words)


def told_by_readers() -> dict[str, set[str]]:
    """Return the kinds that each reader tells."""
    return {name: _told(part) for name, part in _READERS.items()}


def kinds_of(block: str) -> set[str]:
    """Return the kinds of a block."""
    kinds, begins = list(KINDS_OF_EVENTS), set(BLOCKS.values())
    rest = kinds[kinds.index(BLOCKS[block]) :]
    return {rest[0], *takewhile(lambda kind: kind not in begins, rest[1:])}


def _told(part: str) -> set[str]:
    """Return the kinds that stand in the files of a reader."""
    return {
        node.value
        for path in (SRC / "ecrm_core" / "sources").glob(part)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in KINDS_OF_EVENTS
    }


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    (ROOT / "docs" / PAGE).write_text(written(page(PAGE)), encoding="utf-8")
