"""Laws of the timeline as it is read: pages lose nothing, and no text is cut without a word."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey
from ecrm_core.kernel import digest
from ecrm_core.services import timeline_of
from ecrm_core.timeline import MAX_REMARK, Interaction, TimelineQuery
from ecrm_core.timeline.remark import bounded_text
from tests.profile import size
from tests.timeline_draws import MOMENTS, PEOPLE, arrive, some

FEW = ["order_placed", "email_opened"]
CYD = SourceKey("shop", "3")
QUERIES = st.builds(
    TimelineQuery,
    kinds=st.none() | st.lists(st.sampled_from(FEW), min_size=1),
    brand=st.sampled_from([None, "north"]),
    since=st.none() | MOMENTS,
    until=st.none() | MOMENTS,
    text=st.sampled_from([None, "a", "A b"]),
)


@settings(max_examples=size(40, 1_000))
@given(told=some(*FEW), query=QUERIES, limit=st.integers(1, 4), merged=st.booleans())
def test_pages_in_a_row_are_all_that_was_asked_for_once_and_in_order(
    *, told: list[Interaction], query: TimelineQuery, limit: int, merged: bool
) -> None:
    crm = Crm(MemoryStore())
    arrive(crm, *PEOPLE, CYD)
    crm.record(told)
    crm.merge(*PEOPLE, by="anna")
    found: list[Interaction] = []
    after = None
    while True:
        page = timeline_of(crm.store, PEOPLE[0], query, after=after, limit=limit)
        assert page.following is None or len(page) == limit
        found += page
        after = page.following
        if after is None:
            break
        if merged:  # what is merged, and undone, between two pages moves none
            crm.unmerge(crm.merge(PEOPLE[0], CYD, by="anna"), by="anna")
    meant = [e for e in told if query.takes(e)]
    meant.sort(key=lambda e: (e.recency, e.source, e.event_id))
    assert [e.event_id for e in found] == [e.event_id for e in meant]


# ---------------------------------------------------------------- text

LONG = st.builds(
    lambda part, times: part * times, st.text(st.characters(codec="utf-8", exclude_characters="\0",
    exclude_categories=["Mn", "Mc", "Me", "Cs"]), min_size=1, max_size=40), st.integers(1, 3_000),
)  # fmt: skip


@settings(max_examples=size(20, 500))
@given(LONG)
def test_a_text_is_kept_whole_or_says_how_much_is_missing(text: str) -> None:
    kept = bounded_text(text)
    assert kept is not None
    assert len(kept) <= MAX_REMARK
    assert bounded_text(kept) == kept
    if len(text) > MAX_REMARK:
        head, _, mark = kept.rpartition("\n")
        assert text.startswith(head)
        assert str(len(text)) in mark
        assert digest(text) in mark
    else:
        assert kept == text
