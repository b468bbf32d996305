"""Goods: what the shop sells, and the plans people subscribe to; prices are in won."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from attrs import frozen

from ecrm_core.demo.words import load_json

__all__ = ["Plan", "Product", "plans", "products"]

_T = TypeVar("_T")


@frozen(kw_only=True)
class Product:
    """One product: its SKU, name, kind and price."""

    id: str
    title: str
    product_type: str
    price: int


@frozen(kw_only=True)
class Plan:
    """What is paid how often, for which term; durations are ISO 8601, empty where there is none."""

    plan: str
    title: str
    price: int
    cadence: str
    term: str
    notice: str
    buyers: str


@lru_cache(maxsize=1)
def products() -> tuple[Product, ...]:
    """Return everything the shop sells, what sells best first."""
    return _all("products", Product)


@lru_cache(maxsize=1)
def plans() -> tuple[Plan, ...]:
    """Return the plans, the most popular first."""
    return _all("plans", Plan)


def _all(name: str, kind: Callable[..., _T]) -> tuple[_T, ...]:
    return tuple(kind(**row) for row in load_json("goods")[name] if isinstance(row, dict))
