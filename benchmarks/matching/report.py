"""Report: the measured rows as tables of plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.matching.data import FILES
from benchmarks.matching.metrics import median_interval

Told = Mapping[str, Any]
HEAD = (
    f"{'set':22} {'engine':14} {'rows':>7}  {'prec':>5} {'rec':>5} {'F1':>6}  {'best':>6}"
    f" {'gap':>5}  {'clF1':>6} {'B3':>6} {'exact':>6}  {'largest':>7}  {'s':>7} {'MB':>5}"
)


def row(name: str, told: Told) -> str:
    """Return one row of the main table."""
    at, best, cluster = told["default"], told["best"], told["clusters"]
    largest = f"{cluster['largest']}/{cluster['largest_true']}"
    return (
        f"{name:22} {told['engine']:14} {told['rows']:>7}  {at['p']:.3f} {at['r']:.3f}"
        f" {at['f1']:.4f}  {best['f1']:.4f} {gap(told):5.2f}  {cluster['pairs']['f1']:.4f}"
        f" {cluster['b3']['f1']:.4f} {cluster['exact']['f1']:.4f}  {largest:>7}"
        f"  {told['seconds']:7.2f} {told['peak_mb']:5.0f}"
    )


def gap(told: Told) -> float:
    """Return how many points of F1 the default cut lies below the one labels would choose."""
    best, default = told["best"]["f1"], told["default"]["f1"]
    return float(100 * max(best - default, 0.0))


def reliability(ours: Sequence[Told]) -> Iterator[str]:
    """Return what was predicted beside what was true, by set."""
    for told in ours:
        yield (
            f"{told['set']}: {sum(band['pairs'] for band in told['reliability'])} pairs shown, "
            f"expected calibration error {told['ece']:.4f}"
        )
        for band in told["reliability"]:
            yield (
                f"  {band['low']:5.3f}-{band['high']:5.3f} {band['pairs']:>8} pairs"
                f"  predicted {band['predicted']:.3f}  true {band['true']:.3f}"
            )


def gaps(ours: Sequence[Told]) -> Iterator[str]:
    """Return the gap of the default cut over all sets, and over those of others alone."""
    others = [told for told in ours if told["set"] in FILES or told["set"].startswith("people_")]
    for what, held in (("all sets", ours), ("without our own", others)):
        if held:
            yield f"{what:16} {_gap_line(held)}"


def _gap_line(ours: Sequence[Told]) -> str:
    held = [gap(told) for told in ours]
    worst = max(ours, key=gap)
    median, low, high = median_interval(held)
    return (
        f"n = {len(held)}, median {median:.2f} points (95 % bootstrap {low:.2f} to"
        f" {high:.2f}), worst {gap(worst):.2f} ({worst['set']})"
    )


def sizes(ours: Sequence[Told]) -> Iterator[str]:
    """Return how many clusters have how many rows, ours and the true ones."""
    for told in ours:
        found, true = told["clusters"]["sizes"], told["clusters"]["sizes_true"]
        held = [f"{size}: {found[size]}/{true[size]}" for size in found if found[size] + true[size]]
        yield f"{told['set']:22} {'  '.join(held)}"


def households(ours: Iterable[Told]) -> Iterator[str]:
    """Return what each kind of hard pair does to precision, over the sets that have them."""
    held = [told for told in ours if "hard" in told]
    if not held:
        return
    yield f"{'set':22} {'kind':15} {'pairs':>7} {'wrong':>6} {'share':>6} together  lost"
    for told in held:
        wrong = 100 * (1 - told["default"]["p"])
        yield f"{told['set']:22} {'(all wrong)':15} {'':30} {wrong:5.2f} %"
        for kind in told["hard"]:
            share = kind["wrong"] / max(kind["pairs"], 1)
            yield (
                f"{'':22} {kind['kind']:15} {kind['pairs']:>7} {kind['wrong']:>6} {share:6.3f}"
                f" {kind['together']:>8} {100 * kind['precision_lost']:5.2f} %"
            )


def scripts(ours: Sequence[Told]) -> Iterator[str]:
    """Return F1 of each language of our own generator beside the same in Latin, by seed."""
    held = {tuple(told["set"].split("_")): told for told in ours if told["set"].count("_") == 2}
    for (mode, rows, seed), told in held.items():
        alike = "latin-whole" if mode.endswith("-whole") else "latin"
        latin = held.get((alike, rows, seed))
        if mode in (alike, "people") or latin is None:
            continue
        lost = [100 * (theirs - mine) for theirs, mine in (
            (latin["default"]["f1"], told["default"]["f1"]),
            (latin["clusters"]["pairs"]["f1"], told["clusters"]["pairs"]["f1"]))]  # fmt: skip
        yield (
            f"{mode:15} {rows:>6} seed {seed}: F1 {told['default']['f1']:.4f}, Latin"
            f" {latin['default']['f1']:.4f}: {lost[0]:+.2f} points below; clusters {lost[1]:+.2f}"
        )
