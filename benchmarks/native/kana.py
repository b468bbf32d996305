"""Kana: readings from Latin letters as typed into a Japanese keyboard, and Latin letters back."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from benchmarks.native.language import ways

_ROWS = ways("""a:ア,イ,ウ,エ,オ k:カ,キ,ク,ケ,コ s:サ,シ,ス,セ,ソ t:タ,チ,ツ,テ,ト
n:ナ,ニ,ヌ,ネ,ノ h:ハ,ヒ,フ,ヘ,ホ m:マ,ミ,ム,メ,モ r:ラ,リ,ル,レ,ロ g:ガ,ギ,グ,ゲ,ゴ
z:ザ,ジ,ズ,ゼ,ゾ d:ダ,ヂ,ヅ,デ,ド b:バ,ビ,ブ,ベ,ボ p:パ,ピ,プ,ペ,ポ""")
_OTHERS = ways("""ya:ヤ yu:ユ yo:ヨ wa:ワ shi:シ chi:チ tsu:ツ fu:フ ji:ジ n:ン n':ン sho:ショ
shu:シュ sha:シャ ju:ジュ jo:ジョ ryo:リョ ryu:リュ kyo:キョ cho:チョ""")
_SYLLABLES: Mapping[str, str] = MappingProxyType({
    **{("" if row == "a" else row) + vowel: kana for row, held in _ROWS.items()
       for vowel, kana in zip("aiueo", held, strict=True)},
    **{syllable: held[0] for syllable, held in _OTHERS.items()},
})  # fmt: skip
_HALF = dict(zip(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンャュョッー",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝｬｭｮｯｰ", strict=True,
))  # fmt: skip
_VOICED = {
    voiced: plain for one, other in (("g", "k"), ("z", "s"), ("d", "t"), ("b", "h"))
    for voiced, plain in zip(_ROWS[one], _ROWS[other], strict=True)
}  # fmt: skip


def katakana(typed: str) -> str:
    """Return the reading of "satou" as サトウ; the longest syllable first."""
    found, at = [], 0
    while at < len(typed):
        size = next(size for size in (3, 2, 1) if typed[at : at + size] in _SYLLABLES)
        found.append(_SYLLABLES[typed[at : at + size]])
        at += size
    return "".join(found)


def hiragana(reading: str) -> str:
    """Return katakana as hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in reading)


def half_width(reading: str) -> str:
    """Return katakana in half width; a voiced sound is two characters there."""
    return "".join(f"{_HALF[_VOICED[c]]}ﾞ" if c in _VOICED else _HALF.get(c, c) for c in reading)


def romanised(draw: Random, typed: str) -> str:
    """Return a reading in Latin letters: long vowels short, as typed, or with h."""
    typed = typed.replace("'", "")
    short = typed.replace("ou", "o").replace("oo", "o").replace("uu", "u")
    way = draw.random()
    if way < 0.6 or short == typed:
        return short.capitalize()
    return (typed if way < 0.8 else typed.replace("ou", "oh")).capitalize()
