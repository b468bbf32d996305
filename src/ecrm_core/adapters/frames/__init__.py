"""Frames: pandas, polars, pyarrow and whatever else narwhals reads; findings as the same kind.

An extra (``ecrm_core[frames]``). ``check`` takes a frame without it; this reads also what has to be
collected first, and gives frames back.
"""

from ecrm_core.adapters.frames.actions import actions
from ecrm_core.adapters.frames.reading import columns_of
from ecrm_core.adapters.frames.writing import findings, marked

__all__ = ["actions", "columns_of", "findings", "marked"]
