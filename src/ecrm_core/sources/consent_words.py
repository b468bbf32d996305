"""Consent words: what a cell in a consent column says, in English, Korean, Japanese and others.

A word that is not here grants nothing and refuses nothing: the cell stays unmapped.
"""

from __future__ import annotations

from collections.abc import Mapping

from ecrm_core.customers import ConsentState
from ecrm_core.kernel import fold

__all__ = ["consent_state"]

_WORDS: Mapping[ConsentState, str] = {
    ConsentState.GRANTED: (
        "yes y true t 1 on o ○ ✓ ok agree agreed accept accepted allow allowed granted subscribed "
        "opt-in opted-in 수신 수신함 수신동의 수신허용 동의 동의함 허용 예 네 구독 구독중 "
        "はい 同意 同意する 承諾 希望 希望する 受信 受信する 受け取る 配信希望 購読中 "
        "有 是 ja oui si sí"
    ),
    ConsentState.PENDING: "pending unconfirmed 대기 확인대기 인증대기 保留 確認待ち 仮登録",
    ConsentState.REFUSED: (
        "no n false f 0 off x × ✗ disagree decline declined denied refused 거부 거절 "
        "미동의 비동의 동의안함 동의하지않음 수신안함 미수신 아니오 아니요 "
        "いいえ 同意しない 不同意 希望しない 拒否 "
        "受信しない 受け取らない 不要 無 否 nein non"
    ),
    ConsentState.REVOKED: (
        "unsubscribed unsubscribe revoked withdrawn opt-out opted-out 수신거부 철회 동의철회 해지 "
        "구독취소 구독해지 配信停止 解除 退会 購読解除"
    ),
}


def _key(text: str) -> str:
    return "".join(char for char in fold(text) if char not in " -_.")


_STATES = {_key(word): state for state, words in _WORDS.items() for word in words.split()}


def consent_state(text: str) -> ConsentState | None:
    """Return what the word says, whatever its case, spaces and hyphens; None when unknown."""
    return _STATES.get(_key(text)) if len(text) <= 32 else None
