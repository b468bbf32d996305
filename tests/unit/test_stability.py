"""What never changes: derived ids, digests, keys and stored JSON, pinned in stability.json.

If one of these fails, the change is at fault: the old values stand in people's stores and logs. A
new format or key set gets a new number and an entry of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecrm_core.customers import (
    CLEARED,
    CONSENTS,
    CORRECTIONS,
    HISTORY,
    HOMES,
    KEYSET,
    MATCH_KEYSET,
    PROFILES,
    RECORDS,
    SEARCH_KEYS,
    UNMATCHED,
    Address,
    ConsentState,
    ConsentStatement,
    ContactPoint,
    Correction,
    FieldMap,
    Home,
    SearchKey,
    SourceKey,
    SourceRecord,
    Stated,
    Superseded,
    SurvivorshipPolicy,
    Unmatched,
    address_subject,
    cell_digest,
    home_id,
    match_keys,
    parse_email,
    parse_handle,
    parse_phone,
    record_keys,
    unify,
)
from ecrm_core.customers.contact import ContactKind
from ecrm_core.errors import StorageError
from ecrm_core.kernel import (
    REQUESTS,
    AnyKind,
    CustomerId,
    Money,
    RequestKey,
    canonical_json,
    derive_id,
    digest,
    personal_key,
)
from ecrm_core.matching import (
    JUDGEMENTS,
    MODEL_BODIES,
    MODELS,
    SWEEPS,
    AdoptedModel,
    Judgement,
    ModelBody,
    Sweep,
)
from ecrm_core.merging import (
    CUSTOMER_CLAIMS,
    MERGE_EDGES,
    PROPOSALS,
    REVIEW_DECISIONS,
    REVIEW_LEASES,
    CardVerdict,
    Claim,
    MergeEdge,
    Proof,
    Proposal,
    ReviewDecision,
    ReviewLease,
    RuledPair,
    Zone,
)
from ecrm_core.quality import TableReport
from ecrm_core.subscriptions import (
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    Create,
    Plan,
    Step,
    TermRule,
    advance,
    handle,
    policies_of,
)
from ecrm_core.timeline import FACTS, INTERACTIONS, Facts, HomeFacts, Interaction, OrderLine

PINNED = json.loads(Path(__file__).with_name("stability.json").read_text(encoding="utf-8"))
AT = datetime(2026, 5, 1, 9, 0, 0, 250000, tzinfo=UTC)
KEY = SourceKey("shopify", "1001")
HOME = CustomerId("cus_x")


def phone(text: str) -> ContactPoint:
    return parse_phone(text, region="KR")


def record() -> SourceRecord:
    values: dict[str, Any] = {
        "name.given": "민준",
        "name.family": "김",
        "emails": (parse_email("Min.Jun+shop@Example.KR"),),
        "phones": (phone("02-0000-0001"),),
        "addresses": (Address(country="KR", lines=("1 Main Street",), postal_code="00001"),),
        "birth_on": date(1990, 2, 28),
        "tags": ("vip",),
        "brand": CLEARED,
        "unmapped.$.orders_count": 7,
    }
    return SourceRecord(KEY, {name: Stated(value, AT, AT) for name, value in values.items()})


def order() -> Interaction:
    line = OrderLine(product="11", quantity="1.5", price=Money("6.00", "EUR"), title="Beans")
    return Interaction(
        source="shopify", event_id="order/1", kind="order_placed", at=AT, subject=KEY,
        amount=Money("9.00", "EUR"), lines=(line,), correlation="1", channel="web", told_at=AT,
        data={"rate": Decimal("0.19")}, home_id=HOME,
    )  # fmt: skip


def subscribed() -> Step:
    """A subscription after its first charge."""
    term = TermRule(initial="P1Y", notice="P2M")
    plan = Plan(id="pro", price=Money("9.90", "EUR"), cadence="P1M", term=term)
    create = Create(id="sub_1", customer=HOME, plan=plan, preset="b2b", tz="Asia/Seoul")
    begun = handle(None, create, AT, policies_of("b2b"), by="anna")
    return advance(begun.state, AT, policies_of("b2b"))


def decided() -> ReviewDecision:
    """A decision that was taken back."""
    low, high = CustomerId("cus_a"), CustomerId("cus_b")
    asked = Proposal(
        id="prp_1", left=low, right=high, zone=Zone.REVIEW, group="cus_a",
        probability=Decimal("0.5"), proof=Proof.TYPED, value=3_500, model="m1", found_at=AT,
    )  # fmt: skip
    ruled = RuledPair(judgement="jdg_2", left=low, right=high, before="jdg_1")
    return ReviewDecision(
        id="rvd_1", card="cus_a", verdict=CardVerdict.SAME, by="anna", at=AT, reason="one phone",
        edges=("mrg_1",), corrections=("cor_1",), ruled=(ruled,), proposals=(asked,),
        undone_at=AT, undone_by="bo",
    )  # fmt: skip


# ---------------------------------------------------------------- ids and digests

DERIVED: dict[str, Callable[[], str]] = {
    "customer": lambda: home_id("main", KEY),
    "customer of a Korean source": lambda: home_id("가게", SourceKey("쇼핑몰", "회원-1")),
    "merge": lambda: derive_id("mrg", "main", "cus_b", "cus_a", "0"),
    "review decision": lambda: derive_id("rvd", "main", "cus_a", "0"),
    "framing": lambda: derive_id("cus", "ab", "c"),
    "framing, elsewhere": lambda: derive_id("cus", "a", "bc"),
    "personal key": lambda: personal_key(b"0123456789abcdef", "news", "email:a@example.com"),
    "digest": lambda: digest({"b": [1, None, True], "a": "é"}),
    "cell": lambda: cell_digest("name.given", "민준"),
    "cleared cell": lambda: cell_digest("brand", CLEARED),
    "policy": lambda: SurvivorshipPolicy().digest,
    "interaction": lambda: order().digest,
    "recency": lambda: order().recency,
    "request": lambda: RequestKey.of("k", ["ingest", "shopify"], AT).params_digest,
}


@pytest.mark.parametrize("what", DERIVED)
def test_a_derived_value_is_the_same_for_ever(what: str) -> None:
    assert DERIVED[what]() == PINNED["derived"][what]


def test_canonical_json_has_one_spelling() -> None:
    assert canonical_json({"b": [1.5, None], "a": "é\n"}) == '{"a":"é\\n","b":[1.5,null]}'


# ---------------------------------------------------------------- addresses and search keys

SUBJECTS = {
    "email:minjun@example.kr": parse_email("MinJun+shop@Example.KR"),
    "email:kim@gmail.com": parse_email("k.im+x@googlemail.com"),
    "phone:8220000001": phone("02-000-0001"),
    "messaging:kakao:kim": parse_handle(ContactKind.MESSAGING, "@Kim", service="kakao"),
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_of_consent_is_the_same_for_ever(subject: str) -> None:
    assert address_subject(SUBJECTS[subject]) == subject


def test_the_search_keys_of_a_record_are_those_of_their_key_set() -> None:
    assert sorted(map(str, record_keys(record()))) == PINNED["search keys"][KEYSET]
    assert sorted(map(str, match_keys(settled()))) == PINNED["search keys"][MATCH_KEYSET]


def settled() -> SourceRecord:
    """A record with all that match keys are made of."""
    stated = {
        "name.full": "Ada Kim", "birth_on": date(1980, 5, 1), "national_id": "800501-1",
        "address.lines": ("1 Rue de l'Été",), "address.locality": "Saint-Denis",
        "address.postal_code": "93 200",
    }  # fmt: skip
    cells = {name: Stated(value, AT, AT) for name, value in stated.items()}
    return SourceRecord(SourceKey("shop", "1"), cells)


# ---------------------------------------------------------------- stored rows

ROWS: list[tuple[AnyKind, object]] = [
    (UNMATCHED, Unmatched(customer=HOME)),
    (MODELS, AdoptedModel(number=2, digest="d", by="anna", at=AT)),
    (MODEL_BODIES, ModelBody(name="m2", body={"link": 0.5})),
    (SWEEPS, Sweep(model="m2", after="cus_a")),
    (
        PROPOSALS,
        Proposal(id="prp_1", left=CustomerId("cus_a"), right=CustomerId("cus_b"),
                 zone=Zone.LIKELY, group="cus_a", probability=Decimal("0.970000"),
                 weight=Decimal("5.000000"), proof=Proof.TYPED, value=1_000, model="m2",
                 found_at=AT),
    ),
    (RECORDS, record()),
    (PROFILES, unify([record()], id=HOME)),
    (HOMES, Home(id=HOME, key=KEY, root_id=CustomerId("cus_y"))),
    (
        HISTORY,
        Superseded(source="shopify", external_id="1", field_name="brand", digest="d", value="x",
                   observed_at=AT, received_at=AT),
    ),
    (
        CORRECTIONS,
        Correction(id="cor_1", customer=HOME, field_name="emails", replaces="d",
                   value=parse_email("a@example.com"), at=AT, by="anna", pin=True),
    ),
    (
        CONSENTS,
        ConsentStatement(subject="email:a@example.com", channel="email", purpose="marketing",
                         state=ConsentState.GRANTED, at=AT, source="shopify", double_opt_in=True,
                         confirmed_at=AT),
    ),
    (
        MERGE_EDGES,
        MergeEdge(id="mrg_1", loser=CustomerId("cus_b"), winner=CustomerId("cus_a"), at=AT,
                  by="anna"),
    ),
    (REVIEW_DECISIONS, decided()),
    (REVIEW_LEASES, ReviewLease(card="cus_a", reviewer="anna", until=AT)),
    (JUDGEMENTS, Judgement.of("cus_b", "cus_a", "different", by="anna", at=AT, reason="twins")),
    (
        CUSTOMER_CLAIMS,
        Claim.of(HOME, "email:a@example.com", proof="clicked", source="site", at=AT, event="7",
                 by="site"),
    ),
    (SEARCH_KEYS, SearchKey(keyset="find-1", key="email:a@example.com", home_id=HOME)),
    (INTERACTIONS, order()),
    (FACTS, HomeFacts(home_id=HOME, facts=Facts.of(order()))),
    (SUBSCRIPTIONS, subscribed().state),
    (SUBSCRIPTION_EVENTS, subscribed().events[-1]),
]  # fmt: skip
NAMES = [kind.name for kind, _ in ROWS]


@pytest.mark.parametrize(("kind", "value"), ROWS, ids=NAMES)
def test_a_row_is_written_as_its_format_says(kind: AnyKind, value: object) -> None:
    assert kind.row(value).body == canonical_json(PINNED["rows"][f"{kind.name} {kind.format}"])


@pytest.mark.parametrize(("kind", "value"), ROWS, ids=NAMES)
def test_a_row_of_the_first_format_is_still_read(kind: AnyKind, value: object) -> None:
    assert kind.read(canonical_json(PINNED["rows"][f"{kind.name} 1"]), 3, 1).value == value


@pytest.mark.parametrize("kind", [RECORDS, PROFILES, REQUESTS], ids=repr)
def test_a_row_of_a_later_version_is_refused(kind: AnyKind) -> None:
    with pytest.raises(StorageError) as caught:
        kind.read("{}", 1, kind.format + 1)
    assert caught.value.code == "newer_format"


def test_a_field_map_is_written_as_it_was() -> None:
    columns = FieldMap({"ID": "id", "생일": "birth_date"}, tz="Asia/Seoul", date_order="YMD")
    assert columns.to_json() == PINNED["field map"]
    assert FieldMap.from_json(PINNED["field map"]) == columns


def test_a_report_that_was_kept_is_still_read_and_written_as_it_was() -> None:
    kept = PINNED["quality report"]
    assert TableReport.from_json(kept).to_json(reveal=True) == kept
