"""Plain: records of which every value is ordinary: what is asked of them finds nothing.

Most records are of this kind. A shortcut and no rule: a law says that asking gives the same report.
"""

from __future__ import annotations

from ecrm_core.customers import CLEARED, SourceRecord, compose_name
from ecrm_core.quality.invented import email_alone_decides
from ecrm_core.quality.name import is_telling
from ecrm_core.quality.ordinary import ORDINARY, of_letters
from ecrm_core.quality.party import Party, name_words, untitled
from ecrm_core.quality.ruleset import RuleSet

__all__ = ["plain_fields"]

_NOBODY = Party(fields={})  # the shortcuts for contact points look at nothing else
_CONTACTS = {field: ORDINARY[field].holds for field in ("emails", "phones")}
_NAME = {"name.given": "given", "name.family": "family"}


def plain_fields(record: SourceRecord, rules: RuleSet) -> tuple[bool, bool] | None:
    """Return whether a plain record states e-mails and phones; None: its rules are to be asked."""
    if not rules.told or email_alone_decides():
        return None
    name: dict[str, str] = {}
    stated = {"emails": False, "phones": False}
    for field, cell in record.cells.items():
        value = cell.value
        holds = _CONTACTS.get(field)
        if value is CLEARED:
            return None
        if holds is not None:
            if not value or not all(holds(contact, _NOBODY) for contact in value):
                return None
            stated[field] = True
        elif field in _NAME:
            name[_NAME[field]] = value
        elif rules.looks_at(field):
            return None
    if not any(stated.values()) or not _is_plain(name):
        return None
    return stated["emails"], stated["phones"]


def _is_plain(parts: dict[str, str]) -> bool:
    """Tell whether a name of these parts is ordinary, and not telling."""
    name = compose_name(**parts)
    if name is None or not of_letters(name.full):
        return False
    return not is_telling(untitled(name_words(name.full)))
