"""Testing: for authors of adapters and plugins: contracts to pass, faults to survive."""

import pytest

__all__: list[str] = []

pytest.register_assert_rewrite("ecrm_core.testing.contracts")
