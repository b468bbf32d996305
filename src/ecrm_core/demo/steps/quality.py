"""Quality: the worst rules, a suggestion, and which of the invented fakes were seen through."""

from __future__ import annotations

from typing import Final

from ecrm_core.crm import Crm
from ecrm_core.customers import ContactPoint
from ecrm_core.demo.scene import Scene
from ecrm_core.quality import ALL, TableReport

__all__ = ["PAGE", "how_good_is_it"]

PAGE: Final = "report.html"
"""The file with all of the report, beside the files of the shop."""

_HEAD: Final = ("rule", "severity", "rows", "of")
_SEEN: Final = {"fake": "invented", "typo_domain": "email_typo"}


def how_good_is_it(crm: Crm, scene: Scene) -> None:
    """Report on everything in the store, the worst rules first, and compare with the truth."""
    scene.title("How good the data is, and what is wrong with it")
    report = crm.report()
    scene.say(str(report).partition("\n")[0])
    scene.table(
        _HEAD,
        [
            (rule.rule, rule.severity.value, str(rule.rows), str(rule.asked))
            for rule in report.rules
        ],
    )
    scene.say(
        "phone_fictional is right: the British, American and German numbers here are reserved for"
        " films."
    )
    _suggestion(crm, scene, report)
    page = crm.report(rules=ALL).to_html(title="The shop of the demo")
    (scene.folder / PAGE).write_text(page, "utf-8")
    for label, rule in _SEEN.items():
        _compare(crm, scene, report, label=label, rule=rule)


def _suggestion(crm: Crm, scene: Scene, report: TableReport) -> None:
    """Show what is said about one mistyped address; nothing is changed without being asked."""
    held = next((held for held in report.findings if held.finding.rule == "email_typo"), None)
    if held is None:
        return
    customer, place = str(held.row), int(held.finding.path[len("emails[") : -1])
    typed = crm.view(customer).profile.emails[place]
    meant = [one.reveal() for one in held.finding.suggestions]
    said = ", ".join(one.raw for one in meant if isinstance(one, ContactPoint))
    scene.say(f"\n{scene.name(crm, customer)}, {typed.raw}: {held.finding.message()}")
    scene.say(f"  suggested: {said or 'nothing'}")


def _compare(crm: Crm, scene: Scene, report: TableReport, *, label: str, rule: str) -> None:
    true = {crm.resolve(key) for key in scene.shop.labels[label]}
    found = {str(held.row) for held in report.findings if held.finding.rule == rule}
    scene.say(
        f"{rule}: {len(found)} customers, rightly {len(found & true)};"
        f" {len(true - found)} of the {len(true)} that the generator made are missed"
    )
