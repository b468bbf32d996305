"""A preview holds the very change a merge applies, and all that one would want to know before."""

from __future__ import annotations

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import CORRECTIONS, parse_email
from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.kernel import ChangeSet, Money
from ecrm_core.merging import MergePreview
from ecrm_core.subscriptions import Plan
from tests.unit.merging.shop import ANN, BOB, BORN, CYD, NOW, card, machine, told

VALUES: dict[str, object] = {"name.full": "Ann Roe", "tags": "vip", "emails": "ann@example.org"}


def previewed(crm: Crm, **more: object) -> MergePreview:
    return crm.preview_merge(ANN, BOB, by="anna", **more)  # type: ignore[arg-type]


def changed(preview: MergePreview) -> ChangeSet:
    assert preview.changes is not None
    return preview.changes


# ---------------------------------------------------------------- one change


@pytest.mark.parametrize("values", [{}, VALUES])
def test_preview_and_dry_run_and_what_is_applied_are_one_change(
    crm: Crm, values: dict[str, object]
) -> None:
    preview = previewed(crm, values=values)
    assert preview.changes == crm.dry_run.merge(ANN, BOB, by="anna", values=values)
    undo = crm.merge(ANN, BOB, by="anna", values=values)
    for put in changed(preview).puts:
        assert crm.store.get_many(put.kind, [put.key])[put.key].value == put.value
    for drop in changed(preview).drops:
        assert not crm.store.get_many(drop.kind, [drop.key])
    assert changed(preview).result["edge"] == undo.edge
    assert preview.after == crm.view(ANN).profile


def test_a_preview_of_a_customer_that_is_one_already_is_refused(crm: Crm) -> None:
    crm.merge(ANN, BOB, by="anna")
    with pytest.raises(Exception, match="nothing to merge"):
        previewed(crm)


# ---------------------------------------------------------------- values


def test_a_value_chosen_in_review_is_a_correction_under_the_root(crm: Crm) -> None:
    undo = crm.merge(ANN, BOB, by="anna", values=VALUES)
    ruled = {c.field_name: c for c in crm.view(BOB).group.corrections}
    assert sorted(c.id for c in ruled.values()) == sorted(undo.corrections)
    assert {c.customer for c in ruled.values()} == {crm.resolve(ANN)}
    assert {c.by for c in ruled.values()} == {"anna"}
    profile = crm.view(BOB).profile
    assert profile.value("name.full") == "Ann Roe"
    assert profile.values("tags") == ("vip",)
    assert [hit.customer for hit in crm.find("ann@example.org")] == [crm.resolve(ANN)]


def test_a_value_that_wins_anyway_is_no_correction(crm: Crm) -> None:
    shown = previewed(crm).after
    values = {"name.full": shown.value("name.full"), "emails": "bob@example.com"}
    assert crm.merge(ANN, BOB, by="anna", values=values).corrections == ()


def test_none_empties_a_field_in_review(crm: Crm) -> None:
    crm.merge(ANN, BOB, by="anna", values={"name.full": None})
    assert crm.view(ANN).profile.value("name.full") is None


def test_the_preview_shows_who_chose_and_what_gave_way(crm: Crm) -> None:
    preview = previewed(crm, values={"name.full": "Ann Roe"})
    row = next(row for row in preview.rows(masked=False) if row[0] == "name.full")
    assert row[1:4] == ("Ann Lee", "Bob Lee", "Ann Roe")
    assert row[4].startswith("correction, by anna, 2026-05-01; gives way: shop/")
    choice = next(c for c in preview.choices if c.field_name == "name.full")
    assert {str(held.source) for held in choice.lost} == {ANN, BOB}


def test_an_undo_leaves_what_was_chosen_with_the_root_and_names_it(crm: Crm) -> None:
    before = crm.export(BOB, audit=False)
    early = crm.correct(ANN, "brand", "main", by="anna")
    undo = crm.merge(ANN, BOB, by="anna", values={"name.full": "Ann Roe"})
    late = crm.correct(BOB, "lifecycle", "lead", by="anna")
    report = crm.unmerge(undo, by="anna")
    assert report.stayed == tuple(sorted([*undo.corrections, late]))
    assert early not in report.stayed
    assert crm.view(ANN).profile.value("name.full") == "Ann Roe"
    assert crm.export(BOB, audit=False) == before


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"nane.full": "x"}, UnknownName),
        ({"birth_on": "soon"}, InputError),
        ({"emails": "no address"}, InputError),
        ({"tags": None}, DefinitionError),
    ],
)
def test_a_value_that_cannot_be_refuses_merge_and_preview(
    crm: Crm, values: dict[str, object], error: type[Exception]
) -> None:
    for verb in (crm.merge, crm.preview_merge):
        with pytest.raises(error):
            verb(ANN, BOB, by="anna", values=values)
    assert crm.resolve(BOB) != crm.resolve(ANN)


def test_the_same_request_with_other_values_is_another_one(crm: Crm) -> None:
    first = crm.merge(ANN, BOB, by="anna", values={"brand": "a"}, key="k")
    assert crm.merge(ANN, BOB, by="anna", values={"brand": "a"}, key="k") == first
    with pytest.raises(Exception, match="request key"):
        crm.merge(ANN, BOB, by="anna", values={"brand": "b"}, key="k")
    assert [row.value.value for row in crm.store.scan(CORRECTIONS).rows] == ["a"]


# ---------------------------------------------------------------- linked


def test_all_that_hangs_on_both_is_counted_by_name(crm: Crm) -> None:
    card(crm, "c1", ANN)
    machine(crm, "m1", BOB)
    crm.consent("ann@example.com", "granted", channel="email", purpose="marketing")
    crm.refuse_contact(BOB, by="him")
    crm.judge(BOB, CYD, "unsure", by="anna")
    crm.hold(CYD, reason="case 7", by="legal")
    crm.claim(BOB, CYD, proof="clicked", source="shop", by="shop")
    crm.subscribe(ANN, Plan(id="p", price=Money("1.00", "EUR"), cadence="P1M"))
    crm.correct(BOB, "brand", "main", by="anna")
    crm.unmerge(crm.merge(BOB, ANN, by="anna"), by="anna")
    assert dict(previewed(crm).linked) == {
        "records": (1, 1), "corrections": (0, 1), "merges": (1, 1), "judgements": (0, 1),
        "claims": (0, 1),
        "legal holds": (0, 0), "consents about the person": (0, 1),
        "consents about the addresses": (1, 0), "interactions": (0, 0), "subscriptions": (1, 0),
        "loyalty_card": (1, 0), "machine": (0, 1), "memberships": (0, 0),
    }  # fmt: skip
    assert crm.preview_merge(ANN, CYD).linked["legal holds"] == (0, 1)


# ---------------------------------------------------------------- warnings


def codes(preview: MergePreview) -> set[str]:
    return {reason.code for reason in preview.warnings}


def test_what_differs_is_a_warning_and_no_refusal(crm: Crm) -> None:
    told(crm, ANN, birth_on=BORN, emails=(parse_email("x@privaterelay.appleid.com"),))
    told(crm, CYD, birth_on=BORN.replace(year=1991),
         emails=(parse_email("x@privaterelay.appleid.com"),))  # fmt: skip
    preview = crm.preview_merge(ANN, CYD, by="anna")
    assert codes(preview) == {"birth_dates_differ", "names_differ", "relay_only"}
    assert preview.changes is not None
    assert codes(previewed(crm)) == {"same_source"}


def test_one_ordinary_address_shared_is_more_than_relays(crm: Crm) -> None:
    both = (parse_email("x@privaterelay.appleid.com"), parse_email("team@example.com"))
    for who in (ANN, CYD):
        told(crm, who, emails=both)
    assert "relay_only" not in codes(crm.preview_merge(ANN, CYD))


def test_an_undone_merge_with_another_is_not_told(crm: Crm) -> None:
    crm.unmerge(crm.merge(ANN, CYD, by="anna"), by="anna")
    assert "undone_before" not in codes(previewed(crm))


def test_what_may_contact_will_say_is_told_where_the_two_differ(crm: Crm) -> None:
    crm.consent("ann@example.com", "granted", channel="email", purpose="marketing")
    said = [str(reason) for reason in previewed(crm).warnings if reason.code == "consents_differ"]
    assert said == ["marketing by email: yes for the winner, no for the loser, yes for both as one"]
    crm.refuse_contact(BOB, by="him")
    said = [str(reason) for reason in previewed(crm).warnings if reason.code == "consents_differ"]
    assert said[0].endswith("no for both as one")
    crm.merge(ANN, BOB, by="anna")
    assert not crm.may_contact(ANN, "email", "marketing")


def test_a_merge_that_was_undone_and_a_plan_of_both_are_told(crm: Crm) -> None:
    plan = Plan(id="p", price=Money("1.00", "EUR"), cadence="P1M")
    for who in (ANN, BOB):
        crm.subscribe(who, plan)
    crm.unmerge(crm.merge(BOB, ANN, by="anna"), by="anna")
    told_of = {reason.code: str(reason) for reason in previewed(crm).warnings}
    assert told_of["undone_before"].endswith("undone on 2026-05-01")
    assert told_of["both_subscribe"] == "both have a running subscription to p: both go on"


# ---------------------------------------------------------------- shown


def test_a_preview_is_shown_side_by_side_escaped_and_masked(crm: Crm) -> None:
    told(crm, ANN, brand="<b>Loud</b>", tags=("<i>",))
    told(crm, BOB, NOW, **{"name.full": "<script>alert(1)</script>", "national_id": "900101"})
    told(crm, ANN, national_id="900102")
    card(crm, "c1", ANN)
    preview = previewed(crm)
    page = preview._repr_html_()
    for head in ("winner", "loser", "merged", "why", "hangs on", "before you merge"):
        assert f">{head}<" in page
    assert "loyalty_card" in page
    assert "different_ids" in page
    assert "<script" not in page + preview.table()
    assert "<b>" not in page
    whole = page + str(preview) + repr(preview) + repr(preview.changes)
    assert not [word for word in ("900101", "alert", "Loud") if word in whole]
    assert "900101" in preview.table(masked=False)
