"""Latin: the measure the other languages are held against, by the same code and rates."""

from __future__ import annotations

from random import Random

from benchmarks.native.language import Name, common, digit_slip, towns, ways

FAMILY = tuple(
    ways("""Smith Johnson Brown Taylor Miller Davis Wilson Clark Lewis Walker Hall
Young Allen King Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Roberts Turner
Phillips Campbell Parker Evans Edwards Collins Stewart Morris Murphy Cook Rogers Morgan Cooper
Reed Bailey Bell Kelly Howard Ward Cox Richardson Watson Brooks Bennett Gray Hughes Price
Myers Foster Sanders Ross Powell Barnes Fisher Hayes""")
)
# Given names with their short forms, where they have any.
GIVEN = ways("""James:Jim,Jimmy Mary Robert:Bob,Rob Linda John:Jack,Jon Susan:Sue,Susie
Michael:Mike Barbara:Barb William:Bill,Will Elizabeth:Liz,Beth David:Dave Jennifer:Jen,Jenny
Richard:Rick,Dick Margaret:Maggie,Peggy Joseph:Joe Patricia:Pat,Trish Thomas:Tom,Tommy Sarah
Charles:Charlie,Chuck Karen Christopher:Chris Nancy Daniel:Dan,Danny Lisa Matthew:Matt
Sandra:Sandy Anthony:Tony Ashley Mark Kimberly:Kim Donald:Don Donna Steven:Steve
Michelle:Shelly Andrew:Andy,Drew Carol Joshua:Josh Amanda:Mandy Kenneth:Ken Melissa:Lissa
Edward:Ed,Ted Deborah:Deb,Debbie Brian Stephanie:Steph Ronald:Ron Rebecca:Becky Timothy:Tim
Laura Jeffrey:Jeff Helen Nicholas:Nick Amy Jonathan:Jon Angela Benjamin:Ben Samantha:Sam
Samuel:Sam Katherine:Kate,Kathy Gregory:Greg Christine:Chris,Tina Alexander:Alex Emma
Patrick:Pat Ruth Frank Julia Raymond:Ray Olivia:Liv Jack Grace Peter:Pete Alice Vincent:Vince
Victoria:Vicky Philip:Phil Hannah""")
MIDDLE = ("", "", "", "", "Ann", "Lee", "Ray", "Jo", "Lynn", "Dean")
ROADS = tuple(
    ways("""Oak Maple Cedar Pine Elm Lake Hill Park Main Church High Mill River
Station Albert King Queen Bridge Garden Spring Forest Meadow Sunset Highland Railway School
York Grove Chestnut Walnut Willow Lincoln College North South East West Union Orchard Valley""")
)
KINDS = (("Street", "St"), ("Road", "Rd"), ("Avenue", "Ave"), ("Lane", "Ln"), ("Drive", "Dr"))
TOWNS = towns("""
California CA Fresno Oakland Stockton Modesto
Texas TX Waco Tyler Austin
Ohio OH Dayton Toledo Akron
Florida FL Tampa Miami Ocala
Michigan MI Flint Lansing Warren
Oregon OR Salem Eugene Bend
Georgia GA Macon Athens Albany
Illinois IL Peoria Joliet
""")
_NEAR = ways("""q:wa w:qes e:wrd r:etf t:ryg y:tuh u:yij i:uok o:ipl p:ol a:qsz s:adwx d:sfec
f:dgrv g:fhtb h:gjyn j:hkum k:jlio l:kop z:asx x:zsdc c:xdfv v:cfgb b:vghn n:bhjm m:njk""")


class Latin:
    """English names and addresses."""

    towns = TOWNS

    def name(self, draw: Random) -> Name:
        family, given = common(draw, FAMILY), common(draw, tuple(GIVEN))
        middle = draw.choice(MIDDLE)
        return Name(family, f"{given} {middle}".strip(), None, (family, given))

    def otherwise(self, draw: Random, name: Name) -> tuple[str, str]:
        first = name.given.split(" ", maxsplit=1)[0]
        return name.family, draw.choice(GIVEN[first] or (first[0],))

    def slip(self, draw: Random, text: str) -> str:
        at = draw.randrange(len(text))
        before, char, after = text[:at], text[at], text[at + 1 :]
        if char.isdigit():
            return digit_slip(draw, text)
        way = draw.random()
        if way < 0.35 and char.lower() in _NEAR:
            return before + draw.choice(_NEAR[char.lower()][0]) + after
        if way < 0.6 and len(text) > 2:
            return before + after
        if way < 0.8 or after[:1] in {"", char}:
            return before + char + char + after
        return before + after[0] + char + after[1:]

    def street(self, draw: Random) -> str:
        flat = f" Apt {draw.randrange(1, 60)}" if draw.random() < 0.3 else ""
        return f"{draw.randrange(1, 400)} {common(draw, ROADS)} {common(draw, KINDS)[0]}{flat}"

    def loosely(self, draw: Random, street: str) -> str:
        short = street
        for full, form in KINDS:
            short = short.replace(f" {full}", f" {form}{draw.choice(('', '.'))}")
        return draw.choice((short, short.replace(" Apt ", " #"), street.partition(" Apt")[0]))

    def whole(self, draw: Random, family: str, given: str) -> str:  # noqa: ARG002 - one of several
        return f"{given} {family}"

    def loud(self, draw: Random, text: str) -> str:
        return draw.choice((text.upper(), text.lower(), f" {text} "))

    def phone(self, draw: Random) -> str:
        return f"+1{draw.randrange(200, 990)}0{draw.randrange(10**6):06}"

    def dialled(self, draw: Random, phone: str) -> str:
        a, b, c = phone[2:5], phone[5:8], phone[8:]
        return draw.choice((f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}{b}{c}", f"+1 {a} {b} {c}"))

    def postcode(self, town: int, part: int) -> str:
        return f"{10_000 + town * 37 * 100 % 88_000 + part:05}"
