"""FieldMap: said once, checked at once, guessed with reasons."""

import pickle
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers.data import load_data
from ecrm_core.customers.fieldmap import FieldMap
from ecrm_core.customers.fieldmap_words import _parts, read_header
from ecrm_core.customers.roles import ROLES, role_of
from ecrm_core.customers.table import Table
from ecrm_core.errors import DefinitionError, InputError, UnknownName

SHOP = FieldMap(
    {"ID": "id", "Mail": "email", "Mail 2": "email", "VIP": "attribute:vip"},
    tz="Asia/Seoul", date_order="YMD", clears={"Mail"},
)  # fmt: skip


def test_a_map_answers_by_column_and_by_role() -> None:
    assert SHOP.role("Mail 2") == "email"
    assert SHOP.role("Fax") is None
    assert SHOP.columns_for("email") == ("Mail", "Mail 2")
    assert SHOP.columns_for("phone") == ()
    assert SHOP.unmapped(["Fax", "ID", "Town"]) == ("Fax", "Town")


def test_a_role_that_is_none_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as refused:
        FieldMap({"Mail": "emial"})
    assert refused.value.near == ("email",)
    with pytest.raises(UnknownName, match="consent:email:marketing"):
        FieldMap({"Newsletter": "consent:email"})
    with pytest.raises(UnknownName):
        SHOP.columns_for("mail address")
    with pytest.raises(UnknownName):
        FieldMap({"x": "attribute: "})


@pytest.mark.parametrize("role", [5, None, "attribute:\0", "attribute:\ud800", "x" * 1_025])
def test_a_role_no_store_can_hold_is_refused(role: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError):
        FieldMap({"a": role})


def test_odd_values_do_not_stop_the_guess() -> None:
    odd = [10**5_000, Decimal("sNaN"), b"x", object(), "x" * 1_000_000]
    assert FieldMap.guess({"Mail": odd}).role("Mail") is not None


@pytest.mark.parametrize("role", [*sorted(ROLES), "attribute:x", "consent:email:marketing"])
def test_two_columns_share_a_role_only_where_it_takes_many(role: str) -> None:
    if role_of(role).many:
        assert FieldMap({"a": role, "b": role}).columns_for(role) == ("a", "b")
    else:
        with pytest.raises(DefinitionError, match="'a' and 'b' are both"):
            FieldMap({"a": role, "b": role})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tz": "Mars/Olympus"}, "time zone"),
        ({"date_order": "YDM"}, "date order"),
        ({"clears": {"Fax"}}, "'Fax'"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        FieldMap({"Mail": "email"}, **options)  # type: ignore[arg-type]


def test_a_map_is_its_json() -> None:
    assert FieldMap.from_json(SHOP.to_json()) == SHOP
    assert FieldMap.from_json({"columns": {"a": "email"}}) == FieldMap({"a": "email"})
    assert pickle.loads(pickle.dumps(SHOP)) == SHOP
    assert hash(FieldMap.from_json(SHOP.to_json())) == hash(SHOP)
    with pytest.raises(DefinitionError, match="a FieldMap"):
        FieldMap.from_json({"column": {}})


def test_a_map_is_not_changed_from_outside() -> None:
    columns = {"Mail": "email"}
    held = FieldMap(columns)
    columns["Fax"] = "phone"
    assert held.unmapped(["Fax"]) == ("Fax",)
    assert not hasattr(held.columns, "__setitem__")


def test_a_correction_is_a_new_map() -> None:
    guessed = FieldMap.guess({"Ref": ["kim@example.kr"] * 3})
    mended = guessed.with_column("Ref", "ignore")
    assert (guessed.role("Ref"), mended.role("Ref")) == ("email", "ignore")
    assert "said so" in str(mended)
    assert SHOP.with_column("Fax", "phone").tz == "Asia/Seoul"
    with pytest.raises(DefinitionError):
        SHOP.with_column("Mail", "id")


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("firstName", "given_name"), ("LAST_NAME", "family_name"), ("E-mail Address", "email"),
        ("Customer Email", "email"), ("email2", "email"), ("ＥＭＡＩＬ", "email"),
        ("Phone (mobile)", "phone"), ("Billing Address 2", "street2"), ("address1", "street"),
        ("Zip", "postcode"), ("Province Code", "area"), ("dob", "birth_date"),
        ("Company", "organisation"), ("Tags", "tags"), ("rec_id", "id"),
        ("Updated At", "updated_at"),
        ("Accepts Marketing", "consent:email:marketing"),
        ("이메일", "email"), ("메일주소", "email"), ("고객이메일", "email"), ("휴대폰", "phone"),
        ("휴대폰(필수)", "phone"), ("전화번호", "phone"), ("성명", "full_name"),
        ("성", "family_name"),
        ("이름", "full_name"), ("주소", "street"), ("상세주소", "street2"),
        ("우편 번호", "postcode"),
        ("생년월일", "birth_date"), ("회원번호", "id"),
        ("이메일 수신동의", "consent:email:marketing"),
        ("SMS수신동의", "consent:sms:marketing"), ("회사명", "organisation"), ("비고", "note"),
        ("メールアドレス", "email"), ("お客様メールアドレス", "email"), ("氏名", "full_name"),
        ("姓", "family_name"), ("名", "given_name"), ("フリガナ", "kana"), ("ﾌﾘｶﾞﾅ", "kana"),
        ("セイ", "kana"), ("氏名（カナ）", "kana"), ("電話番号", "phone"), ("携帯", "phone"),
        ("ＴＥＬ", "phone"), ("郵便番号", "postcode"), ("〒", "postcode"), ("都道府県", "area"),
        ("市区町村", "city"), ("住所１", "street"), ("生年月日", "birth_date"), ("会員番号", "id"),
        ("メルマガ", "consent:email:marketing"), ("会社名", "organisation"),
    ],
)  # fmt: skip
def test_a_header_is_read_in_three_languages(header: str, role: str) -> None:
    assert read_header(header).role == role


@pytest.mark.parametrize(
    "header",
    ["product name", "username", "shipping name", "수령인 이름", "お届け先氏名", "상품명",
     "order id",
     "title", "", "🔥", "x" * 1_000_000],
)  # fmt: skip
def test_a_header_that_may_mean_something_else_is_left_alone(header: str) -> None:
    assert read_header(header).role is None


def test_the_words_are_each_under_one_role() -> None:
    table = load_data("header_words")
    owners: dict[str, set[str]] = {}
    for role, words in table.items():
        for word in words if role not in {"belongs", "others"} else ():
            owners.setdefault("".join(_parts(word)) or word, set()).add(role)
    assert {word: roles for word, roles in owners.items() if len(roles) > 1} == {}
    for role in table.keys() - {"belongs", "others", "consent:?"}:
        assert role_of(role).name == role


# ---------------------------------------------------------------- guesses

EMAILS = ["kim@example.kr", None, "lee@example.kr"]
PHONES = ["010-0000-0000", "+82 2-0000-0000", ""]


def _roles(table: Table) -> dict[str, str]:
    return dict(FieldMap.guess(table).columns)


class _Frame:
    """A frame as pandas and polars are: names, and values by name."""

    columns = ("이메일", "연락처")

    def __getitem__(self, name: str, /) -> Iterable[object]:
        numbers = [float("nan"), 1000000000.0]
        return EMAILS if name == "이메일" else numbers


class _Arrow:
    """A pyarrow table: `columns` are values, scalars wrap theirs."""

    class Scalar:
        def as_py(self) -> str:
            return "kim@example.kr"

    def __init__(self) -> None:
        self.column_names = ["이메일"]
        self.columns: list[list[object]] = [[self.Scalar()]]

    def __getitem__(self, name: str, /) -> Iterable[object]:
        return self.columns[self.column_names.index(name)]


@pytest.mark.parametrize(
    ("table", "roles"),
    [
        ({"이메일": EMAILS, "연락처": PHONES}, {"이메일": "email", "연락처": "phone"}),
        ([{"이메일": "kim@example.kr"}, {"연락처": 1}], {"이메일": "email", "연락처": "phone"}),
        (_Frame(), {"이메일": "email", "연락처": "phone"}),
        (_Arrow(), {"이메일": "email"}),
        ({}, {}),
        ([], {}),
    ],
)
def test_any_table_will_do(table: Table, roles: dict[str, str]) -> None:
    assert _roles(table) == roles


@pytest.mark.parametrize("nothing", [3, "a,b", [1, 2], None])
def test_what_is_no_table_is_refused(nothing: object) -> None:
    with pytest.raises(DefinitionError, match="expected"):
        FieldMap.guess(nothing)  # type: ignore[arg-type]


class _Twice(_Frame):
    columns = ("이메일", "이메일")


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(DefinitionError, match="two columns are named '이메일'"):
        FieldMap.guess(_Twice())


def test_values_speak_where_the_header_does_not() -> None:
    assert _roles({"a": EMAILS, "b": PHONES, "c": ["〒100-0001"], "d": ["2026-01-31"]}) == {
        "a": "email", "b": "phone", "c": "postcode", "d": "attribute:d",
    }  # fmt: skip


def test_a_recipient_is_not_the_customer() -> None:
    guessed = FieldMap.guess({"수령인 휴대폰": PHONES, "shipping_email": EMAILS})
    assert set(guessed.columns.values()) == {"attribute:수령인 휴대폰", "attribute:shipping_email"}
    assert "somebody else" in str(guessed)


def test_a_consent_without_a_channel_is_not_guessed() -> None:
    guessed = FieldMap.guess({"마케팅 수신동의": ["Y"]})
    assert guessed.role("마케팅 수신동의") == "attribute:마케팅 수신동의"
    assert "channel" in str(guessed)


def test_a_role_of_one_column_goes_to_the_surest() -> None:
    guessed = FieldMap.guess({"Customer ID": ["1"], "id": ["2"], "user id": ["3"]})
    assert guessed.columns_for("id") == ("Customer ID",)
    assert guessed.role("id") == "attribute:id"
    assert "'Customer ID' is already the id" in str(guessed)
    birthdays = FieldMap.guess({"birthday": ["soon"], "dob": ["1990-01-31"]})
    assert birthdays.columns_for("birth_date") == ("dob",)


def test_a_name_beside_a_family_name_is_the_given_name() -> None:
    assert _roles({"성": ["김"], "이름": ["민준"]}) == {"성": "family_name", "이름": "given_name"}


@pytest.mark.parametrize(
    ("header", "values", "said"),
    [
        ("email", PHONES, "0% of the values look like e-mail addresses, 100%"),
        ("name", EMAILS, "100% of the values look like e-mail addresses"),
        ("phone", ["a", "b"], "0% of the values look like phone numbers"),
        ("생년월일", ["yes"], "0% of the values look like dates"),
    ],
)
def test_values_against_their_header_are_said(header: str, values: list[object], said: str) -> None:
    (guess,) = FieldMap.guess({header: values}).guesses
    assert guess.confidence < 0.5
    assert f"BUT {said}" in guess.why


def test_every_column_is_kept_under_some_name() -> None:
    header = ["", "Umsatz 2025", "x" * 300, "<b>", "id", "ID "]
    guessed = FieldMap.guess({name: ["1"] for name in header})
    assert guessed.unmapped(header) == ()
    assert guessed.role("") == "attribute:column 1"


def test_a_guess_shows_columns_and_no_values() -> None:
    guessed = FieldMap.guess({"이메일": EMAILS, "<b>": ["secret"]})
    lines = str(guessed).splitlines()
    assert lines[0].split() == ["column", "role", "confidence", "why"]
    assert lines[2].split()[:2] == ["이메일", "email"]
    shown = guessed._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    for text in (str(guessed), shown, repr(guessed)):
        assert "kim" not in text
        assert "secret" not in text
