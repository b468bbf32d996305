"""The review queue shows nobody, and runs nothing, unless asked."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import Address, SourceKey, SourceRecord, Stated, parse_email, parse_phone
from ecrm_core.errors import EcrmError
from ecrm_core.kernel import FixedClock
from ecrm_core.merging import REVIEW_DECISIONS, Case
from ecrm_core.services.settle import read_cases
from ecrm_core.sources import Delivery
from tests.profile import SEED, size
from tests.queues import AT, proposal, propose

LETTERS = "bcdfghjklmnpqrstvwxz"


def _crm(word: str, number: str) -> Crm:
    crm = Crm(MemoryStore(), settings=Settings(clock=FixedClock(AT)))
    records = []
    for key in "ab":
        values: dict[str, object] = {
            "name.given": f"{word}<b>{key}", "name.family": word, "tags": (f"<i>{word}",),
            "emails": (parse_email(f"{word}{key}@example.com"),),
            "phones": (parse_phone(f"+82{number}"),),
            "addresses": (Address(country="KR", lines=(f"{word} Street",), recipient=word),),
            "notes": (word,),
        }  # fmt: skip
        cells = {name: Stated(value, AT, AT) for name, value in values.items()}
        records.append(SourceRecord(SourceKey("shop", key), cells))
    crm.ingest(Delivery(source="shop", records=tuple(records)))
    propose(crm, proposal("a", "b"))
    return crm


def _shown(value: object) -> Iterator[str]:
    yield from (repr(value), str(value), repr([value]))
    if (html := getattr(value, "_repr_html_", None)) is not None:
        yield html()


def _values(crm: Crm, word: str) -> Iterator[object]:
    page = crm.review(by="ada")
    (card,) = page
    yield from (page, card, *card.customers, card.explain(), *card.preview(), crm.review_counts())
    yield from card.reasons(card.proposals[0])
    (case,) = read_cases(crm.store, [card.id]).values()
    assert isinstance(case, Case)
    yield from (case, case.queued, case.holdings)
    told = {"by": "ada", "reason": word}
    draft = crm.dry_run.settle(card, "same", values={"name.given": f"{word}y"}, **told)  # type: ignore[arg-type]
    made = crm.settle(card, "same", values={"name.given": f"{word}y"}, **told)  # type: ignore[arg-type]
    yield from (draft, draft.reasons, made, crm.store.scan(REVIEW_DECISIONS).rows)
    yield crm.undo_decision(made.decision, by="ada")
    yield crm.settle_many({card.id: "different", word: "same"}, by="ada").settled
    for wrong in ([[word]], [["shop/a"], [f"shop/{word}"]]):
        with pytest.raises(EcrmError) as caught:
            crm.settle(card, wrong, by="ada")
        yield caught.value


def test_no_value_of_review_shows_a_person_unless_asked() -> None:
    draw = Random(SEED)
    for number in range(size(20, 200)):
        word = "zq" + "".join(draw.choices(LETTERS, k=14))
        phone = "2" + "".join(draw.choices("0123456789", k=8))
        crm = _crm(word, phone)
        for value in _values(crm, word):
            for text in _shown(value):
                found = [at for mark in (word, word.upper(), phone) if (at := text.find(mark)) >= 0]
                if found:  # the assertion itself would print the text: say where, not what
                    pytest.fail(f"person {number} shows after {text[: found[0]][-60:]!r}")


def test_asked_for_they_are_shown_and_escaped() -> None:
    crm = _crm("zqword", "212345678")
    for page in (crm.review(by="ada", masked=False), crm.review(by="ada").unmasked()):
        html = page._repr_html_()
        assert "zqword&lt;b&gt;a" in html
        assert "<b>" not in html
        assert "<i>" not in html
        assert "zqword" in str(page)
    assert "zqword" in str(crm.review(by="ada").reveal())
