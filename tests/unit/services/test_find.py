"""Find: what leads to whom, in which order, and for what reason."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import (
    RECORDS,
    SEARCH_KEYS,
    TYPED_KEYSET,
    ContactKind,
    ContactPoint,
    SourceKey,
    SourceRecord,
    Stated,
    home_id,
    parse_email,
    parse_handle,
    parse_phone,
)
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, Drop, FixedClock, personal_key
from ecrm_core.sources import Delivery
from ecrm_core.timeline import Interaction
from tests.derived import check_derived, rows

AT = datetime(2026, 5, 1, tzinfo=UTC)
SECRET = b"sixteen bytes or more"
HASH = personal_key(SECRET, "shop", "kim@example.com")
RELAY = ContactPoint(kind=ContactKind.EMAIL, raw="r7@relay.example", match_form="r7@relay.example",
                     relay=True)  # fmt: skip


def record(key: str, **values: object) -> SourceRecord:
    cells = {name.replace("__", "."): Stated(value, AT, AT) for name, value in values.items()}
    return SourceRecord(SourceKey.parse(key), cells)


RECORDS_HELD = (
    record("shop/1001", name__full="John Fitzgerald Smith",
           emails=(parse_email("jfs@example.com"),), phones=(parse_phone("+82 2-0000-1234"),)),
    record("shop/2", name__full="김민준", brand="North"),
    record("shop/3", name__given="서연", name__family="이"),
    record("till/4", name__given="太郎", name__family="山田", name__phonetic="ヤマダ タロウ"),
    record("till/5", organisation__legal="Acme Trading Co., Ltd.", brand="South"),
    record("shop/6", name__given="José", name__family="Ruiz",
           handles=(parse_handle(ContactKind.MESSAGING, "@Jose", service="line"),)),
    record("shop/7", name__given="Anne Marie", name__family="Dupont", emails=(RELAY,)),
    record("shop/8", name__given="Ольга", name__family="Иванова"),
    record(f"shop/{HASH}", name__full="Nemo"),
)  # fmt: skip
TOLD = (
    Interaction(source="shop", event_id="order/1", kind="order_placed", at=AT, correlation="o-77",
                subject=SourceKey("shop", "2"), reference="#1001", brand="West"),
    Interaction(source="desk", event_id="t1", kind="ticket_opened", at=AT, reference="T-9",
                subject=SourceKey("shop", "3"), correlation="t1"),
    Interaction(source="desk", event_id="t2", kind="ticket_opened", at=AT, reference="T-10"),
)  # fmt: skip
DELIVERED = Delivery(source="shop", records=RECORDS_HELD, interactions=TOLD)
SETTINGS = Settings(clock=FixedClock(AT), region="KR", secret=SECRET)


def home(key: str) -> str:
    return home_id("main", SourceKey.parse(key))


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    path = tmp_path_factory.mktemp("find") / "shop.db"
    with Crm(SqliteStore(path), settings=SETTINGS) as crm:
        crm.ingest(DELIVERED)
        yield crm


SMITH, KIM, LEE, YAMADA, ACME, RUIZ, DUPONT, OLGA = (str(r.key) for r in RECORDS_HELD[:8])
FOUND = [
    ("shop/1001", [(SMITH, "id", True)]),
    ("1001", [(SMITH, "external id", True), (KIM, "reference", True)]),
    ("#1001", [(KIM, "reference", True)]),
    ("o-77", [(KIM, "reference", True)]),
    ("t-9", [(LEE, "reference", True)]),
    ("T-10", []),
    ("4", [(YAMADA, "external id", True)]),
    ("jfs@example.com", [(SMITH, "email", True)]),
    ("jfs@ex", [(SMITH, "email", False)]),
    ("jfs", [(SMITH, "email", False)]),
    ("jf", []),
    ("r7@relay.example", [(DUPONT, "email", True)]),
    ("02-0000-1234", [(SMITH, "phone", True)]),
    ("0000-1234", [(SMITH, "phone", False)]),
    ("1234", [(SMITH, "phone", False)]),
    ("１２３４", [(SMITH, "phone", False)]),
    ("234", []),
    ("line:JOSE", [(RUIZ, "handle", True)]),
    ("john fitzgerald smith", [(SMITH, "name", True)]),
    ("JOHN", [(SMITH, "name", False)]),
    ("fitz", [(SMITH, "name", False)]),
    ("smith jo", [(SMITH, "name", False)]),
    ("jo smi", [(SMITH, "name", False)]),
    ("ruiz j", [(RUIZ, "name", False)]),
    ("JOSE RUIZ", [(RUIZ, "name", True)]),
    ("josé ruiz", [(RUIZ, "name", True)]),
    ("marie dup", [(DUPONT, "name", False)]),
    ("dupont marie", [(DUPONT, "name", False)]),
    ("иван", [(OLGA, "name", False)]),
    ("김 민준", [(KIM, "name", True)]),
    ("김민", [(KIM, "name", False)]),
    ("민준", [(KIM, "name", False)]),
    ("서연 이", [(LEE, "name", True)]),
    ("kim minj", [(KIM, "romanised", False)]),
    ("Min-Jun Gim", [(KIM, "romanised", False)]),
    ("minjoon k", [(KIM, "romanised", False)]),
    ("Yi Seoyeon", [(LEE, "romanised", False)]),
    ("rhee suh-yun", [(LEE, "romanised", False)]),
    ("lee seoye", [(LEE, "romanised", False)]),
    ("seoy", [(LEE, "romanised", False)]),
    ("やまだ", [(YAMADA, "name", False)]),
    ("ﾔﾏﾀﾞ ﾀ", [(YAMADA, "name", False)]),
    ("タロウ", [(YAMADA, "name", False)]),
    ("太郎山", [(YAMADA, "name", False)]),
    ("trading", [(ACME, "name", False)]),
    ("ltd", []),
    ("smiht", [(SMITH, "name", False)]),
    ("smithh jo", [(SMITH, "name", False)]),
    ("Jonh Smith", [(SMITH, "name", False)]),
    ("smi th", []),
    ("msiht", []),
    ("김민중", [(KIM, "name", False)]),
    ("やまた", [(YAMADA, "name", False)]),
    ("иваноав", [(OLGA, "name", False)]),
    (HASH, []),
    (f"shop/{HASH}", []),
    ("nobody", []),
    ("", []),
    ("ki\u0301m@", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text or "nothing" for text, _ in FOUND])
def test_a_text_leads_to_whom_it_names(
    crm: Crm, text: str, expected: list[tuple[str, str, bool]]
) -> None:
    found = [(hit.customer, hit.by, hit.exact) for hit in crm.find(text)]
    assert found == [(home(key), by, exact) for key, by, exact in expected]


def test_a_slip_is_looked_for_only_where_nobody_is_called_so(crm: Crm) -> None:
    (hit,) = crm.find("smiht")
    assert hit.why == "nobody is called so; one letter otherwise the name begins so"
    other = Crm(MemoryStore(), settings=SETTINGS)
    smiths = (record("s/1", name__full="Jo Smith"), record("s/2", name__full="Jo Smits"))
    other.ingest(Delivery(source="s", records=smiths))
    assert [hit.customer for hit in other.find("smith")] == [other.resolve("s/1")]
    assert len(other.find("smit")) == 2
    assert len(other.find("smitx")) == 2


def test_of_equals_the_first_by_key_comes_first_and_the_limit_holds() -> None:
    crm = Crm(MemoryStore(), settings=SETTINGS)
    names = ["Kim", "Kimberly Ash", "Kim Zoe", "Ash Kim", "Kim Ada"]
    crm.ingest(Delivery(source="s", records=tuple(
        record(f"s/{at}", name__full=name) for at, name in enumerate(names)
    )))  # fmt: skip
    ranked = [hit.shown for hit in crm.find("kim")]
    assert ranked == ["Kim", "Kim Ada", "Kim Zoe", "Kimberly Ash", "Ash Kim"]
    for limit in range(1, 6):
        assert [hit.shown for hit in crm.find("kim", limit=limit)] == ranked[:limit]


@pytest.mark.parametrize(
    ("text", "brand", "expected"),
    [
        ("김민준", "North", [KIM]),
        ("김민준", "South", []),
        ("#1001", "West", [KIM]),
        ("#1001", "North", [KIM]),
        ("1001", "West", [KIM]),
        ("acme", "South", [ACME]),
        ("john", "North", []),
    ],
)
def test_a_brand_leaves_its_own_customers(
    crm: Crm, text: str, brand: str, expected: list[str]
) -> None:
    found = [hit.customer for hit in crm.find(text, brand=brand)]
    assert found == list(map(crm.resolve, expected))


def test_a_hit_shows_no_name_unless_asked(crm: Crm) -> None:
    for text in ("john", "acme", "1234", "jfs@example.com"):
        (hit,) = crm.find(text)
        shown = f"{hit!r} {hit}".lower()
        assert not any(word in shown for word in ("john", "smith", "acme", "jfs", "1234"))
        assert hit.shown in {"John Fitzgerald Smith", "Acme Trading Co., Ltd."}


def test_a_merged_customer_is_one_hit_by_each_of_her_names_and_an_undone_one_two() -> None:
    crm = Crm(MemoryStore(), settings=SETTINGS)
    crm.ingest(DELIVERED)
    undo = crm.merge(SMITH, KIM, by="ann")
    for text in ("fitz", "kim minj", "민준", "1234", "#1001"):
        assert [hit.customer for hit in crm.find(text)] == [crm.resolve(SMITH)], text
    assert [hit.by for hit in crm.find("1001")] == ["external id"]
    crm.unmerge(undo, by="ann")
    assert [hit.customer for hit in crm.find("kim minj")] == [crm.resolve(KIM)]
    check_derived(crm.store)


def test_a_corrected_name_is_found_and_an_erased_one_is_not() -> None:
    crm = Crm(MemoryStore(), settings=SETTINGS)
    crm.ingest(DELIVERED)
    crm.correct(KIM, "name.full", "박서준", by="ann")
    assert [hit.customer for hit in crm.find("park seoj")] == [crm.resolve(KIM)]
    check_derived(crm.store)
    for key in (KIM, SMITH, YAMADA):
        crm.erase(key, by="ann", reason="asked")
    for text in ("kim minj", "park seoj", "민준", "fitz", "1234", "#1001", "smiht", "やまだ"):
        assert crm.find(text) == (), text


# ---------------------------------------------------------------- stores of an earlier version


def as_before(crm: Crm) -> int:
    """Take away what an earlier version did not write; return how many rows."""
    new = [key for key in rows(crm.store, SEARCH_KEYS) if key[0] == TYPED_KEYSET]
    crm.store.apply(ChangeSet(drops=tuple(Drop(SEARCH_KEYS, key) for key in new)))
    return len(new)


def test_an_old_store_is_found_in_and_says_more_once_its_keys_are_rebuilt() -> None:
    crm = Crm(MemoryStore(), settings=SETTINGS)
    crm.ingest(DELIVERED)
    lacking = as_before(crm)
    for text in (
        "1001",
        "john",
        "JOSE",
        "jfs@ex",
        "1234",
        "김민",
        "やまだ",
        "johm fitzgerald smith",
    ):
        assert crm.find(text), text
    for text in ("fitz", "kim minj", "민준"):
        assert not crm.find(text), text
    pages: list[tuple[int, int, str]] = []
    assert crm.rebuild_search_keys(page=4, progress=lambda *told: pages.append(told)) == lacking
    assert [done for done, _, _ in pages] == [4, 8, 9]
    assert {(total, stage) for _, total, stage in pages} == {(9, "search keys")}
    check_derived(crm.store)
    assert crm.rebuild_search_keys() == 0


def test_a_rebuild_that_was_stopped_goes_on() -> None:
    crm = Crm(MemoryStore(), settings=SETTINGS)
    crm.ingest(DELIVERED)
    lacking = as_before(crm)
    some = crm.rebuild_search_keys(page=2, progress=lambda *_: False)
    assert 0 < some < lacking
    assert crm.rebuild_search_keys(page=2) == lacking - some
    check_derived(crm.store)


def test_who_is_erased_from_an_old_store_is_not_found_by_any_key_of_it() -> None:
    crm = Crm(MemoryStore(), settings=SETTINGS)
    crm.ingest(DELIVERED)
    as_before(crm)
    homes = {crm.resolve(str(row.key)) for row in rows(crm.store, RECORDS).values()}
    for home in sorted(homes):
        crm.erase(home, by="ann", reason="asked")
    assert rows(crm.store, SEARCH_KEYS) == {}


def test_a_page_is_within_its_bounds(crm: Crm) -> None:
    with pytest.raises(DefinitionError):
        crm.rebuild_search_keys(page=0)
