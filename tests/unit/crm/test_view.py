"""View: what an agent needs to know of a customer, in few statements, as a role may see it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm
from ecrm_core.customers import ContactKind, SourceKey, parse_email
from ecrm_core.errors import DefinitionError, MissingError, UnknownName
from ecrm_core.kernel import FixedClock
from ecrm_core.merging import Zone
from ecrm_core.ports import Answers, AnyQuestion, Store, ask_each
from ecrm_core.services import (
    VIEWER_ROLES,
    CustomerView,
    Look,
    RedactionPolicy,
    ShownView,
    Sight,
    export_customer,
    see_customer,
    view_customer,
)
from ecrm_core.services.view import TIMELINE
from ecrm_core.sources import Delivery
from ecrm_core.timeline import OrderState
from tests.contracts.adapters import ADAPTERS, open_adapter
from tests.seen.scene import ANN, AT, CANARIES, event, fill, lines, money, record
from tests.seen.statements import statements

LOOK = Look(now=AT, today=AT.date(), region="KR")


@pytest.fixture(scope="module")
def crm() -> Iterator[Crm]:
    with fill(MemoryStore()) as crm:
        yield crm


@pytest.fixture(scope="module")
def view(crm: Crm) -> CustomerView:
    return crm.view(ANN)


# ---------------------------------------------------------------- how it is read


@pytest.mark.parametrize("name", [name for name in ADAPTERS if name != "memory"])
def test_a_view_takes_at_most_six_statements_and_is_that_of_memory(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, crm: Crm
) -> None:
    store = open_adapter(name, tmp_path, request)
    with fill(store) as other:
        old = other.view(ANN).aliases[-1]  # what is known of the tables is read once
        for customer in (ANN, "till/7", other.resolve(ANN), old):
            with statements(store) as sent:
                seen = other.view(customer)
            assert 0 < len(sent) <= 6
            assert str(seen.shown("agent")) == str(crm.view(ANN).shown("agent"))
        assert other.export(ANN) == crm.export(ANN)


def test_a_claim_of_hers_and_one_on_her_stay_within_six(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    with fill(store) as crm:
        said: dict[str, Any] = {"proof": "logged_in", "source": "site", "by": "site"}
        crm.claim_address("shop/other", CANARIES["email"], **said)
        crm.claim("web/v1", "shop/ann", **said)
        crm.view(ANN)
        with statements(store) as sent:
            seen = crm.view(ANN)
        assert len(sent) <= 6
        assert len(seen.claims) == 2
        assert {one.zone for one in seen.duplicates} == {"claim", Zone.REVIEW.value}


class OneByOne:
    """A store that offers the four methods and nothing beside."""

    def __init__(self, store: Store) -> None:
        self.tenant = store.tenant
        self.get_many, self.find_many = store.get_many, store.find_many
        self.scan, self.apply = store.scan, store.apply


def test_a_store_that_is_asked_one_by_one_shows_the_same(crm: Crm, view: CustomerView) -> None:
    plain: Store = OneByOne(crm.store)
    assert see_customer(plain, ANN, LOOK) == see_customer(crm.store, ANN, LOOK)
    held = view_customer(crm.store, ANN)
    assert export_customer(held) == export_customer(view)


def test_nobody_is_guessed(crm: Crm) -> None:
    for unknown in ("shop/nobody", "cus_0000", SourceKey("shop", "nobody")):
        with pytest.raises(MissingError):
            crm.view(unknown)


@pytest.mark.parametrize(("before", "ids"), [(1, 3), (2, 3), (3, 3), (4, 3), (5, 2)])
def test_a_merge_between_two_questions_is_seen_whole_or_not_at_all(before: int, ids: int) -> None:
    class Merging(OneByOne):
        """A store in which she is merged before the n-th statement of a view."""

        asked = 0

        def ask(self, questions: Collection[AnyQuestion]) -> Answers:
            self.asked += 1
            if self.asked == before:
                shop.merge(ANN, "shop/other", by="kim")
            return ask_each(shop.store, questions)

    with fill(MemoryStore()) as shop:
        seen = see_customer(Merging(shop.store), ANN, LOOK)
        assert len(seen.aliases) == len(seen.group.records) == ids
        assert str(seen.shown("agent")) == str(shop.view(ANN, now=AT).shown("agent"))


# ---------------------------------------------------------------- what is in it


def test_what_may_be_done_is_said_for_every_channel_and_purpose(view: CustomerView) -> None:
    said = {(one.channel, one.purpose): one.verdict.yes for one in view.reach}
    assert said == {
        ("email", "marketing"): True, ("phone", "marketing"): False, ("sms", "marketing"): False,
        ("kakao", "marketing"): False,
    }  # fmt: skip
    contact = view.reach[0].contact
    assert contact
    assert contact.kind is ContactKind.EMAIL


def test_every_verdict_is_that_of_may_contact(crm: Crm, view: CustomerView) -> None:
    for one in view.reach:
        assert one.verdict == crm.may_contact(ANN, one.channel, one.purpose, at=AT)


def test_what_is_open_what_she_has_and_what_renews(view: CustomerView) -> None:
    assert [(one.kind.value, one.correlation) for one in view.matters] == [
        ("subscription", "S-1"), ("ticket", "T-1"),
    ]  # fmt: skip
    assert [(one.id, one.state) for one in view.orders] == [
        ("2", OrderState.CANCELLED), ("1", OrderState.PLACED),
    ]  # fmt: skip
    # The saw went back, the lathe was never delivered; the drill bought is the one registered.
    assert [(one.product, one.serial) for one in view.owned] == [("drill", CANARIES["serial"])]
    assert [(one.source, one.on) for one in view.renewals] == [
        (None, date(2026, 5, 1)), ("stripe", date(2026, 6, 1)),
    ]  # fmt: skip
    assert view.segments == ("All of them",)
    assert {one.channel: one.kind for one in view.contacts} == {
        "phone": "call", "email": "email_opened", "support": "ticket_opened",
    }  # fmt: skip


def test_what_to_look_at(crm: Crm, view: CustomerView) -> None:
    assert "conflicting_statement" in {one.rule for one in view.warnings}
    (other,) = view.duplicates
    assert (other.customer, other.zone) == (crm.resolve("shop/other"), "review")
    assert other.name
    assert other.name.full == "Anna Other"


def test_what_a_source_deleted_or_tells_in_two_ways_is_a_warning() -> None:
    with fill(MemoryStore()) as crm:
        for text in ("one", "two"):
            crm.record(event("twice", "review", text=text, told_at=AT))
        crm.ingest(Delivery(source="shop", records=(record(ANN, lifecycle="deleted"),)))
        said = {one.rule: one.where for one in crm.view(ANN).warnings}
        assert said["contradicted_event"] == "shop/twice"
        assert said["deleted_at_source"] == "lifecycle"


def test_who_was_found_to_be_another_is_no_duplicate() -> None:
    with fill(MemoryStore()) as crm:
        crm.judge(ANN, "shop/other", "different", by="kim")
        assert crm.view(ANN).duplicates == ()


def test_what_she_bought_is_not_lost_behind_many_visits() -> None:
    with fill(MemoryStore()) as crm:
        crm.record([event(f"v{at}", "page_viewed", 60, channel="web") for at in range(300)])
        seen = crm.view(ANN)
        assert len(seen.timeline) == 100
        assert [one.product for one in seen.owned] == ["drill"]
        last = {one.channel: one.kind for one in seen.contacts}
        assert last == {"web": "page_viewed", "email": "email_opened", "phone": "call",
                        "support": "ticket_opened"}  # fmt: skip


def test_a_view_of_one_brand_has_what_happened_there_alone(crm: Crm) -> None:
    north, south = crm.view(ANN, brand="north"), crm.view(ANN, brand="south")
    assert [one.id for one in north.orders] == ["1"]
    assert [one.id for one in south.orders] == ["2"]
    assert north.facts.order_count == 1
    assert (south.facts.order_count, south.owned, south.matters) == (0, (), ())
    assert north.profile == south.profile
    assert {one.brand for one in north.timeline} == {"north"}


def test_what_her_messages_mention_is_shown_and_never_used(crm: Crm, view: CustomerView) -> None:
    (one,) = view.mentions
    assert (one.mention.contact.raw, one.reference) == (CANARIES["mentioned"], "T-1")
    assert CANARIES["mentioned"] not in {held.raw for held in view.profile.values("emails")}
    assert crm.find(CANARIES["mentioned"]) == ()
    for form in (str(view), view._repr_html_(), json.dumps(view.shown().to_json())):
        assert "nothing: no contact" in form
    for role in ("marketing", "analyst"):
        assert "mentions" not in view.shown(role).to_json()["parts"]


def test_what_several_messages_mention_is_shown_once_with_the_newest() -> None:
    with fill(MemoryStore()) as crm:
        text = "Again: XQ.PAL@example.com, 02-312-3456"
        crm.record(event("m", "chat", 21, reference="CH-9", text=text))
        said = [(one.mention.kind.value, one.reference) for one in crm.view(ANN).mentions]
        assert said == [("email", "CH-9"), ("phone", "CH-9")]


def test_a_busy_shop_does_not_hide_what_happened_in_a_quiet_one() -> None:
    with Crm.open(clock=FixedClock(AT)) as crm:
        told = [event(f"e{number}", "page_viewed", number, brand="north" if number else "south")
                for number in range(TIMELINE + 1)]  # fmt: skip
        crm.ingest(Delivery(source="shop", records=(record(ANN, tags=("x",)),)))
        crm.record(told)
        quiet = crm.view(ANN, brand="south")
        assert [one.event_id for one in quiet.timeline] == ["e0"]
        assert len(crm.view(ANN).timeline) == TIMELINE


# ---------------------------------------------------------------- who sees what


def every_form(seen: CustomerView | ShownView) -> str:
    shown = seen.shown() if isinstance(seen, CustomerView) else seen
    parts = [str(seen), repr(seen), seen._repr_html_(), json.dumps(shown.to_json())]
    return "\n".join(parts)


def found(text: str) -> set[str]:
    return {name for name, word in CANARIES.items() if word in text}


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("agent", set(CANARIES) - {"id"}),
        ("marketing", {"name"}),
        ("analyst", set()),
        ("auditor", set()),
    ],
)
def test_a_role_sees_what_its_policy_says_and_nothing_else(
    view: CustomerView, role: str, sees: set[str]
) -> None:
    assert found(every_form(view.shown(role))) == sees


def test_without_a_role_everything_is_masked(view: CustomerView) -> None:
    assert found(every_form(view)) == set()
    assert "emails" in str(view)
    assert view.shown().to_json()["role"] == "masked"


def test_what_is_hidden_leaves_no_count_no_place_and_no_origin() -> None:
    """Two customers who differ in what is hidden alone look the same."""

    def told(crm: Crm) -> str:
        text = every_form(crm.view("shop/z", now=AT).shown(policy))
        return text.replace(crm.resolve("shop/z"), "her")

    policy = RedactionPolicy(role="shelf", other=Sight.HIDDEN, fields={"brand": Sight.WHOLE},
                             parts={"reach": Sight.HIDDEN})  # fmt: skip
    key = SourceKey("shop", "z")
    many = tuple(parse_email(f"a{at}@@example") for at in range(3))
    texts = []
    more: dict[str, Any] = {"emails": many, "notes": ("x", "y"), "attributes.size": "12"}
    for values in ({}, more):
        with Crm.open() as crm:
            crm.ingest(Delivery(source="shop", records=(record(key, brand="b", **values),)))
            texts.append(told(crm))
    assert texts[0] == texts[1]


def test_a_hidden_part_is_not_there(view: CustomerView) -> None:
    policy = RedactionPolicy(role="desk", other=Sight.WHOLE, parts={"orders": Sight.HIDDEN})
    parts = view.shown(policy).to_json()["parts"]
    assert "orders" not in parts
    assert "owned" in parts
    masked = RedactionPolicy(role="desk", other=Sight.WHOLE, parts={"owned": Sight.MASKED})
    assert CANARIES["serial"] not in json.dumps(view.shown(masked).to_json()["parts"]["owned"])
    assert CANARIES["order"] in json.dumps(view.shown(masked).to_json()["parts"]["orders"])


def test_a_role_or_a_part_there_is_none_of_is_named(view: CustomerView) -> None:
    with pytest.raises(UnknownName, match="viewer role"):
        view.shown("boss")
    with pytest.raises(DefinitionError):
        view.shown(None)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="part"):
        RedactionPolicy(role="x", parts={"adress": Sight.HIDDEN})
    assert list(VIEWER_ROLES) == ["agent", "marketing", "analyst", "auditor"]


def test_html_is_escaped() -> None:
    with Crm.open() as crm:
        name = "<script>alert(1)</script>"
        held = record(SourceKey("shop", "x"), name__full=name, notes=(name,))
        told = event("o", "order_placed", subject=SourceKey("shop", "x"), amount=money("1"),
                     lines=lines(name), reference=name)  # fmt: skip
        crm.ingest(Delivery(source="shop", records=(held,), interactions=(told,)))
        html = crm.view("shop/x").shown("agent")._repr_html_()
        assert "<script" not in html
        assert html.lower().count("&lt;script&gt;") >= 4


def test_the_store_is_left_as_it_was() -> None:
    with fill(MemoryStore()) as one:
        before = one.export(ANN)
        one.view(ANN)
        assert one.export(ANN) == before
