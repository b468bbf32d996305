"""One table says for every Kind how a customer's rows are found; export and erase go by it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.customers import parse_email, parse_phone
from ecrm_core.kernel import AUDIT_LINKS, encode
from ecrm_core.ports import KINDS
from ecrm_core.services.hers import Hers
from ecrm_core.services.identity import group_of
from ecrm_core.services.personal import IMPERSONAL, PERSONAL, personal_rows
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS
from tests.docs.reference_tables import tables
from tests.erasing.channels import HER, bad_rows, delivery, opened, others, record, walk
from tests.erasing.person import people
from tests.histories.shop import LINKED, PLAN


def test_every_kind_is_about_customers_or_says_why_not() -> None:
    """Who declares a Kind says here how its rows are found; else nobody would erase them."""
    found = Counter(kind.name for kind in (*(each.kind for each in PERSONAL), *IMPERSONAL))
    assert found == Counter(kind.name for kind in KINDS)
    assert all(IMPERSONAL.values())


@pytest.fixture(scope="module")
def crm() -> Crm:
    crm = opened(MemoryStore())
    others(crm)
    walk(crm, people(1)[0])
    return crm


def _hers(crm: Crm) -> Hers:
    return Hers(crm.store, group_of(crm.store, HER), LINKED)


def test_every_kind_of_hers_is_found_in_a_shop_that_has_them_all(crm: Crm) -> None:
    kinds = {kind.name for kind, _ in personal_rows(_hers(crm))}
    missing = {each.kind.name for each in PERSONAL} - kinds
    assert missing == {"review_lease"}  # the card was decided, so nobody holds it


def test_no_row_of_hers_is_found_twice(crm: Crm) -> None:
    found = Counter((kind.name, kind.key_of(row.value)) for kind, row in personal_rows(_hers(crm)))
    assert set(found.values()) == {1}


def test_a_subscription_that_comes_while_rows_are_looked_up_is_left_whole() -> None:
    """Its row alone would go, and nobody would find the events after that."""
    crm = opened(MemoryStore())
    crm.ingest(delivery(people(1)[0]))
    hers = _hers(crm)
    assert hers.subscriptions == ()
    crm.subscribe(HER, PLAN)
    kinds = {kind for kind, _ in personal_rows(hers)}
    assert not kinds & {SUBSCRIPTIONS, SUBSCRIPTION_EVENTS}
    assert {kind for kind, _ in personal_rows(hers.again())} >= {SUBSCRIPTIONS, SUBSCRIPTION_EVENTS}


def test_an_export_holds_every_row_that_an_erasure_takes(crm: Crm) -> None:
    exported: dict[str, Any] = crm.export(HER)
    for each in PERSONAL:
        found = [encode(row.value, each.kind.of) for row in each.find(_hers(crm))]
        found = [{n: held for n, held in row.items() if n != "sequence"} for row in found]
        if each.exported is None or each.kind is AUDIT_LINKS:
            continue
        told: Any = exported[each.exported]
        if each.exported in {"profile", "facts"}:
            assert told
            continue
        texts = [str(row) for row in told]
        assert {str(row) for row in found} <= set(texts), each.exported
    assert {kind.name for kind, _ in personal_rows(_hers(crm))} >= exported["linked"].keys()
    assert {"ingest", "merge", "subscribe"} <= {row["verb"] for row in exported["audit"]}


def test_what_is_not_exported_says_nothing_that_others_do_not() -> None:
    names = {each.kind.name for each in PERSONAL if each.exported is None}
    assert names == {
        "search_key", "segment_mark", "segment_recheck", "unmatched", "review_lease", "audit",
        "correlation",
    }  # fmt: skip


def test_the_page_on_privacy_shows_the_table_as_it_is() -> None:
    shown = {row[0]: row[1] for row in tables("explanation/privacy.md")[0]}
    assert shown == {each.kind.name: each.exported or "" for each in PERSONAL}
    reasons = {row[0]: row[1] for row in tables("explanation/privacy.md")[1]}
    assert reasons == {kind.name: why for kind, why in IMPERSONAL.items()}


# ---------------------------------------------------------------- whose refused input it is


@pytest.mark.parametrize(
    ("text", "hers"),
    [
        ("ann@example.com", True),
        ("Ann <ANN@example.com>, please", True),
        ("https://shop.example/?mail=ann@example.com&page=2", True),
        ("mail=ann%40example.com", True),
        ("to/ann@example.com/2", True),
        ("note='ann@example.com'|bob", True),
        ("ann+news@example.com", True),
        ("a+ann@example.com", False),
        ("l'ann@example.com", False),
        ("joann@example.com", False),
        ("ann@example.com.au", False),
        ("02-7000-0000", True),
        ("call +82 2 7000 0000.", True),
        ("0082 270000000", True),
        ("７０００-００００", True),
        ("+82 (0)2 7000 0000", True),
        ("02–7000–0000", True),
        ("27000000", False),
        ("2026-05-01", False),
        ("Ann", False),
    ],
)  # fmt: skip
def test_a_text_is_hers_when_it_holds_a_whole_address_of_hers(text: str, *, hers: bool) -> None:
    crm = opened(MemoryStore())
    crm.ingest(Delivery(source="shop", records=(
        record(HER, emails=(parse_email("ann@example.com"),),
               phones=(parse_phone("+82 2-7000-0000"),)),
    )))  # fmt: skip
    assert _hers(crm).named_in({"deep": [{"text": text}]}) is hers


@pytest.mark.parametrize(
    ("email", "text", "hers"),
    [
        ("o'brien@example.com", "o'brien@example.com", True),
        ("o'brien@example.com", "'o'brien@example.com'", True),
        ("o'brien@example.com", "brien@example.com", False),
        ("brien@example.com", "o'brien@example.com", False),
        ("Ann+Shop@example.com", "ann@example.com", True),
        ("ann/b@example.com", "ann/b@example.com", True),
    ],
)
def test_an_address_with_signs_in_it_is_found_whole(email: str, text: str, *, hers: bool) -> None:
    crm = opened(MemoryStore())
    point = parse_email(email)
    crm.ingest(Delivery(source="shop", records=(record(HER, emails=(point,)),)))
    assert _hers(crm).named_in({"to": text}) is hers


def test_a_row_by_her_id_is_hers_whatever_else_it_says() -> None:
    crm, person = opened(MemoryStore()), people(1)[0]
    crm.ingest(delivery(person))
    crm.ingest(bad_rows(person))
    by_id, *by_address = sorted(crm.quarantined(), key=lambda row: row.party is None)
    assert by_id.party == "1"
    assert len(by_address) == 2
    crm.erase(HER, by="ada", reason="case 7")
    assert crm.quarantined() == ()
