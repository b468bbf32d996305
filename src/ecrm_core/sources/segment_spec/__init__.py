"""Segment spec: the calls of Segment, RudderStack and others: identify, track, page, group, alias.

https://segment.com/docs/connections/spec. One call is one event of the timeline; its traits are
statements of a record, and what it says of identities are links.
"""

from ecrm_core.sources.segment_spec.reading import CALLS, read
from ecrm_core.sources.segment_spec.tracked import TRACKED

__all__ = ["CALLS", "TRACKED", "read"]
