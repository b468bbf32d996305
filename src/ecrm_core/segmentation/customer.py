"""Customer: what the store knows of one as the row a segment asks, at one instant.

Orders are those placed by then and not cancelled by then; test orders are void and left out.
``total`` is what was ordered; refunds come off ``amount_spent`` and stand in ``refunded``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Context, Decimal
from functools import reduce

from attrs import evolve, field, frozen

from ecrm_core.customers import Address, Profile, SourceRecord, Verdict
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money, parse_instant
from ecrm_core.segmentation.scope import Row
from ecrm_core.segmentation.standard import MAIL_EVENTS, mail_kinds
from ecrm_core.subscriptions import Subscription
from ecrm_core.timeline import (
    MATTERS,
    Facts,
    Interaction,
    Matter,
    MatterKind,
    OrderRole,
    order_role,
)

__all__ = ["Loaded", "account_made_at", "customer_row", "facts_until", "next_change"]

_WORDS = {"granted": "granted", "pending": "pending", "expired": "expired",
          "refused": "denied", "person_refused": "denied"}  # fmt: skip
_STATUS = {"granted": "SUBSCRIBED", "pending": "PENDING", "denied": "UNSUBSCRIBED"}
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_STRONGEST = ("granted", "denied", "pending", "expired", "none")
_ADD = Context(prec=200).add  # sums are exact, whatever context the host has set
# Where shops say when they made an account, and the offset of what they write without one.
_ACCOUNT_MADE = {
    "unmapped.$.created_at": "",
    "unmapped.$.date_created": "",
    "unmapped.$.date_created_gmt": "Z",
}


@frozen(kw_only=True, repr=False)
class Loaded:
    """What was loaded of one customer: of all but the profile, what the rule needs.

    ``facts`` are the total over all her homes, ``consents`` the verdicts by channel; ``turns_at``
    is the first instant at which time alone may change one of them. ``added_at`` is when a shop
    first made an account of hers.
    """

    profile: Profile
    facts: Facts = field(factory=Facts)
    interactions: Sequence[Interaction] = ()
    consents: Mapping[str, Verdict] = field(factory=dict)
    subscriptions: Sequence[Subscription] = ()
    turns_at: datetime | None = None
    added_at: datetime | None = None


def customer_row(known: Loaded, *, as_of: datetime, currency: str | None = None) -> Row:
    """Return the row of one customer at an instant, under the schema of ``customer_schema``."""
    told = [each for each in known.interactions if not each.void and each.at <= as_of]
    facts = facts_until(known.facts, as_of, told if known.interactions else None)
    fields = {**_profile(known.profile), **_facts(facts, currency), **_figures(facts, currency)}
    fields["customer_added_date"] = known.added_at
    fields["abandoned_checkout_date"] = max(
        (each.at for each in told if each.kind == "checkout_abandoned"), default=None
    )
    for channel, verdict in known.consents.items():
        word = _word(verdict)
        fields[f"{channel}_consent"] = word
        fields[f"{channel}_subscription_status"] = _STATUS.get(word, "NOT_SUBSCRIBED")
    bought = [_subscription(held) for held in known.subscriptions]
    return Row(fields, {**_relations(told), "subscriptions": bought})


def next_change(known: Loaded, as_of: datetime) -> datetime | None:
    """Return the first instant after ``as_of`` at which the row of a customer may be another one.

    Nothing is told of her meanwhile: what is dated later comes to be seen, a consent ends.
    """
    parts = [part.at for parts in known.facts.orders.values() for part in parts.values()]
    told = [each.at for each in known.interactions if not each.void]
    turns = [] if known.turns_at is None else [known.turns_at]
    return min((at for at in (*parts, *told, *turns) if at > as_of), default=None)


# ---------------------------------------------------------------- profile


def _profile(profile: Profile) -> dict[str, object]:
    name, organisation = profile.name, profile.organisation
    emails = tuple(c.normalised or c.raw for c in profile.emails)
    birth = profile.value("birth_on")
    custom = {n: profile.value(n) for n in profile.fields if n.startswith("attributes.")}
    return {
        **custom,
        "customer_id": profile.id,
        "customer_name": name and name.full,
        "first_name": profile.value("name.given"),
        "last_name": profile.value("name.family"),
        "organisation": organisation and organisation.legal,
        "customer_emails": emails,
        "customer_email_domain": _domain(emails),
        "customer_phones": tuple(c.normalised or c.raw for c in profile.phones),
        "customer_tags": profile.values("tags"),
        **_places(profile.addresses),
        "customer_language": profile.value("languages"),
        "birth_date": birth,
        "metafields.facts.birth_date": birth,
        "brand": profile.value("brand"),
        "lifecycle": profile.value("lifecycle"),
    }


def _domain(emails: Sequence[str]) -> str | None:
    return next((mail.rpartition("@")[2].lower() for mail in emails[:1] if "@" in mail), None)


def _places(addresses: Iterable[Address]) -> dict[str, object]:
    countries: dict[str, None] = {}
    regions: dict[str, None] = {}
    cities: dict[str, None] = {}
    for place in addresses:
        if place.country:
            countries[place.country] = None
        for area in dict.fromkeys((place.area, place.area_code)):
            for parts, into in (((area,), regions), ((area, place.locality), cities)):
                if parts[-1]:
                    into[parts[-1]] = None
                    whole = [place.country, *parts]
                    if all(whole):
                        into["-".join("".join((part or "").split()) for part in whole)] = None
    return {
        "customer_countries": tuple(countries),
        "customer_regions": tuple(regions),
        "customer_cities": tuple(cities),
    }


def account_made_at(records: Iterable[SourceRecord]) -> datetime | None:
    """Return when the first account was made: what the sources state beside the fields."""
    found = []
    for record in records:
        for name, offset in _ACCOUNT_MADE.items():
            try:
                found.append(parse_instant(f"{record.value(name) or ''}{offset}"))
            except InputError:
                continue  # nothing is said, or no instant, or one without an offset
    return min(found, default=None)


def _word(verdict: Verdict) -> str:
    verdicts = verdict.others or (verdict,)
    words = {_WORDS.get(r.code, "none") for each in verdicts for r in each.reasons}
    return next(word for word in _STRONGEST if word in words)


# ---------------------------------------------------------------- facts


def facts_until(facts: Facts, as_of: datetime, told: Sequence[Interaction] | None = None) -> Facts:
    """Return the facts as they stood at an instant.

    Where they go beyond it they are folded of all that was ``told`` by then; where nobody says,
    only orders are as they stood, for other kinds are not dated one by one.
    """
    if facts.last_at is None or facts.last_at <= as_of:
        return facts
    if told is not None:
        return Facts.fold(told)
    orders = {
        order: {event: part for event, part in parts.items() if part.at <= as_of}
        for order, parts in facts.orders.items()
    }
    return evolve(facts, orders={order: parts for order, parts in orders.items() if parts})


def _facts(facts: Facts, currency: str | None) -> dict[str, object]:
    spend = facts.spend
    spent = spend.get(currency or "")
    if not spend and currency is not None:
        spent = Money(Decimal(0), currency)  # who spent in other currencies alone has no amount
    return {
        "number_of_orders": facts.order_count,
        "amount_spent": spent,
        "first_order_date": facts.first_order_at,
        "last_order_date": facts.last_order_at,
    }


def _figures(facts: Facts, currency: str | None) -> dict[str, object]:
    tickets = [matter for matter in facts.matters if matter.kind is MatterKind.TICKET]
    open_tickets = sum(matter.open for matter in tickets)
    return {
        "average_order_value": facts.average_order.get(currency or ""),
        "average_days_between_orders": _quotient(facts.order_interval, _DAY),
        "units_returned": facts.units_returned,
        "return_share": facts.return_share,
        "number_of_opens": facts.opens,
        "number_of_clicks": facts.clicks,
        "number_of_bounces": facts.bounces,
        "number_of_page_views": facts.page_views,
        "number_of_sessions": facts.sessions,
        "last_session_date": facts.visits[-1].last_at if facts.visits else None,
        "number_of_store_visits": facts.store_visits,
        "number_of_calls": facts.calls,
        "number_of_open_carts": len(facts.open_matters(MatterKind.CART)),
        "number_of_open_tickets": open_tickets,
        "number_of_closed_tickets": len(tickets) - open_tickets,
        "average_hours_to_close": _quotient(facts.time_to_close, _HOUR),
        "nps_score": facts.nps and facts.nps.score,
        "nps_group": facts.nps and facts.nps.group.value,
    }


def _quotient(time: timedelta | None, unit: timedelta) -> Decimal | None:
    """Return how many units a time is, to two places."""
    return None if time is None else Decimal(round(time / unit * 100)).scaleb(-2)


# ---------------------------------------------------------------- relations


def _relations(told: Sequence[Interaction]) -> dict[str, Sequence[Mapping[str, object]]]:
    orders = list(_orders(told))
    placed = [_order(order, refunds) for order, refunds in orders]
    lines = [line for order, _ in orders for line in _lines(order)]
    mails = {
        f"shopify_email.{event}": [
            {"activity_id": each.correlation, "date": each.at}
            for each in told
            if each.kind in mail_kinds(event)
        ]
        for event in MAIL_EVENTS
    }
    return {
        "orders": placed,
        "orders_placed": placed,
        "products_purchased": lines,
        "lines": lines,
        "interactions": [_interaction(each) for each in told],
        "matters": [_matter(each) for each in _matters(told)],
        **mails,
    }


def _orders(told: Sequence[Interaction]) -> Iterator[tuple[Interaction, list[Interaction]]]:
    """Go through the orders that count as Facts counts them: as placed, and their refunds."""
    parts: dict[tuple[str, str], dict[OrderRole, list[Interaction]]] = {}
    for each in sorted(told, key=lambda each: (each.at, each.event_id)):
        role = order_role(each)
        if role is not None:
            parts.setdefault((each.source, _order_id(each)), {}).setdefault(role, []).append(each)
    for _, roles in sorted(parts.items()):
        if OrderRole.PLACED in roles and OrderRole.CANCELLED not in roles:
            yield roles[OrderRole.PLACED][0], roles.get(OrderRole.REFUNDED, [])


def _order_id(each: Interaction) -> str:
    return each.correlation or each.event_id


def _order(order: Interaction, refunds: Sequence[Interaction]) -> dict[str, object]:
    amounts = [r.amount for r in refunds if r.amount is not None]
    refunded = None
    if order.amount is not None:
        refunded = Money(Decimal(0), order.amount.currency)
        for amount in amounts:
            if amount.currency == refunded.currency:
                refunded += amount
    return {
        "id": _order_id(order),
        "source": order.source,
        "channel": order.channel,
        "total": order.amount,
        "amount": order.amount,
        "refunded": refunded,
        "quantity": reduce(_ADD, (line.quantity for line in order.lines), Decimal(0)),
        "brand": order.brand,
        "date": order.at,
    }


def _lines(order: Interaction) -> Iterator[dict[str, object]]:
    for line in order.lines:
        yield {
            "id": line.product,
            "sku": line.sku,
            "title": line.title,
            "category": line.category,
            "quantity": line.quantity,
            "price": line.price,
            "order_id": _order_id(order),
            "brand": order.brand,
            "date": order.at,
        }


def _interaction(each: Interaction) -> dict[str, object]:
    return {
        "kind": each.kind,
        "channel": each.channel,
        "source": each.source,
        "id": each.correlation,
        "amount": each.amount,
        "brand": each.brand,
        "date": each.at,
    }


def _matters(told: Sequence[Interaction]) -> tuple[Matter, ...]:
    return Facts.fold(each for each in told if each.kind in MATTERS).matters


def _matter(each: Matter) -> dict[str, object]:
    return {
        "kind": each.kind.value,
        "id": each.correlation,
        "source": each.source,
        "open": each.open,
        "opened": each.opened_at,
        "date": each.last_at,
    }


def _subscription(held: Subscription) -> dict[str, object]:
    ends = held.ended_on or held.end_on
    goes_on = not held.status.over and ends is None
    return {
        "id": held.id,
        "plan": held.plan.id,
        "plan_name": held.plan.name or None,
        "status": held.status.value,
        "price": held.plan.price,
        "started": held.starts_on,
        "trial_until": held.trial_until,
        "next_renewal": (held.term_end or held.billed_through) if goes_on else None,
        "cancel_by": held.deadline if goes_on else None,
        "ends": ends,
    }
