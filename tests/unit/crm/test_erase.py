"""Erasing: what it takes, what it refuses, what stays, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import (
    CONSENTS,
    TOMBSTONES,
    UNMATCHED,
    ConsentState,
    ConsentStatement,
    FieldMap,
    SourceKey,
    address_subject,
    parse_email,
)
from ecrm_core.errors import DefinitionError, InputError, MissingError, RefusedError
from ecrm_core.kernel import OUTBOX, ChangeSet, Emit, FixedClock, Money, Put
from ecrm_core.merging import PROPOSALS
from ecrm_core.sources import Delivery, generic, ready_map, shopify
from ecrm_core.timeline import INTERACTIONS, Interaction
from tests.queues import proposal, propose

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
SECRET = b"kept for ever, and nowhere else"
FIELDS = FieldMap({"no": "id", "name": "full_name", "mail": "email"})
ANN, BOB = "shop/1", "shop/2"
MAIL = "ann@example.com"


def rows(*numbers: int, mail: str = MAIL) -> Delivery:
    told = [{"no": str(n), "name": f"Person {n}", "mail": mail if n == 1 else f"p{n}@example.com"}
            for n in numbers]  # fmt: skip
    return generic.read_rows(told, fields=FIELDS, source="shop", received_at=NOW)


def again(store: MemoryStore, *, secret: bytes | None = SECRET) -> Crm:
    return Crm(store, settings=Settings(clock=FixedClock(NOW), secret=secret))


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def crm(store: MemoryStore) -> Crm:
    crm = again(store)
    crm.ingest(rows(1, 2))
    return crm


def erase(crm: Crm, who: str = ANN, **more: Any) -> None:  # noqa: ANN401
    crm.erase(who, by="ada", reason="case 7", **more)


# ---------------------------------------------------------------- what it refuses


def test_without_a_secret_nobody_is_erased_and_the_way_out_is_told(store: MemoryStore) -> None:
    bare = again(store, secret=None)
    bare.ingest(rows(1))
    with pytest.raises(DefinitionError, match=r"secret=") as caught:
        erase(bare)
    assert caught.value.code == "secret_needed"
    assert bare.resolve(ANN)


def test_while_a_legal_hold_stands_nobody_is_erased(crm: Crm) -> None:
    hold = crm.hold(ANN, reason="case 1", by="ada")
    with pytest.raises(RefusedError) as caught:
        erase(crm)
    assert (caught.value.code, caught.value.facts) == ("legal_hold", {"holds": [hold]})
    crm.release(hold, by="ada")
    erase(crm)
    with pytest.raises(MissingError):
        crm.resolve(ANN)


@pytest.mark.parametrize("who", ["shop/99", "cus_00000000000000000000000000000000"])
def test_nobody_is_missing(crm: Crm, who: str) -> None:
    with pytest.raises(MissingError):
        erase(crm, who)


def test_a_second_erasure_says_that_there_was_a_first(crm: Crm) -> None:
    id_ = crm.resolve(ANN)
    erase(crm)
    for who in (ANN, id_):
        with pytest.raises(RefusedError) as caught:
            erase(crm, who)
        assert caught.value.code == "erased"


@pytest.mark.parametrize("key", [None, "case/7"])
def test_who_died_before_looking_once_more_calls_again(crm: Crm, key: str | None) -> None:
    crm.record(_order("o1", ANN))
    late = crm.store.scan(INTERACTIONS).rows[0].value
    erase(crm, key=key)
    crm.store.apply(ChangeSet(puts=(Put(INTERACTIONS, late),)))  # as written while it looked
    erase(crm, key=key)
    assert crm.store.scan(INTERACTIONS).rows == ()
    with pytest.raises(RefusedError):
        erase(crm)


def test_an_empty_reason_is_refused(crm: Crm) -> None:
    with pytest.raises(InputError):
        crm.erase(ANN, by="ada", reason="  ")


def test_under_a_key_the_first_answer_comes_again(crm: Crm) -> None:
    first = crm.erase(ANN, by="ada", reason="case 7", key="e1")
    second = crm.erase(ANN, by="ada", reason="case 7", key="e1")
    assert second == evolve(first, replayed=True)
    assert first.rows["record"] == 1
    assert first.tombstones == 1
    assert "record" in str(first)
    assert "record" in first._repr_html_()


def test_a_dry_run_is_what_is_written_and_writes_nothing(crm: Crm) -> None:
    draft = crm.dry_run.erase(ANN, by="ada", reason="case 7")
    assert crm.resolve(ANN)
    assert crm.erase(ANN, by="ada", reason="case 7").rows == draft.result["rows"]


# ---------------------------------------------------------------- another secret, or none


USES: dict[str, Callable[[Crm], object]] = {
    "ingest": lambda crm: crm.ingest(rows(3)),
    "record": lambda crm: crm.record(_order("o1", "shop/3")),
    "claim": lambda crm: crm.claim("device/1", BOB, proof="typed", source="web", by="web"),
    "may_contact": lambda crm: crm.may_contact(BOB, "email", "marketing"),
    "may_contact_address": lambda crm: crm.may_contact_address(MAIL, "email", "marketing"),
    "segment": lambda crm: crm.segment("email_consent = 'granted'"),
    "erase": lambda crm: erase(crm, BOB),
}


@pytest.mark.parametrize("use", USES)
def test_a_store_with_erasures_is_of_no_use_without_its_secret(
    store: MemoryStore, crm: Crm, use: str
) -> None:
    erase(crm)
    for secret, code in ((None, "secret_needed"), (b"another secret of a shop", "other_secret")):
        with pytest.raises(DefinitionError) as caught:
            USES[use](again(store, secret=secret))
        assert caught.value.code == code
    USES[use](crm)


def test_a_file_is_refused_as_well(store: MemoryStore, crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("no,name,mail\n1,Ann,a@example.com\n3,Cyd,c@example.com\n")
    erase(crm)
    with pytest.raises(DefinitionError):
        again(store, secret=None).ingest_file(tmp_path / "list.csv", source="shop", fields=FIELDS)
    receipt = crm.ingest_file(tmp_path / "list.csv", source="shop", fields=FIELDS, page=1)
    assert (receipt.rows, receipt.erased, receipt.created) == (2, 1, 1)
    assert "1 erased" in str(receipt)


def test_tenants_of_one_secret_share_no_tombstone(store: MemoryStore, crm: Crm) -> None:
    other = Crm(store, tenant="other", settings=Settings(clock=FixedClock(NOW), secret=SECRET))
    other.ingest(rows(1))
    erase(crm)
    erase(other)
    one, two = ({row.value.id for row in held.store.scan(TOMBSTONES).rows} for held in (crm, other))
    assert one & two == {"secret"}


# ---------------------------------------------------------------- what goes


def test_all_her_homes_go_and_a_part_that_was_cut_off_stays(crm: Crm) -> None:
    crm.ingest(rows(3, 4))
    crm.merge(ANN, "shop/3", by="ada")
    crm.unmerge(crm.merge(ANN, "shop/4", by="ada"), by="ada")
    crm.erase("shop/3", by="ada", reason="case 7")
    for gone in (ANN, "shop/3"):
        with pytest.raises(MissingError):
            crm.resolve(gone)
    assert crm.view("shop/4").merges == ()


def test_events_that_came_before_their_record_go_too(crm: Crm) -> None:
    crm.record(_order("o1", "shop/7"))
    erase(crm, "shop/7")
    assert crm.store.scan(INTERACTIONS).rows == ()
    assert crm.record(_order("o1", "shop/7")).erased_interactions == 1


def test_whom_she_was_proposed_to_be_one_with_is_looked_at_anew(crm: Crm) -> None:
    propose(crm, proposal("1", "2"))
    crm.run_matching()
    propose(crm, proposal("1", "2"))
    assert crm.store.scan(UNMATCHED).rows == ()
    erase(crm)
    assert crm.store.scan(PROPOSALS).rows == ()
    assert [row.value.customer for row in crm.store.scan(UNMATCHED).rows] == [crm.resolve(BOB)]


def _order(event: str, key: str) -> Interaction:
    return Interaction(source="shop", event_id=event, kind="order_placed", at=NOW,
                       subject=SourceKey.parse(key), amount=Money("5", "EUR"))  # fmt: skip


# ---------------------------------------------------------------- addresses


def said(crm: Crm, state: str, *, days: int = 0, purpose: str = "marketing") -> None:
    at = NOW + timedelta(days=days)
    crm.consent(MAIL, state, channel="email", purpose=purpose, now=at)


def answer(crm: Crm, purpose: str = "marketing", *, days: int = 30) -> tuple[bool, str]:
    verdict = crm.may_contact_address(MAIL, "email", purpose, at=NOW + timedelta(days=days))
    return verdict.yes, verdict.reasons[0].code


def test_a_grant_goes_and_a_refusal_stays_without_the_address(crm: Crm) -> None:
    said(crm, "granted")
    said(crm, "granted", purpose="news")
    said(crm, "revoked", purpose="news")
    erase(crm)
    assert answer(crm) == (False, "no_statement")
    assert answer(crm, "news") == (False, "refused")
    assert not any(MAIL in str(row.value.reveal()) for row in crm.store.scan(CONSENTS).rows)


def test_a_newcomer_with_a_refused_address_is_refused_until_she_agrees_herself(crm: Crm) -> None:
    said(crm, "granted")
    said(crm, "revoked", days=1)
    erase(crm, now=NOW + timedelta(days=2))
    crm.ingest(rows(9, mail=MAIL))
    told = [{"no": "9", "name": "New", "mail": MAIL}]
    later = NOW + timedelta(days=3)
    crm.ingest(generic.read_rows(told, fields=FIELDS, source="shop", received_at=later))
    said(crm, "granted")  # what was said before, told once more
    assert answer(crm) == (False, "refused")
    assert asked(crm) == []
    crm.store.apply(_snapshot(crm))
    assert answer(crm) == (False, "refused")
    assert asked(crm) == []
    said(crm, "granted", days=5)
    assert answer(crm) == (True, "granted")
    assert len(asked(crm)) == 1


def test_what_one_brand_was_refused_outlives_her_too(crm: Crm) -> None:
    for brand, state in (("north", "revoked"), ("south", "granted")):
        crm.consent(MAIL, state, channel="email", purpose="marketing", brand=brand, now=NOW)
    erase(crm, now=NOW + timedelta(days=2))

    def codes(days: int) -> list[str]:
        at = NOW + timedelta(days=days)
        return [
            crm.may_contact_address(MAIL, "email", "marketing", brand=brand, at=at).reasons[0].code
            for brand in ("north", "south", None)
        ]

    assert codes(3) == ["refused", "refused", "refused"]  # her grant to the south went with her
    said(crm, "granted", days=5)
    assert codes(6) == ["refused", "granted", "refused"]


def asked(crm: Crm) -> list[object]:
    """Who is in the segment of those who granted, and in a saved one of the same rule."""
    rule, at = "email_consent = 'granted'", NOW + timedelta(days=30)
    found: list[object] = list(crm.segment(rule, as_of=at).members)
    crm.save_segment("granted", rule, by="her")
    crm.refresh_segments(now=at)
    assert list(crm.segment_members("granted").members) == found
    return found


def _snapshot(crm: Crm) -> Any:  # noqa: ANN401 - a ChangeSet
    """A list that says yes as it always did, and not since when."""
    from ecrm_core.services import prepare_consent

    statement = ConsentStatement(
        subject=address_subject(parse_email(MAIL)), channel="email", purpose="marketing",
        state=ConsentState.GRANTED, at=NOW + timedelta(days=4), source="list", snapshot=True,
    )  # fmt: skip
    return prepare_consent(crm.store, statement)


def test_what_she_refused_as_a_person_stays_refused_at_her_addresses(crm: Crm) -> None:
    crm.refuse_contact(ANN, by="her")
    erase(crm)
    assert answer(crm) == (False, "refused")
    assert answer(crm, "news") == (False, "no_statement")


def test_of_an_address_that_another_holds_nothing_said_goes(crm: Crm) -> None:
    told = [{"no": "5", "name": "Her husband", "mail": MAIL}]
    crm.ingest(generic.read_rows(told, fields=FIELDS, source="shop", received_at=NOW))
    said(crm, "granted")
    crm.claim_address("device/1", MAIL, proof="typed", source="web", by="web")
    before = crm.export("shop/5", audit=False)
    erase(crm)
    assert answer(crm) == (True, "granted")
    assert crm.export("shop/5", audit=False) == before


def test_what_waits_for_an_address_of_several_stays_and_what_was_refused_with_it(
    crm: Crm,
) -> None:
    for numbers, mail in ((("5",), MAIL), (("5" * 300, "6" * 300), f"Mail: {MAIL}")):
        told = [{"no": number, "name": "Her husband", "mail": mail} for number in numbers]
        crm.ingest(generic.read_rows(told, fields=FIELDS, source="shop", received_at=NOW))
    to = {"to": MAIL}
    told_of = (to, to | {"customer": crm.resolve("shop/5")}, to | {"customer": crm.resolve(ANN)})
    emits = tuple(Emit(key=f"m{n}", topic="mail", at=NOW, payload=payload)
                  for n, payload in enumerate(told_of))  # fmt: skip
    crm.store.apply(ChangeSet(emits=emits))
    erase(crm)
    assert [row.value.key for row in crm.store.scan(OUTBOX).rows] == ["m0", "m1"]
    assert len(crm.quarantined()) == 2
    erase(crm, "shop/5")
    assert crm.store.scan(OUTBOX).rows == ()
    assert crm.quarantined() == ()


def consent_alone(crm: Crm, state: str) -> None:
    """What a shop tells of a consent: the address is not stated to be hers."""
    said = {"state": state, "consent_updated_at": "2026-05-01T08:00:00Z"}
    body = {"customer_id": 5, "email_address": MAIL, "email_marketing_consent": said}
    topic = "customers_email_marketing_consent/update"
    crm.ingest(shopify.read(json.dumps(body).encode(), received_at=NOW, topic=topic))


@pytest.mark.parametrize("state", ["subscribed", "unsubscribed"])
def test_a_consent_told_alone_goes_with_whom_it_was_told_of(state: str) -> None:
    crm = again(MemoryStore())
    consent_alone(crm, state)
    crm.ingest(rows(1, mail="else@example.com"))
    erase(crm, "shopify/5")
    subjects = [row.value.subject for row in crm.store.scan(CONSENTS).rows]
    assert not [subject for subject in subjects if MAIL in subject]
    assert len(subjects) == (state == "unsubscribed")
    consent_alone(crm, state)
    assert {row.value.subject for row in crm.store.scan(CONSENTS).rows} == set(subjects)


def test_a_consent_told_alone_stays_where_another_holds_the_address(crm: Crm) -> None:
    consent_alone(crm, "subscribed")
    erase(crm, "shopify/5")
    assert answer(crm) == (True, "granted")


def test_a_refused_row_with_an_odd_id_stops_no_delivery_after_an_erasure(crm: Crm) -> None:
    erase(crm)
    delivery = shopify.read(
        b'{"customer_id": " ", "x": 1}', received_at=NOW, topic="customers/update"
    )
    assert crm.ingest(delivery).quarantined == 1


def test_a_refusal_that_an_erased_person_sends_later_is_kept_for_the_address(crm: Crm) -> None:
    erase(crm)
    statements = tuple(
        ConsentStatement(
            subject=address_subject(parse_email(MAIL)), channel="email", purpose=purpose,
            state=ConsentState.of(state), at=NOW, source="shop",
        )
        for purpose, state in (("marketing", "revoked"), ("news", "granted"))
    )  # fmt: skip
    receipt = crm.ingest(evolve(rows(1, 2), consents=statements, spoken=(2, 0)))
    assert (receipt.erased, receipt.duplicate, receipt.statements) == (1, 1, 1)
    assert answer(crm) == (False, "refused")
    assert answer(crm, "news") == (False, "no_statement")
    uncounted = crm.ingest(evolve(rows(1, 2), consents=statements, spoken=(), digest="other"))
    assert uncounted.statements == 0


def test_who_unsubscribes_by_another_tool_after_her_erasure_is_refused_not_named(
    crm: Crm,
) -> None:
    erase(crm)
    row = {"event": "unsubscribe", "timestamp": NOW.isoformat(), "email": MAIL, "contact_id": "1"}
    fields = evolve(ready_map("email"), subject_source="shop")
    told = generic.read_rows([row], fields=fields, source="mailer", received_at=NOW)
    receipt = crm.ingest(told)
    assert (receipt.erased_interactions, receipt.statements) == (1, 1)
    assert answer(crm) == (False, "refused")
    assert all(MAIL not in row.value.subject for row in crm.store.scan(CONSENTS).rows)


def test_a_store_without_a_file_of_its_own_has_nothing_to_compact(crm: Crm) -> None:
    with pytest.raises(DefinitionError, match="MemoryStore") as caught:
        crm.compact()
    assert caught.value.code == "no_compact"
