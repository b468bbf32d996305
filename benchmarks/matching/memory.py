"""Memory: the peak of this process alone."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_megabytes() -> float:
    """Return the peak of resident memory since this program began, in MB of 2^20 bytes.

    Linux tells it for the program alone; elsewhere that of a larger parent may count.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
