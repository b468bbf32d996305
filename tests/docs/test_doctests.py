"""The examples in docstrings are true."""

import doctest
from types import ModuleType

import pytest

from tests.house import modules


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_the_doctests_of_a_module_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
