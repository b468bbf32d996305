"""Asserting: lets pytest say what a failed assertion of a contract compared (imported first)."""

import pytest

_SUBJECTS = (
    "borrowing",
    "comparison",
    "expecting",
    "finding",
    "following",
    "paging",
    "racing",
    "reading",
    "requesting",
    "separating",
    "writing",
)
pytest.register_assert_rewrite(*(f"{__package__}.{subject}" for subject in _SUBJECTS))
