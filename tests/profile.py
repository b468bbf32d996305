"""How large the random tests are: `quick` (the default) or `long` (`make long`)."""

import os

from hypothesis import settings

PROFILE = os.environ.get("ECRM_PROFILE", "quick")
SEED = int(os.environ.get("ECRM_SEED", "0"))


def size(quick: int, long: int) -> int:
    """The number of rounds, rows or examples a test uses in the profile that runs.

    Hypothesis tests that need their own count write ``@settings(max_examples=size(50, 2_000))``;
    loops draw from ``random.Random(SEED)``.
    """
    return {"quick": quick, "long": long}[PROFILE]


def use_hypothesis_profile() -> None:
    """Load the Hypothesis settings of this profile; both give the same examples on every run.

    `quick` derives its examples from the test itself; `long` from ``--hypothesis-seed``, so that
    another seed looks elsewhere.
    """
    common = settings(database=None, deadline=None, print_blob=True)
    settings.register_profile("quick", common, max_examples=50, derandomize=True)
    settings.register_profile("long", common, max_examples=1_000)
    settings.load_profile(PROFILE)
