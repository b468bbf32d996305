"""Korean: few family names, given names of two syllables, many ways into Latin letters."""

from __future__ import annotations

import re
from random import Random

from benchmarks.native.language import (
    Name,
    common,
    digit_slip,
    joined,
    mobile,
    native_whole,
    towns,
    ways,
    wide,
    widely,
)

# Common ones first; each with the romanisations its bearers use.
FAMILY = ways("""김:Kim,Gim 이:Lee,Yi,Rhee 박:Park,Pak,Bak 최:Choi,Choe 정:Jung,Jeong,Chung
강:Kang,Gang 조:Cho,Jo 윤:Yoon,Yun 장:Jang,Chang 임:Lim,Im,Rim 한:Han 오:Oh,O 서:Seo,Suh
신:Shin,Sin 권:Kwon,Gwon 황:Hwang 안:Ahn,An 송:Song 류:Ryu,Yoo 전:Jeon,Chun 홍:Hong 고:Ko,Go
문:Moon,Mun 양:Yang 손:Son,Sohn 배:Bae,Pae 백:Baek,Paik 허:Heo,Hur 유:Yoo,Yu,You 남:Nam
심:Shim,Sim 노:Noh,Roh,No 하:Ha 곽:Kwak,Gwak 성:Sung,Seong 차:Cha 주:Joo,Ju 우:Woo,Wu
구:Koo,Gu,Ku 민:Min 남궁:Namgung,Namkoong 황보:Hwangbo,Whangbo""")
SYLLABLES = ways("""민:min 지:ji,jee 서:seo,suh 현:hyun,hyeon 수:soo,su 영:young,yeong
은:eun,un 준:jun,joon 진:jin 호:ho 연:yeon,youn 우:woo,u 성:sung,seong 재:jae,jai 희:hee,hui
경:kyung,gyeong 미:mi,mee 정:jung,jeong 하:ha 윤:yoon,yun 예:ye 원:won 혜:hye 선:sun,seon
태:tae 동:dong 훈:hoon,hun 상:sang 승:seung 주:joo,ju 아:ah,a 나:na 유:yu,yoo 빈:bin 도:do
건:gun,geon 규:kyu,gyu 철:chul,cheol 숙:sook,suk 람:ram""")
ROADS = tuple(
    ways("""중앙 동문 서문 역전 학교 시장 강변 공원 은행나무 소나무 한빛 새싹 푸른
햇살 무지개 달빛 별빛 봉화 청솔 남산 북문 남문 온천 성당 향교 대학 문화 체육 산업 평화""")
)
ENDS = ("로", "길", "대로")
LOTS = tuple(ways("""가람동 나래동 다솜동 라온동 마루동 바다동 새롬동 아름동 자람동 하늘동"""))
TOWNS = towns("""
서울특별시 서울 강남구 마포구 종로구 송파구
부산광역시 부산 해운대구 사하구 수영구
대구광역시 대구 수성구 달서구 남구
경기도 경기 수원시 성남시 용인시
강원특별자치도 강원 춘천시 원주시 강릉시
전라남도 전남 여수시 순천시 목포시
경상북도 경북 포항시 경주시 구미시
충청남도 충남 천안시 아산시
""")
_BASE, _VOWELS, _FINALS = 0xAC00, 21, 28
# Vowels beside each other in sound or on the keyboard, by their place in the alphabet of Unicode.
_VOWEL_PAIRS = {
    1: 5,
    5: 1,
    3: 7,
    7: 3,
    4: 8,
    8: 4,
    6: 12,
    12: 6,
    13: 18,
    18: 13,
    0: 4,
    2: 6,
    20: 16,
}


class Korean:
    """Korean names and addresses."""

    towns = TOWNS

    def name(self, draw: Random) -> Name:
        family = common(draw, tuple(FAMILY), 1.0)
        given = common(draw, tuple(SYLLABLES)) + common(draw, tuple(SYLLABLES)[::-1])
        latin = "".join(SYLLABLES[part][0] for part in given)
        return Name(family, given, None, (FAMILY[family][0], latin))

    def otherwise(self, draw: Random, name: Name) -> tuple[str, str]:
        family = draw.choice(FAMILY[name.family])
        given = joined(draw, [draw.choice(SYLLABLES[part]) for part in name.given])
        return (family.upper(), given.upper()) if draw.random() < 0.3 else (family, given)

    def slip(self, draw: Random, text: str) -> str:
        places = [at for at, char in enumerate(text) if "가" <= char <= "힣"]
        if not places:
            return digit_slip(draw, text)
        at = draw.choice(places)
        return text[:at] + _wrong(draw, text[at]) + text[at + 1 :]

    def street(self, draw: Random) -> str:
        if draw.random() < 0.25:
            lot = f"{draw.randrange(1, 900)}-{draw.randrange(1, 60)}"
            return f"{draw.choice(LOTS)} {lot}번지"
        flat = f" {draw.randrange(101, 125)}동 {draw.randrange(101, 2000)}호"
        road = common(draw, ROADS) + draw.choice(ENDS)
        return f"{road} {draw.randrange(1, 400)}{flat if draw.random() < 0.5 else ''}"

    def loosely(self, draw: Random, street: str) -> str:
        plain = re.sub(r" (\d+)동 (\d+)호$", r" \1-\2", street.removesuffix("번지"))
        return draw.choice((plain, wide(street), plain.replace(" ", "", 1), wide(plain)))

    def whole(self, draw: Random, family: str, given: str) -> str:
        return native_whole(draw, family, given, ("", "", "", " "))

    def loud(self, draw: Random, text: str) -> str:
        return widely(draw, text, wide(text))

    def phone(self, draw: Random) -> str:
        return f"+82100{draw.randrange(10**7):07}"

    def dialled(self, draw: Random, phone: str) -> str:
        return mobile(draw, phone, "010")

    def postcode(self, town: int, part: int) -> str:
        return f"{1_000 + town * 37 * 100 % 62_000 + part:05}"


def _wrong(draw: Random, char: str) -> str:
    """Return a syllable with its vowel or its final another."""
    at = ord(char) - _BASE
    lead, rest = divmod(at, _VOWELS * _FINALS)
    vowel, final = divmod(rest, _FINALS)
    if vowel in _VOWEL_PAIRS and draw.random() < 0.6:
        vowel = _VOWEL_PAIRS[vowel]
    else:
        final = draw.choice([each for each in (0, 1, 4, 8, 16, 17, 19, 21) if each != final])
    return chr(_BASE + (lead * _VOWELS + vowel) * _FINALS + final)
