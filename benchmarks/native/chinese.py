"""Chinese: short names of many homophones, simplified and traditional, several romanisations."""

from __future__ import annotations

import re
from random import Random

from benchmarks.native.language import (
    Name,
    common,
    digit_slip,
    joined,
    native_whole,
    towns,
    ways,
    wide,
    widely,
)

# Common ones first; pinyin, then what families from elsewhere write.
FAMILY = ways("""王:Wang,Wong 李:Li,Lee 张:Zhang,Chang,Cheung 刘:Liu,Lau 陈:Chen,Chan
杨:Yang,Yeung 赵:Zhao,Chao 黄:Huang,Wong,Hwang 周:Zhou,Chow 吴:Wu,Ng 徐:Xu,Hsu 孙:Sun,Suen
胡:Hu,Woo 朱:Zhu,Chu 高:Gao,Kao 林:Lin,Lam 何:He,Ho 郭:Guo,Kuo,Kwok 马:Ma 罗:Luo,Lo
梁:Liang,Leung 宋:Song,Sung 郑:Zheng,Cheng 谢:Xie,Hsieh 韩:Han 唐:Tang,Tong 冯:Feng,Fung 于:Yu
董:Dong,Tung 萧:Xiao,Hsiao 程:Cheng 曹:Cao,Tsao 袁:Yuan,Yuen 邓:Deng,Teng 许:Xu,Hsu,Hui 傅:Fu
沈:Shen,Shum 曾:Zeng,Tseng 彭:Peng,Pang 吕:Lu,Lui 苏:Su,So 卢:Lu,Lo 蒋:Jiang,Chiang
蔡:Cai,Tsai,Choi 贾:Jia 丁:Ding,Ting 魏:Wei 薛:Xue,Hsueh 叶:Ye,Yeh,Ip 阎:Yan 余:Yu,Yee
潘:Pan,Poon 杜:Du,Tu,To 戴:Dai,Tai 夏:Xia,Hsia 钟:Zhong,Chung 汪:Wang 田:Tian 任:Ren,Jen
姜:Jiang 欧阳:Ouyang 司马:Sima""")
# By pinyin: characters of one sound, which a keyboard offers side by side.
SOUNDS = ways("""wei:伟,薇,玮 jing:静,婧,晶 li:丽,莉,力 min:敏,民,旻 jun:军,俊,君 yan:艳,燕,妍
jie:杰,洁,婕 tao:涛,韬 ming:明,铭 chao:超,朝 xin:欣,鑫,新 yu:宇,雨,玉 hua:华,桦 ping:平,萍
gang:刚,钢 hong:红,宏,洪 fang:芳,方 na:娜,那 qiang:强,蔷 lei:磊,蕾,雷 yang:洋,阳 yong:勇,永
juan:娟,涓 xia:霞,夏 fei:飞,菲 peng:鹏,朋 hao:浩,昊 bin:斌,彬 ting:婷,庭 lin:琳,林 mei:梅,美
xue:雪,学 jian:建,健 guo:国,果 zhi:志,智 wen:文,雯 hui:慧,辉 qing:青,庆 bo:波,博 ling:玲,凌""")
OF_CHARACTER = {char: sound for sound, held in SOUNDS.items() for char in held}
# Simplified to traditional, for the characters above that differ.
_OLD = str.maketrans(
    "张刘陈杨赵黄吴孙马罗郑谢韩冯萧邓许吕苏卢蒋贾叶阎钟欧阳伟玮静丽军艳杰洁涛韬铭华桦刚钢红蔷强飞鹏国辉庆学号楼",
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鍾歐陽偉瑋靜麗軍豔傑潔濤韜銘華樺剛鋼紅薔強飛鵬國輝慶學號樓",
)
ROADS = tuple(
    ways("""人民 中山 解放 建设 和平 文化 胜利 新华 光明 长江 黄河 北京 南京 东风
青年 工业 学府 环城 滨江 园林 朝阳 幸福 友谊 育才 团结 迎宾 体育 科技 花园 春风 梧桐 桂花""")
)
ENDS = ("路", "街", "大道")
TOWNS = towns("""
广东省 广东 深圳市 佛山市 东莞市 珠海市
江苏省 江苏 苏州市 无锡市 常州市
浙江省 浙江 宁波市 温州市 绍兴市
四川省 四川 绵阳市 泸州市 德阳市
山东省 山东 青岛市 烟台市 潍坊市
湖北省 湖北 宜昌市 襄阳市 荆州市
福建省 福建 厦门市 泉州市 漳州市
河南省 河南 洛阳市 开封市
""")


class Chinese:
    """Chinese names and addresses."""

    towns = TOWNS

    def name(self, draw: Random) -> Name:
        family = common(draw, tuple(FAMILY))
        sounds = [common(draw, tuple(SOUNDS)) for _ in range(1 if draw.random() < 0.3 else 2)]
        given = "".join(draw.choice(SOUNDS[sound]) for sound in sounds)
        return Name(family, given, None, (FAMILY[family][0], "".join(sounds)))

    def otherwise(self, draw: Random, name: Name) -> tuple[str, str]:
        old = name.family.translate(_OLD), name.given.translate(_OLD)
        if draw.random() < 0.3 and old != (name.family, name.given):
            return old
        given = joined(draw, [OF_CHARACTER[char] for char in name.given])
        family = draw.choice(FAMILY[name.family])
        return (family.upper(), given.upper()) if draw.random() < 0.3 else (family, given)

    def slip(self, draw: Random, text: str) -> str:
        """Return another character of the same sound, or else of any."""
        places = [at for at, char in enumerate(text) if char in OF_CHARACTER]
        at = draw.choice(places or [draw.randrange(len(text))])
        if not places and text[at].isascii():
            return digit_slip(draw, text)
        held = SOUNDS[OF_CHARACTER[text[at]]] if places else tuple(OF_CHARACTER)
        other = draw.choice([char for char in held if char != text[at]])
        return text[:at] + other + text[at + 1 :]

    def street(self, draw: Random) -> str:
        road = common(draw, ROADS) + draw.choice(ENDS)
        flat = f"{draw.randrange(1, 30)}栋{draw.randrange(101, 2000)}室"
        return f"{road}{draw.randrange(1, 400)}号{flat if draw.random() < 0.5 else ''}"

    def loosely(self, draw: Random, street: str) -> str:
        plain = re.sub(r"(\d+)栋(\d+)室$", r"\1-\2", street)
        return draw.choice((plain, wide(street), street.translate(_OLD), wide(plain)))

    def whole(self, draw: Random, family: str, given: str) -> str:
        return native_whole(draw, family, given, ("", "", "", " "))

    def loud(self, draw: Random, text: str) -> str:
        return widely(draw, text, wide(text))

    def phone(self, draw: Random) -> str:
        return f"+86100{draw.randrange(10**8):08}"

    def dialled(self, draw: Random, phone: str) -> str:
        a, b, c = phone[3:6], phone[6:10], phone[10:]
        return draw.choice((f"{a}{b}{c}", f"{a} {b} {c}", f"{a}-{b}-{c}", f"+86 {a} {b} {c}",
                            wide(f"{a}{b}{c}")))  # fmt: skip

    def postcode(self, town: int, part: int) -> str:
        return f"{100_000 + town * 23_700 + part * 100:06}"
