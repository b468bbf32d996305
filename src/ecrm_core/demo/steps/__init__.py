"""Steps: the parts of the show, one file each."""

from ecrm_core.demo.steps.consent import who_may_be_written_to
from ecrm_core.demo.steps.customer import one_customer
from ecrm_core.demo.steps.duplicates import merge_the_certain
from ecrm_core.demo.steps.ending import where_to_look
from ecrm_core.demo.steps.intake import take_files_in
from ecrm_core.demo.steps.mistake import merge_and_undo
from ecrm_core.demo.steps.quality import how_good_is_it
from ecrm_core.demo.steps.renewals import renew
from ecrm_core.demo.steps.segments import who_is_in_them

__all__ = [
    "how_good_is_it",
    "merge_and_undo",
    "merge_the_certain",
    "one_customer",
    "renew",
    "take_files_in",
    "where_to_look",
    "who_is_in_them",
    "who_may_be_written_to",
]
