"""Channels: the few words for where things happen, whichever source tells of them.

Names are open: a messenger or a network is called as it is ("kakao", "line", "instagram").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["CHANNELS"]

CHANNELS: Final[Mapping[str, str]] = {
    "web": "the site and its shop",
    "app": "an app of the shop",
    "store": "a store: its till, or a visit",
    "staff": "an order that somebody of the shop wrote in",
    "api": "a program told it; where she was, nobody says",
    "email": "mail",
    "phone": "a call",
    "sms": "a text message",
    "push": "a message of an app or a browser",
    "messages": "messages of a messenger that is not named",
    "chat": "a chat on the site",
    "support": "tickets",
    "social": "social networks that are not named",
}
"""What each says."""
