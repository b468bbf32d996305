"""Policy: any statements can be ranked, and the same one survives each time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from ecrm_core.customers import FIELDS, SourceRecord, SurvivorshipPolicy, unify
from ecrm_core.customers.policy import Rule
from ecrm_core.kernel import CustomerId, Json
from ecrm_core.testing.plugins.plugged import Plugged
from ecrm_core.testing.strategies import records

__all__ = ["PolicyContract"]

_SOMEBODY = CustomerId("cus_1")


class PolicyContract(Plugged):
    """What a survivorship policy promises: set ``tools``, its ``name``, the ``group`` it is for.

    ``group`` is a field that no other moves with ("birth_on"), or "name", "address",
    "organisation"; ``params`` are those of the policy.
    """

    group: ClassVar[str]
    params: ClassVar[Mapping[str, Json]] = MappingProxyType({})

    def test_any_statements_are_ranked_and_the_same_way_each_time(self) -> None:
        policy = SurvivorshipPolicy(
            rules={self.group: Rule(self.name, self.params)}, policies=self.tools.policies
        )
        fields = [name for name in FIELDS if self.group in {name, name.partition(".")[0]}]
        told = st.lists(records(names=fields), max_size=5).flatmap(
            lambda some: st.tuples(st.just(some), st.permutations(some + some[:2]))
        )

        @self.draws
        @given(told)
        def survive(orders: tuple[list[SourceRecord], list[SourceRecord]]) -> None:
            one, other = (unify(order, policy=policy, id=_SOMEBODY) for order in orders)
            assert one == other

        survive()
