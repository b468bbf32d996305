"""Pages and queries: what is asked of a history, what is found in texts, and where to go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money
from ecrm_core.timeline import (
    Interaction,
    OrderLine,
    TimelinePage,
    TimelineQuery,
    cursor_of,
    place_of,
)

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def told(**parts: object) -> Interaction:
    given: dict[str, Any] = {"source": "shop", "event_id": "1", "kind": "chat", "at": AT, **parts}
    return Interaction(**given)


@pytest.mark.parametrize(
    ("query", "parts", "takes"),
    [
        ({}, {}, True),
        ({"kinds": "chat"}, {}, True),
        ({"kinds": ["call", "chat"]}, {}, True),
        ({"kinds": ["call"]}, {}, False),
        ({"kinds": []}, {}, False),
        ({"channels": "web"}, {"channel": "web"}, True),
        ({"channels": "web"}, {}, False),
        ({"sources": ["till"]}, {}, False),
        ({"sources": "shop"}, {}, True),
        ({"brand": "north"}, {"brand": "north"}, True),
        ({"brand": "north"}, {}, False),
        ({"since": AT}, {}, True),
        ({"since": AT + timedelta(seconds=1)}, {}, False),
        ({"until": AT}, {}, False),
        ({"until": AT + timedelta(seconds=1)}, {}, True),
        ({"text": "machine broken"}, {"text": "The MACHINE  is broken."}, True),
        ({"text": "machine broken"}, {"text": "The machine"}, False),
        ({"text": "cafe"}, {"text": "Un Café?"}, True),
        ({"text": "コーヒー"}, {"text": "ｺｰﾋｰを"}, True),
        ({"text": "こーひー"}, {"text": "コーヒー"}, True),
        ({"text": "ＡＢＣ"}, {"text": "abc"}, True),
        ({"text": "커피"}, {"text": "커피가 좋아요"}, True),
        ({"text": "1001"}, {"reference": "#1001"}, True),
        ({"text": "beans"}, {"lines": (OrderLine(title="Beans, dark"),)}, True),
        ({"text": "x"}, {}, False),
        ({"text": "  "}, {}, True),
    ],
)
def test_an_interaction_is_taken_if_it_is_all_that_is_asked(
    query: dict[str, Any], parts: dict[str, Any], *, takes: bool
) -> None:
    assert TimelineQuery(**query).takes(told(**parts)) is takes


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InputError):
        TimelineQuery(since=datetime(2026, 5, 1))  # noqa: DTZ001 - the fault itself


@pytest.mark.parametrize("wrong", [5, True, 1.5, object()])
def test_what_is_neither_a_name_nor_several_is_refused(wrong: Any) -> None:  # noqa: ANN401
    for part in ("kinds", "channels", "sources"):
        with pytest.raises(InputError) as caught:
            TimelineQuery(**{part: wrong})
        assert caught.value.code == "not_names"


def test_a_cursor_is_the_place_behind_an_interaction() -> None:
    one = told(source="a b", event_id='/"é')
    assert place_of(cursor_of(one)) == (one.recency, "a b", '/"é')


@pytest.mark.parametrize(
    "cursor", ["", "x", "AAAA", "bnVsbA==", "W10=", "WzEsMiwzXQ==", "x" * 5_000, "é", 7, None]
)
def test_what_is_no_place_is_refused(cursor: Any) -> None:  # noqa: ANN401
    with pytest.raises(DefinitionError) as caught:
        place_of(cursor)
    assert caught.value.code == "cursor"


def test_a_page_is_a_table_with_texts_masked_and_escaped() -> None:
    one = told(text="<b>secret", reference="XQ1001", amount=Money("5.00", "EUR"), channel="web")
    page = TimelinePage(interactions=(one,))
    shown = f"{page} {page!r} {page._repr_html_()}"
    assert not {word for word in ("secret", "Q1001") if word in shown}
    assert "2026-05-01T09:00+00:00  chat  web      shop    X•••       5.00 EUR" in str(page)
    assert "&lt;" in page._repr_html_()
    assert "XQ1001" in page.table(masked=False)
    assert "<b>secret" in page.table(masked=False)
    assert not TimelinePage()
    assert (list(page), len(page)) == ([one], 1)
