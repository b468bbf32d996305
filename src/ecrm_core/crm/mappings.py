"""Mappings: what the columns of a file mean, saved beside it and read again."""

from __future__ import annotations

import json
from pathlib import Path

from ecrm_core.crm.files import reading
from ecrm_core.crm.whole_file import whole_file
from ecrm_core.errors import DefinitionError, EcrmError
from ecrm_core.sources import AnyMap, mapping_of, mapping_to_json

__all__ = ["load_mapping", "save_mapping"]

_MOST = 1024 * 1024


def save_mapping(path: str | Path, mapping: AnyMap) -> None:
    """Write a FieldMap or an EventMap to a file of JSON; InputError when it cannot be written."""
    text = json.dumps(mapping_to_json(mapping), ensure_ascii=False, indent=1)
    with whole_file(Path(path)) as draft:
        draft.stream.write(f"{text}\n".encode())


def load_mapping(path: str | Path) -> AnyMap:
    """Return the map that ``save_mapping`` wrote.

    Raises InputError for a file that cannot be read, and DefinitionError for one that is no saved
    mapping, is of a later format, or names what there is not.
    """
    with reading(Path(path)) as stream:
        text = stream.read(_MOST + 1)
    try:
        if len(text) > _MOST:
            message = f"found more than {_MOST} bytes, expected a saved mapping"
            raise DefinitionError(message, code="not_readable")
        return mapping_of(text)
    except EcrmError as error:
        message = f"in {Path(path).name!r}: {error.message}"
        raise DefinitionError(message, code=error.code, **error.facts) from error
