"""Report sections: the tables of a report, in a language, with the denominator of every number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecrm_core.quality.labels import Labels
from ecrm_core.quality.report_parts import BINS, GroupCount
from ecrm_core.quality.rule import Severity
from ecrm_core.quality.section import Section, share

if TYPE_CHECKING:
    from ecrm_core.quality.report import TableReport

__all__ = ["headline", "report_sections"]


def report_sections(
    report: TableReport, labels: Labels, *, brief: bool = False
) -> tuple[Section, ...]:
    """Return the tables of a report; what is not stated is no table.

    ``brief`` leaves out classes without rows and sentences, and begins with the headline.
    """
    return tuple(_sections(report, labels, brief=brief))


def headline(report: TableReport, labels: Labels) -> str:
    """Return the report in a line: rows, how many are clean or not, and the score."""
    graves = [
        f"{report.by_severity.get(s, 0)} {labels[f'severity.{s.value}']}"
        for s in reversed(Severity)
    ]
    score = labels["not_asked"] if report.score is None else f"{report.score:.3f}"
    subject = labels[f"subject.{report.subject}"]
    clean = f"{report.clean} {labels['clean']}"
    told = f"{report.rows} {subject}: {clean}, {', '.join(graves)}; {labels['score']} {score}"
    return "; ".join([told, *_remarks(report, labels)])


def _remarks(report: TableReport, labels: Labels) -> Iterator[str]:
    """Go through what a reader must know beside: what is not whole, and what is in no row."""
    if report.stopped:
        yield labels["stopped"]
    kept = len(report.findings)
    if kept and kept < report.found:
        yield labels["kept"].format(n=kept, of=report.found)
    if report.contradicted_events:
        yield labels["contradicted_events"].format(n=report.contradicted_events)


def _sections(report: TableReport, labels: Labels, *, brief: bool) -> Iterator[Section]:
    yield _dimensions(report, labels, headline(report, labels) if brief else None)
    yield _distribution(report, labels, every=not brief)
    yield _completeness(report, labels)
    yield _rules(report, labels, sentences=not brief)
    note = labels["note.customers"] if report.subject == "customers" else ""
    fields = tuple(report.completeness)
    yield from _grouped(report.sources, "sources", labels, fields=fields, note=note)
    yield from _grouped(report.entered_by, "entered_by", labels, fields=fields)


def _dimensions(report: TableReport, labels: Labels, title: str | None) -> Section:
    held = report.dimensions.items()
    return Section(
        key="dimensions",
        title=title or labels["dimensions"],
        head=(labels["dimension"], labels["mean"], labels["rows_asked"]),
        rows=tuple((labels[f"dimension.{d.value}"], f"{m:.3f}", str(n)) for d, (m, n) in held),
        note="" if title else labels["note.dimensions"],
        bars=tuple(mean for _, (mean, _) in held),
    )


def _distribution(report: TableReport, labels: Labels, *, every: bool) -> Section:
    spans = [f"{at / BINS:.1f} – {(at + 1) / BINS:.1f}" for at in range(BINS)]
    counted = [(span, n) for span, n in zip(spans, report.distribution, strict=True) if n or every]
    if report.not_asked:
        counted.append((labels["not_asked"], report.not_asked))
    return Section(
        key="distribution",
        title=labels["distribution"],
        head=(labels["score"], labels["rows"], labels["share"]),
        rows=tuple((span, str(n), share(n, report.rows)) for span, n in counted),
        note=labels["note.distribution"] if every else "",
    )


def _completeness(report: TableReport, labels: Labels) -> Section:
    of = labels["of"]
    held = report.completeness.items()
    return Section(
        key="completeness",
        title=labels["completeness"],
        head=(labels["field"], labels["filled"], labels["share"]),
        rows=tuple((f, of.format(n=n, of=report.rows), share(n, report.rows)) for f, n in held),
        bars=tuple(n / report.rows if report.rows else None for _, n in held),
    )


def _rules(report: TableReport, labels: Labels, *, sentences: bool) -> Section:
    head = (labels["rule"], labels["severity"], labels["rows"], labels["share"], labels["examples"])
    rows = []
    for held in report.rules:
        numbers = (labels["of"].format(n=held.rows, of=held.asked), share(held.rows, held.asked))
        cells = (held.rule, labels[f"severity.{held.severity.value}"], *numbers,
                 ", ".join(held.examples))  # fmt: skip
        rows.append((*cells, held.message(labels.language)) if sentences else cells)
    return Section(
        key="rules",
        title=labels["rules"],
        head=(*head, labels["sentence"]) if sentences else head,
        rows=tuple(rows),
        note=labels["note.rules"] if sentences else "",
        bars=tuple(held.rows / held.asked if held.asked else None for held in report.rules),
    )


def _grouped(
    groups: tuple[GroupCount, ...],
    key: str,
    labels: Labels,
    *,
    fields: tuple[str, ...],
    note: str = "",
) -> Iterator[Section]:
    """Yield what was found in each group, and how complete each is, field by field."""
    if not groups:
        return
    graves = tuple(reversed(Severity))
    rows = [
        (_name(g, labels), str(g.rows), *(str(g.by_severity.get(s, 0)) for s in graves),
         share(g.by_severity.get(Severity.ERROR, 0), g.rows),
         "-" if g.score is None else f"{g.score:.3f}")
        for g in groups
    ]  # fmt: skip
    yield Section(
        key=key,
        title=labels[key],
        head=(
            labels[f"{key}.name"],
            labels["rows"],
            *(labels[f"severity.{s.value}"] for s in graves),
            labels["share_errors"],
            labels["score"],
        ),
        rows=tuple(rows),
        note=note,
    )
    filled = [[share(g.completeness.get(f, 0), g.rows) for f in fields] for g in groups]
    yield Section(
        key=f"{key}-completeness",
        title=labels[f"{key}.completeness"],
        head=(labels[f"{key}.name"], labels["rows"], *fields),
        rows=tuple(
            (_name(group, labels), str(group.rows), *cells)
            for group, cells in zip(groups, filled, strict=True)
        ),
        note=labels["note.completeness"],
    )


def _name(group: GroupCount, labels: Labels) -> str:
    return labels["others"] if group.others else group.name or labels["not_stated"]
