"""Report JSON: the numbers of a report as JSON values and back; findings stay out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from ecrm_core.errors import InputError
from ecrm_core.kernel import Json
from ecrm_core.quality.report_parts import BINS, GroupCount, RuleCount
from ecrm_core.quality.rule import Dimension, Severity
from ecrm_core.quality.score import Weights

if TYPE_CHECKING:
    from ecrm_core.quality.report import TableReport

__all__ = ["FORMAT", "report_from_json", "report_to_json"]

FORMAT = "ecrm-quality-report-1"
"""The name of the shape; another shape gets another number."""
_SUBJECTS = ("rows", "customers", "records")


def report_to_json(report: TableReport) -> dict[str, Json]:
    """Return a report as JSON values, names of groups as they are."""
    return {
        "format": FORMAT,
        "subject": report.subject,
        "rows": report.rows,
        "clean": report.clean,
        "by_severity": _severities_to_json(report.by_severity),
        "score": report.score,
        "dimensions": {
            d.value: {"mean": held, "rows": rows} for d, (held, rows) in report.dimensions.items()
        },
        "distribution": list(report.distribution),
        "not_asked": report.not_asked,
        "completeness": dict(report.completeness),
        "rules": [_rule_to_json(rule) for rule in report.rules],
        "asked": dict(report.asked),
        "sources": [_group_to_json(group) for group in report.sources],
        "entered_by": [_group_to_json(group) for group in report.entered_by],
        "weights": report.weights.to_json(),
        "rule_set": report.rule_set,
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "found": report.found,
        "stopped": report.stopped,
        # Only where there are any: reports that are kept stay what they were.
        **({"contradicted_events": told} if (told := report.contradicted_events) else {}),
    }


def report_from_json(data: Json) -> dict[str, Json]:
    """Return the fields of the report that ``report_to_json`` wrote; raises for what is none."""
    if data["format"] != FORMAT:
        message = f"found a report of another format, expected {FORMAT}"
        raise InputError(message, path="$.format", code="not_readable")
    rows = _count(data["rows"])
    return {
        "subject": _SUBJECTS[_SUBJECTS.index(data["subject"])],
        "rows": rows,
        "by_severity": _severities(data["by_severity"], rows),
        "score": _score(data["score"]),
        "dimensions": {
            Dimension(name): (_number(held["mean"]), _count(held["rows"], rows))
            for name, held in data["dimensions"].items()
        },
        "distribution": _distribution(data["distribution"], rows),
        "completeness": _counts(data["completeness"], rows),
        "rules": tuple(_rule(rule, rows) for rule in data["rules"]),
        "asked": _counts(data["asked"], rows),
        "sources": tuple(_group(group, rows) for group in data["sources"]),
        "entered_by": tuple(_group(group, rows) for group in data["entered_by"]),
        "weights": _weights(data["weights"]),
        "rule_set": _text(data["rule_set"]),
        "as_of": date.fromisoformat(data["as_of"]) if data.get("as_of") else None,
        "found": _count(data.get("found", 0)),
        "stopped": _flag(data.get("stopped", False)),
        "contradicted_events": _count(data.get("contradicted_events", 0)),
    }


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise InputError("found no true or false", path="$.stopped", code="not_readable")
    return value


def _rule_to_json(rule: RuleCount) -> dict[str, Json]:
    return {
        "rule": rule.rule,
        "severity": rule.severity.value,
        "rows": rule.rows,
        "asked": rule.asked,
        "examples": list(rule.examples),
        "message": rule.message_key,
        "facts": dict(rule.facts),
    }


def _rule(data: Json, rows: int) -> RuleCount:
    asked = _count(data["asked"], rows)
    facts = {
        _text(name): held if isinstance(held, int) else _text(held)
        for name, held in data["facts"].items()
    }
    return RuleCount(
        rule=_text(data["rule"]), severity=Severity(data["severity"]),
        rows=_count(data["rows"], asked), asked=asked, facts=facts,
        examples=tuple(map(_text, data["examples"])), message_key=_text(data["message"]),
    )  # fmt: skip


def _group_to_json(group: GroupCount) -> dict[str, Json]:
    return {
        "name": group.name,
        "others": group.others,
        "rows": group.rows,
        "by_severity": _severities_to_json(group.by_severity),
        "score": group.score,
        "completeness": dict(group.completeness),
    }


def _group(data: Json, most: int) -> GroupCount:
    others = data["others"] is True
    # The others may count a customer once for each of their sources.
    rows = _count(data["rows"], None if others else most)
    return GroupCount(
        name=_text(data["name"]), others=others, rows=rows,
        by_severity=_severities(data["by_severity"], rows), score=_score(data["score"]),
        completeness=_counts(data["completeness"], rows),
    )  # fmt: skip


def _severities_to_json(held: Mapping[Severity, int]) -> dict[str, Json]:
    return {severity.value: rows for severity, rows in held.items()}


def _severities(data: Json, rows: int) -> dict[Severity, int]:
    found = {Severity(name): _count(held) for name, held in data.items()}
    _count(sum(found.values()), rows)
    return found


def _weights(data: Json) -> Weights:
    return Weights.from_json({
        name: {key: _number(held, None) for key, held in data[name].items()}
        for name in ("penalties", "dimensions")
    })  # fmt: skip


def _distribution(data: Json, rows: int) -> tuple[int, ...]:
    found = tuple(map(_count, data))
    if len(found) != BINS or sum(found) > rows:
        raise ValueError
    return found


def _counts(data: Json, most: int) -> dict[str, int]:
    return {_text(name): _count(held, most) for name, held in data.items()}


def _count(data: Json, most: int | None = None) -> int:
    if type(data) is not int or data < 0 or (most is not None and data > most):
        raise ValueError
    return data


def _score(data: Json) -> float | None:
    return None if data is None else _number(data)


def _number(data: Json, most: float | None = 1.0) -> float:
    found = float(data)
    if isinstance(data, (str, bool)) or not math.isfinite(found) or found < 0:
        raise ValueError
    if most is not None and found > most:
        raise ValueError
    return found


def _text(data: Json) -> str:
    if not isinstance(data, str):
        raise TypeError
    return data
