"""The tables of the page on the language of segments, made from the schema and the code.

``python -m tests.docs.segment_language`` writes them into the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecrm_core.segmentation import (
    OPERATORS,
    RECIPES,
    SHOPIFY_FILTERS,
    SHOPIFY_PARAMETERS,
    Counterpart,
    FieldType,
    Relation,
    SchemaField,
    Segment,
    customer_schema,
)
from ecrm_core.segmentation.render import render_value
from ecrm_core.segmentation.tokens import RESERVED
from tests.docs.reference_tables import page, with_tables
from tests.house import ROOT

__all__ = ["PAGE", "written"]

PAGE = "reference/segment-language.md"
_SCHEMA = customer_schema(currency="EUR")


def written(text: str) -> str:
    """Return the page with its tables as the code has them."""
    made = [_types(), _words(), _fields(), _relations(), _rows(), _recipes(), _shopify()]
    return with_tables(text, made)


def _types() -> list[str]:
    kinds = [kind for kind in FieldType if kind is not FieldType.UNKNOWN]
    rows = [
        (kind.value, _codes(sorted(OPERATORS[kind])), _compared(SchemaField(name="x", type=kind)))
        for kind in kinds
    ]
    return _table(("type", "operators", "compared with"), rows)


def _words() -> list[str]:
    return _table(("words of the language, in any case",), [(_codes(sorted(RESERVED)),)])


def _fields() -> list[str]:
    held = [each for each in _SCHEMA.fields.values() if not each.name.startswith("attributes.")]
    rows = [(f"`{each.name}`", each.type.value, _never(each), each.meaning) for each in held]
    return _table(("field", "type", "", "meaning"), rows)


def _never(held: SchemaField) -> str:
    if held.choices:
        return _codes(map(repr, held.choices))
    if held.type is FieldType.LIST:
        return "may be empty"
    return "" if held.nullable else "never missing"


def _relations() -> list[str]:
    rows = [(f"`{each.name}`", each.meaning) for each in _SCHEMA.relations.values()]
    return _table(("relation", "rows"), rows)


def _rows() -> list[str]:
    rows = [
        (f"`{held.name}`", _of(relations), held.type.value, held.meaning)
        for relations, held in _shared()
    ]
    return _table(("field of a row", "of", "type", "meaning"), rows)


def _shared() -> list[tuple[list[Relation], SchemaField]]:
    """Return the fields of rows, each once, with the relations that have it."""
    found: dict[SchemaField, list[Relation]] = {}
    for relation in _SCHEMA.relations.values():
        for held in relation.fields.values():
            found.setdefault(held, []).append(relation)
    return sorted(((rels, held) for held, rels in found.items()), key=lambda pair: pair[1].name)


def _of(relations: Sequence[Relation]) -> str:
    return "all" if len(relations) == len(_SCHEMA.relations) else _codes(r.name for r in relations)


def _recipes() -> list[str]:
    rows = []
    for recipe in RECIPES.values():
        choices = [
            f"`{name}`: {choice.meaning}, {_usual(recipe.segment(), name, recipe.query)}"
            for name, choice in recipe.choices.items()
        ]
        rows.append((f"`{recipe.name}`", recipe.meaning, f"`{recipe.query}`", "; ".join(choices)))
    return _table(("recipe", "meaning", "query", "choices"), rows)


def _usual(segment: Segment, name: str, query: str) -> str:
    """Return the value that stands in the canonical text in the place of a parameter."""
    usual = next(each for each in RECIPES.values() if each.query == query).choices[name].usual
    if usual is None:
        return "to be named"
    shown = str(usual) if isinstance(usual, int) else render_value(usual)  # type: ignore[arg-type]
    assert shown in str(segment)
    return f"usually `{shown}`"


def _shopify() -> list[str]:
    rows = [_counterpart(each, "filter") for each in SHOPIFY_FILTERS]
    rows += [_counterpart(each, "inside MATCHES") for each in SHOPIFY_PARAMETERS]
    return _table(("Shopify's name", "", "here", "note"), rows)


def _counterpart(each: Counterpart, where: str) -> tuple[str, ...]:
    here = "the same" if each.ours == each.name else f"`{each.ours}`" if each.ours else "refused"
    return f"`{each.name}`", where, here, each.note


def _compared(held: SchemaField) -> str:
    return ", ".join(held.expected)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    said = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    for _ in range(2):  # empty cells side by side
        said = [line.replace("|  |", "| |") for line in said]
    return [said[0], "|" + "---|" * len(head), *said[1:]]


if __name__ == "__main__":
    (ROOT / "docs" / PAGE).write_text(written(page(PAGE)), encoding="utf-8")
