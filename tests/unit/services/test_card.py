"""Card: customers side by side, masked and escaped, with reasons that load numpy when asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from attrs import evolve

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import MissingError
from ecrm_core.kernel import FixedClock
from ecrm_core.merging import Proof
from ecrm_core.services import ReviewCard
from ecrm_core.sources import Delivery
from tests.queues import AT, cluster, home, people, proposal, propose

LATER = AT + timedelta(days=1)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def crm() -> Iterator[Crm]:
    with Crm.open(clock=FixedClock(AT)) as crm:
        people(crm, "abcdef")
        yield crm


@pytest.fixture
def card(crm: Crm) -> ReviewCard:
    propose(crm, proposal("a", "b", value=3_500, proof=Proof.CLICKED, probability="0.91"))
    crm.correct("shop/a", "tags", HOSTILE, by="bo")
    (card,) = crm.review(by="ada")
    return card


def test_customers_stand_side_by_side_and_what_differs_is_marked(card: ReviewCard) -> None:
    assert card.differing == ("name.given",)
    rows = {row[0]: row[1:] for row in card.rows(masked=False)}
    assert sorted(rows["name.given"]) == sorted(["Anna", "Annb", "differs"])
    assert rows["name.family"] == ("Example", "Example", "")
    assert rows["sources"] == ("shop", "shop", "")
    assert rows["records"] == ("1", "1", "")
    assert "<mark>A•••</mark>" in card._repr_html_()
    assert card._repr_html_().count("<mark>") == 2


def test_one_address_in_two_spellings_does_not_differ(crm: Crm) -> None:
    spelled = SourceRecord(SourceKey("shop", "b"), {
        "emails": Stated((parse_email("ANN@Example.com"),), LATER, LATER),
    })  # fmt: skip
    crm.ingest(Delivery(source="shop", records=(spelled,)), now=LATER)
    propose(crm, proposal("a", "b"))
    (card,) = crm.review(by="ada")
    assert card.differing == ("name.given",)
    assert "ANN@" in card.table(masked=False)


def test_a_card_says_what_it_is_worth_and_why_it_is_asked(card: ReviewCard) -> None:
    text = str(card)
    assert text.startswith("Are these 2 customers one? review, worth 3.5 looks\n")
    assert "1 and 2: review, probability 0.910, claimed (clicked): " in text
    assert "family_name: equal (+" in text
    assert all(each.id in text for each in card.customers)


def test_values_are_masked_and_escaped_unless_asked_for(crm: Crm, card: ReviewCard) -> None:
    for shown in (str(card), card._repr_html_(), repr(card), str(crm.review(by="ada"))):
        assert "Annb" not in shown
        assert "ann@example.com" not in shown
    (open_card,) = crm.review(by="ada", masked=False)
    assert "Annb" in str(open_card)
    assert "ann@example.com" in open_card._repr_html_()
    page = crm.review(by="ada")
    assert "Annb" in page.unmasked()._repr_html_()
    for shown in (card._repr_html_(), open_card._repr_html_(), page.unmasked()._repr_html_()):
        assert "<script>" not in shown
    assert "&lt;script&gt;" in open_card._repr_html_()
    assert "Annb" in str(card.reveal())
    assert "Annb" in str(page.reveal())
    assert [repr(each) for each in card.customers] == ["<CardCustomer •••>"] * 2


def test_an_explanation_is_of_two_customers_of_the_card(card: ReviewCard) -> None:
    left, right = (each.id for each in card.customers)
    assert card.explain().reasons == card.explain(right, left).reasons
    assert card.reasons(card.proposals[0]) == card.explain().reasons
    with pytest.raises(MissingError, match="no customer of this card"):
        card.explain(left, home("c"))


def test_the_model_in_use_explains_unless_another_is_given(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    card = proposal("a", "b").id
    plain = crm.review_card(card).explain()
    own = evolve(crm.duplicates().model, prior=-3.0)
    assert crm.review_card(card, model=own).explain().prior == -3.0 != plain.prior
    crm.adopt_model(own, by="bo")
    assert crm.review_card(card).explain().prior == -3.0


def test_a_preview_is_one_merge_for_each_of_the_others(crm: Crm) -> None:
    propose(crm, *cluster("abc"))
    (card,) = crm.review(by="ada")
    previews = card.preview()
    assert [preview.winner.id for preview in previews] == [card.winner] * 2
    assert {card.winner, *(preview.loser.id for preview in previews)} == set(map(home, "abc"))
    (first, _) = card.preview(home("b"))
    assert first.winner.id == home("b")
    assert first.changes is not None


def test_a_card_of_many_proposals_shows_the_reasons_of_the_first_ten(crm: Crm) -> None:
    keys = [f"n{at}" for at in range(13)]
    people(crm, keys)
    propose(crm, *cluster(keys))
    assert str(crm.review(by="ada").cards[0]).endswith("and 2 more proposals")


def test_a_customer_that_states_nothing_is_shown_and_explained(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    for key in "ab":
        for name in ("name.given", "name.family"):
            crm.correct(f"shop/{key}", name, None, by="bo")
        crm.correct(f"shop/{key}", "emails", None, replaces="ann@example.com", by="bo")
    assert "nothing to compare" in str(crm.review(by="ada"))


def test_a_page_says_what_it_passed_by(crm: Crm) -> None:
    propose(crm, proposal("a", "b", value=9), proposal("c", "d", value=8), proposal("e", "f"))
    crm.review(by="bo", limit=1)
    crm.judge("shop/c", "shop/d", "different", by="bo")
    page = crm.review(by="ada")
    assert page.summary == "1 card; passed by: 1 held by others, 1 different meanwhile"
    assert (len(page), [card.id for card in page]) == (1, [page.cards[0].id])
    assert repr(page) == "<ReviewPage 1 cards>"
    assert page._repr_html_().startswith("<p>1 card; passed by")


LIGHT = """
import sys
from tests.queues import AT, people, proposal, propose
from ecrm_core.crm import Crm
from ecrm_core.kernel import FixedClock
crm = Crm.open(clock=FixedClock(AT))
people(crm, "ab")
propose(crm, proposal("a", "b"))
(card,) = crm.review(by="ada")
card.rows(), card.blockers, crm.review_counts()
assert "numpy" not in sys.modules, "taking a card loads numpy"
card.explain()
assert "numpy" in sys.modules
crm.settle(card, "same", by="ada")
"""


def test_numpy_is_loaded_by_the_first_explanation_and_not_before() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
