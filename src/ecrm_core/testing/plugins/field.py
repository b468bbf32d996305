"""Field: a segment field has a value of its type, or none, for whatever is known of a customer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from hypothesis import given

from ecrm_core.customers import Profile
from ecrm_core.segmentation import CustomerField, Loaded
from ecrm_core.testing.plugins.plugged import Plugged
from ecrm_core.testing.strategies import profiles

__all__ = ["FieldContract"]


class FieldContract(Plugged):
    """What a CustomerField promises: set ``tools``, its ``name``, and ``known`` with the values.

    ``known`` holds pairs of what is loaded of a customer and the value she has at ``as_of``.
    """

    known: ClassVar[tuple[tuple[Loaded, object], ...]]
    as_of: ClassVar[datetime] = datetime(2026, 1, 1, tzinfo=UTC)

    def test_each_customer_known_has_her_value(self) -> None:
        found = [self._field.value(loaded, self.as_of) for loaded, _ in self.known]
        assert found == [value for _, value in self.known]

    def test_every_customer_has_a_value_of_the_type_or_none(self) -> None:
        @self.draws
        @given(profiles())
        def ask(profile: Profile) -> None:
            loaded = Loaded(profile=profile)
            value = self._field.value(loaded, self.as_of)
            assert value == self._field.value(loaded, self.as_of), "another the second time"

        ask()

    @property
    def _field(self) -> CustomerField:
        return self.tools.fields[self.name]
