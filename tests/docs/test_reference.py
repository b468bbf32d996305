"""The reference pages hold what the code holds: every entry, and nothing else."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from ecrm_core import errors
from ecrm_core.adapters.address import with_addresses
from ecrm_core.adapters.sqlalchemy import troubles as of_sqlalchemy
from ecrm_core.adapters.sqlite import troubles as of_sqlite
from ecrm_core.crm import Crm, DryRun
from ecrm_core.errors import EcrmError
from ecrm_core.kernel import AnyKind, Kind
from ecrm_core.merging import BLOCKERS
from ecrm_core.quality import ALL, CORE, Rule
from tests.docs.reference_tables import names, page, tables
from tests.house import modules, trees

RULES = "reference/quality-rules.md"
VERBS = sorted(name for name in dir(Crm) if name[0] != "_")
OURS = [path for path in trees() if "/testing/" not in path]


def signature(verb: Callable[..., object], name: str) -> str:
    """Return how a verb is called, on one line or with one parameter a line."""
    found = str(inspect.signature(verb, eval_str=False))
    found = re.sub(r"^\((?:self|cls)(?:, )?", "(", found)
    plain = re.sub(r"(?<=[:>] )'([^']+)'", r"\1", found)  # annotations are text
    flat = f"{'Crm' if name == 'open' else 'crm'}.{name}{plain}"
    if len(flat) <= 96:
        return flat
    head, _, rest = flat.partition("(")
    inner, _, result = rest.rpartition(")")
    lines = [f"    {part}," for part in re.split(r", (?=[\w*])(?![^\[(]*[\])])", inner)]
    return "\n".join([f"{head}(", *lines, f"){result}"])


def kinds() -> dict[str, AnyKind]:
    """Return the Kinds of the library by the name of their constant."""
    return {
        name: thing
        for module in modules()
        if not module.__name__.startswith("ecrm_core.testing")
        for name, thing in vars(module).items()
        if isinstance(thing, Kind) and name.isupper()
    }


def codes() -> dict[str, set[str]]:
    """Return every code in the source with the classes it is raised with."""
    found: dict[str, set[str]] = {}
    for path in OURS:
        for node in ast.walk(trees()[path]):
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                if keyword.arg == "code":
                    for code in _constants(keyword.value):
                        found.setdefault(code, set()).add(_class_name(node, path))
    for code in {*of_sqlite._CODES.values(), *of_sqlite._WORDS, *of_sqlalchemy._WORDS}:
        found.setdefault(code, set()).add("StorageUnavailable")
    return found


def _constants(value: ast.expr) -> list[str]:
    if isinstance(value, ast.IfExp):
        return [*_constants(value.body), *_constants(value.orelse)]
    found = value.value if isinstance(value, ast.Constant) else None
    return [found] if isinstance(found, str) else []


def _class_name(call: ast.Call, path: str) -> str:
    name = ast.unparse(call.func)
    assert hasattr(errors, name), f"{path}:{call.lineno} gives a code to {name}, which is no error"
    return name


def _reasons() -> set[str]:
    """Return the codes of every Reason the source makes, of verdicts and of warnings too."""
    from ecrm_core.customers import verdict
    from ecrm_core.merging import caution
    from ecrm_core.subscriptions.phrases import phrases

    of_actions = {code for code in phrases("en") if "." not in code}
    found = {*verdict._TEXTS, *caution._TEXTS, *of_actions}
    for path in OURS:
        for node in ast.walk(trees()[path]):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Reason":
                found |= set(_constants(node.args[0]))
    return found


def _decisions() -> dict[str, Any]:
    found = {}
    for module in modules():
        for name in getattr(module, "__all__", ()):
            thing = vars(module).get(name)
            if name.startswith("decide_") and inspect.isfunction(thing):
                room = thing.__module__.split(".")[1]
                found[f"{room}.{name}"] = thing
    return found


# ---------------------------------------------------------------- facade


def test_every_verb_stands_in_the_table_of_the_facade() -> None:
    assert sorted(names("reference/facade.md")) == VERBS


def test_the_table_says_which_verbs_have_a_dry_run() -> None:
    dry = {name for name in dir(DryRun) if name[0] != "_" and callable(getattr(DryRun, name))}
    assert {row[0] for row in tables("reference/facade.md")[0] if row[3] == "yes"} == dry


def test_the_table_of_the_facade_names_errors_that_exist() -> None:
    said = re.findall(
        r"`(\w*(?:Error|Refused|Reused|Name|Unavailable))`", page("reference/facade.md")
    )
    assert {name for name in said if not hasattr(errors, name)} == set()


@pytest.mark.parametrize("verb", VERBS)
def test_the_signature_of_a_verb_is_shown_as_it_is(verb: str) -> None:
    section = rf"(?ms)^## `{verb}`\n\n```text\n(.*?)\n```"
    shown = re.search(section, page("reference/facade.md"))
    assert shown
    assert shown[1] == signature(getattr(Crm, verb), verb)


# ---------------------------------------------------------------- errors


def test_every_error_class_stands_in_its_table_with_its_code() -> None:
    classes = {
        (cls.__name__, cls.code)
        for cls in vars(errors).values()
        if inspect.isclass(cls) and issubclass(cls, EcrmError)
    }
    assert {(row[0], row[1]) for row in tables("reference/errors.md")[0]} == classes


def test_every_code_in_use_stands_in_its_table_with_its_classes() -> None:
    shown = {row[0]: set(row[1].split(", ")) for row in tables("reference/errors.md")[1]}
    assert shown == codes()


def test_every_reason_stands_in_its_table() -> None:
    assert set(names("reference/errors.md", 2)) == _reasons()


def test_every_blocker_stands_in_its_table_as_it_is() -> None:
    shown = {row[0]: row[1] == "yes" for row in tables("reference/errors.md")[3]}
    assert shown == {code: blocker.passable for code, blocker in BLOCKERS.items()}


# ---------------------------------------------------------------- decide, kinds


def test_every_decision_stands_in_its_table() -> None:
    assert set(names("reference/decide.md")) == set(_decisions())


def test_every_kind_stands_in_its_table_as_it_is() -> None:
    shown = {tuple(row[:7]) for row in tables("reference/kinds.md")[0]}
    assert shown == {
        (
            constant,
            kind.name,
            ", ".join(kind.key),
            ", ".join(f"{index.name}: {', '.join(index.columns)}" for index in kind.indexes),
            kind.owner,
            str(kind.format),
            "yes" if kind.insert_only else "",
        )
        for constant, kind in kinds().items()
    }


def test_every_kind_says_whether_it_is_truth() -> None:
    said = {row[1]: row[7] for row in tables("reference/kinds.md")[0]}
    assert [name for name, text in said.items() if not re.search("truth|derived", text)] == []


# ---------------------------------------------------------------- glossary


def test_the_glossary_is_sorted_and_says_each_word_once() -> None:
    terms = re.findall(r"(?m)^(\S.*)\n: ", page("glossary.md"))
    assert terms == sorted(set(terms), key=str.casefold)
    assert len(terms) > 60


def _row(rule: Rule) -> list[str]:
    return [rule.id, rule.path, rule.dimension.value, rule.severity.value]


@pytest.mark.parametrize(
    ("table", "rules"),
    [
        (0, CORE.rules),
        (1, ALL.rules[len(CORE.rules) :]),
        (2, with_addresses(ALL).rules[len(ALL.rules) :]),
    ],
    ids=["core", "all", "address"],
)
def test_every_rule_stands_in_its_table_with_what_it_is(
    table: int, rules: tuple[Rule, ...]
) -> None:
    assert [row[:4] for row in tables(RULES)[table]] == [_row(rule) for rule in rules]


def test_there_are_twenty_five_core_rules() -> None:
    assert len(CORE.rules) == 25
    assert ALL.rules[:25] == CORE.rules
