"""Models: frozen values that travel as JSON."""

import json
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.matching import Model, default_model

MODEL = default_model([("mail", "email"), ("given", "given_name")])


def test_a_model_comes_back_from_its_json() -> None:
    frequent = evolve(MODEL.fields[0], frequent={"0123456789abcdef": 0.25})
    model = evolve(MODEL, fields=(frequent, MODEL.fields[1]), prior=-9.1)
    assert Model.from_json(json.loads(json.dumps(model.to_json()))) == model


@pytest.mark.parametrize("data", [None, [], {}, {"format": "ecrm-match-0"}, "model"])
def test_another_format_is_refused(data: object) -> None:
    with pytest.raises(DefinitionError, match="ecrm-match-2"):
        Model.from_json(data)


BROKEN: list[dict[str, Any]] = [
    {"fields": [{}]}, {"fields": None}, {"fields": [7]}, {"prior": "x"}, {"prior": float("nan")},
    {"household": None}, {"household": float("inf")},
]  # fmt: skip


@pytest.mark.parametrize("part", BROKEN)
def test_json_that_is_no_model_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises((InputError, DefinitionError)):
        Model.from_json({**MODEL.to_json(), **part})


@pytest.mark.parametrize("number", ["zz", "f" * 40, "", "0123456789ABCDEF"])
def test_frequent_values_stand_as_numbers(number: str) -> None:
    with pytest.raises(DefinitionError, match="no numbers"):
        evolve(MODEL.fields[0], frequent={number: 0.5})


@pytest.mark.parametrize("cuts", [{"link": 0.05}, {"certain": 1.5}, {"review": 0.0}])
def test_cuts_stand_in_order(cuts: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match="cuts in order"):
        evolve(MODEL, **cuts)


@pytest.mark.parametrize(
    "part", [{"m": (0.5,)}, {"u": (0.0, 0.1, 0.2, 0.7)}, {"rare": 2.0}, {"role": "note"}]
)
def test_a_field_has_shares_of_the_levels_of_its_role(part: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match="no shares of the levels"):
        evolve(MODEL.fields[0], **part)


def test_the_shares_of_the_table_of_roles_are_whole() -> None:
    for field in MODEL.fields:
        assert sum(field.u) == pytest.approx(1)
        assert sum(field.m) == pytest.approx(1)
