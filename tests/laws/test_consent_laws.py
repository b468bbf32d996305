"""Laws of consent: absent is not granted, a refusal is the last word, and no order changes it."""

from datetime import UTC, datetime, timedelta
from random import Random

from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecrm_core.customers import (
    ANY_CHANNEL,
    ConsentState,
    ConsentStatement,
    Verdict,
    decide_contact,
)
from ecrm_core.testing.strategies import consents, instants
from tests.profile import size

ROUNDS = settings(max_examples=size(50, 2_000))
ADDRESS, PERSON = "email:kim@example.com", "customer:cus_1"
NO = [ConsentState.REFUSED, ConsentState.REVOKED]
BRANDS = [None, "north", "south"]
many = st.lists(consents(brands=BRANDS), max_size=8)
about_address = st.lists(consents([ADDRESS]), max_size=8)
nights = st.booleans()


def ask(
    statements: list[ConsentStatement],
    at: datetime,
    *,
    night: bool = False,
    brand: str | None = None,
) -> Verdict:
    return decide_contact(
        statements, channel="email", purpose="marketing", at=at, night=night, brand=brand
    )


def refusal(subject: str, channel: str, state: ConsentState, at: datetime) -> ConsentStatement:
    return ConsentStatement(
        subject=subject, channel=channel, purpose="marketing", state=state, at=at, source="desk"
    )


@ROUNDS
@given(
    said=many, at=instants(), night=nights, brand=st.sampled_from(BRANDS),
    draw=st.randoms(use_true_random=False),
)  # fmt: skip
def test_order_and_repetition_do_not_matter(
    *,
    said: list[ConsentStatement],
    at: datetime,
    night: bool,
    brand: str | None,
    draw: Random,
) -> None:
    again = [*said, *said]
    draw.shuffle(again)
    assert ask(again, at, night=night, brand=brand) == ask(said, at, night=night, brand=brand)


@ROUNDS
@given(said=many, at=instants(), night=nights)
def test_yes_means_a_standing_grant_of_this_very_thing(
    *,
    said: list[ConsentStatement],
    at: datetime,
    night: bool,
) -> None:
    verdict = ask(said, at, night=night)
    assert verdict.yes is bool(verdict)
    assert len(verdict.reasons) == 1
    assert (verdict.reasons[0].code == "granted") is verdict.yes
    assert str(verdict.reasons[0])
    if verdict:
        assert any(
            s.state is ConsentState.GRANTED
            and s.subject == ADDRESS
            and s.purpose == "marketing"
            and s.channel in {"email", ANY_CHANNEL}
            and s.at <= at
            and (s.expires_at is None or s.expires_at > at)
            and (not s.double_opt_in or (s.confirmed_at is not None and s.confirmed_at <= at))
            and (s.night or not night)
            for s in said
        )


@ROUNDS
@given(
    said=many, at=instants(), no=st.sampled_from(NO),
    channel=st.sampled_from(["email", ANY_CHANNEL]),
    subject=st.sampled_from([ADDRESS, PERSON]), late=st.integers(0, 3),
)  # fmt: skip
def test_a_refusal_beats_every_grant_up_to_its_time(
    *,
    said: list[ConsentStatement],
    at: datetime,
    no: ConsentState,
    channel: str,
    subject: str,
    late: int,
) -> None:
    told = max((s.at for s in said if s.at <= at), default=at)
    asked = max(at, told + timedelta(hours=late))
    assume(not any(told < s.at <= asked for s in said))
    last = refusal(subject, channel, no, told)
    grant = evolve(last, state=ConsentState.GRANTED)
    for order in ([*said, last, grant], [grant, last, *said]):
        assert not ask(order, asked)


@ROUNDS
@given(many, instants(), st.sampled_from(NO), instants())
def test_a_refusal_never_makes_a_no_a_yes(
    said: list[ConsentStatement], at: datetime, no: ConsentState, told: datetime
) -> None:
    for brand in BRANDS:
        if ask(said, at, brand=brand):
            continue
        for subject in (ADDRESS, PERSON):
            last = refusal(subject, "email", no, told)
            for to in BRANDS:
                assert not ask([*said, evolve(last, brand=to)], at, brand=brand)


@ROUNDS
@given(many, instants(), st.sampled_from(BRANDS))
def test_what_was_said_to_another_brand_is_nothing_to_this_one(
    said: list[ConsentStatement], at: datetime, brand: str | None
) -> None:
    asked = brand or "east"
    own = [s for s in said if s.brand in {None, asked}]
    assert ask(said, at, brand=asked) == ask(own, at, brand=asked)


@ROUNDS
@given(many, instants())
def test_yes_for_the_account_takes_that_no_brand_was_refused(
    said: list[ConsentStatement], at: datetime
) -> None:
    verdict = ask(said, at)
    brands = {s.brand for s in said if s.brand and s.at <= at and s.purpose == "marketing"
              and s.channel != "sms" and s.subject == ADDRESS}  # fmt: skip
    by_brand = {brand: ask(said, at, brand=brand) for brand in sorted(brands)}
    codes = {brand: each.reasons[0].code for brand, each in by_brand.items()}
    if verdict:
        assert not {"refused", "person_refused"} & set(codes.values())
        whole = ask([s for s in said if s.brand is None], at)
        assert whole or (by_brand and all(by_brand.values()))


@ROUNDS
@given(many, instants(), st.sampled_from(BRANDS), st.sampled_from([ADDRESS, PERSON]))
def test_who_refuses_everything_refuses_every_brand(
    said: list[ConsentStatement], at: datetime, brand: str | None, subject: str
) -> None:
    assert not ask([*said, refusal(subject, "email", ConsentState.REVOKED, at)], at, brand=brand)


@ROUNDS
@given(about_address, instants())
def test_a_person_who_refused_is_heard_whatever_other_holders_grant(
    said: list[ConsentStatement], at: datetime
) -> None:
    told = refusal(PERSON, ANY_CHANNEL, ConsentState.REFUSED, at)
    other = evolve(told, subject="customer:cus_2", state=ConsentState.GRANTED)
    verdict = ask([*said, told, other], at)
    assert verdict.reasons[0].code == "person_refused"


@ROUNDS
@given(many, many, instants())
def test_other_purposes_channels_and_the_future_say_nothing(
    said: list[ConsentStatement], noise: list[ConsentStatement], at: datetime
) -> None:
    unheard = [s for s in noise if s.purpose != "marketing" or s.channel == "sms" or s.at > at]
    assert ask([*unheard, *said], at) == ask(said, at)


@ROUNDS
@given(at=instants(), night=nights)
def test_nothing_said_is_no(*, at: datetime, night: bool) -> None:
    assert [r.code for r in ask([], at, night=night).reasons] == ["no_statement"]


@ROUNDS
@given(about_address)
def test_the_newest_statement_about_an_address_decides(said: list[ConsentStatement]) -> None:
    at = max((s.at for s in said), default=datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(seconds=1)
    assert ask([*said, refusal(ADDRESS, "email", ConsentState.GRANTED, at)], at)
