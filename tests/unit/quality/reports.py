"""Reports for the tests of this folder: a table with sources, typists and hostile names."""

from __future__ import annotations

from ecrm_core import check
from ecrm_core.quality import TableReport

HOSTILE = "<script>document.title='taken'</script><img src='http://{host}/x' onerror=none()>\"'&"
FIELDS = {"Name": "full_name", "Mail": "email", "By": "entered_by"}


def hostile(host: str = "127.0.0.1:9") -> str:
    """Return a name that would run a script and call a host, if it were taken for HTML."""
    return HOSTILE.format(host=host)


def report(*, host: str = "127.0.0.1:9", people: int = 12) -> TableReport:
    """Return a report on invented people; columns, sources and typists have hostile names too."""
    bad = hostile(host)
    rows = [
        {
            "Name": ["Ann Lee", bad, "Bo 7", ""][at % 4],
            "Mail": ["ann@example.com", "bo@gmial.com", bad][at % 3],
            "By": ["anna", "ahmed", bad, ""][at % 4],
            "From": ["shop", bad, ""][at % 3],
            bad: "x",
        }
        for at in range(people)
    ]
    fields = {**FIELDS, bad: "attribute:x"}
    return check(rows, fields=fields, source="From")
