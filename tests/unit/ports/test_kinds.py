"""Kinds: the list of them all is whole."""

from ecrm_core import (
    customers,
    kernel,
    matching,
    merging,
    segmentation,
    sources,
    subscriptions,
    timeline,
)
from ecrm_core.kernel import Kind
from ecrm_core.ports import KINDS
from ecrm_core.subscriptions import UNREAD_SUBSCRIPTION_EVENTS, UNREAD_SUBSCRIPTIONS

ROOMS = (customers, kernel, matching, merging, segmentation, sources, subscriptions, timeline)


def test_every_kind_a_room_declares_is_listed_once() -> None:
    found = [thing for room in ROOMS for thing in vars(room).values() if isinstance(thing, Kind)]
    other = {id(kind) for kind in (UNREAD_SUBSCRIPTIONS, UNREAD_SUBSCRIPTION_EVENTS)}
    assert {id(kind) for kind in KINDS} == {id(kind) for kind in found} - other
    # The same tables, of which a row is read when it is asked for.
    assert {kind.name for kind in found} == {kind.name for kind in KINDS}
    assert len({kind.name for kind in KINDS}) == len(KINDS)
