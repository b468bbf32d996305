"""Acts: everything that may happen in a random history, and how one begins."""

from __future__ import annotations

from typing import Any

from ecrm_core.crm import Crm
from ecrm_core.ports import Store
from tests.histories.contact import consent, refuse
from tests.histories.dealings import command, happen, plug, renew, subscribe
from tests.histories.history import History
from tests.histories.identity import judge, merge, unmerge
from tests.histories.records import correct, import_file, ingest
from tests.histories.shop import KEYS

ACTS = [ingest, import_file, correct, merge, merge, merge, unmerge, judge, refuse, consent, happen,
        subscribe, command, renew, renew, plug]  # fmt: skip


def began(crm: Crm, store: Store, seed: int, **given: Any) -> History:  # noqa: ANN401 - of History
    """A history in which each source has said something of each of its records."""
    history = History(crm, store, seed, **given)
    for key in KEYS:
        ingest(history, key)
    return history
