"""Cleaning: the automatic fixes of a customer, written as corrections, so that they last."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.customers import PROFILES, Profile, Ruling, SourceKey, decide_corrections, unify
from ecrm_core.kernel import ChangeSet, CustomerId
from ecrm_core.ports import Store, scan_pages
from ecrm_core.quality import CORE, Fix, RuleSet, automatic_fixes, check_record
from ecrm_core.services.identity import Act, group_of

__all__ = ["fixable", "prepare_clean"]


def fixable(
    store: Store, *, rules: RuleSet = CORE, region: str | None = None, page: int = 500
) -> Iterator[tuple[int, list[CustomerId]]]:
    """Yield page by page how many customers were looked at, and who of them has automatic fixes."""
    for rows in scan_pages(store, PROFILES, limit=page):
        profiles = [row.value for row in rows]
        yield len(profiles), [p.id for p in profiles if _fixes(p, rules, region)]


def _fixes(profile: Profile, rules: RuleSet, region: str | None) -> tuple[Fix, ...]:
    return automatic_fixes(profile, check_record(profile, rules, region=region))


def prepare_clean(
    store: Store,
    customer: str | SourceKey,
    *,
    act: Act,
    rules: RuleSet = CORE,
    region: str | None = None,
) -> ChangeSet:
    """Return the corrections that the automatic suggestions about a customer come to.

    What a source stated stays; a correction beats it whenever it is stated again.
    """
    group = group_of(store, customer)
    profile = unify(group.records.values(), group.corrections, act.policy, id=group.root.id)
    rulings = [
        Ruling(field_name=fix.field_name, value=fix.after, replaces=fix.before,
               reason=f"rule {fix.rule}")
        for fix in _fixes(profile, rules, region)
    ]  # fmt: skip
    return decide_corrections(
        group, rulings, tenant=store.tenant, by=act.by, at=act.at, policy=act.policy, region=region
    )
