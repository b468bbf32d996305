"""Laws of claims: whom they point at is the same whatever comes first, and relays join nobody."""

from random import Random
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, home_id, parse_email, parse_phone
from ecrm_core.kernel import CustomerId, FixedClock
from ecrm_core.merging import ClaimedPair
from ecrm_core.services import all_claimed, read_claims
from ecrm_core.sources import Delivery
from tests.judged import AT
from tests.profile import size

MAILS = ["ann@example.com", "bo@example.com", "x1@privaterelay.appleid.com"]
PHONES = ["+82 2-0000-0001", "+82 2-0000-0002"]
KEYS = [f"shop/{at}" for at in range(3)] + [f"web/{at}" for at in range(3)]
PROOFS = ("typed", "clicked", "logged_in")
keys, mails, phones = st.sampled_from(KEYS), st.sampled_from(MAILS), st.sampled_from(PHONES)
proofs = st.sampled_from(PROOFS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("state"), keys, mails, phones, st.booleans()),
        st.tuples(st.just("guest"), st.integers(0, 2), mails),
        st.tuples(st.just("claim"), keys, keys, proofs).filter(lambda step: step[1] != step[2]),
        st.tuples(st.just("address"), keys, mails.filter(lambda mail: "relay" not in mail), proofs),
        st.tuples(st.just("phone"), keys, phones, proofs),
        st.tuples(st.just("merge"), keys, keys).filter(lambda step: step[1] != step[2]),
    ),
    max_size=12,
)  # fmt: skip


def taken(crm: Crm, step: tuple[Any, ...]) -> None:
    """Do one step; records of one key are joined in any order, for all are of one time."""
    match step:
        case "state", key, mail, phone, relay:
            number = evolve(parse_phone(phone), relay=relay)
            put(crm, SourceKey.parse(key), {"emails": (parse_email(mail),), "phones": (number,)})
        case "guest", number, mail:
            put(crm, SourceKey("order", str(number)), {"emails": (parse_email(mail),)}, guest=True)
        case "claim", one, other, proof:
            crm.claim(one, other, proof=proof, source="site", by="site")
        case "address", key, mail, proof:
            crm.claim_address(key, mail, proof=proof, source="site", by="site")
        case "phone", key, phone, proof:
            crm.claim_address(key, phone, channel="sms", proof=proof, source="site", by="site")


def put(crm: Crm, key: SourceKey, values: dict[str, Any], *, guest: bool = False) -> None:
    record = SourceRecord(key, {name: Stated(value, AT, AT) for name, value in values.items()})
    guests = {key: AT} if guest else {}
    crm.ingest(Delivery(source=key.source, records=(record,), guests=guests))


def done(order: list[tuple[Any, ...]], merges: list[tuple[Any, ...]]) -> Crm:
    crm = Crm.open(clock=FixedClock(AT))
    for key in KEYS:
        put(crm, SourceKey.parse(key), {"tags": (key,)})
    for step in order:
        taken(crm, step)
    for _, one, other in merges:
        if crm.resolve(one) != crm.resolve(other):
            crm.merge(one, other, by="anna")
    return crm


def ids(crm: Crm) -> list[CustomerId]:
    names = [SourceKey.parse(key) for key in KEYS]
    names += [SourceKey("order", str(at)) for at in range(3)]
    return [home_id(crm.store.tenant, name) for name in names]


def pairs(crm: Crm) -> set[ClaimedPair]:
    return {pair for page in all_claimed(crm.store) for pair in page}


@settings(max_examples=size(40, 2_000))
@given(steps, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_pairs_and_conflicts(
    told: list[tuple[Any, ...]], order: Random
) -> None:
    merges = [step for step in told if step[0] == "merge"]
    others = [step for step in told if step[0] != "merge"]
    one, two = done(others, merges), done(order.sample(others, len(others)), merges)
    assert pairs(one) == pairs(two)
    assert one.claim_conflicts() == two.claim_conflicts()


@settings(max_examples=size(40, 2_000))
@given(steps)
def test_what_is_read_of_each_customer_is_what_is_read_of_all(told: list[tuple[Any, ...]]) -> None:
    merges = [step for step in told if step[0] == "merge"]
    crm = done([step for step in told if step[0] != "merge"], merges)
    whole = pairs(crm)
    assert {pair for id_ in ids(crm) for pair in read_claims(crm.store, [id_])} == whole
    for pair in whole:
        assert pair.left < pair.right
        assert pair in read_claims(crm.store, [pair.left])
        assert pair in read_claims(crm.store, [pair.right])


@settings(max_examples=size(40, 2_000))
@given(steps)
def test_nobody_is_a_pair_by_an_address_that_only_relays(told: list[tuple[Any, ...]]) -> None:
    relays = [("state", key, MAILS[2], phone, True) for key in KEYS for phone in PHONES]
    others = [step for step in told if step[0] in {"guest", "address", "phone"}]
    assert pairs(done([*relays, *others], [])) == set()
