"""Processes that a benchmark starts and measures: what they were told, what they took of the machine."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peak import peak_megabytes
from core.crypto import new_key
from core.settings import Settings

ROOT = Path(__file__).parents[1]
KEY = new_key()
"""One key for all databases of a benchmark."""
SECRET = "s" * 40
INBOUND_TOKEN = "a-token-for-benchmarks"


def environment(database_url: str, **settings: str) -> dict[str, str]:
    """What a process of the product is started with: none of the caller's own settings."""
    ours = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in ours} | {
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET,
        "ENCRYPTION_KEYS": KEY,
        "TWILIO_AUTH_TOKEN": INBOUND_TOKEN,
        **settings,
    }


class Process:
    """A process that answers in lines: told something on its standard input, it says something on its output."""

    def __init__(self, started: subprocess.Popen[str]) -> None:
        self._started = started

    @property
    def pid(self) -> int:
        return self._started.pid

    def tell(self, line: str) -> None:
        assert self._started.stdin is not None
        self._started.stdin.write(line + "\n")
        self._started.stdin.flush()

    def hear(self) -> str:
        """The next line. Raises RuntimeError when the process ended instead."""
        assert self._started.stdout is not None
        line = self._started.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._started.args!r} ended with {self._started.wait()}")
        return line.strip()

    def hear_json(self) -> Any:
        return json.loads(self.hear())


@contextmanager
def module(name: str, *words: str, environment: Mapping[str, str]) -> Iterator[Process]:
    """A module of ours as a process; it ends at the latest with the block."""
    started = subprocess.Popen(
        [sys.executable, "-m", name, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(environment),
        cwd=ROOT,
    )
    try:
        yield Process(started)
    finally:
        started.kill()
        started.communicate()


@dataclass(frozen=True)
class Usage:
    """What a process took: CPU seconds, and its largest size in memory in megabytes."""

    cpu: float
    megabytes: float


def own_usage() -> Usage:
    """This process's, up to now."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return Usage(spent.ru_utime + spent.ru_stime, peak_megabytes())


def say(value: object) -> None:
    """One line to whoever started this process."""
    print(json.dumps(value), flush=True)
