"""Demo: a generated shop of invented people, and a walk through everything the library does."""

from ecrm_core.demo.run import run
from ecrm_core.demo.shop import TODAY, Shop, generate

__all__ = ["TODAY", "Shop", "generate", "run"]
