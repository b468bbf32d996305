"""Japanese: one reading with many writings, old forms of characters, kana beside the name."""

from __future__ import annotations

import re
from random import Random

from benchmarks.native.kana import half_width, hiragana, katakana, romanised
from benchmarks.native.language import (
    Name,
    common,
    digit_slip,
    mobile,
    native_whole,
    towns,
    ways,
    wide,
    widely,
)

# By reading as typed; the writings are other families of one reading, or other forms of one.
FAMILY = ways("""satou:佐藤,左藤 suzuki:鈴木,鈴樹 takahashi:高橋,髙橋 tanaka:田中,多中
itou:伊藤,伊東 watanabe:渡辺,渡邊,渡邉 yamamoto:山本,山元 nakamura:中村,仲村 kobayashi:小林
katou:加藤,加東 yoshida:吉田,𠮷田 yamada:山田 sasaki:佐々木,佐佐木 yamaguchi:山口
matsumoto:松本,松元 inoue:井上 kimura:木村 hayashi:林 saitou:斎藤,斉藤,齋藤 shimizu:清水,志水
yamazaki:山崎,山﨑 mori:森 abe:阿部,安部 ikeda:池田 hashimoto:橋本,橋元 yamashita:山下
ishikawa:石川,石河 nakajima:中島,中嶋 maeda:前田 fujita:藤田 ogawa:小川,尾川 gotou:後藤,五藤
okada:岡田 hasegawa:長谷川 murakami:村上 kondou:近藤,今藤 ishii:石井 sakamoto:坂本,阪本
endou:遠藤 aoki:青木 fujii:藤井 nishimura:西村 fukuda:福田 oota:太田,大田 miura:三浦
fujiwara:藤原 okamoto:岡本 matsuda:松田 nakagawa:中川,仲川 nakano:中野 harada:原田 ono:小野
tamura:田村 takeuchi:竹内,武内 kaneko:金子 wada:和田 nakayama:中山 ishida:石田 ueda:上田,植田
morita:森田""")
GIVEN = ways("""youko:陽子,洋子,葉子 hiroshi:浩,博,寛 yuuko:裕子,優子,祐子 takashi:隆,孝,崇
kenji:健二,賢治 naoki:直樹,直紀 megumi:恵,恵美 daisuke:大輔,大介 yumiko:由美子,弓子
takuya:拓也,卓也 akira:明,彰,晃 misaki:美咲,岬 ken'ichi:健一,賢一 sakura:桜,咲良
shouta:翔太,正太 aoi:葵,碧 tarou:太郎 hanako:花子,華子 ren:蓮,廉 yui:結衣,唯 makoto:誠,真
keiko:恵子,敬子,慶子 junko:純子,順子 masao:正男,政夫 kazuo:和夫,一男 emi:絵美,恵美
tomoko:智子,友子 satoshi:聡,智 shin'ichi:真一,新一 mariko:真理子,麻里子 haruto:陽翔,晴人
hinata:陽向,日向 yuuta:勇太,雄太 riku:陸,理久 akemi:明美,朱美 chiyo:千代 noriko:典子,紀子
kouji:浩二,孝司 ryouta:涼太,良太 fumiko:文子,史子""")
# Given names put together: what they begin and end with.
FIRST = ways("""ma:真,正 yu:優,由 mi:美,実 ka:佳,香 ri:理,梨 na:奈,菜 aki:明,秋 tomo:智,友
haru:春,晴 yasu:康,泰 kazu:和,一 hide:秀,英 yoshi:義,良 masa:雅,昌 nobu:信,伸 taka:貴,孝
hiro:広,浩 natsu:夏 chi:千,知 sa:沙,佐""")
LAST = ways("""ko:子 mi:美,実 e:恵,江 ki:樹,希 hiko:彦 o:雄,夫 shi:志,史 ka:香,花 na:奈,菜
ya:也,哉 to:斗,人 ho:帆,穂 yuki:幸,之 nori:則,典 aki:明,昭 sato:里,聡 kazu:和,数 ma:真,磨
ri:里,莉 suke:介,助""")
TOWN_PARTS = tuple(
    ways("""本町 中央 栄町 緑町 大手町 幸町 旭町 若松町 寿町 泉町 東町 西町
南町 北町 桜木町 松原町 新町 元町 川原町 宮前町 青葉町 朝日町 豊町 錦町 富士見町 橋本町 花園町
港町 見晴町 柳町""")
)
HOUSES = tuple(ways("""コーポ光 メゾン緑 ハイツ泉 パレス旭 グリーン荘 サンハイツ"""))
TOWNS = towns("""
東京都 東京 新宿区 世田谷区 練馬区 八王子市
大阪府 大阪 豊中市 堺市 吹田市
神奈川県 神奈川 川崎市 藤沢市 厚木市
愛知県 愛知 豊田市 岡崎市 一宮市
北海道 北海道 函館市 旭川市 小樽市
福岡県 福岡 久留米市 飯塚市 大牟田市
宮城県 宮城 石巻市 塩竈市 名取市
広島県 広島 呉市 尾道市
""")
_OLD = str.maketrans("高辺斎沢浜崎島桜広国", "髙邉齋澤濱﨑嶋櫻廣國")
_KANJI = "〇一二三四五六七八九"
_BLOCKS = re.compile(r"^(\D+)(\d+)丁目(\d+)番(\d+)号")


def _given(draw: Random) -> tuple[str, str]:
    """Return how a given name is typed, and how it is written."""
    if draw.random() < 0.4:
        typed = common(draw, tuple(GIVEN))
        return typed, draw.choice(GIVEN[typed])
    first, last = common(draw, tuple(FIRST), 8.0), common(draw, tuple(LAST), 8.0)
    return first + last, draw.choice(FIRST[first]) + draw.choice(LAST[last])


class Japanese:
    """Japanese names and addresses."""

    towns = TOWNS

    def name(self, draw: Random) -> Name:
        family = common(draw, tuple(FAMILY))
        typed, given = _given(draw)
        kana = f"{katakana(family)} {katakana(typed)}"
        return Name(common(draw, FAMILY[family], 0.5), given, kana, (family, typed))

    def otherwise(self, draw: Random, name: Name) -> tuple[str, str]:
        way = draw.random()
        family, given = (name.kana or "").split(" ")
        old = name.family.translate(_OLD)
        if way < 0.25 and old != name.family:
            return old, name.given
        if way < 0.5:
            return (family, given) if draw.random() < 0.5 else (hiragana(family), hiragana(given))
        latin = [romanised(draw, each) for each in name.latin]
        if draw.random() < 0.3:
            latin = [each.upper() for each in latin]
        return latin[0], latin[1]

    def slip(self, draw: Random, text: str) -> str:
        """Return another writing of the same reading, or else a character that is another."""
        for listed in (FAMILY, GIVEN, FIRST, LAST):
            alike = [
                other
                for held in listed.values()
                for one in held
                if text.startswith(one)
                for other in (text.replace(one, new, 1) for new in held if new != one)
            ]
            if alike:
                return draw.choice(alike)
        places = [at for at, char in enumerate(text) if not char.isascii()]
        if not places:
            return digit_slip(draw, text)
        at = draw.choice(places)
        other = draw.choice("田中山川木村本美子一大太町東西")
        return text[:at] + (other if other != text[at] else "") + text[at + 1 :]

    def street(self, draw: Random) -> str:
        part = common(draw, TOWN_PARTS)
        block, lot, house = draw.randrange(1, 9), draw.randrange(1, 40), draw.randrange(1, 30)
        room = f" {draw.choice(HOUSES)}{draw.randrange(101, 1200)}号室"
        return f"{part}{block}丁目{lot}番{house}号{room if draw.random() < 0.3 else ''}"

    def loosely(self, draw: Random, street: str) -> str:
        if not (found := _BLOCKS.match(street)):
            return wide(street)
        part, block, lot, house = found.groups()
        rest = street[found.end() :]
        return draw.choice((
            f"{part}{block}-{lot}-{house}{rest}", wide(f"{part}{block}-{lot}-{house}{rest}"),
            f"{part}{_KANJI[int(block)]}丁目{lot}-{house}{rest}",
            f"{part}{block}丁目{lot}-{house}", wide(street),
        ))  # fmt: skip

    def whole(self, draw: Random, family: str, given: str) -> str:
        return native_whole(draw, family, given, ("", "", " ", "　"))

    def loud(self, draw: Random, text: str) -> str:
        narrow = half_width(text)
        return widely(draw, text, narrow if narrow != text else wide(text))

    def phone(self, draw: Random) -> str:
        return f"+81900{draw.randrange(10**7):07}"

    def dialled(self, draw: Random, phone: str) -> str:
        return mobile(draw, phone, "090")

    def postcode(self, town: int, part: int) -> str:
        return f"{100 + town * 37:03}-{part * 83:04}"
