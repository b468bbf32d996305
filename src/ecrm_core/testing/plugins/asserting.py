"""Asserting: lets pytest say what a failed assertion of a contract compared (imported first)."""

import pytest

_SUBJECTS = ("comparison", "field", "linked", "policy", "reader", "rule")
pytest.register_assert_rewrite(*(f"{__package__}.{subject}" for subject in _SUBJECTS))
