"""Laws of facts: of a brand and across, sessions, matters, and what they were at an instant."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.customers import home_id
from ecrm_core.kernel import CustomerId, decode, encode
from ecrm_core.ports import read_profiles
from ecrm_core.segmentation import Loaded, customer_row
from ecrm_core.segmentation.standard import FIGURES
from ecrm_core.services.segment_rows import Needs, load_customers
from ecrm_core.timeline import (
    KINDS_OF_EVENTS,
    MATTERS,
    SESSION_GAP,
    Facts,
    HomeFacts,
    Interaction,
    sessions,
)
from tests.profile import size
from tests.timeline_draws import MOMENTS, PEOPLE, arrive, some


@given(some(), st.sampled_from([None, "north", "south", "east"]))
def test_the_facts_of_a_brand_are_those_of_its_events(
    told: list[Interaction], brand: str | None
) -> None:
    row = HomeFacts.fold(CustomerId("cus_x"), told)
    assert row.of(brand) == Facts.fold(e for e in told if brand in {None, e.brand})
    assert decode(HomeFacts, encode(row)) == row


@given(some("page_viewed", "signed_in", "email_opened"))
def test_facts_count_the_sessions_that_the_interactions_make_up(told: list[Interaction]) -> None:
    facts, found = Facts.fold(told), sessions(told)
    assert [(v.first_at, v.last_at) for v in facts.visits] == [
        (one.first_at, one.last_at) for one in found
    ]
    for one, following in pairwise(found):
        assert following.first_at - one.last_at > SESSION_GAP
    for one in found:
        assert all(b.at - a.at <= SESSION_GAP for a, b in pairwise(one.interactions))


@given(some("cart_updated", "cart_emptied", "cart_completed"))
def test_a_matter_is_as_its_latest_event_leaves_it_unless_one_ended_it_for_good(
    told: list[Interaction],
) -> None:
    events = [e for e in told if e.kind in MATTERS and not e.void]
    for matter in Facts.fold(told).matters:
        own = [e for e in events if MATTERS[e.kind] is matter.kind
               and (e.correlation or e.event_id) == matter.correlation]  # fmt: skip
        own = [e for e in own if KINDS_OF_EVENTS[e.kind].final] or own
        last = [e.kind for e in own if e.at == max(e.at for e in own)]
        closes = any(KINDS_OF_EVENTS[kind].closes for kind in last)
        assert matter.open is not closes
        assert matter.last_event in {e.event_id for e in own if e.at == matter.last_at}


FEW = ["order_placed", "refund", "email_opened", "page_viewed", "ticket_opened", "ticket_closed"]


@settings(max_examples=size(40, 1_000))
@given(told=some(*FEW), as_of=MOMENTS, merged=st.booleans())
def test_what_a_segment_asks_of_facts_is_as_it_stood(
    *, told: list[Interaction], as_of: datetime, merged: bool
) -> None:
    """Stored facts where nothing came later, events where something did: the same row."""
    crm = Crm(MemoryStore())
    arrive(crm, *PEOPLE)
    crm.record(told)
    if merged:
        crm.merge(*PEOPLE, by="anna")
    for customer in PEOPLE[: 1 if merged else 2]:
        view = crm.view(customer)
        by_then = [e for e in told if e.subject and home_id("main", e.subject) in view.aliases
                   and not e.void and e.at <= as_of]  # fmt: skip
        meant = customer_row(
            Loaded(profile=view.profile, facts=Facts.fold(by_then)),
            as_of=as_of, currency="EUR",
        )  # fmt: skip
        profiles = list(read_profiles(crm.store, [view.id]).values())
        for needs in (Needs(facts=True, figures=True), Needs.everything()):
            known = load_customers(crm.store, profiles, needs, at=as_of)[view.id]
            found = customer_row(known, as_of=as_of, currency="EUR")
            for figure in FIGURES:
                assert found.fields[figure.name] == meant.fields[figure.name], figure.name
