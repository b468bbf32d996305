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

ROOMS = (customers, kernel, matching, merging, segmentation, sources, subscriptions, timeline)


def test_every_kind_a_room_declares_is_listed_once() -> None:
    found = {
        id(thing) for room in ROOMS for thing in vars(room).values() if isinstance(thing, Kind)
    }
    assert {id(kind) for kind in KINDS} == found
    assert len({kind.name for kind in KINDS}) == len(KINDS)
