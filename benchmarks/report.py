"""What every benchmark prints: its setting, and a table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path


def machine(*libraries: str) -> str:
    """Versions and machine, two lines; `libraries` are named beside Rygbot."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in ("rygbot", *libraries))
    return f"{versions}\n{python}, {platform.system()} {platform.release()}, {model}, {os.cpu_count()} cores"


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of values in ascending order; of few it is the last."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: Sequence[float]) -> list[str]:
    """Median, p99 and the longest, as cells."""
    ordered = sorted(seconds)
    return [f"{value * 1000:,.1f}" for value in (percentile(ordered, 0.5), percentile(ordered, 0.99), ordered[-1])]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first stand to the right."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines.insert(1, rule)
    padded = [
        [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        for line in lines
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)
