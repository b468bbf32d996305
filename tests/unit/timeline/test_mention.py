"""Mentions: contact details in a text are found where they stand, masked, and never surer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ecrm_core.timeline import MAX_MENTIONS, Confidence, Interaction, mentioned

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def said(text: str | None) -> Interaction:
    return Interaction(source="chat", event_id="1", kind="chat", at=AT, text=text)


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        (None, None, []),
        ("nothing here, 3 of 4", "KR", []),
        ("write to ann@example.com.", None, ["ann@example.com"]),
        ("메일은 kim@example.kr로 주세요", None, ["kim@example.kr"]),
        ("<ann+x@mail.example.com>, 'bo@example.com'", None,
         ["ann+x@mail.example.com", "bo@example.com"]),
        ("me@localhost, @handle, a@b@c, user@", None, []),
        ("call +82 2-0000-1234 or +49 (30) 000000-12", None,
         ["+82 2-0000-1234", "+49 (30) 000000-12"]),
        ("010-1234-5678 입니다", None, []),
        ("010-1234-5678 입니다", "KR", ["010-1234-5678"]),
        ("order 20260501-99 of 2026-05-01 09:00", "KR", []),
        ("12345678901234567890123456", "KR", []),
        ("010-1234-5678@example.com", "KR", ["010-1234-5678@example.com"]),
    ],
)  # fmt: skip
def test_addresses_are_found_where_they_stand(
    text: str | None, region: str | None, found: list[str]
) -> None:
    mentions = mentioned(said(text), region=region)
    assert [m.contact.raw for m in mentions] == found
    assert [(text or "")[m.start : m.end] for m in mentions] == found


def test_a_number_without_its_country_is_the_least_sure() -> None:
    mentions = mentioned(said("010-1234-5678, +82 10-1234-5678, a@example.com"), region="KR")
    assert [m.confidence for m in mentions] == [
        Confidence.LOWEST, Confidence.LOW, Confidence.LOW,
    ]  # fmt: skip
    assert [m.kind.value for m in mentions] == ["phone", "phone", "email"]


def test_a_mention_shows_its_first_character_alone() -> None:
    (mention,) = mentioned(said("ann@example.com"))
    assert str(mention) == "email a••• at 0 to 15, low"
    assert repr(mention) == "<Mention •••>"


def test_a_text_full_of_addresses_and_of_almost_addresses_ends() -> None:
    assert len(mentioned(said("a@example.com " * 4_000))) == MAX_MENTIONS
    assert len(mentioned(said("+82 2-0000-1234 " * 4_000))) == MAX_MENTIONS
    assert mentioned(said("a." * 32_000 + "@" + "b-" * 500)) == ()
    assert mentioned(said("@" * 65_000)) == ()
    assert mentioned(said("1 " * 32_000), region="KR") == ()
