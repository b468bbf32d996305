"""Find: the time of an answer by each sort of text, beside FTS5 of SQLite on the same names.

    python benchmarks/find.py [CUSTOMERS] [sqlite|postgres]

By default 10,000 customers in SQLite. Seven in ten have names in Latin letters (30,000 family
names, by Zipf's law), two in ten in Hangul, one in kanji with a reading; each has an e-mail address
and a phone number, one in ten an order. Each sort of text is asked 200 times. FTS5 of SQLite
(prefix='1 2 3') is asked for the same beginnings: the first 20 names, without rank or profile. The
full size: ``python benchmarks/find.py 1000000`` (7 GB of disk under TMPDIR).
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1]))
from ecrm_core import Crm
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Settings
from ecrm_core.customers import (
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    decide_records,
    hangul_families,
    new_group,
    parse_email,
    parse_phone,
    romanised,
)
from ecrm_core.kernel import ChangeSet, Put
from ecrm_core.ports import Store, Tenants
from ecrm_core.timeline import INTERACTIONS, Interaction
from tests import postgres

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKED, PAGE, SHOWN = 200, 1_000, 20
EXACT = ("customer id", "source key", "id at the source", "order number", "e-mail", "phone")
POLICY = SurvivorshipPolicy()
Person = tuple[str, str, str]  # family, given, reading


def syllables(count: int, heads: str, draw: random.Random) -> list[str]:
    """Return so many invented words of two or three syllables."""
    parts = [head + vowel + end for head in heads for vowel in "aeiou" for end in ("", "n", "r")]
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(draw.choices(parts, k=draw.choice((2, 2, 3)))).capitalize()] = None
    return list(found)


class People:
    """People by number, the same for a seed."""

    def __init__(self, seed: int = 1) -> None:
        self.draw = random.Random(seed)
        self.family = syllables(30_000, "bcdfghklmnprstvw", self.draw)
        self.given = syllables(3_000, "abcdefghijlmnrst", self.draw)
        self.zipf = list(itertools.accumulate(1 / rank for rank in range(10, 30_010)))
        self.zipf_given = self.zipf[: len(self.given)]
        self.hangul = list(hangul_families())
        self.names = [a + b for a in "민서지예도하준유채은" for b in "준연우윤아현원빈호영"]

    def person(self) -> Person:
        draw = self.draw
        sort = draw.random()
        if sort < 0.2:
            weights = self.zipf[: len(self.hangul)]
            return draw.choices(self.hangul, cum_weights=weights)[0], draw.choice(self.names), ""
        family = draw.choices(self.family, cum_weights=self.zipf)[0]
        if sort < 0.3:
            kanji = chr(0x4E00 + hash_of(family) % 3_000) + chr(0x5C71)
            reading = "".join(draw.choices("アカサタナハマヤラ", k=3))
            return (
                kanji,
                draw.choice(("太郎", "花子", "健")),
                f"{reading} {draw.choice(('タロウ', 'ハナコ'))}",
            )
        return family, draw.choices(self.given, cum_weights=self.zipf_given)[0], ""


def hash_of(text: str) -> int:
    return sum(ord(char) * (at + 7) for at, char in enumerate(text))


def record(number: int, person: Person) -> SourceRecord:
    family, given, reading = person
    values: dict[str, object] = {
        "name.family": family, "name.given": given,
        "emails": (parse_email(f"{mail(number, person)}@example.com"),),
        "phones": (parse_phone(phone(number)),),
    }  # fmt: skip
    if reading:
        values["name.phonetic"] = reading
    cells = {name: Stated(value, NOW, NOW) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", str(number)), cells)


def mail(number: int, person: Person) -> str:
    family, given, _ = person
    return f"{given}.{family}{number}".lower() if family.isascii() else f"person{number}"


def phone(number: int) -> str:
    return f"+82 2-{number // 10_000 % 10_000:04}-{number % 10_000:04}"


def fill(store: Store, count: int, fts: sqlite3.Connection) -> list[tuple[int, Person]]:
    """Write so many customers; return some of them to ask for."""
    people, kept = People(), []
    every = max(count // 5_000, 1)
    began = time.perf_counter()
    for start in range(0, count, PAGE):
        numbers = range(start, min(start + PAGE, count))
        drawn = [(number, people.person()) for number in numbers]
        records = [record(number, person) for number, person in drawn]
        groups = {each.key: new_group(store.tenant, each.key) for each in records}
        changes = decide_records(groups, records, policy=POLICY)
        homes = {key: group.root.id for key, group in groups.items()}
        orders = [
            Put(INTERACTIONS, Interaction(
                source="shop", event_id=f"order/{number}", kind="order_placed", at=NOW,
                subject=each.key, home_id=homes[each.key], reference=f"#{number}",
                correlation=f"o{number}",
            ))
            for number, each in zip(numbers, records, strict=True) if number % 10 == 0
        ]  # fmt: skip
        store.apply(ChangeSet(puts=(*changes.puts, *orders)))
        rows = [(f"{given} {family} {reading}",) for _, (family, given, reading) in drawn]
        fts.executemany("INSERT INTO names (name) VALUES (?)", rows)
        kept += [each for each in drawn if each[0] % every == 0]
    fts.commit()
    print(f"{count:,} customers written in {time.perf_counter() - began:,.0f} s")
    return kept


def texts(kept: Sequence[tuple[int, Person]], crm: Crm) -> Iterator[tuple[str, list[str]]]:
    """Go through the sorts of text, each with its texts."""
    draw = random.Random(2)
    latin = [each for each in kept if each[1][0].isascii()]
    hangul = [each for each in kept if each[1][0] in hangul_families()]
    kana = [each for each in kept if each[1][2]]
    ordered = [each for each in kept if each[0] % 10 == 0] or [(0, kept[0][1])]

    def some(of: Sequence[tuple[int, Person]], text: Callable[[int, Person], str]) -> list[str]:
        return [text(*draw.choice(of)) for _ in range(ASKED)]

    def begun(text: str) -> str:
        return text[: draw.randrange(1, len(text) + 1)]

    yield "customer id", some(kept, lambda n, _: crm.resolve(f"shop/{n}"))
    yield "source key", some(kept, lambda n, _: f"shop/{n}")
    yield "id at the source", some(kept, lambda n, _: str(n))
    yield "order number", some(ordered, lambda n, _: f"#{n}")
    yield "e-mail", some(kept, lambda n, p: f"{mail(n, p)}@example.com")
    yield "phone", some(kept, lambda n, _: phone(n))
    yield "given family", some(latin, lambda _, p: begun(f"{p[1]} {p[0]}"))
    yield "family given", some(latin, lambda _, p: begun(f"{p[0]} {p[1]}"))
    yield "hangul", some(hangul, lambda _, p: begun(p[0] + p[1]))
    yield "reading", some(kana, lambda _, p: begun(p[2]))
    yield "both begun", some(latin, lambda _, p: f"{p[1][:2]} {p[0][:3]}")
    yield (
        "romanised",
        some(hangul, lambda _, p: f"{hangul_families()[p[0]][0]} {begun(romanised(p[1]))}"),
    )
    yield "e-mail begun", some(latin, lambda n, p: mail(n, p)[: draw.randrange(4, 12)])
    yield "phone ends", some(kept, lambda n, _: phone(n)[-draw.choice((4, 9)) :])
    yield "one slip", some(latin, lambda _, p: f"{p[1]} {slipped(p[0], draw)}")
    yield "nobody", [f"Zzyx{number} Qwrt" for number in range(ASKED)]


def slipped(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def timed(ask: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Return the milliseconds of each."""
    ask(asked[0])
    took = []
    for text in asked:
        began = time.perf_counter()
        ask(text)
        took.append((time.perf_counter() - began) * 1_000)
    return took


def main(count: int, adapter: str) -> None:
    """Fill a store and ask it; print a line for each sort."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        fts = stack.enter_context(closing(sqlite3.connect(folder / "fts.db")))
        fts.execute("CREATE VIRTUAL TABLE names USING fts5(name, prefix='1 2 3')")
        owner: Tenants
        if adapter == "postgres":
            owner = SqlAlchemyStore(sa.create_engine(postgres.server().fresh()))
        else:
            owner = SqliteStore(folder / "shop.db")
        crm = stack.enter_context(Crm(owner, settings=Settings(region="KR")))
        kept = fill(crm.store, count, fts)
        if adapter == "sqlite":
            print(f"store {sum(p.stat().st_size for p in folder.glob('shop.db*')) / 1e6:,.0f} MB")
        print(f"{'':<18}{'p50':>9}{'p95':>9}{'FTS5 p50':>10}{'ratio':>7}   found")
        exact, typed = [], []
        for name, asked in texts(kept, crm):
            took = timed(crm.find, asked)
            (exact if name in EXACT else typed).extend(took)
            found = sum(bool(crm.find(text)) for text in asked[:50]) * 2
            line = f"{name:<18}{median(took):>6.2f} ms{quantiles(took, n=20)[-1]:>6.2f} ms"
            if name in {"given family", "family given", "hangul", "both begun"}:
                peer = median(timed(lambda text: beginnings(fts, text), asked))
                line += f"{peer:>7.2f} ms{median(took) / peer:>7.1f}"
            else:
                line += " " * 17
            print(f"{line}   {found} %", flush=True)
        print(f"exact keys together p50 {median(exact):.2f} ms, typed p50 {median(typed):.2f} ms")


def beginnings(fts: sqlite3.Connection, text: str) -> list[tuple[str]]:
    """Ask FTS5 for names with words that begin so."""
    query = " ".join(f'"{word}"*' for word in text.split())
    sql = "SELECT name FROM names WHERE names MATCH ? LIMIT ?"
    return fts.execute(sql, (query, SHOWN)).fetchall() if query else []


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 10_000, given[1] if len(given) > 1 else "sqlite")
