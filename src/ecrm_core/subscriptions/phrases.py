"""Phrases: the sentences that tell why an action is due, one catalogue a language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.errors import UnknownName

__all__ = ["LANGUAGES", "phrases"]

_EN: Mapping[str, str] = {
    "anchored": "cycle {cycle} of {cadence}, counted from anchor day {day}, begins on {on}",
    "clipped": "day {day} is clipped to {on}",
    "credited": "{amount} is what was billed from {from} up to {until}, less what is owed",
    "whole_period": "{from} up to {until} is a whole period: {amount}",
    "prorated": "{from} up to {until} is a part of its period: {amount} of {price}",
    "line_period": "{amount} for {from} up to {until}: {quantity} of {plan}",
    "line_unused": "{amount} of {from} up to {until} for {quantity} of {plan} is given back",
    "line_changed": "{amount} for the same days, {from} up to {until}: {quantity} of {plan}",
    "line_rest": "{amount} was left of a credit that was more than the charge of {from}",
    "counted_from": "the rule {rule} counts from {reference}, {day}, to {on}, for {to}",
    "follows": "as things stand: {follows}",
    "window": "it may be sent up to {day}",
    "legal": "the rule follows {law}",
    "late": "it goes out late: {on} had passed",
    "missed": "its window ended on {day}, before anything ran",
    "retried": "the charge {of} failed on {day}: it is tried again on {on}",
    "escalated": "the task {of} is not done: on {on} it is told to {to}",
    "withdrawn": "the task {rule} is taken back: the subscription ends on {day}",
    "reason_gone": "the task {rule} is taken back: what it is about, {day}, is not so any more",
    "due_locally": "due on {on} in {tz}, that is {at}",
    "reference.term_end": "the end of the term",
    "reference.deadline": "the last day to cancel",
    "reference.charge": "the day of the charge",
    "reference.trial_end": "the end of the trial",
    "reference.price_change": "the day of the new price",
    "reference.decision": "the day the customer begins to decide",
    "follows.renew": "another term begins",
    "follows.renew_once": "another term begins, the last one",
    "follows.expire": "it ends",
    "follows.evergreen": "it goes on without a term",
    "follows.ask": "it ends, unless she says yes",
}
_KO: Mapping[str, str] = {
    "anchored": "{cadence} 주기의 {cycle}번 기간, 기준일 {day}일에서 계산하여 {on}에 시작",
    "clipped": "{day}일이 없는 달이므로 {on}로 당겨짐",
    "credited": "{amount}: {from}부터 {until} 전날까지 청구된 금액에서 낼 금액을 뺀 것",
    "whole_period": "{from}부터 {until} 전날까지 한 기간 전체: {amount}",
    "prorated": "{from}부터 {until} 전날까지 기간의 일부: {price} 중 {amount}",
    "line_period": "{from}부터 {until} 전날까지 {amount}: {plan} {quantity}개",
    "line_unused": "{from}부터 {until} 전날까지 {plan} {quantity}개의 {amount} 환불",
    "line_changed": "같은 날짜({from}부터 {until} 전날까지) {amount}: {plan} {quantity}개",
    "line_rest": "{from} 청구액보다 많았던 환불액 중 남은 {amount}",
    "counted_from": "규칙 {rule}: {reference} {day}에서 계산하여 {on}, 대상: {to}",
    "follows": "그날 이후: {follows}",
    "window": "{day}까지 보낼 수 있음",
    "legal": "규칙의 근거: {law}",
    "late": "늦게 보냄: {on}이 이미 지남",
    "missed": "실행되기 전에 보낼 수 있는 기간이 {day}에 끝남",
    "retried": "청구 {of}: {day}에 실패하여 {on}에 다시 시도",
    "escalated": "업무 {of}: 처리되지 않아 {on}에 {to}에게 알림",
    "withdrawn": "업무 {rule} 취소: 구독이 {day}에 끝남",
    "reason_gone": "업무 {rule} 취소: 이유였던 {day}이 더 이상 맞지 않음",
    "due_locally": "{tz} 기준 {on}, 곧 {at}",
    "reference.term_end": "계약 기간 종료일",
    "reference.deadline": "해지 가능한 마지막 날",
    "reference.charge": "청구일",
    "reference.trial_end": "무료 체험 종료일",
    "reference.price_change": "새 가격 적용일",
    "reference.decision": "고객이 결정하기 시작하는 날",
    "follows.renew": "다음 계약 기간이 시작됨",
    "follows.renew_once": "마지막 계약 기간이 시작됨",
    "follows.expire": "구독이 끝남",
    "follows.evergreen": "기간 없이 계속됨",
    "follows.ask": "고객이 동의하지 않으면 끝남",
}
_JA: Mapping[str, str] = {
    "anchored": "{cadence}周期の第{cycle}期、基準日{day}日から数えて{on}に開始",
    "clipped": "{day}日のない月なので{on}に繰り上げ",
    "credited": "{amount}: {from}から{until}の前日までの請求額から支払うべき額を引いたもの",
    "whole_period": "{from}から{until}の前日まで、期間全体: {amount}",
    "prorated": "{from}から{until}の前日まで、期間の一部: {price}のうち{amount}",
    "line_period": "{from}から{until}の前日まで{amount}: {plan} {quantity}個",
    "line_unused": "{from}から{until}の前日まで、{plan} {quantity}個分の{amount}を返金",
    "line_changed": "同じ日({from}から{until}の前日まで)に対して{amount}: {plan} {quantity}個",
    "line_rest": "{from}の請求額を超えた返金の残り{amount}",
    "counted_from": "規則{rule}: {reference} {day}から数えて{on}、宛先: {to}",
    "follows": "その日以降: {follows}",
    "window": "{day}まで送ることができる",
    "legal": "規則の根拠: {law}",
    "late": "遅れて送信: {on}を過ぎている",
    "missed": "実行される前に、送信できる期間が{day}に終わった",
    "retried": "請求{of}: {day}に失敗したため{on}に再試行",
    "escalated": "作業{of}: 未完了のため{on}に{to}へ連絡",
    "withdrawn": "作業{rule}の取り消し: 契約は{day}に終了",
    "reason_gone": "作業{rule}の取り消し: 理由であった{day}は成り立たなくなった",
    "due_locally": "{tz}の{on}、すなわち{at}",
    "reference.term_end": "契約期間の終了日",
    "reference.deadline": "解約できる最終日",
    "reference.charge": "請求日",
    "reference.trial_end": "無料期間の終了日",
    "reference.price_change": "新価格の適用日",
    "reference.decision": "顧客が判断を始める日",
    "follows.renew": "次の契約期間が始まる",
    "follows.renew_once": "最後の契約期間が始まる",
    "follows.expire": "契約が終わる",
    "follows.evergreen": "期間の定めなく続く",
    "follows.ask": "顧客が同意しなければ終わる",
}
_PHRASES: Final[Mapping[str, Mapping[str, str]]] = {"en": _EN, "ja": _JA, "ko": _KO}
LANGUAGES: Final = tuple(_PHRASES)
"""The languages an action explains itself in."""


def phrases(locale: str) -> Mapping[str, str]:
    """Return the catalogue of a language; UnknownName for one that is not spoken."""
    if locale not in _PHRASES:
        raise UnknownName("language", locale[:40], LANGUAGES)
    return _PHRASES[locale]
