"""Channels: what each source calls the places where things happen, in the words of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.kernel import fold

__all__ = ["LISTS", "SEGMENT", "SHOPIFY", "WOOCOMMERCE", "channel_in"]

SHOPIFY: Final[Mapping[str, str]] = {
    "web": "web", "pos": "store", "shopify_draft_order": "staff",
}  # fmt: skip
"""``source_name`` of an order or a checkout."""
WOOCOMMERCE: Final[Mapping[str, str]] = {
    "checkout": "web", "store-api": "web", "admin": "staff", "rest-api": "api",
    "pos-rest-api": "store",
}  # fmt: skip
"""``created_via`` of an order."""
SEGMENT: Final[Mapping[str, str]] = {"browser": "web", "mobile": "app", "server": "api"}
"""``channel`` of a call."""
_LISTED: Final = {
    "web": ("online", "site", "website", "web shop", "webshop", "checkout", "온라인", "オンライン"),
    "app": ("mobile app", "앱", "アプリ"),
    "store": ("pos", "till", "retail", "offline", "in store", "in-store", "매장", "오프라인",
              "店舗"),
    "email": ("e-mail", "mail", "이메일", "メール"),
    "phone": ("call", "tel", "telephone", "전화", "電話"),
    "sms": ("text message", "문자"),
}  # fmt: skip
LISTS: Final[Mapping[str, str]] = {
    fold(word): channel for channel, words in _LISTED.items() for word in (channel, *words)
}
"""What stands in the columns of exports of events."""


def channel_in(word: str | None, words: Mapping[str, str]) -> tuple[str | None, dict[str, object]]:
    """Return the channel that a word of a source names, and the word as data where it is another.

    A word that is not among ``words`` is the channel itself.
    """
    if not word:
        return None, {}
    channel = words.get(fold(word), word)
    return channel, {} if channel == word else {"channel": word}
