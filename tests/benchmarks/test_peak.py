"""How large a process has been is its own size, not that of whoever started it."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.peak import peak_megabytes
from benchmarks.processes import ROOT

LARGE = 150_000_000
CHILD = "from benchmarks.peak import peak_megabytes; print(peak_megabytes())"


def test_a_small_child_of_a_large_parent_is_small() -> None:
    held = bytearray(LARGE)
    told = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert len(held) == LARGE
    assert 0 < float(told) < LARGE / 1_000_000 < peak_megabytes()


def test_a_process_that_is_gone_has_no_size() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert peak_megabytes(gone.pid) == 0
