"""Consent: what was said about an address, and who may be contacted and why not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecrm_core.customers import (
    ANY_CHANNEL,
    CONSENTS,
    ConsentState,
    ConsentStatement,
    ContactKind,
    address_subject,
    channel_kinds,
    decide_contact,
    parse_email,
    parse_handle,
    person_subject,
)
from ecrm_core.errors import InputError

KIM = "email:kim@example.com"
AT = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
GRANTED, PENDING, REFUSED, REVOKED = ConsentState


def said(
    state: ConsentState, days: int = 0, *, subject: str = KIM, channel: str = "email",
    purpose: str = "marketing", source: str = "shop", **more: Any,  # noqa: ANN401 - other fields
) -> ConsentStatement:  # fmt: skip
    return ConsentStatement(
        subject=subject, channel=channel, purpose=purpose, state=state, at=AT + days * DAY,
        source=source, **more,
    )  # fmt: skip


def shown(state: ConsentState, days: int = 0, **more: Any) -> ConsentStatement:  # noqa: ANN401
    """What a source shows of how things stand."""
    return said(state, days, snapshot=True, **more)


PERSON: dict[str, Any] = {"subject": "customer:cus_1", "channel": ANY_CHANNEL}
OTHER: dict[str, Any] = {"subject": "customer:cus_2", "channel": ANY_CHANNEL}


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        ([], "no_statement"),
        ([said(GRANTED)], "granted"),
        ([said(GRANTED, 0), said(REVOKED, 1)], "refused"),
        ([said(GRANTED, 0), said(REFUSED, 0)], "refused"),
        ([said(GRANTED, 0), said(PENDING, 0)], "pending"),
        ([said(REVOKED, 0), said(GRANTED, 1)], "granted"),
        ([said(PENDING)], "pending"),
        ([said(GRANTED, double_opt_in=True)], "pending"),
        ([said(GRANTED, double_opt_in=True, confirmed_at=AT + 9 * DAY)], "granted"),
        ([said(GRANTED, double_opt_in=True, confirmed_at=AT + 11 * DAY)], "pending"),
        ([said(GRANTED, expires_at=AT + 11 * DAY)], "granted"),
        ([said(GRANTED, expires_at=AT + 10 * DAY)], "expired"),
        ([said(GRANTED, 11)], "no_statement"),
        ([said(GRANTED), said(REVOKED, 11)], "granted"),
        ([said(GRANTED, purpose="service")], "no_statement"),
        ([said(GRANTED, channel="sms")], "no_statement"),
        ([said(GRANTED), said(REVOKED, 1, channel="sms")], "granted"),
        # Every channel counts for each.
        ([said(GRANTED), said(REVOKED, 1, channel=ANY_CHANNEL)], "refused"),
        ([said(GRANTED, channel=ANY_CHANNEL)], "granted"),
        # A snapshot that only repeats a grant is no newer than the first; one that repeats a
        # refusal is; a source that changed its mind between has said something new.
        ([shown(GRANTED, 0), said(REVOKED, 1, source="desk"), shown(GRANTED, 2)], "refused"),
        ([shown(GRANTED, 0), said(REVOKED, 1, source="desk"), said(GRANTED, 2)], "granted"),
        ([shown(REFUSED, 0), said(GRANTED, 1, source="desk"), shown(REFUSED, 2)], "refused"),
        ([shown(GRANTED, 0), shown(REVOKED, 1), shown(GRANTED, 2)], "granted"),
        ([shown(GRANTED, 0), said(REVOKED, 1, source="desk"), shown(GRANTED, 2, source="mail")],
         "granted"),
        ([shown(GRANTED, 0), said(REVOKED, 1, channel=ANY_CHANNEL),
          shown(GRANTED, 2, source="mail")], "granted"),
        # A person as a whole.
        ([said(GRANTED), said(REFUSED, 1, **PERSON)], "person_refused"),
        ([said(GRANTED, 2), said(REFUSED, 1, **PERSON)], "person_refused"),
        ([said(GRANTED), said(REFUSED, 1, **PERSON), said(GRANTED, 2, **PERSON)], "granted"),
        ([said(GRANTED, **PERSON)], "no_statement"),
        ([said(GRANTED), said(REFUSED, 1, **PERSON), said(GRANTED, 2, **OTHER)], "person_refused"),
        ([said(GRANTED), said(REFUSED, 1, subject="customer:cus_1", channel="sms")], "granted"),
        ([said(GRANTED), said(REFUSED, 0, **PERSON),
          said(GRANTED, 1, subject="customer:cus_1", channel="sms")], "person_refused"),
    ],
)  # fmt: skip
def test_who_may_be_contacted_and_why_not(statements: list[ConsentStatement], code: str) -> None:
    for order in (statements, statements[::-1]):
        verdict = decide_contact(order, channel="email", purpose="marketing", at=AT + 10 * DAY)
        assert [reason.code for reason in verdict.reasons] == [code]
        assert bool(verdict) is (code == "granted")


NORTH: dict[str, Any] = {"brand": "north"}
SOUTH: dict[str, Any] = {"brand": "south"}


@pytest.mark.parametrize(
    ("statements", "account", "north"),
    [
        ([said(GRANTED)], "granted", "granted"),
        ([said(GRANTED, **NORTH)], "granted", "granted"),
        ([said(GRANTED, **SOUTH)], "granted", "no_statement"),
        ([said(REVOKED, **SOUTH)], "refused", "no_statement"),
        ([said(GRANTED), said(REVOKED, **SOUTH)], "refused", "granted"),
        ([said(GRANTED, **NORTH), said(PENDING, **SOUTH)], "pending", "granted"),
        ([said(GRANTED), said(PENDING, **NORTH)], "granted", "granted"),
        ([said(PENDING), said(GRANTED, **NORTH)], "granted", "granted"),
        ([said(PENDING), said(PENDING, **NORTH)], "pending", "pending"),
        ([said(GRANTED, expires_at=AT + DAY), said(GRANTED, **SOUTH)], "granted", "expired"),
        # What was refused to a brand, only that brand is given again.
        ([said(REVOKED, **NORTH), said(GRANTED, 1)], "refused", "refused"),
        ([said(REVOKED, **NORTH), said(GRANTED, 1, **NORTH)], "granted", "granted"),
        # A refusal of everything gives way to a later grant to a brand, there alone.
        ([said(REVOKED), said(GRANTED, 1, **NORTH)], "refused", "granted"),
        ([said(REVOKED), said(GRANTED, 1, **SOUTH)], "refused", "refused"),
        ([said(REVOKED, 1), said(GRANTED, 1, **NORTH)], "refused", "refused"),
        ([said(REVOKED), said(PENDING, 1, **NORTH)], "refused", "pending"),
        ([said(GRANTED, **NORTH), said(REVOKED, 1)], "refused", "refused"),
        # A person as a whole.
        ([said(GRANTED), said(REFUSED, 1, **PERSON, **SOUTH)], "person_refused", "granted"),
        ([said(GRANTED), said(REFUSED, 1, **PERSON, **NORTH)], "person_refused", "person_refused"),
        ([said(GRANTED), said(REFUSED, **PERSON), said(GRANTED, 1, **PERSON, **NORTH)],
         "person_refused", "granted"),
        # A source repeats what it shows to each brand apart.
        ([shown(GRANTED, **NORTH), said(REVOKED, 1, source="desk", **NORTH),
          shown(GRANTED, 2, **NORTH)], "refused", "refused"),
        ([shown(GRANTED, **SOUTH), said(REVOKED, 1, source="desk", **NORTH),
          shown(GRANTED, 2, **NORTH)], "granted", "granted"),
    ],
)  # fmt: skip
def test_a_brand_is_asked_about_what_was_said_to_it_and_to_all(
    statements: list[ConsentStatement], account: str, north: str
) -> None:
    for order in (statements, statements[::-1]):
        for brand, code in ((None, account), ("north", north)):
            verdict = decide_contact(
                order, channel="email", purpose="marketing", at=AT + 10 * DAY, brand=brand
            )
            assert verdict.reasons[0].code == code


def test_a_reason_names_the_brand_it_is_about() -> None:
    verdict = decide_contact(
        [said(REVOKED, **NORTH)], channel="email", purpose="marketing", at=AT, brand="north"
    )
    assert str(verdict.reasons[0]) == "marketing by email was revoked on 2026-05-01 (north)"


def test_the_night_needs_a_grant_of_its_own() -> None:
    for night, code in ((False, "no_night"), (True, "granted")):
        verdict = decide_contact(
            [said(GRANTED, night=night)], channel="email", purpose="marketing", at=AT, night=True
        )
        assert verdict.reasons[0].code == code


def test_a_verdict_is_a_sentence_without_the_address() -> None:
    verdict = decide_contact([said(REVOKED)], channel="email", purpose="marketing", at=AT)
    assert str(verdict.reasons[0]) == "marketing by email was revoked on 2026-05-01"
    assert "kim" not in repr(verdict)


def test_spellings_of_one_address_are_one_subject() -> None:
    spellings = ("kim@example.com", "KIM+x@Example.com", "Kim <kim@example.com>")
    assert {address_subject(parse_email(text)) for text in spellings} == {KIM}
    assert address_subject(parse_handle(ContactKind.MESSAGING, "@Kim", service="line")) == (
        "messaging:line:kim"
    )
    assert person_subject("cus_1") == "customer:cus_1"


def test_an_address_nobody_can_write_to_has_no_subject_and_is_not_shown() -> None:
    with pytest.raises(InputError) as caught:
        address_subject(parse_email("kim at home"))
    assert "kim" not in str(caught.value)


@pytest.mark.parametrize("name", ["at", "confirmed_at", "expires_at"])
def test_a_statement_has_times_with_a_zone(name: str) -> None:
    values = {"subject": KIM, "channel": "email", "purpose": "marketing", "state": GRANTED,
              "at": AT, "source": "shop"}  # fmt: skip
    with pytest.raises(InputError) as caught:
        ConsentStatement(**{**values, name: datetime(2026, 1, 1)})  # type: ignore[arg-type]  # noqa: DTZ001
    assert caught.value.path == f"$.{name}"


def test_two_statements_of_one_instant_are_two_rows_and_one_twice_is_one() -> None:
    keys = {CONSENTS.key_of(s) for s in (said(GRANTED), said(REVOKED), said(GRANTED))}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("channel", "kind"),
    [("email", ContactKind.EMAIL), ("sms", ContactKind.PHONE), ("whatsapp", ContactKind.PHONE),
     ("kakao", ContactKind.MESSAGING)],
)  # fmt: skip
def test_a_channel_writes_to_its_kind_of_address(channel: str, kind: ContactKind) -> None:
    assert channel_kinds(channel) == (kind,)
