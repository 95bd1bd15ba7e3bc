"""How large a process has been in memory. Imports next to nothing, so that asking does not add to it."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak_megabytes(pid: int | None = None) -> float:
    """The most that a process (None: this one) has held up to now; 0 for a process that is gone.

    Linux is asked of the process itself. What getrusage tells goes on from the one it was started by: a small child of
    a large parent has the parent's size there.
    """
    status = Path("/proc") / (str(pid) if pid else "self") / "status"
    if status.exists():
        _, _, told = status.read_text(encoding="utf-8").partition("VmHWM:")
        return int(told.split()[0]) / 1000 if told else 0.0
    if pid is not None:
        return 0.0
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1_000_000 if sys.platform == "darwin" else 1_000)  # bytes there, kilobytes elsewhere
