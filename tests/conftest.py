"""What holds for every test: the profile, and which tests `make long` repeats."""

import pathlib

import pytest

from tests.postgres import Postgres, PostgresUnavailableError, server
from tests.profile import use_hypothesis_profile

use_hypothesis_profile()

LONG_FOLDERS = {"laws", "contracts"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in laws and contracts is sized by the profile."""
    tests = pathlib.Path(__file__).parent
    for item in items:
        if item.path.relative_to(tests).parts[0] in LONG_FOLDERS:
            item.add_marker("long")


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """A real Postgres server; ``fresh()`` is the URL of an empty database."""
    try:
        return server()
    except PostgresUnavailableError as error:
        pytest.skip(f"no Postgres: {error}")
