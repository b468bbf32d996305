"""What goes wrong in other systems when customers are merged, and does not here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    FieldMap,
    Relation,
    RelationKind,
    SourceKey,
    SourceRecord,
    Stated,
    address_subject,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import ConflictError, MergeRefused
from ecrm_core.kernel import OUTBOX, ChangeSet, FixedClock, Money
from ecrm_core.merging import AutoMerge, Zone, roots_of
from ecrm_core.ports import read_edges
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import Plan, TermRule
from ecrm_core.timeline import Interaction
from tests.unit.merging.shop import ANN, BEFORE, BOB, CYD, NOW, card, machine, opened, told

PLAN = Plan(id="care", price=Money("10.00", "EUR"), cadence="P1M",
            term=TermRule(initial="P1Y", notice="P1M"))  # fmt: skip


def events(crm: Crm) -> list[str]:
    return sorted(row.value.key for row in crm.store.scan(OUTBOX, limit=10_000).rows)


def test_the_tags_and_notes_of_the_winner_are_not_lost(crm: Crm) -> None:
    """Elsewhere the lists of one side were written over those of the other, for good."""
    told(crm, ANN, tags=("vip", "press"), notes=("calls on Mondays",))
    told(crm, BOB, tags=("new",), notes=("prefers mail",))
    undo = crm.merge(ANN, BOB, by="anna")
    profile = crm.view(ANN).profile
    assert set(profile.values("tags")) == {"vip", "press", "new"}
    assert set(profile.values("notes")) == {"calls on Mondays", "prefers mail"}
    crm.unmerge(undo, by="anna")
    assert crm.view(ANN).profile.values("tags") == ("vip", "press")
    assert crm.view(BOB).profile.values("notes") == ("prefers mail",)


def test_no_task_is_orphaned(crm: Crm) -> None:
    """Elsewhere open tasks and tickets kept pointing at the deleted loser: nobody saw them again.

    Tasks of a subscription are kept with it, tickets are events of a record.
    """
    late = NOW + timedelta(days=300)
    crm.subscribe(BOB, PLAN, preset="b2b", key="s")
    crm.run_due(now=late)
    tasks = crm.subscriptions(BOB)[0].open_tasks
    assert tasks
    crm.record([Interaction(source="desk", event_id="t1", kind="ticket_opened", at=NOW,
                            subject=SourceKey.parse(BOB))])  # fmt: skip
    undo = crm.merge(ANN, BOB, by="anna")
    for who in (ANN, BOB):
        assert crm.subscriptions(who)[0].open_tasks == tasks
        assert [event.kind for event in crm.timeline(who)] == ["ticket_opened"]
    crm.unmerge(undo, by="anna")
    assert crm.subscriptions(BOB)[0].open_tasks == tasks
    assert (crm.subscriptions(ANN), tuple(crm.timeline(ANN))) == ((), ())


def test_the_relation_to_her_company_is_not_gone(crm: Crm) -> None:
    """Elsewhere the contact lost its company, for one side's empty field had won."""
    told(crm, "shop/acme", NOW, **{"organisation.legal": "Acme GmbH"})
    job = Relation(kind=RelationKind.WORKS_FOR, other="shop/acme", title="Head of Purchasing")
    told(crm, BOB, relations=(job,))
    undo = crm.merge(ANN, BOB, by="anna")
    assert crm.view(ANN).profile.values("relations") == (job,)
    acme = crm.merge(CYD, "shop/acme", by="anna")
    assert crm.resolve(str(job.other)) == crm.resolve(CYD)  # and whom it names is still there
    crm.unmerge(acme, by="anna")
    crm.unmerge(undo, by="anna")
    assert crm.view(BOB).profile.values("relations") == (job,)
    assert crm.view(ANN).profile.values("relations") == ()


def test_the_audit_log_of_both_stays(crm: Crm) -> None:
    """Elsewhere the history of the loser went with its row: nobody could say who had decided what.

    Who, when and why of every merge, undoing, correction, judgement and hold are shown for ever.
    """
    told(crm, BOB, account="enabled")
    told(crm, ANN, account="enabled")
    first = crm.merge(CYD, BOB, by="anna", now=BEFORE)
    crm.correct(BOB, "brand", "main", by="anna", reason="she said so on the phone", now=BEFORE)
    crm.unmerge(first, by="ben", now=NOW)
    crm.judge(BOB, CYD, "different", by="ben", reason="two voices")
    crm.release(crm.hold(BOB, reason="case 7", by="legal"), by="court")
    crm.merge(ANN, BOB, by="cleo", despite=("two_accounts",))
    view = crm.view(ANN)
    assert {(e.by, e.at, e.undone_by, e.undone_at, e.despite) for e in view.merges} == {
        ("anna", BEFORE, "ben", NOW, ()), ("cleo", NOW, None, None, ("two_accounts",)),
    }  # fmt: skip
    assert [(j.by, j.reason) for j in view.judgements] == [("ben", "two voices")]
    assert [(h.by, h.reason, h.released_by) for h in view.holds] == [("legal", "case 7", "court")]
    kept = crm.view(CYD).group.corrections
    assert [(c.by, c.at, c.reason) for c in kept] == [("anna", BEFORE, "she said so on the phone")]
    exported = crm.export(ANN)
    assert all(exported[name] for name in ("merges", "judgements", "holds"))


def test_the_data_of_a_plugin_is_not_gone(crm: Crm) -> None:
    """Elsewhere rows of plugins pointed at the deleted loser, or were deleted with it."""
    held, made = card(crm, "1", BOB, points=700), machine(crm, "m", BOB)
    assert crm.preview_merge(ANN, BOB).linked["loyalty_card"] == (0, 1)
    undo = crm.merge(ANN, BOB, by="anna")
    assert crm.linked(ANN, "loyalty_card") == (held,)
    assert crm.linked(ANN, "machine") == (made,)
    crm.unmerge(undo, by="anna")
    assert crm.linked(BOB, "loyalty_card") == (held,)
    assert crm.linked(ANN, "loyalty_card") == crm.linked(ANN, "machine") == ()


def test_the_old_id_is_no_dead_page(crm: Crm) -> None:
    """Elsewhere bookmarks, mails and other systems that held the loser's id met an error page.

    Every verb takes the old id, after any number of merges.
    """
    old = crm.resolve(BOB)
    crm.merge(ANN, BOB, by="anna")
    crm.merge(CYD, ANN, by="anna")
    assert crm.resolve(old) == crm.view(old).id == crm.export(old)["customer"] == crm.resolve(CYD)
    assert old in crm.view(CYD).aliases
    assert [hit.customer for hit in crm.find(old)] == [crm.resolve(CYD)]
    assert (tuple(crm.timeline(old)), crm.linked(old, "machine")) == ((), ())
    crm.correct(old, "brand", "main", by="anna")
    crm.subscribe(old, PLAN)
    crm.refuse_contact(old, by="her")
    assert not crm.may_contact(CYD, "email", "marketing")
    told(crm, "shop/new", brand="x")
    crm.merge("shop/new", old, by="anna")
    assert crm.view(old).id == crm.resolve("shop/new")


@pytest.mark.parametrize("again", [ANN, BOB])
def test_an_opt_out_is_not_wiped_by_an_import(crm: Crm, again: str) -> None:
    """Elsewhere the nightly import stated the winner's old "yes" again and mails went out."""
    points = [parse_email(f"{name}@example.com") for name in ("ann", "bob")]
    yes = [
        ConsentStatement(subject=address_subject(point), channel="email", purpose="marketing",
                         state=ConsentState.GRANTED, at=BEFORE, source="list")
        for point in points
    ]  # fmt: skip

    def imported() -> None:
        """What the import says: the address as it is, and the yes of an earlier day."""
        key, later = SourceKey.parse(again), NOW + timedelta(hours=1)
        record = SourceRecord(key, {"emails": Stated((points[1],), later, later)})
        crm.ingest(Delivery(source=key.source, records=(record,), consents=tuple(yes)))

    def refused() -> bool:
        return not crm.may_contact_address("bob@example.com", "email", "marketing")

    imported()
    assert not refused()
    crm.consent("bob@example.com", "revoked", channel="email", purpose="marketing")
    undo = crm.merge(ANN, BOB, by="anna")
    assert refused()
    imported()
    assert refused()
    crm.unmerge(undo, by="anna")
    assert refused()
    imported()
    assert refused()


def test_a_list_that_repeats_its_yes_every_night_wipes_no_opt_out(crm: Crm, tmp_path: Path) -> None:
    """Elsewhere the "yes" of a column without a date counted as of the night it was read again."""
    path = tmp_path / "list.csv"
    fields = FieldMap({"id": "id", "name": "full_name", "mail": "email",
                       "news": "consent:email:marketing"})  # fmt: skip

    def imported(night: int) -> bool:
        at = NOW + timedelta(days=night)
        path.write_text(f"id,name,mail,news\n1,B{night},bob@example.com,yes\n", encoding="utf-8")
        crm.ingest_file(path, source="list", fields=fields, now=at)
        return crm.may_contact_address("bob@example.com", "email", "marketing", at=at).yes

    assert imported(0)
    crm.consent("bob@example.com", "revoked", channel="email", purpose="marketing",
                now=NOW + timedelta(hours=1))  # fmt: skip
    undo = crm.merge(ANN, "list/1", by="anna")
    assert not imported(1)
    crm.merge(BOB, ANN, by="anna")
    assert not imported(2)
    crm.unmerge(undo, by="anna")
    assert not imported(3)


def test_no_contact_at_all_outlives_merge_import_and_undo(crm: Crm) -> None:
    """Elsewhere the opt-out was a field of the loser and gave way to the winner's empty one."""
    crm.consent("ann@example.com", "granted", channel="email", purpose="marketing")
    crm.refuse_contact(BOB, by="him")
    undo = crm.merge(ANN, BOB, by="anna")
    told(crm, BOB, emails=(parse_email("new@example.com"),))
    crm.consent("new@example.com", "granted", channel="email", purpose="marketing")
    assert not crm.may_contact(ANN, "email", "marketing")
    crm.unmerge(undo, by="anna")
    assert not crm.may_contact(BOB, "email", "marketing")
    assert crm.may_contact(ANN, "email", "marketing")


def family(crm: Crm) -> list[str]:
    """Take in two parents and two children of one home, telephone and mailbox."""
    names = ["Max Weber", "Mara Weber", "Mia Weber", "Max Weber"]
    people = [f"shop/w{number}" for number in range(len(names))]
    shared = {"emails": (parse_email("weber@example.com"),),
              "phones": (parse_phone("+82 2-0000-0002"),)}  # fmt: skip
    for who, name in zip(people, names, strict=True):
        told(crm, who, BEFORE, **{"name.full": name}, **shared)
    children = tuple(Relation(kind=RelationKind.PARENT_OF, other=who) for who in people[2:])
    for who in people[:2]:
        told(crm, who, BEFORE, relations=children)
    return people


def test_a_household_is_not_swallowed_whole(crm: Crm) -> None:
    """Elsewhere pairs alike were merged one after the other until a family was one customer.

    Likeness only proposes; and where parents are known, no chain of merges joins them to a child.
    """
    people = family(crm)
    assert all(crm.matches(who) for who in people)
    for zones in [(), (Zone.CERTAIN,)]:
        crm.run_matching(auto=[AutoMerge(zone=zone) for zone in zones], full=True)
        assert len({crm.resolve(who) for who in people}) == len(people)
    assert crm.run_matching(auto=AutoMerge(zone=Zone.LIKELY), full=True).refused
    parents, children = ({crm.resolve(who) for who in side} for side in (people[:2], people[2:]))
    assert not parents & children
    crm.run_matching(full=True)
    assert len({crm.resolve(who) for who in people}) == len(people)
    for pair in [(people[0], people[3]), (people[3], people[0]), (people[1], people[2])]:
        with pytest.raises(MergeRefused) as caught:
            crm.merge(*pair, by="anna")
        assert caught.value.facts["blockers"] == ["parent_and_child"]
    crm.merge(people[2], people[3], by="anna")  # two children taken for one
    crm.merge(people[0], people[1], by="anna")  # and two parents: the chain ends here
    with pytest.raises(MergeRefused):
        crm.merge(people[0], people[3], by="anna")


def test_a_subscription_does_not_refuse_a_merge_and_each_renews_once(crm: Crm) -> None:
    """Elsewhere two paying customers could not be merged, or both paid twice, or one not at all."""
    one, two = (crm.subscribe(who, PLAN) for who in (ANN, BOB))
    crm.run_due()
    undo = crm.merge(ANN, BOB, by="anna")
    crm.run_due(now=NOW + timedelta(days=31))
    crm.unmerge(undo, by="anna")
    crm.run_due(now=NOW + timedelta(days=62))
    charges = [key for key in events(crm) if "/charge/" in key]
    assert charges == sorted(f"{id_}/charge/{n}/0" for id_ in (one, two) for n in range(3))
    assert [s.id for s in crm.subscriptions(ANN)] == [one]


# ---------------------------------------------------------------- at once


@pytest.fixture(params=["memory", "sqlite"])
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Crm, Crm, Crm]]:
    """Three people at work on one shop, each with a handle of her own."""
    if request.param == "memory":
        with opened(None) as first:
            others = [Crm(first._owner, settings=Settings(clock=FixedClock(NOW))) for _ in range(2)]
            yield first, others[0], others[1]
        return
    path = tmp_path / "shop.db"
    with opened(path) as first, Crm.open(path) as second, Crm.open(path) as third:
        yield first, second, third


def forest(crm: Crm) -> set[str]:
    """Return the roots of all; StorageError where merges close a circle."""
    ids = [crm.resolve(who) for who in (ANN, BOB, CYD)]
    homes = [home.id for who in (ANN, BOB, CYD) for home in crm.view(who).group.homes]
    edges = [row.value for row in read_edges(crm.store, homes)]
    assert set(roots_of(homes, edges).values()) == set(ids)
    return set(ids)


def test_two_merges_at_once_close_no_circle(desks: tuple[Crm, Crm, Crm]) -> None:
    """Elsewhere two people merged A into B and B into A at once: both were gone from every list."""
    first, second, _ = desks
    one = first.dry_run.merge(ANN, BOB, by="anna", now=NOW)
    two = second.dry_run.merge(BOB, ANN, by="ben", now=NOW)
    first.store.apply(one)
    with pytest.raises(ConflictError):
        second.store.apply(two)
    assert forest(second) == {first.resolve(ANN), first.resolve(CYD)}
    with pytest.raises(MergeRefused) as caught:  # deciding again, the second one is told
        second.merge(BOB, ANN, by="ben")
    assert caught.value.code == "same_customer"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_three_merges_at_once_close_no_circle(
    desks: tuple[Crm, Crm, Crm], order: tuple[int, int, int]
) -> None:
    """Elsewhere a check of the written row alone let A into B, B into C, C into A all through."""
    pairs = [(ANN, BOB), (BOB, CYD), (CYD, ANN)]
    made: list[ChangeSet] = [
        desk.dry_run.merge(*pair, by="anna", now=NOW)
        for desk, pair in zip(desks, pairs, strict=True)
    ]
    through = 0
    for number in order:
        try:
            desks[number].store.apply(made[number])
            through += 1
        except ConflictError:
            continue
    assert through == 1
    assert len(forest(desks[0])) == 2
