"""Matching: finding the rows and customers that are one person; it proposes, and joins nobody."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ecrm_core.matching.adopted import (
    MODEL_BODIES,
    MODELS,
    SWEEPS,
    AdoptedModel,
    ModelBody,
    Sweep,
    decide_adopt,
)
from ecrm_core.matching.comparison import Comparison
from ecrm_core.matching.contradictions import Bond, Contradiction, contradictions
from ecrm_core.matching.explain import Explanation, FieldEvidence
from ecrm_core.matching.judgement import JUDGEMENTS, Judgement, JudgementVerdict, verdicts
from ecrm_core.matching.judgement_table import (
    JUDGEMENT_COLUMNS,
    JudgementRow,
    JudgementTable,
    RefusedRow,
    judgement_rows,
    read_judgement_rows,
)
from ecrm_core.matching.judging import decide_judgement, decide_judgements
from ecrm_core.matching.model import FieldWeights, Model, default_model
from ecrm_core.matching.people import completed
from ecrm_core.matching.roles import COMPARED, SORTS, Compared, Sort
from ecrm_core.matching.standing import Standing

if TYPE_CHECKING:
    from ecrm_core.matching.blocking import LeftOut
    from ecrm_core.matching.deduping import dedupe
    from ecrm_core.matching.deduplication import Deduplication
    from ecrm_core.matching.explaining import explain_two
    from ecrm_core.matching.index import Index, IndexMatch
    from ecrm_core.matching.linker import Forms, Linker
    from ecrm_core.matching.nearest import Match, best_matches, matches_among
    from ecrm_core.matching.pairs import Pair, Pairs
    from ecrm_core.matching.postings import Capped
    from ecrm_core.matching.refit import Refit, Shift, compare_models

__all__ = [
    "COMPARED",
    "JUDGEMENTS",
    "JUDGEMENT_COLUMNS",
    "MODELS",
    "MODEL_BODIES",
    "SORTS",
    "SWEEPS",
    "AdoptedModel",
    "Bond",
    "Capped",
    "Compared",
    "Comparison",
    "Contradiction",
    "Deduplication",
    "Explanation",
    "FieldEvidence",
    "FieldWeights",
    "Forms",
    "Index",
    "IndexMatch",
    "Judgement",
    "JudgementRow",
    "JudgementTable",
    "JudgementVerdict",
    "LeftOut",
    "Linker",
    "Match",
    "Model",
    "ModelBody",
    "Pair",
    "Pairs",
    "Refit",
    "RefusedRow",
    "Shift",
    "Sort",
    "Standing",
    "Sweep",
    "best_matches",
    "compare_models",
    "completed",
    "contradictions",
    "decide_adopt",
    "decide_judgement",
    "decide_judgements",
    "dedupe",
    "default_model",
    "explain_two",
    "judgement_rows",
    "matches_among",
    "read_judgement_rows",
    "verdicts",
]

# What needs numpy is loaded when first asked for: judgements travel without it.
_HOMES = {
    "Capped": "ecrm_core.matching.postings",
    "Deduplication": "ecrm_core.matching.deduplication",
    "Index": "ecrm_core.matching.index",
    "IndexMatch": "ecrm_core.matching.index",
    "Forms": "ecrm_core.matching.linker",
    "LeftOut": "ecrm_core.matching.blocking",
    "Linker": "ecrm_core.matching.linker",
    "Match": "ecrm_core.matching.nearest",
    "Pair": "ecrm_core.matching.pairs",
    "Pairs": "ecrm_core.matching.pairs",
    "best_matches": "ecrm_core.matching.nearest",
    "dedupe": "ecrm_core.matching.deduping",
    "matches_among": "ecrm_core.matching.nearest",
    "Refit": "ecrm_core.matching.refit",
    "Shift": "ecrm_core.matching.refit",
    "compare_models": "ecrm_core.matching.refit",
    "explain_two": "ecrm_core.matching.explaining",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
