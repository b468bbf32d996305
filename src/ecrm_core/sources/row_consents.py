"""Row consents: what the consent columns of a row state about the row's addresses.

A refusal speaks for every address of the row that the channel writes to, a grant for the first
alone: where it is not clear what somebody agreed to, she agreed to less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from ecrm_core.customers import (
    ConsentStatement,
    ContactKind,
    ContactPoint,
    FieldMap,
    address_subject,
    channel_kinds,
)
from ecrm_core.sources.cells import Cells
from ecrm_core.sources.consent_words import consent_state

__all__ = ["RowConsents"]

_FIELDS = {ContactKind.EMAIL: "emails", ContactKind.PHONE: "phones"}


class RowConsents:
    """The consent columns of a FieldMap, laid out once for many rows."""

    def __init__(self, fields: FieldMap, *, source: str) -> None:
        """Lay out the columns with the role ``consent:<channel>:<purpose>``."""
        roles = [(c, role.split(":")) for c, role in fields.columns.items()]
        self._source = source
        self._columns = [(c, role[1], role[2]) for c, role in roles if role[0] == "consent"]
        kinds = {channel: channel_kinds(channel) for _, channel, _ in self._columns}
        self._holders = {
            channel: tuple(_FIELDS[kind] for kind in held if kind in _FIELDS)
            for channel, held in kinds.items()
        }

    def read(
        self, cells: Cells, values: Mapping[str, object], *, at: datetime
    ) -> tuple[ConsentStatement, ...]:
        """Return the statements, made to the row's brand.

        A word nobody knows, or no readable address, keeps the cell.
        """
        named = values.get("brand")
        brand = named if isinstance(named, str) else None
        found: list[ConsentStatement] = []
        for column, channel, purpose in self._columns:
            word = cells.said(column)
            if not isinstance(word, str):
                continue
            state, points = consent_state(word), list(_readable(values, self._holders[channel]))
            if state is None or not points:
                cells.keep(column)
                continue
            cells.drop(column)
            found += [
                ConsentStatement(subject=subject, channel=channel, purpose=purpose, state=state,
                                 at=at, source=self._source, snapshot=True, brand=brand)
                for subject in (points if state.is_refusal else points[:1])
            ]  # fmt: skip
        return tuple(found)


def _readable(values: Mapping[str, object], holders: tuple[str, ...]) -> Iterator[str]:
    for holder in holders:
        points = values.get(holder)
        for point in points if isinstance(points, tuple) else ():
            if isinstance(point, ContactPoint) and point.match_form is not None:
                yield address_subject(point)
