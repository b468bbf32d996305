"""Names: persons and organisations over spellings and scripts, one pair or one name at a time."""

from ecrm_core.matching.names.aliases import aliases_of, family_names, long_names, nicknames
from ecrm_core.matching.names.forms import organisation_form, person_form
from ecrm_core.matching.names.organisations import organisation_level
from ecrm_core.matching.names.persons import person_level, two_genders

__all__ = [
    "aliases_of",
    "family_names",
    "long_names",
    "nicknames",
    "organisation_form",
    "organisation_level",
    "person_form",
    "person_level",
    "two_genders",
]
