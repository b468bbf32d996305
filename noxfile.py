"""The matrix: every supported Python, and the lowest versions the metadata allows."""

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
TEST_TOOLS = nox.project.dependency_groups(PROJECT, "test")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The quick suite with the newest versions of what we depend on."""
    session.install("--quiet", "-e", ".", *TEST_TOOLS)
    session.run("pytest", "-n", "2", *session.posargs)


@nox.session(python=PYTHONS, venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """The quick suite with the lowest versions pyproject.toml names."""
    session.install("--quiet", "-e", ".", *TEST_TOOLS, "--resolution=lowest-direct")
    session.run("pytest", "-n", "2", *session.posargs)
