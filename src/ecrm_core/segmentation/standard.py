"""Standard: what a segment may ask of a customer of the store, under Shopify's names where it has.

One table; services fill it (customer.py says from what), plugins add to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from ecrm_core.customers import Attribute, AttributeSchema, AttributeType
from ecrm_core.segmentation.schema import FieldType, Relation, Schema, SchemaField
from ecrm_core.subscriptions import Status
from ecrm_core.timeline import MatterKind, NpsGroup

__all__ = ["CONSENT_WORDS", "FIGURES", "MAIL_EVENTS", "SUBSCRIPTION_WORDS", "customer_schema",
           "mail_kinds"]  # fmt: skip

CONSENT_WORDS: Final = ("granted", "pending", "denied", "expired", "none")
"""What ``email_consent`` and ``sms_consent`` may be; nobody's answer is "none"."""
SUBSCRIPTION_WORDS: Final = ("SUBSCRIBED", "PENDING", "UNSUBSCRIBED", "NOT_SUBSCRIBED")
"""Shopify's words for the same; expired and none are both NOT_SUBSCRIBED."""
MAIL_EVENTS: Final = ("delivered", "opened", "clicked", "bounced", "marked_as_spam", "unsubscribed")
"""``shopify_email.opened`` and so on: interactions of the kinds email_opened and so on."""
_SPAM: Final = "marked_as_spam"
"""What Shopify calls email_complained."""


def mail_kinds(event: str) -> tuple[str, ...]:
    """Return the kinds of interactions that an event of ``shopify_email`` stands for."""
    return (f"email_{event}", *(["email_complained"] if event == _SPAM else []))


def _text(name: str, meaning: str, *, personal: bool = False) -> SchemaField:
    return SchemaField(name=name, type=FieldType.TEXT, personal=personal, meaning=meaning)


def _list(name: str, meaning: str, *, personal: bool = False) -> SchemaField:
    return SchemaField(
        name=name, type=FieldType.LIST, nullable=False, personal=personal, meaning=meaning
    )


def _of(name: str, kind: FieldType, meaning: str, *, nullable: bool = True) -> SchemaField:
    return SchemaField(name=name, type=kind, nullable=nullable, meaning=meaning)


def _birth(name: str) -> SchemaField:
    return SchemaField(name=name, type=FieldType.DATE, personal=True, meaning="date of birth")


def _words(name: str, choices: tuple[str, ...], meaning: str) -> SchemaField:
    return SchemaField(
        name=name, type=FieldType.TEXT, nullable=False, choices=choices, meaning=meaning
    )


def _consent(name: str, choices: tuple[str, ...], meaning: str) -> SchemaField:
    return evolve(_words(name, choices, meaning), consent=True)


FIGURES: Final = (
    _of("average_order_value", FieldType.MONEY, "what an order came to on average, refunds off"),
    _of("average_days_between_orders", FieldType.NUMBER,
        "days from one order to the next on average"),
    _of("units_returned", FieldType.NUMBER, "units that came back with refunds", nullable=False),
    _of("return_share", FieldType.NUMBER, "units that came back, as a share of those ordered"),
    _of("number_of_opens", FieldType.INTEGER, "mails and messages opened", nullable=False),
    _of("number_of_clicks", FieldType.INTEGER, "links in mails and messages followed",
        nullable=False),
    _of("number_of_bounces", FieldType.INTEGER, "mails and messages that could not be delivered",
        nullable=False),
    _of("number_of_page_views", FieldType.INTEGER, "pages and products looked at", nullable=False),
    _of("number_of_sessions", FieldType.INTEGER, "times on the site, 30 minutes apart or more",
        nullable=False),
    _of("last_session_date", FieldType.INSTANT, "when last seen on the site"),
    _of("number_of_store_visits", FieldType.INTEGER, "times in a store", nullable=False),
    _of("number_of_calls", FieldType.INTEGER, "calls, in and out", nullable=False),
    _of("number_of_open_carts", FieldType.INTEGER, "carts and checkouts left open",
        nullable=False),
    _of("number_of_open_tickets", FieldType.INTEGER, "tickets that are open", nullable=False),
    _of("number_of_closed_tickets", FieldType.INTEGER, "tickets that are closed", nullable=False),
    _of("average_hours_to_close", FieldType.NUMBER, "hours a ticket takes from opening to close"),
    _of("nps_score", FieldType.INTEGER, "the latest answer to the Net Promoter question, 0 to 10"),
    SchemaField(name="nps_group", type=FieldType.TEXT,
                choices=tuple(group.value for group in NpsGroup), meaning="what that makes of her"),
)  # fmt: skip
"""What all interactions add up to; orders by themselves stand above."""

_FIELDS = (
    SchemaField(name="customer_id", type=FieldType.ID, nullable=False,
                meaning="the id the customer goes by"),
    _text("customer_name", "the whole name", personal=True),
    _text("first_name", "given name", personal=True),
    _text("last_name", "family name", personal=True),
    _text("organisation", "company or other body"),
    _list("customer_emails", "e-mail addresses, preferred first", personal=True),
    _text("customer_email_domain", "what stands behind the @ of the preferred e-mail address"),
    _list("customer_phones", "phone numbers in E.164, preferred first", personal=True),
    _list("customer_tags", "words the shop sorts customers by"),
    _list("customer_countries", "ISO 3166-1 codes of all addresses"),
    _list("customer_regions", "areas of all addresses: 'CA' and 'US-CA'"),
    _list("customer_cities", "towns of all addresses: 'Los Angeles' and 'US-CA-LosAngeles'"),
    _text("customer_language", "the first language"),
    _of("customer_added_date", FieldType.INSTANT, "when the shop made the account, if it says so"),
    _birth("birth_date"),
    _birth("metafields.facts.birth_date"),
    _text("brand", "which shop"),
    _text("lifecycle", "lead, customer, former customer"),
    _consent("email_consent", CONSENT_WORDS, "what was said about marketing by e-mail"),
    _consent("sms_consent", CONSENT_WORDS, "what was said about marketing by SMS"),
    _consent("email_subscription_status", SUBSCRIPTION_WORDS,
             "email_consent in Shopify's words"),
    _consent("sms_subscription_status", SUBSCRIPTION_WORDS,
             "sms_consent in Shopify's words"),
    _of("number_of_orders", FieldType.INTEGER, "orders, without test orders and cancelled ones",
        nullable=False),
    _of("amount_spent", FieldType.MONEY, "what all orders came to, refunds off"),
    _of("first_order_date", FieldType.INSTANT, "when the first order was placed"),
    _of("last_order_date", FieldType.INSTANT, "when the last order was placed"),
    _of("abandoned_checkout_date", FieldType.INSTANT,
        "the last interaction of the kind checkout_abandoned"),
    *FIGURES,
)  # fmt: skip

_DATE = _of("date", FieldType.INSTANT, "when it happened")
_BRAND = _text("brand", "which shop it happened in")
_LINE = (
    _of("id", FieldType.ID, "the shop's id of the product"),
    _text("sku", "stock-keeping unit"),
    _text("title", "name of the product"),
    _text("category", "category of the product"),
    _of("quantity", FieldType.NUMBER, "how many"),
    _of("price", FieldType.MONEY, "price of one"),
    _of("order_id", FieldType.ID, "the order it stands in"),
    _BRAND,
    _DATE,
)
_ORDER = (
    _of("id", FieldType.ID, "the order's id at its source"),
    _text("source", "where it was placed"),
    _text("channel", "web, store, ..."),
    _of("total", FieldType.MONEY, "what was ordered, refunds not taken off"),
    _of("refunded", FieldType.MONEY, "what was refunded of it"),
    _of("quantity", FieldType.NUMBER, "units ordered"),
    _BRAND,
    _DATE,
)
_RELATIONS = (
    Relation.of("orders", _ORDER, at="date",
                meaning="orders, without test orders and those cancelled by then"),
    Relation.of("orders_placed", (*_ORDER, _of("amount", FieldType.MONEY, "the same as total")),
                at="date", meaning="the same as orders, by Shopify's name"),
    Relation.of("products_purchased", _LINE, at="date",
                meaning="the lines of orders, one a product"),
    Relation.of("lines", _LINE, at="date", meaning="the same as products_purchased"),
    Relation.of("interactions", (
        _text("kind", "order_placed, refund, email_opened, ..."),
        _text("channel", "web, email, ..."),
        _text("source", "who told it"),
        _of("id", FieldType.ID, "what it belongs to: an order, a cart, a ticket, a mailing"),
        _of("amount", FieldType.MONEY, "an amount, if it is about one"),
        _BRAND,
        _DATE,
    ), at="date", meaning="everything that happened, void events left out"),
    Relation.of("matters", (
        _words("kind", tuple(kind.value for kind in MatterKind), "what it is"),
        _of("id", FieldType.ID, "its id at its source: the correlation of its events"),
        _text("source", "who told it"),
        _of("open", FieldType.BOOLEAN, "whether its latest event leaves it open", nullable=False),
        _of("opened", FieldType.INSTANT, "the first event that opened it"),
        _of("date", FieldType.INSTANT, "its latest event"),
    ), at="date", meaning="carts, tickets, invoices, returns, subscriptions elsewhere"),
    Relation.of("subscriptions", (
        _of("id", FieldType.ID, "the id of the subscription"),
        _of("plan", FieldType.ID, "the id of its plan"),
        _text("plan_name", "what the plan is called"),
        SchemaField(name="status", type=FieldType.TEXT, nullable=False,
                    choices=tuple(status.value for status in Status), meaning="how it stands"),
        _of("price", FieldType.MONEY, "the price of a period"),
        _of("started", FieldType.DATE, "its first day", nullable=False),
        _of("trial_until", FieldType.DATE, "the first day that is not free"),
        _of("next_renewal", FieldType.DATE,
            "the day it goes on: after its term, without one after what is billed"),
        _of("cancel_by", FieldType.DATE, "the last day to cancel for the end of its term"),
        _of("ends", FieldType.DATE, "the first day without it, if one is set"),
    ), at="started", meaning="subscriptions as they stand, those that are over too"),
    *(Relation.of(f"shopify_email.{event}", (
        _of("activity_id", FieldType.ID, "the mailing: the correlation of the interaction"),
        _DATE,
    ), at="date", meaning=f"interactions of the kind {' or '.join(mail_kinds(event))}")
        for event in MAIL_EVENTS),
)  # fmt: skip

_ATTRIBUTES: Mapping[AttributeType, FieldType] = {
    AttributeType.TEXT: FieldType.TEXT,
    AttributeType.INTEGER: FieldType.INTEGER,
    AttributeType.DECIMAL: FieldType.NUMBER,
    AttributeType.BOOLEAN: FieldType.BOOLEAN,
    AttributeType.DATE: FieldType.DATE,
    AttributeType.INSTANT: FieldType.INSTANT,
    AttributeType.CHOICE: FieldType.TEXT,
    AttributeType.LIST: FieldType.LIST,
    AttributeType.MONEY: FieldType.MONEY,
}


def customer_schema(
    *, attributes: AttributeSchema | None = None, currency: str | None = None
) -> Schema:
    """Return the fields and relations of a store's customers.

    Custom fields are ``attributes.<name>``. A bare number beside an amount is in ``currency`` (ISO
    4217); without one, amounts cannot be asked for.
    """
    known = (attributes or AttributeSchema()).attributes
    custom = [_attribute(name, held) for name, held in known.items()]
    return Schema(currency=currency).add(*_FIELDS, *_RELATIONS, *custom)


def _attribute(name: str, held: Attribute) -> SchemaField:
    kind = _ATTRIBUTES[held.type]
    return SchemaField(
        name=f"attributes.{name}",
        type=kind,
        nullable=kind is not FieldType.LIST,
        choices=held.choices if held.type is AttributeType.CHOICE else (),
        meaning="a custom field of the shop",
    )
