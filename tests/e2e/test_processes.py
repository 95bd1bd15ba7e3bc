"""The commands as an operator runs them: processes of their own, ended by signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from core.crypto import new_key
from core.settings import Settings

RYGBOT = Path(sys.executable).parent / "rygbot"
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    def __init__(self, database_url: str, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        ours = {name.upper() for name in Settings.model_fields}
        self.environment = {name: value for name, value in os.environ.items() if name not in ours} | {
            "DATABASE_URL": database_url,
            "SECRET_KEY": "s" * 40,
            "ENCRYPTION_KEYS": new_key(),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }
        self.running: list[subprocess.Popen[str]] = []

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(RYGBOT), *words],
            env=self.environment,
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [str(RYGBOT), *words],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.append(process)
        return process

    def get(self, path: str) -> int:
        """The status of a page; waits for a server that is still starting."""
        for _ in range(PATIENCE * 50):
            try:
                with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
                    status: int = answer.status
                    return status
            except HTTPError as answer:
                return answer.code
            except OSError:
                self._let_it_start()
        pytest.fail(f"no answer from {path}")

    def _let_it_start(self) -> None:
        for process in self.running:
            try:
                output, _ = process.communicate(timeout=0.02)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(f"{process.args!r} ended with {process.returncode}: {output}")

    def ends(self, process: subprocess.Popen[str], signum: int) -> tuple[int, str]:
        process.send_signal(signum)
        output, _ = process.communicate(timeout=PATIENCE)
        self.running.remove(process)
        return process.returncode, output


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(database_url, tmp_path)
    yield made
    for process in made.running:
        process.kill()
        process.communicate()


def test_web_and_worker_run_and_end_cleanly(installation: Installation) -> None:
    web = installation.start("serve", "--port", str(installation.port), "--processes", "1")
    assert installation.get("/healthz") == 200
    assert installation.get("/readyz") == 503
    assert installation.get("/") == 200
    worker = installation.start("worker")
    while installation.get("/readyz") != 200:
        assert worker.poll() is None
    for process in (worker, web):
        code, output = installation.ends(process, signal.SIGTERM)
        assert code == 0, output
        assert "Traceback" not in output


@pytest.mark.parametrize("words", [("serve",), ("demo",)])
def test_a_taken_port_is_told_in_a_sentence(words: tuple[str, ...], tmp_path: Path, sqlite_url: str) -> None:
    installation = Installation(sqlite_url, tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        result = installation.run(*words, "--port", str(installation.port))
    assert result.returncode == 1
    assert f"port {installation.port}" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", [("serve",), ("worker",), ("check",), ("db", "upgrade")])
def test_without_keys_nothing_starts_and_the_sentence_says_how_to_make_them(
    words: tuple[str, ...], tmp_path: Path, sqlite_url: str
) -> None:
    installation = Installation(sqlite_url, tmp_path)
    del installation.environment["ENCRYPTION_KEYS"]
    result = installation.run(*words)
    assert result.returncode == 2
    assert "rygbot keys new" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", [("worker", "--drain"), ("db", "upgrade"), ("serve",)])
def test_a_database_that_is_not_there_is_told_in_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    installation = Installation(f"postgresql://nobody@127.0.0.1:{free_port()}/none", tmp_path)
    result = installation.run(*words)
    assert result.returncode == 1
    assert "cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_demo_starts_and_ends_cleanly(tmp_path: Path, sqlite_url: str) -> None:
    installation = Installation(sqlite_url, tmp_path)
    demo = installation.start("demo", "--port", str(installation.port))
    assert installation.get("/demo") == 200
    code, output = installation.ends(demo, signal.SIGINT)
    assert code == 0, output
    assert f"http://127.0.0.1:{installation.port}/demo" in output
    assert "Traceback" not in output
