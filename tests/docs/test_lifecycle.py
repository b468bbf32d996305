"""The page on subscriptions shows the lifecycle as the table in the code has it."""

from ecrm_core.subscriptions import BY_TIME, TRANSITIONS, Status
from tests.docs.lifecycle import PAGE, written
from tests.docs.reference_tables import page


def test_the_lifecycle_of_the_page_is_that_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.lifecycle writes it"


def test_a_page_that_says_otherwise_is_told() -> None:
    other = page(PAGE).replace("`Resubscribe`", "`Return`")
    assert other != written(other)


def test_the_drawing_has_every_step_and_no_other() -> None:
    drawn = page(PAGE).split("```text\n                   trialing")[1].split("```")[0].splitlines()
    at = dict(zip((i for i, mark in enumerate(drawn[1]) if mark == "|"), Status, strict=True))
    steps = set()
    for line in drawn[2:-1]:
        heads = [s for i, s in at.items() if line[i - 1] == ">" or line[i + 1 : i + 2] == "<"]
        found = [status for i, status in at.items() if line[i] == "o"]
        steps |= {(line.split()[0], one, other) for one in found for other in heads}
    rows = [*((command.__name__, row) for command, row in TRANSITIONS.items()), ("time", BY_TIME)]
    assert steps == {
        (name, found, led)
        for name, row in rows
        for found, all_led in row.items()
        for led in all_led - {found}
    }
