"""Clean: the fixes nobody needs to be asked about, applied; what stood there before is kept."""

from __future__ import annotations

import re

from attrs import evolve, fields, frozen

from ecrm_core.customers import (
    FIELDS,
    Address,
    ContactKind,
    FieldValue,
    Profile,
    SourceRecord,
    Stated,
    accept_value,
    field_of,
)
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Private, canonical_json
from ecrm_core.quality.check import Report
from ecrm_core.quality.evidence import Suggestion
from ecrm_core.quality.finding import Finding

__all__ = ["Fix", "automatic_fixes", "clean"]

_PATH = re.compile(r"([a-z_.]+)(?:\[(\d+)\])?")
_BEFORE = "unmapped.$.before."
_KINDS = {"emails": ContactKind.EMAIL, "phones": ContactKind.PHONE}


@frozen(kw_only=True, repr=False)
class Fix(Private):
    """One value of a field (an element of a list), what is to stand there, and the rule's id."""

    path: str
    field_name: str
    before: FieldValue
    after: FieldValue
    rule: str


def clean(record: SourceRecord, report: Report) -> SourceRecord:
    """Return the record with every automatic suggestion of its report taken; idempotent.

    A fixed cell keeps its times, and what stood there before is kept under
    ``unmapped.$.before.<path>``. Nothing that asks for a person is touched. Raises DefinitionError
    for the report of another record.
    """
    cells, lists = dict(record.cells), dict[str, list[FieldValue]]()
    for fix in automatic_fixes(record, report):
        cell = record.cells.get(fix.field_name) or _beside(record, fix)
        if fix.before is not None:
            cells.setdefault(_BEFORE + fix.path, evolve(cell, value=_kept(fix)))
        if field_of(fix.field_name).many:
            lists.setdefault(fix.field_name, list(cell.value))[_index(fix.path)] = fix.after
        else:
            cells[fix.field_name] = evolve(cell, value=fix.after)
    for name, values in lists.items():
        cells[name] = evolve(cells[name], value=tuple(values))
    return SourceRecord(record.key, cells)


def _beside(record: SourceRecord, fix: Fix) -> Stated:
    """Return a cell of the group a part is added to: it is as old as they are."""
    group = field_of(fix.field_name).group
    return next(cell for name, cell in record.cells.items() if field_of(name).group == group)


def _index(path: str) -> int:
    return int(path[path.index("[") + 1 : -1])


def automatic_fixes(record: SourceRecord | Profile, report: Report) -> tuple[Fix, ...]:
    """Return what may be fixed without asking, the first suggestion for each place, in order.

    Raises DefinitionError for the report of another record, and InputError for a suggestion that is
    no value of its field.
    """
    found: dict[str, Fix] = {}
    for finding in report.findings:
        for suggestion in finding.suggestions:
            if suggestion.automatic and finding.path not in found:
                fix = _fix(record, finding, suggestion)
                found |= {finding.path: fix} if fix else {}
    return tuple(found.values())


def _fix(record: SourceRecord | Profile, finding: Finding, said: Suggestion) -> Fix | None:
    """Return the fix of a value that stands in a field; None where there is nothing to change."""
    after = said.value
    if finding.path == "address":
        return _part_fix(record, finding.rule, after)
    place = _PATH.fullmatch(finding.path)
    if place is None or place[1] not in FIELDS:
        return None  # of a whole name or party no part is named
    held = _held(record, place[1])
    at = int(place[2] or 0)
    if at >= len(held) or held[at] != said.instead_of:
        message = f"the report speaks of another {finding.path} than the record states"
        raise DefinitionError(message, code="report_of_another", path=finding.path)
    if held[at] == _fitting(place[1], after):
        return None
    return Fix(path=finding.path, field_name=place[1], before=held[at], after=after,
               rule=finding.rule)  # fmt: skip


def _part_fix(record: SourceRecord | Profile, rule: str, after: Address) -> Fix | None:
    """Return the fix of the one part ``address.*`` in which a whole address differs; else None."""
    for part in fields(Address):
        name = f"address.{part.name}"
        held, meant = _held(record, name), getattr(after, part.name)
        if meant and held != (meant,):
            before = held[0] if held else None
            return Fix(path=name, field_name=name, before=before, after=meant, rule=rule)
    return None


def _held(record: SourceRecord | Profile, name: str) -> tuple[FieldValue, ...]:
    if isinstance(record, Profile):
        return record.values(name)
    value = record.value(name)
    if value is None:
        return ()
    return tuple(value) if field_of(name).many else (value,)


def _fitting(name: str, after: FieldValue) -> FieldValue:
    """Return the value if it is one of that field; InputError for another."""
    kind = _KINDS.get(name)
    if kind is not None and getattr(after, "kind", None) is not kind:
        message = f"found {type(after).__name__}, which is no value of {name!r}"
        raise InputError(message, path=f"$.{name}", code="wrong_type")
    return accept_value(name, after)


def _kept(fix: Fix) -> str:
    """Return what is replaced, verbatim: the text that was typed, else its JSON."""
    typed = getattr(fix.before, "raw", fix.before)
    if isinstance(typed, str):
        return typed
    return canonical_json(field_of(fix.field_name).encode(fix.before))
