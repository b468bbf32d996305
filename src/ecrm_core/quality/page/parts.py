"""Parts: the outline of a page, and sections as tables that say what each cell belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from ecrm_core.quality.labels import Labels
from ecrm_core.quality.page.charts import bar
from ecrm_core.quality.section import Section

__all__ = ["outline", "sections_html"]

_COLOURED = ("severity.error", "severity.warning", "better", "worse")
_LONG = 28  # characters a cell keeps on one line


def outline(named: Iterable[tuple[str, str]], labels: Labels) -> str:
    """Return links to the sections."""
    links = "".join(f'<li><a href="#{key}">{escape(title)}</a></li>' for key, title in named)
    return f'<nav aria-label="{escape(labels["contents"])}"><ul>{links}</ul></nav>'


def sections_html(
    sections: Iterable[Section], labels: Labels, *, charts: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield each section with its heading, note, chart and table."""
    colours = {labels[key]: key.rpartition(".")[2] for key in _COLOURED}
    for held in sections:
        note = f'<p class="note">{escape(held.note)}</p>' if held.note else ""
        table = _table(held, colours) if held.rows else f"<p>{escape(labels['nothing'])}</p>"
        yield (
            f'<section id="{held.key}" aria-labelledby="{held.key}-title">'
            f'<h2 id="{held.key}-title">{escape(held.title)}</h2>{note}'
            f"{(charts or {}).get(held.key, '')}{table}</section>"
        )


def _table(held: Section, colours: Mapping[str, str]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in held.head)
    if held.bars:  # an empty head would be a column without a name
        head = head.replace('<th scope="col">', '<th scope="col" colspan="2">', 1)
    rows = []
    for at, (first, *cells) in enumerate(held.rows):
        length = held.bars[at] if held.bars else None
        drawn = bar(length) if length is not None else ""
        mark = f'<td class="mark">{drawn}</td>' if held.bars else ""
        told = "".join(_cell(cell, colours) for cell in cells)
        rows.append(f'<tr><th scope="row">{escape(first)}</th>{mark}{told}</tr>')
    # A region that scrolls must be reached by keyboard (WCAG 2.1.1).
    return (
        f'<div class="scroll" role="group" tabindex="0" aria-labelledby="{held.key}-title">'
        f"<table><caption>{escape(held.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(cell: str, colours: Mapping[str, str]) -> str:
    name = colours.get(cell) or ("long" if len(cell) > _LONG else "")
    return f'<td class="{name}">{escape(cell)}</td>' if name else f"<td>{escape(cell)}</td>"
