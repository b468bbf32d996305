"""Auto-merge: which customers a run may join without asking. No policy, nothing is joined."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.merging.claim import Proof
from ecrm_core.merging.proposal import Zone

__all__ = ["AutoMerge"]


def _zone(name: str | Zone | None) -> Zone | None:
    return None if name is None else Zone.of(name)


def _proof(name: str | Proof | None) -> Proof | None:
    return None if name is None else Proof.of(name)


def _sources(names: Iterable[str] | None) -> frozenset[str] | None:
    if not isinstance(names, Iterable | None):
        message = f"found {type(names).__name__}, expected names of sources"
        raise DefinitionError(message, code="auto_merge")
    return None if names is None else frozenset((names,) if isinstance(names, str) else names)


@frozen(kw_only=True)
class AutoMerge:
    """Two customers are joined when all that is named here holds.

    ``zone``: the model is that sure ("certain", or "likely" and above). ``proof``: one has claimed
    to be the other with that proof or a stronger one; whoever only typed an address of the other,
    as a guest does, is joined by a policy that names that proof alone. ``sources``: every record of
    both comes from one of them. Blockers, judgements and whatever a person has undone stand above
    any policy.
    Zone and proof may be given by name. Raises DefinitionError for a policy that names neither, or
    the zone "review", and UnknownName for a name that is none.
    """

    zone: Zone | None = field(default=None, converter=_zone)
    proof: Proof | None = field(default=None, converter=_proof)
    sources: frozenset[str] | None = field(default=None, converter=_sources)

    def __attrs_post_init__(self) -> None:
        """Refuse what would join everybody."""
        if (self.zone is None and self.proof is None) or self.zone is Zone.REVIEW:
            message = "expected a zone (certain or likely) or a proof, for else anybody is joined"
            raise DefinitionError(message, code="auto_merge")

    def allows(self, zone: Zone | None, proof: Proof | None, sources: Collection[str]) -> bool:
        """Tell whether two customers may be joined: found in that zone, claimed with that proof."""
        if self.sources is not None and not self.sources.issuperset(sources):
            return False
        if self.zone is not None and not _as_sure(zone, self.zone):
            return False
        return self.proof is None or (proof is not None and proof.strength >= self.proof.strength)


def _as_sure(found: Zone | None, wanted: Zone) -> bool:
    return found is Zone.CERTAIN or found is wanted
