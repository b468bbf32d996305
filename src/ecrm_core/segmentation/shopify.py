"""Shopify: each filter of its customer segments and what says the same here, if anything does."""

from __future__ import annotations

from typing import Final

from attrs import frozen

__all__ = ["SHOPIFY_FILTERS", "SHOPIFY_PARAMETERS", "UNREADABLE", "Counterpart", "counterpart"]


@frozen(kw_only=True)
class Counterpart:
    """A name of Shopify's: what is written here for it, "" for nothing, and what differs."""

    name: str
    ours: str = ""
    note: str = ""

    @property
    def message(self) -> str:
        """What is told of the name where it is not known."""
        return f"Shopify's {self.name} is not known here: {self.note}"

    @property
    def expected(self) -> tuple[str, ...]:
        """What to write instead."""
        return (self.ours or "another condition",)


def _same(name: str, note: str = "") -> Counterpart:
    return Counterpart(name=name, ours=name, note=note)


def _other(name: str, ours: str, note: str = "") -> Counterpart:
    return Counterpart(name=name, ours=ours, note=note)


_STATUS = "without INVALID and REDACTED, which are NOT_SUBSCRIBED here"
_PLACES = "all addresses of the customer"
_MAIL = "parameters activity_id, date, count"
_VIEWS = "what is viewed is an interaction, of a kind the shop names"
SHOPIFY_FILTERS: Final = (
    _same("abandoned_checkout_date"),
    _same("amount_spent", "refunds are off"),
    _same("anniversary(...)"),
    _other("companies", "organisation IS NOT NULL", "ids of companies are not kept"),
    _other("created_by_app_id", "", "which app made a customer is not kept"),
    _other("customer.metafields", "attributes.<name>", "the shop's own fields go by another name"),
    _other("customer_account_status", "", "accounts of the shop are not kept"),
    _same("customer_added_date"),
    _same("customer_cities", _PLACES),
    _same("customer_countries", _PLACES),
    _same("customer_email_domain"),
    _same("customer_language"),
    _same("customer_regions", _PLACES),
    _same("customer_tags", "Shopify overlooks case here, we do not"),
    _other("customer_within_distance", "customer_cities CONTAINS '...'",
           "distances are not reckoned"),
    _same("email_subscription_status", _STATUS),
    _same("first_order_date"),
    _same("last_order_date"),
    _other("metafields", "attributes.<name>", "of these only metafields.facts.birth_date is known"),
    _same("number_of_orders"),
    _same("orders_placed", "parameters date, amount, count, sum_amount"),
    _other("predicted_spend_tier", "amount_spent", "nothing is predicted"),
    _other("product_subscription_status", "subscriptions MATCHES (...)",
           "a subscription is a row with a status"),
    _same("products_purchased", "parameters id, date, quantity, count, sum_quantity"),
    _other("rfm_group", "rfm.group = '...'", "its groups are fields of crm.rfm()"),
    _same("shopify_email.bounced", _MAIL),
    _same("shopify_email.clicked", _MAIL),
    _same("shopify_email.delivered", _MAIL),
    _same("shopify_email.marked_as_spam", _MAIL),
    _same("shopify_email.opened", _MAIL),
    _same("shopify_email.unsubscribed", _MAIL),
    _same("sms_subscription_status", _STATUS),
    _other("store_credit_accounts", "", "store credit is not kept"),
    _other("storefront", "interactions MATCHES (kind = '...')", _VIEWS),
    _other("storefront_event", "interactions MATCHES (kind = '...')", _VIEWS),
)  # fmt: skip
"""Shopify's documented filters (2026-10), by name; a name stands for those below it too."""
SHOPIFY_PARAMETERS: Final = (
    _other("app_id", "source", "where an order was placed goes by name"),
    _other("location_id", "channel", "places of the shop are not kept"),
    _other("tag", "category", "tags of products are not kept"),
)
"""Shopify's parameters inside MATCHES that go by another name here."""
UNREADABLE: Final = frozenset({"customer_within_distance"})
"""Filters whose parameters are of no grammar known here: refused where they are read."""

_KNOWN: Final = {each.name: each for each in SHOPIFY_FILTERS}
_INSIDE: Final = {each.name: each for each in SHOPIFY_PARAMETERS}


def counterpart(name: str, *, inside: bool = False) -> Counterpart | None:
    """Return what is written here for a name of Shopify's, or of a parameter ``inside`` MATCHES."""
    if inside:
        return _INSIDE.get(name)
    return next((_KNOWN[each] for each in _prefixes(name) if each in _KNOWN), None)


def _prefixes(name: str) -> list[str]:
    """Return the name, and what it stands below: a.b.c, a.b, a."""
    parts = name.split(".")[:8]
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
