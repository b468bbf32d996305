"""Settings: what differs between the shop on a laptop and the one in production."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import time

from attrs import evolve

from ecrm_core.crm import Settings as CrmSettings
from ecrm_core.subscriptions import PRESETS

# As for companies, but due from midnight on: a first charge does not wait for the morning.
CONTRACTS = evolve(PRESETS["b2b"], name="contracts", due_time=time(0))


@dataclass(frozen=True)
class Settings:
    """The shop's settings; the secrets do not show themselves."""

    database_url: str = field(repr=False)
    shopify_secret: str = field(repr=False)
    woocommerce_secret: str = field(repr=False)
    stripe_secret: str = field(repr=False)
    staff_token: str = field(repr=False)
    crm_secret: bytes = field(repr=False)
    region: str = "KR"
    tz: str = "Asia/Seoul"

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables that the README lists; KeyError names one that is missing."""
        return cls(
            database_url=os.environ["SHOP_DATABASE_URL"],
            shopify_secret=os.environ["SHOP_SHOPIFY_SECRET"],
            woocommerce_secret=os.environ["SHOP_WOOCOMMERCE_SECRET"],
            stripe_secret=os.environ["SHOP_STRIPE_SECRET"],
            staff_token=os.environ["SHOP_STAFF_TOKEN"],
            crm_secret=os.environ["SHOP_CRM_SECRET"].encode(),
        )

    @property
    def crm(self) -> CrmSettings:
        """What the CRM is told about this shop."""
        return CrmSettings(
            region=self.region, tz=self.tz, secret=self.crm_secret,
            presets={CONTRACTS.name: CONTRACTS},
        )  # fmt: skip
