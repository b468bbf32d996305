"""Phrases: the words that tell why, one catalogue a language; the placeholders are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.errors import UnknownName

__all__ = ["MONTHS", "phrases"]

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
"""The months as English calls them, January first."""

_PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "in": "in",
        "out": "not in",
        "holds": "{name} is {found}, as asked: {asked}",
        "fails": "{name} is {found}, asked for: {asked}",
        "excluded": "{name} is {found}, which is excluded: {asked}",
        "spared": "{name} is {found}, not excluded by: {asked}",
        "rows_holds": "{name}: {found} found, as asked: {asked}",
        "rows_fails": "{name}: {found} found, asked for: {asked}",
        "rows_excluded": "{name}: {found} found, which is excluded: {asked}",
        "rows_spared": "{name}: {found} found, not excluded by: {asked}",
        "missing": "missing",
        "true": "true",
        "false": "false",
        "ago": "{days} days ago",
        "yesterday": "1 day ago",
        "today": "today",
        "tomorrow": "in 1 day",
        "ahead": "in {days} days",
        "enters": "will enter on {on} if nothing changes",
        "leaves": "will leave on {on} if nothing changes",
        "on": "{day} {month} {year}",
        "at": "{day} {month} {year} at {time}",
    },
    "ko": {
        "in": "포함",
        "out": "미포함",
        "holds": "{name}: {found}, 조건에 맞음: {asked}",
        "fails": "{name}: {found}, 필요한 조건: {asked}",
        "excluded": "{name}: {found}, 제외 조건에 해당함: {asked}",
        "spared": "{name}: {found}, 제외 조건에 해당하지 않음: {asked}",
        "rows_holds": "{name}: 찾은 수 {found}, 조건에 맞음: {asked}",
        "rows_fails": "{name}: 찾은 수 {found}, 필요한 조건: {asked}",
        "rows_excluded": "{name}: 찾은 수 {found}, 제외 조건에 해당함: {asked}",
        "rows_spared": "{name}: 찾은 수 {found}, 제외 조건에 해당하지 않음: {asked}",
        "missing": "없음",
        "true": "예",
        "false": "아니요",
        "ago": "{days}일 전",
        "yesterday": "1일 전",
        "today": "오늘",
        "tomorrow": "1일 후",
        "ahead": "{days}일 후",
        "enters": "다른 변화가 없으면 {on}에 포함됨",
        "leaves": "다른 변화가 없으면 {on}에 제외됨",
        "on": "{year}년 {number}월 {day}일",
        "at": "{year}년 {number}월 {day}일 {time}",
    },
    "ja": {
        "in": "対象",
        "out": "対象外",
        "holds": "{name}: {found}、条件に一致: {asked}",
        "fails": "{name}: {found}、必要な条件: {asked}",
        "excluded": "{name}: {found}、除外条件に該当: {asked}",
        "spared": "{name}: {found}、除外条件に該当しない: {asked}",
        "rows_holds": "{name}: 該当数 {found}、条件に一致: {asked}",
        "rows_fails": "{name}: 該当数 {found}、必要な条件: {asked}",
        "rows_excluded": "{name}: 該当数 {found}、除外条件に該当: {asked}",
        "rows_spared": "{name}: 該当数 {found}、除外条件に該当しない: {asked}",
        "missing": "なし",
        "true": "はい",
        "false": "いいえ",
        "ago": "{days}日前",
        "yesterday": "1日前",
        "today": "今日",
        "tomorrow": "1日後",
        "ahead": "{days}日後",
        "enters": "ほかに変化がなければ{on}に対象になる",
        "leaves": "ほかに変化がなければ{on}に対象から外れる",
        "on": "{year}年{number}月{day}日",
        "at": "{year}年{number}月{day}日{time}",
    },
}


def phrases(locale: str) -> Mapping[str, str]:
    """Return the catalogue of a language; UnknownName for one that is not spoken."""
    if locale not in _PHRASES:
        raise UnknownName("language", locale[:40], tuple(_PHRASES))
    return _PHRASES[locale]
