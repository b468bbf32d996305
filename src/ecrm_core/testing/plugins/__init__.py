"""Plugins: what each thing a plugin adds promises, as tests to inherit.

class TestSerial(ComparisonContract):
    tools, name = add_to(Toolbox()), "attribute:serial"
    pairs = {("2019-00417-2", "2019 00471 2"): "slip"}
"""

import ecrm_core.testing.plugins.asserting  # noqa: F401 - before the modules it is about
from ecrm_core.testing.plugins.comparison import ComparisonContract
from ecrm_core.testing.plugins.field import FieldContract
from ecrm_core.testing.plugins.linked import LinkedContract
from ecrm_core.testing.plugins.policy import PolicyContract
from ecrm_core.testing.plugins.reader import ReaderContract
from ecrm_core.testing.plugins.rule import RuleContract

__all__ = [
    "ComparisonContract",
    "FieldContract",
    "LinkedContract",
    "PolicyContract",
    "ReaderContract",
    "RuleContract",
]
