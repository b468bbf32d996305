"""Testing: for authors of adapters and plugins: contracts to pass, faults to survive."""

import pytest

pytest.register_assert_rewrite("ecrm_core.testing.contracts")
