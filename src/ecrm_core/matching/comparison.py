"""Comparison: how a plugin compares a custom field, which the table of roles does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from attrs import field, frozen

from ecrm_core.customers import role_of
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import call_plugged, plugin_fault
from ecrm_core.matching.forms import LONGEST
from ecrm_core.matching.roles import Compared, Sort

__all__ = ["NO_COMPARISONS", "Comparison", "by_role"]

_MOST = 16  # each with keys is one more rule of blocking, and rules are the bits of a number
_LEVELS = range(2, 6)
_PREFIX = "attribute:"


@frozen(kw_only=True)
class Comparison:
    """How the values of a custom field are compared, one pair at a time, by pure functions.

    ``role`` is ``attribute:<name>``. ``levels`` are 2 to 5 names from unlike to equal.
    ``form(text)`` returns what is compared ("" says nothing; by default the words, without case and
    signs); equal forms have the last level. ``compare(left, right)`` is asked of different forms
    only, in the order of their text, and returns the place of another level. Rows that share one
    of ``keys(form)`` are compared even if nothing else brings them together. ``strangers`` is how
    likely two strangers agree, where a fit begins.

    ``origin`` is the distribution it comes from; ``Toolbox.add`` says it. Raises DefinitionError.
    """

    role: str
    levels: tuple[str, ...]
    compare: Callable[[str, str], int]
    form: Callable[[str], str] | None = None
    keys: Callable[[str], Iterable[str]] | None = None
    strangers: float = 0.01
    origin: str = field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a role the table compares already, and levels or shares that are none."""
        role_of(self.role)
        wrong = ""
        if not self.role.startswith(_PREFIX):
            wrong = f"the role {self.role!r}, expected 'attribute:<name>'"
        elif len(self.levels) not in _LEVELS or len(set(self.levels)) < len(self.levels):
            wrong = f"{len(self.levels)} levels for {self.role!r}, expected 2 to 5 different ones"
        elif not 0 < self.strangers < 1:
            wrong = f"strangers={self.strangers} for {self.role!r}, expected more than 0, below 1"
        if wrong:
            raise DefinitionError(f"found {wrong}", code="comparison")

    @property
    def attribute(self) -> str:
        """The name of the custom field."""
        return self.role.removeprefix(_PREFIX)

    @property
    def compared(self) -> Compared:
        """The row of the table of roles it stands for."""
        return Compared(sort=self.role, strangers=self.strangers)

    @property
    def sort(self) -> Sort:
        """Its levels, and shares to begin a fit with: each level five times rarer than the last."""
        middle = len(self.levels) - 2
        m = (0.15, *[0.15 / middle] * middle, 0.70) if middle else (0.15, 0.85)
        return Sort(self.levels, m, tuple(0.02 / 5**at for at in range(middle)))

    def formed(self, text: str) -> str | None:
        """Return the form of a text; None without a form of its own. Raises PluginError."""
        if self.form is None:
            return None
        found = self._asked(self.form, text)
        if not isinstance(found, str):
            raise self._fault(f"returned {type(found).__name__} as a form, expected text")
        return found

    def level(self, left: str, right: str) -> int:
        """Return the level of two different forms. Raises PluginError."""
        found = self._asked(self.compare, left, right)
        last = len(self.levels) - 1
        if isinstance(found, bool) or not isinstance(found, int):
            raise self._fault(f"returned {type(found).__name__}, expected the place of a level")
        if not 0 <= found < last:
            raise self._fault(
                f"returned a level outside 0 to {last - 1}: the last is for equal forms"
            )
        return found

    def shared(self, form: str) -> tuple[str, ...]:
        """Return the keys of a form; none without ``keys``. Raises PluginError."""
        found = () if self.keys is None else self._asked(self.keys, form)
        if isinstance(found, str) or not isinstance(found, Iterable):
            raise self._fault(f"returned {type(found).__name__} as keys, expected texts")
        keys = call_plugged(tuple, found, entry=self._entry, origin=self.origin)  # it may be lazy
        if not isinstance(keys, tuple) or not all(isinstance(key, str) for key in keys):
            raise self._fault("returned keys that are no texts")
        return tuple(key[:LONGEST] for key in keys)  # longer ones that begin alike meet

    @property
    def _entry(self) -> str:
        return f"the comparison {self.role!r}"

    def _asked(self, function: Callable[..., object], *given: str) -> object:
        return call_plugged(function, *given, entry=self._entry, origin=self.origin)

    def _fault(self, found: str) -> Exception:
        return plugin_fault(found, entry=self._entry, origin=self.origin)


NO_COMPARISONS: Mapping[str, Comparison] = MappingProxyType({})
"""What is compared beside the table of roles where nobody says anything."""


def by_role(comparisons: Iterable[Comparison]) -> Mapping[str, Comparison]:
    """Return comparisons by role; DefinitionError for two of one role, or more than 16."""
    held = tuple(comparisons)
    found = {each.role: each for each in held}
    if len(found) < len(held) or len(held) > _MOST:
        message = f"found {len(held)} comparisons, expected at most {_MOST}, one for each role"
        raise DefinitionError(message, code="comparison")
    return MappingProxyType(found)
