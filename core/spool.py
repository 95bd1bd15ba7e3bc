"""What could not be stored waits on disk: one file each, encrypted, there once `put` has returned, gone once taken."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from core.crypto import DecryptionError, Keyring

SUFFIX = ".spool"
HALF_WRITTEN = ".part"
SET_ASIDE = "set-aside"
AT_ONCE = 100
FORGOTTEN = 3600.0
"""Seconds after which a half-written file is nobody's: whoever wrote it was never told that it was kept."""

Record = dict[str, Any]
log = structlog.get_logger()


class Spool:
    """A folder shared by the processes of one machine. The files' names sort in the order of their coming."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring
        self._numbers = itertools.count()

    def put(self, record: Record) -> None:
        """Keep a record through a crash and a power cut. Raises OSError when the disk cannot take it."""
        self._make_folder()
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers)}"
        half, whole = self._folder / f"{name}{HALF_WRITTEN}", self._folder / f"{name}{SUFFIX}"
        try:
            _write_through(half, self._keyring.encrypt(json.dumps(record)))
            half.rename(whole)
            _sync_folder(self._folder)
        except OSError:
            for path in (half, whole):
                with suppress(OSError):
                    path.unlink()
            raise

    def drain(self, take: Callable[[Record], bool], limit: int = AT_ONCE) -> int:
        """Hand over what waits, oldest first; returns how much was taken.

        `take` returns False when it cannot take anything just now: the rest waits, in order. What it raises at, and
        what cannot be read, is set aside so that it does not hold up the others. One process at a time drains.
        """
        taken = 0
        with self._lock() as is_ours:
            if not is_ours:
                return 0
            self._sweep()
            for path in self._files()[:limit]:
                try:
                    if not take(self._read(path)):
                        break
                except (DecryptionError, ValueError, KeyError, TypeError) as error:
                    self._put_aside(path, error)
                    continue
                path.unlink()
                taken += 1
        return taken

    def waiting(self) -> int:
        return len(self._files())

    def set_aside(self) -> int:
        """How much could not be read or taken, and waits for somebody to look at it."""
        folder = self._folder / SET_ASIDE
        return len(list(folder.glob(f"*{SUFFIX}"))) if folder.is_dir() else 0

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{SUFFIX}")) if self._folder.is_dir() else []

    def _read(self, path: Path) -> Record:
        record = json.loads(self._keyring.decrypt(path.read_bytes()))
        if not isinstance(record, dict):
            raise TypeError("not a record")
        return record

    def _put_aside(self, path: Path, error: Exception) -> None:
        log.error("spooled text set aside", error=type(error).__name__)
        folder = self._folder / SET_ASIDE
        folder.mkdir(mode=0o700, exist_ok=True)
        path.rename(folder / path.name)
        _sync_folder(folder)
        _sync_folder(self._folder)

    def _sweep(self) -> None:
        for path in self._folder.glob(f"*{HALF_WRITTEN}"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > FORGOTTEN:
                    path.unlink()

    def _make_folder(self) -> None:
        new = [folder for folder in (self._folder, *self._folder.parents) if not folder.is_dir()]
        if new:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in new:
            _sync_folder(folder.parent)

    @contextmanager
    def _lock(self) -> Iterator[bool]:
        if not self._folder.is_dir():
            yield False
            return
        with (self._folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _write_through(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
