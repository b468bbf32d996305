"""Segment spec: calls become events, records and links, at the time they were made."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import ConsentState, SourceKey, VerificationState
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money
from ecrm_core.sources import READERS, Delivery, Link, segment_spec
from ecrm_core.timeline import KINDS_OF_EVENTS, Facts, Interaction, retell

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
WHO = {"userId": "7", "anonymousId": "v-1", "messageId": "m-1",
       "timestamp": "2026-05-01T12:00:00Z"}  # fmt: skip
ANN, VISITOR = SourceKey("segment", "7"), SourceKey("segment", "v-1")
TRAITS = {"firstName": "Ann", "last_name": "Example", "email": "ann@example.com",
          "phone": "+15555550100", "birthday": "1990-05-17", "plan": "gold",
          "address": {"street": "1 Main Street", "city": "Springfield", "state": "CA",
                      "postalCode": "00001", "country": "USA"}}  # fmt: skip
BEANS = {"product_id": "11", "sku": "S-1", "name": "Beans", "category": "Food", "price": 9.5,
         "quantity": 2}  # fmt: skip
ORDER = {"order_id": "O-1", "checkout_id": "c-1", "total": 21.5, "revenue": 19, "currency": "EUR",
         "coupon": "MAY", "products": [BEANS]}  # fmt: skip


def read(
    data: object, *, topic: str | None = None, brand: str | None = None,
    secret: bytes | None = None, sent_at: datetime | None = None,
) -> Delivery:  # fmt: skip
    body = json.dumps(data).encode()
    return segment_spec.read(
        body, received_at=NOW, topic=topic, brand=brand, sent_at=sent_at, secret=secret,
        key_is_personal=secret is not None,
    )  # fmt: skip


def call(type_: str, **said: object) -> dict[str, object]:
    return {"type": type_, **WHO, **said}


def track(name: str, properties: object = None, **said: object) -> tuple[Interaction, ...]:
    return read(call("track", event=name, properties=properties or {}, **said)).interactions


def cells(delivery: Delivery, at: int = 0) -> dict[str, Any]:
    found = delivery.records[at].cells
    return {name: cell.value for name, cell in found.items() if not name.startswith("unmapped.")}


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("body", "events", "refused"),
    [
        (call("track", event="A"), 1, 0),
        ([call("page"), call("screen")], 2, 0),
        ({"batch": [call("page"), call("identify"), 7], "sentAt": None}, 2, 1),
        ({"batch": []}, 0, 0),
        ({"action": "track", "user_id": "7", "event": "A"}, 1, 0),
        ({"userId": "7", "event": "A"}, 1, 0),
        ({"event": "A"}, 1, 0),
        (call("delete"), 0, 1),
        ({"type": "identify", "traits": {}}, 0, 1),
        ({"type": "alias", "previousId": "v-1"}, 0, 1),
        ({"type": "group", "userId": "7"}, 0, 1),
        (call("group", groupId="a@example.com"), 0, 1),
        ({}, 0, 1),
    ],
)
def test_a_body_is_a_call_a_list_or_a_batch_and_others_are_refused_alone(
    body: object, events: int, refused: int
) -> None:
    delivery = read(body)
    assert (len(delivery.interactions), len(delivery.refused)) == (events, refused)


def test_a_path_may_say_which_call_it_is_and_a_file_needs_no_field_map() -> None:
    assert read({"userId": "7"}, topic="page").interactions[0].kind == "page_viewed"
    body = json.dumps(call("page")).encode()
    assert READERS["segment"](body, received_at=NOW, region=None).source == "segment"
    with pytest.raises(InputError):
        segment_spec.read(b"}", received_at=NOW)


def test_what_a_batch_says_holds_for_each_call_that_says_nothing_else() -> None:
    campaign = {"context": {"campaign": {"name": "May"}}, "writeKey": "secret"}
    own = call("page", context={"campaign": {"name": "June"}})
    one, two = read({"batch": [call("page"), own], **campaign}).interactions
    assert (one.data["campaign"], two.data["campaign"]) == ("May", "June")
    refused = read({"batch": [{"type": "no"}], **campaign}).refused[0]
    assert json.loads(json.loads(refused.payload or "")) == {
        "type": "no", "context": campaign["context"],
    }  # fmt: skip


def test_a_call_without_an_id_of_its_own_is_known_by_its_content() -> None:
    bare = {"type": "page", "userId": "7"}
    one, same, other = (read(bare | {"name": name}).interactions[0].event_id for name in "AAB")
    assert one == same != other
    assert read(call("page")).interactions[0].event_id == "m-1"


def test_an_id_that_is_an_address_needs_the_secret() -> None:
    mail = call("identify", userId="ann@example.com")
    assert read(mail).refused[0].problems[0][0] == "$.userId"
    (record,) = read(mail, secret=b"x" * 16).records
    assert record.key.external_id.startswith("p_")
    assert "@" not in str(read(mail, secret=b"x" * 16).links)
    for secret in (b"short", b""):
        with pytest.raises(DefinitionError):
            read([], secret=secret)


# ---------------------------------------------------------------- clock


@pytest.mark.parametrize(
    ("times", "at", "data"),
    [
        # The clock is right, an hour behind, ten years ahead; the call waited for ten seconds.
        (("11:59:50", "12:00:00", "12:00:00"), "11:59:50", None),
        (("10:59:50", "11:00:00", "12:00:00"), "11:59:50", (3600, False)),
        (("2036-05-01T11:59:50", "2036-05-01T12:00:00", "12:00:00"), "11:59:50",
         (-315619200, False)),
        # Stamped after it was sent: nothing happens after it was received.
        (("12:30:00", "12:00:00", "12:00:00"), "12:00:00", (0, True)),
        # One of the device's own times is wrong: no correction by 56 years.
        (("11:59:50", "1970-01-01T00:00:00", "12:00:00"), "11:59:50", (1777636800, True)),
        (("1970-01-01T00:00:00", "11:00:00", "12:00:00"), "1970-01-01T01:00:00", (3600, False)),
        # Nobody corrected it, nobody can: the stamp stands.
        (("11:00:00", "11:00:10", None), "11:00:00", None),
        (("11:00:00", None, "12:00:00"), "11:00:00", None),
        ((None, "11:00:00", "12:00:00"), "12:00:00", None),
        ((None, "11:00:00", None), "11:00:00", None),
        (("soon", None, "12:00:00"), "12:00:00", None),
        # The correction would be before the first day there is.
        (("0001-01-02T00:00:00", "0001-01-03T00:00:00", "0001-01-01T12:00:00"),
         "0001-01-01T12:00:00", (-129600, True)),
    ],
)  # fmt: skip
def test_the_time_is_corrected_by_how_far_the_clock_was_off(
    times: tuple[str | None, ...], at: str, data: tuple[int, bool] | None
) -> None:
    names = ("originalTimestamp", "sentAt", "receivedAt")
    said = {name: _instant(time) for name, time in zip(names, times, strict=True)}
    (told,) = read({"type": "page", "userId": "7", **said}).interactions
    assert told.at.isoformat() == _instant(at).replace("Z", "+00:00")
    skew, bounded = data or (None, None)
    clock = told.data.get("clock")
    assert clock == (None if skew is None else {"skew_seconds": skew, "bounded": bounded})
    assert not told.undated


def _instant(time: str | None) -> Any:  # noqa: ANN401 - None, too, is what a payload says
    return time if time in (None, "soon") else f"{'2026-05-01T' * (len(time) < 10)}{time}Z"


def test_a_timestamp_that_was_received_is_corrected_already_and_never_later() -> None:
    said = {"type": "page", "userId": "7", "sentAt": "2026-05-01T10:00:00Z",
            "receivedAt": "2026-05-01T12:00:00Z"}  # fmt: skip
    (told,) = read(said | {"timestamp": "2026-05-01T11:59:00Z"}).interactions
    assert (told.at.hour, told.at.minute, "clock" in told.data) == (11, 59, False)
    (told,) = read(said | {"timestamp": "2027-05-01T00:00:00Z"}).interactions
    assert told.at == NOON
    assert told.data["clock"] == {"skew_seconds": 0, "bounded": True}


def test_without_any_time_it_is_dated_by_whoever_sent_it_or_its_first_telling() -> None:
    bare = {"type": "page", "userId": "7"}
    (told,) = read(bare).interactions
    assert (told.at, told.undated, told.told_at) == (NOW, True, None)
    (told,) = read(bare, sent_at=NOON).interactions
    assert (told.at, told.undated) == (NOON, False)


# ---------------------------------------------------------------- identities


def test_identify_states_traits_and_that_the_visitor_was_she() -> None:
    delivery = read(call("identify", traits=TRAITS), brand="north")
    (record,), (told,) = delivery.records, delivery.interactions
    found = cells(delivery)
    assert record.key == told.subject == ANN
    assert (found["name.given"], found["name.family"]) == ("Ann", "Example")
    assert [point.match_form for point in found["emails"]] == ["ann@example.com"]
    assert [point.match_form for point in found["phones"]] == ["15555550100"]
    assert (found["birth_on"], found["brand"]) == (date(1990, 5, 17), "north")
    (address,) = found["addresses"]
    assert (address.country, address.lines, address.postal_code) == (
        "US", ("1 Main Street",), "00001",
    )  # fmt: skip
    assert record.cells["unmapped.$.traits.plan"].value == "gold"
    assert record.cells["emails"].observed_at == NOON
    assert delivery.links == (Link(kept=ANN, gone=VISITOR, at=NOON),)
    assert (told.kind, told.brand) == ("identified", "north")


def test_traits_that_are_blank_clear_nothing() -> None:
    blank: dict[str, object] = {
        "name": "",
        "email": None,
        "phone": "",
        "address": {},
        "birthday": "soon",
    }
    assert cells(read(call("identify", traits=blank))) == {}
    assert cells(read(call("identify", traits="none"))) == {}


def test_a_visitor_may_be_identified_and_is_linked_to_nobody() -> None:
    delivery = read({"type": "identify", "anonymousId": "v-1", "traits": TRAITS})
    assert delivery.records[0].key == VISITOR
    assert delivery.links == ()
    assert read(call("identify", anonymousId="7")).links == ()


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ({"previousId": "v-0"}, "v-0"),
        ({"previous_id": "v-0"}, "v-0"),
        ({}, "v-1"),
        ({"previousId": "7"}, None),
        ({"previousId": "ann@example.com"}, "v-1"),
    ],
)
def test_alias_says_that_a_former_id_was_she(said: dict[str, object], gone: str | None) -> None:
    delivery = read(call("alias", **said))
    found = [(link.kept, link.gone.external_id) for link in delivery.links]
    assert found == ([(ANN, gone)] if gone else [])
    assert delivery.records[0].key == ANN


def test_a_former_id_that_is_an_address_is_linked_by_its_hash() -> None:
    (link,) = read(call("alias", previousId="ann@example.com"), secret=b"x" * 16).links
    same = read({"type": "page", "userId": "Ann@Example.com"}, secret=b"x" * 16)
    assert link.gone == same.interactions[0].subject


def test_what_a_visitor_does_is_hers_and_what_a_user_does_is_the_users() -> None:
    assert track("A")[0].subject == ANN
    assert track("A", userId=None)[0].subject == VISITOR
    assert track("A", userId=None, anonymousId=None)[0].subject is None
    assert read(call("track", event="A")).links == ()


def test_group_states_an_organisation_and_that_she_belongs_to_it() -> None:
    traits = {"name": "Initech", "phone": "+15555550101", "employees": 329}
    delivery = read(call("group", groupId="g-1", traits=traits))
    member, about = delivery.records
    key = SourceKey("segment", "group/g-1")
    assert (member.key, about.key) == (ANN, key)
    (relation,) = member.value("relations")
    assert (relation.other, relation.other_name) == (str(key), "Initech")
    assert cells(delivery, 1)["organisation.trading"] == "Initech"
    assert about.cells["unmapped.$.traits.employees"].value == 329
    (told,) = delivery.interactions
    assert (told.kind, told.data["group"]) == ("group_joined", "g-1")
    alone = read({"type": "group", "groupId": "g-1"})
    assert [record.key for record in alone.records] == [key]


# ---------------------------------------------------------------- what happened


def test_an_order_is_placed_and_its_cart_is_closed() -> None:
    placed, *closed = track("Order Completed", ORDER)
    assert (placed.kind, placed.event_id, placed.at) == ("order_placed", "m-1", NOON)
    assert (placed.amount, placed.data["coupon"]) == (Money("21.5", "EUR"), "MAY")
    assert placed.correlation == placed.reference == "O-1"
    (line,) = placed.lines
    assert (line.product, line.sku, line.title, line.category) == ("11", "S-1", "Beans", "Food")
    assert (line.quantity, line.price) == (Decimal(2), Money("9.5", "EUR"))
    assert [(one.kind, one.correlation) for one in closed] == [
        ("cart_completed", "c-1"), ("cart_completed", "O-1"),
    ]  # fmt: skip
    assert len({one.event_id for one in (placed, *closed)}) == 3


def test_facts_follow_its_orders() -> None:
    told = [*track("Order Completed", ORDER),
            *track("Order Completed", ORDER, messageId="m-2"),
            *track("Order Refunded", {"order_id": "O-1", "total": 2, "currency": "EUR"},
                   messageId="m-3"),
            *track("Order Completed", ORDER | {"order_id": "O-2"}, messageId="m-4"),
            *track("Order Cancelled", {"order_id": "O-2"}, messageId="m-5")]  # fmt: skip
    facts = Facts.fold(told)
    assert (facts.order_count, facts.spend) == (1, {"EUR": Money("19.5", "EUR")})


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ({}, "21.5"),
        ({"total": None}, "19"),
        ({"total": None, "revenue": None, "value": "7.25"}, "7.25"),
        ({"currency": None}, None),
        ({"currency": "euro"}, None),
        ({"total": "a lot", "revenue": None}, None),
    ],
)
def test_an_amount_needs_a_number_and_a_currency(
    said: dict[str, object], amount: str | None
) -> None:
    found = track("Order Completed", ORDER | said)[0].amount
    assert (found and str(found.amount)) == amount


@pytest.mark.parametrize(
    ("name", "properties", "kind", "channel", "correlation"),
    [
        ("Product Viewed", BEANS, "product_viewed", None, None),
        ("Viewed Product", {"id": "11"}, "product_viewed", None, None),
        ("Product Added", BEANS | {"cart_id": "k"}, "product_added", None, "k"),
        ("product  ADDED", BEANS | {"cartId": "k"}, "product_added", None, "k"),
        ("Product Removed", BEANS, "product_removed", None, None),
        ("Cart Viewed", {"cart_id": "k", "products": [BEANS]}, "cart_viewed", None, "k"),
        ("Checkout Started", {"order_id": "o"}, "checkout_started", None, "o"),
        ("Checkout Started", {"order_id": "o", "checkout_id": "c"}, "checkout_started", None, "c"),
        ("Completed Order", {"orderId": "o"}, "order_placed", None, "o"),
        ("Order Updated", {"order_id": "o"}, "order_updated", None, "o"),
        ("Order Refunded", {"order_id": "o"}, "refund", None, "o"),
        ("Order Canceled", {"order_id": "o"}, "order_cancelled", None, "o"),
        ("Email Opened", {}, "email_opened", "email", None),
        ("Email Link Clicked", {}, "email_clicked", "email", None),
        ("Push Notification Tapped", {}, "message_clicked", "push", None),
        ("Live Chat Conversation Ended", {"conversation_id": "q"}, "chat_ended", "chat", "q"),
        ("Signed In", {}, "signed_in", None, None),
        ("Course Clicked", {}, "course_clicked", None, None),
        ("Call", {}, "tracked_call", None, None),
        ("Order Placed", {}, "tracked_order_placed", None, None),
        ("2 Fast", {}, "tracked_2_fast", None, None),
    ],
)
def test_an_event_of_the_spec_has_our_name_and_others_their_own(
    name: str, properties: object, *, kind: str, channel: str | None, correlation: str | None
) -> None:
    told = track(name, properties)[0]
    assert (told.kind, told.channel, told.correlation) == (kind, channel, correlation)
    assert told.data["event"] == name


def test_two_names_are_never_one_kind() -> None:
    names = ["주문", "장바구니 담기", "Kauf für A", "Kauf fur A", "x" * 199, "x" * 198, "!", "?"]
    kinds = [track(name)[0].kind for name in names]
    assert len(set(kinds)) == len(names)
    assert track("주문")[0].kind == kinds[0]


def test_one_conversation_is_one_chat() -> None:
    told = [track(f"Live Chat Conversation {what}")[0] for what in ("Started", "Ended")]
    assert Facts.fold(told).count("chat") == 1


@pytest.mark.parametrize(
    ("said", "rating"), [(5, 5), ("4", 4), (4.5, Decimal("4.5")), ("good", "good")]
)
def test_a_rating_is_a_number_as_in_the_map_of_reviews(said: object, rating: object) -> None:
    data = track("Product Reviewed", {"rating": said})[0].data
    assert (data["rating"], type(data["rating"])) == (rating, type(rating))


def test_looking_at_the_cart_is_a_visit() -> None:
    assert Facts.fold(track("Cart Viewed", {"cart_id": "k"})).sessions == 1


def test_what_our_table_names_is_in_the_table_of_kinds() -> None:
    kinds = {one.kind for one in segment_spec.TRACKED.values()}
    assert kinds <= KINDS_OF_EVENTS.keys()


def test_the_one_product_of_an_event_is_its_line() -> None:
    (line,) = track("Product Added", BEANS | {"currency": "EUR"})[0].lines
    assert (line.product, line.quantity, line.price) == ("11", Decimal(2), Money("9.5", "EUR"))
    assert track("Signed In", BEANS)[0].lines == ()


@pytest.mark.parametrize(
    ("name", "properties", "kind", "text"),
    [
        ("Products Searched", {"query": "red beans"}, "searched", "red beans"),
        ("Product Reviewed", {"review_body": "Good"}, "review", "Good"),
        ("Live Chat Message Sent", {"message_body": "Hello"}, "message_received", "Hello"),
        ("Live Chat Message Received", {"message_body": "Hi"}, "message_sent", "Hi"),
        ("Message Sent", {"message_body": "Hi", "role": "agent"}, "message_sent", "Hi"),
        ("Message Sent", {"message_body": "Hi", "role": "customer"}, "message_received", "Hi"),
    ],
)
def test_what_somebody_wrote_is_text(
    name: str, properties: dict[str, object], kind: str, text: str
) -> None:
    told = track(name, properties)[0]
    assert (told.kind, told.text) == (kind, text)


def test_a_page_says_which_and_what_brought_her_there() -> None:
    campaign = {"name": "May", "source": "news", "other": 1}
    page = call("page", name="Home", properties={"url": "http://example.com", "title": "Hello"},
                context={"campaign": campaign, "ip": "8.8.8.8"}, channel="browser")  # fmt: skip
    (told,) = read(page).interactions
    assert {name: said for name, said in told.data.items() if name != "unmapped"} == {
        "campaign": "May", "campaign_source": "news", "name": "Home", "title": "Hello",
        "url": "http://example.com", "channel": "browser",
    }  # fmt: skip
    assert told.data["unmapped"] == {
        "$.context.campaign.other": 1, "$.context.ip": "8.8.8.8", "$.anonymousId": "v-1",
    }  # fmt: skip
    assert told.channel == "web"
    assert read(call("screen")).interactions[0].channel == "app"
    assert read(call("track", event="A", channel="server")).interactions[0].channel == "api"
    assert read(call("page", channel="server")).interactions[0].channel == "web"


def test_traits_beside_what_happened_are_hers() -> None:
    delivery = read(call("page", context={"traits": {"email": "ann@example.com"}}))
    assert cells(delivery)["emails"][0].match_form == "ann@example.com"
    assert read(call("page", context={"traits": {"plan": "gold"}})).records == ()
    signed_up = read(call("track", event="Signed Up", properties={"first_name": "Ann"}))
    assert cells(signed_up) == {"name.given": "Ann"}


@pytest.mark.parametrize("name", ["Unsubscribed", "Email Marked as Spam"])
@pytest.mark.parametrize("place", ["context", "properties"])
def test_unsubscribing_is_a_refusal_of_the_address(name: str, place: str) -> None:
    mail = {"email": "ann@example.com"}
    said = {"context": {"traits": mail}} if place == "context" else {"properties": mail}
    delivery = read(call("track", event=name, **said), brand="north")
    (consent,) = delivery.consents
    assert (consent.state, consent.channel, consent.at) == (ConsentState.REVOKED, "email", NOON)
    assert (consent.brand, delivery.spoken) == ("north", (1,))
    assert read(call("track", event=name)).consents == ()
    assert read(call("track", event="Email Opened", **said)).consents == ()


def test_a_bounce_is_known_of_the_address() -> None:
    properties = {"email": "ann@example.com"}
    delivery = read(call("track", event="Email Bounced", properties=properties))
    (point,) = cells(delivery)["emails"]
    assert point.verification.state is VerificationState.BOUNCED
    assert (point.verification.at, point.verification.method) == (NOON, "bounce")


def test_a_call_that_is_sent_again_is_told_again_and_contradicts_nothing() -> None:
    one, two = (track("A", sentAt=f"2026-05-01T12:00:0{n}Z")[0] for n in (1, 2))
    assert one.at == two.at
    assert retell(one, two) is retell(two, one) is two


def test_the_same_call_told_twice_is_one_event_in_either_order() -> None:
    one = track("A", {"n": 1})[0]
    two = track("A", {"n": 2})[0]
    assert retell(one, two) == retell(two, one)
