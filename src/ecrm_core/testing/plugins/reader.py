"""Reader: bytes of its format become a delivery, other bytes an InputError and nothing else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.errors import InputError
from ecrm_core.sources import Delivery
from ecrm_core.testing.plugins.plugged import Plugged

__all__ = ["ReaderContract"]

_AT = datetime(2026, 1, 1, tzinfo=UTC)


class ReaderContract(Plugged):
    """What a reader promises: set ``tools``, its ``name``, and ``bodies`` as its source sends them.

    Each body holds one party or more.
    """

    bodies: ClassVar[tuple[bytes, ...]]

    def test_a_body_reads_as_the_same_delivery_each_time(self) -> None:
        for body in self.bodies:
            delivery = self._read(body)
            assert delivery == self._read(body)
            assert delivery.records or delivery.interactions or delivery.consents

    def test_what_was_received_is_stamped_with_the_time_given(self) -> None:
        told = [record for body in self.bodies for record in self._read(body).records]
        assert {c.received_at for record in told for c in record.cells.values()} <= {_AT}

    def test_taken_in_twice_it_is_there_once(self) -> None:
        for body in self.bodies:
            crm = Crm(MemoryStore())
            first = crm.ingest(self._read(body), now=_AT)
            again = crm.ingest(self._read(body), now=_AT)
            assert first.accepted
            assert (again.created, again.updated) == (0, 0)

    def test_other_bytes_are_an_input_error_or_read(self) -> None:
        cut = [body[:at] for body in self.bodies for at in range(0, len(body), 7)]
        joined = st.tuples(st.sampled_from(self.bodies), st.binary(max_size=9)).map(b"".join)

        @self.draws
        @given(st.binary(max_size=200) | st.sampled_from(cut) | joined)
        def read(body: bytes) -> None:
            with suppress(InputError):
                assert isinstance(self._read(body), Delivery)

        read()

    def _read(self, body: bytes) -> Delivery:
        return self.tools.readers[self.name](body, received_at=_AT, region=None)
