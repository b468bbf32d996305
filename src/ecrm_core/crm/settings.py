"""Settings: what a shop says once: its region, zone, policy, clock and secret."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from ecrm_core.crm.clock import SystemClock
from ecrm_core.customers import AttributeSchema, SurvivorshipPolicy, parse_country
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import MIN_SECRET, Clock, minor_units, zone
from ecrm_core.ports import Toolbox
from ecrm_core.quality import CORE, RuleSet
from ecrm_core.subscriptions import PRESETS, Policies

__all__ = ["Settings"]


@frozen(kw_only=True)
class Settings:
    """How one shop reads and decides.

    ``region`` (ISO 3166-1 alpha-2) reads phone numbers without a country code, ``tz`` (IANA) times
    without an offset. ``currency`` (ISO 4217) is what a bare amount in a rule means. ``presets``
    are what is done around subscriptions, by name. ``secret`` (16 bytes or more, kept for ever)
    stands in for personal keys and keeps who was erased from coming back. ``tools`` are the shop's
    own and its plugins' rules, comparisons, fields and readers; ``rules`` is the set its data is
    asked, with those of the tools.
    """

    region: str | None = None
    tz: str = "UTC"
    currency: str | None = None
    policy: SurvivorshipPolicy = field(factory=SurvivorshipPolicy)
    attributes: AttributeSchema = field(factory=AttributeSchema)
    clock: Clock = field(factory=SystemClock)
    presets: Mapping[str, Policies] = field(factory=lambda: PRESETS)
    tools: Toolbox = field(factory=Toolbox)
    rules: RuleSet = field(factory=lambda: CORE)
    secret: bytes | None = field(default=None, repr=False)

    @property
    def rule_set(self) -> RuleSet:
        """The rules the shop's data is asked, where a verb is told no others."""
        return self.tools.rule_set(self.rules)

    def __attrs_post_init__(self) -> None:
        """Refuse a zone, a region or a currency that does not exist, and a secret too short."""
        zone(self.tz)
        if self.currency is not None:
            minor_units(self.currency)
        if self.region is not None and parse_country(self.region) != self.region:
            message = f"found region {self.region[:40]!r}, expected an ISO 3166-1 code such as 'KR'"
            raise DefinitionError(message, code="region")
        if self.secret is not None and len(self.secret) < MIN_SECRET:
            message = f"the secret has {len(self.secret)} bytes, expected {MIN_SECRET} or more"
            raise DefinitionError(message, code="secret_needed")
