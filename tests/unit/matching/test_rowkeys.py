"""Keys of one row."""

import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.matching.features import features_of
from ecrm_core.matching.keys import Pieces
from ecrm_core.matching.rowkeys import keys_of_row
from ecrm_core.matching.rules import ROWS, RULES, keys_of

CELLS = {
    "given_name": "Liz Bob Ann Maria", "family_name": "Example", "email": "ann.example@example.com",
    "phone": "+49 30 23125000", "birth_date": "1990-01-02", "postcode": "10115",
    "street": "1 High Street", "city": "Berlin", "organisation": "Example Ltd",
    "national_id": "AB123456",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=" + ".join)
def test_a_row_that_says_all_has_a_key_of_every_telling_rule(rule: tuple[str, ...]) -> None:
    columns = {role: [cell] for role, cell in CELLS.items()}
    features = features_of(columns, FieldMap({role: role for role in CELLS}))
    (keys,) = keys_of_row(features, [rule])
    assert keys
    assert keys_of_row((), [rule]) == [set()]


@pytest.mark.parametrize("rule", RULES, ids=" + ".join)
def test_a_row_has_the_keys_it_has_in_a_table_to_which_more_may_come(rule: tuple[str, ...]) -> None:
    fields = FieldMap({role: role for role in CELLS})
    table = features_of({role: [cell, None] for role, cell in CELLS.items()}, fields)
    (keys,) = keys_of_row(table, [rule])
    assert keys == {*(keys_of(Pieces(table, more=True), rule) & ~ROWS).tolist()}
