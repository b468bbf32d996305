"""Standard: what a segment may ask of a customer of the store, under Shopify's names where it has.

One table; services fill it (customer.py says from what), plugins add to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.customers import Attribute, AttributeSchema, AttributeType
from ecrm_core.segmentation.schema import FieldType, Relation, Schema, SchemaField
from ecrm_core.subscriptions import Status

__all__ = ["CONSENT_WORDS", "MAIL_EVENTS", "SUBSCRIPTION_WORDS", "customer_schema"]

CONSENT_WORDS: Final = ("granted", "pending", "denied", "expired", "none")
"""What ``email_consent`` and ``sms_consent`` may be; nobody's answer is "none"."""
SUBSCRIPTION_WORDS: Final = ("SUBSCRIBED", "PENDING", "UNSUBSCRIBED", "NOT_SUBSCRIBED")
"""Shopify's words for the same; expired and none are both NOT_SUBSCRIBED."""
MAIL_EVENTS: Final = ("delivered", "opened", "clicked", "bounced", "marked_as_spam", "unsubscribed")
"""``shopify_email.opened`` and so on: interactions of the kinds email_opened and so on."""


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


def _consent(name: str, choices: tuple[str, ...], meaning: str) -> SchemaField:
    return SchemaField(
        name=name, type=FieldType.TEXT, nullable=False, choices=choices, consent=True,
        meaning=meaning,
    )  # fmt: skip


_FIELDS = (
    SchemaField(name="customer_id", type=FieldType.ID, nullable=False,
                meaning="the id the customer goes by"),
    _text("customer_name", "the whole name", personal=True),
    _text("first_name", "given name", personal=True),
    _text("last_name", "family name", personal=True),
    _text("organisation", "company or other body"),
    _list("customer_emails", "e-mail addresses, preferred first", personal=True),
    _text("customer_email_domain", "what stands behind the @ of the first of them"),
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
    _consent("email_subscription_status", SUBSCRIPTION_WORDS, "the same, in Shopify's words"),
    _consent("sms_subscription_status", SUBSCRIPTION_WORDS, "the same, in Shopify's words"),
    _of("number_of_orders", FieldType.INTEGER, "orders that count", nullable=False),
    _of("amount_spent", FieldType.MONEY, "what they came to, refunds off"),
    _of("first_order_date", FieldType.INSTANT, "when the first of them was placed"),
    _of("last_order_date", FieldType.INSTANT, "when the last of them was placed"),
    _of("abandoned_checkout_date", FieldType.INSTANT,
        "the last interaction of the kind checkout_abandoned"),
)  # fmt: skip

_DATE = _of("date", FieldType.INSTANT, "when it happened")
_LINE = (
    _of("id", FieldType.ID, "the shop's id of the product"),
    _text("sku", "stock-keeping unit"),
    _text("title", "name of the product"),
    _text("category", "category of the product"),
    _of("quantity", FieldType.NUMBER, "how many"),
    _of("price", FieldType.MONEY, "price of one"),
    _of("order_id", FieldType.ID, "the order it stands in"),
    _DATE,
)
_ORDER = (
    _of("id", FieldType.ID, "the order's id at its source"),
    _text("source", "where it was placed"),
    _text("channel", "web, pos, ..."),
    _of("total", FieldType.MONEY, "what was ordered, refunds not taken off"),
    _of("refunded", FieldType.MONEY, "what was refunded of it"),
    _of("quantity", FieldType.NUMBER, "units ordered"),
    _DATE,
)
_RELATIONS = (
    Relation.of("orders", _ORDER, at="date",
                meaning="orders, without test orders and those cancelled by then"),
    Relation.of("orders_placed", (*_ORDER, _of("amount", FieldType.MONEY, "the same as total")),
                at="date", meaning="the same, by Shopify's name"),
    Relation.of("products_purchased", _LINE, at="date", meaning="the lines of those orders"),
    Relation.of("lines", _LINE, at="date", meaning="the same, by a shorter name"),
    Relation.of("interactions", (
        _text("kind", "order_placed, refund, email_opened, ..."),
        _text("channel", "web, email, ..."),
        _text("source", "who told it"),
        _of("id", FieldType.ID, "what it belongs to: an order, a cart, a ticket, a mailing"),
        _of("amount", FieldType.MONEY, "an amount, if it is about one"),
        _DATE,
    ), at="date", meaning="everything that happened, void events left out"),
    Relation.of("subscriptions", (
        _of("id", FieldType.ID, "the id of the subscription"),
        _of("plan", FieldType.ID, "the id of its plan"),
        _text("plan_name", "what the plan is called"),
        SchemaField(name="status", type=FieldType.TEXT, nullable=False, meaning="how it stands",
                    choices=tuple(status.value for status in Status)),
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
    ), at="date", meaning=f"interactions of the kind email_{event}") for event in MAIL_EVENTS),
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
