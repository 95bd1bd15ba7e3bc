"""A PostgreSQL of our own that can be stopped and started again, as at an upgrade or a crash."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import postgres
from tests.faults.bench import wait_for


@dataclass
class Stoppable:
    server: postgres.Server
    folder: Path
    _again: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _pid_file(self) -> Path:
        return self.folder / "data" / "postmaster.pid"

    @property
    def is_up(self) -> bool:
        return self._pid_file.exists()

    def stop(self) -> None:
        """As an operator stops it: clients are thrown out at once."""
        os.kill(int(self._pid_file.read_text().splitlines()[0]), signal.SIGINT)
        wait_for(lambda: not self._pid_file.exists())
        for process in self._again:
            process.wait()

    def start(self) -> None:
        command = shlex.split((self.folder / "data" / "postmaster.opts").read_text())
        process = subprocess.Popen(
            command,
            user="nobody" if os.geteuid() == 0 else None,
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._again.append(process)
        wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            postgres.connect(self.server.url).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def stoppable_postgres() -> Iterator[Stoppable]:
    folder = Path(tempfile.mkdtemp(prefix="rygbot-pg-"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    try:
        for server in postgres._started(folder, durable=True):
            made = Stoppable(server, folder)
            yield made
            if made.is_up:
                made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
