"""Records that wait on disk: kept through a crash, in order, unreadable to others, handed over once."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto import Keyring, new_key
from core.spool import FORGOTTEN, SET_ASIDE, Record, Spool

KEY = new_key()
WORDS = {"body": "jeg kan ikke tisse"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    return Spool(folder, Keyring([KEY]))


def taken(spool: Spool, limit: int = 100) -> list[Record]:
    got: list[Record] = []

    def take(record: Record) -> bool:
        got.append(record)
        return True

    spool.drain(take, limit)
    return got


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def test_what_is_put_comes_out_once_in_the_order_it_came(spool: Spool, folder: Path) -> None:
    for number in range(12):
        spool.put({"number": number})
    assert spool.waiting() == 12
    assert [record["number"] for record in taken(spool)] == list(range(12))
    assert taken(spool) == []
    assert files(folder) == []


def test_another_process_of_the_same_keys_takes_it(spool: Spool, folder: Path) -> None:
    spool.put(WORDS)
    assert taken(Spool(folder, Keyring([new_key(), KEY]))) == [WORDS]


def test_no_words_stand_on_disk_in_clear_and_nobody_else_may_read(spool: Spool, folder: Path) -> None:
    spool.put(WORDS)
    (path,) = files(folder)
    assert b"tisse" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_file_and_folder_are_on_disk_before_put_returns(
    spool: Spool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    real = os.fsync

    def watched(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    spool.put(WORDS)
    assert synced[:2] == [folder.parent, folder.parent.parent], "the folders themselves are new"
    assert synced[2].suffix == ".part", "written through before it gets its name"
    assert synced[3:] == [folder]


@settings(max_examples=50)
@given(body=st.text())
def test_any_text_comes_out_as_it_went_in(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"), Keyring([KEY]))
    spool.put({"body": body})
    assert taken(spool) == [{"body": body}]


def test_what_cannot_be_taken_now_waits_with_all_that_came_after(spool: Spool) -> None:
    for number in range(3):
        spool.put({"number": number})
    assert spool.drain(lambda record: record["number"] < 1) == 1
    assert [record["number"] for record in taken(spool)] == [1, 2]


def test_a_damaged_file_is_set_aside_and_the_others_go_on(spool: Spool, folder: Path) -> None:
    for number in range(3):
        spool.put({"number": number})
    damaged = files(folder)[1]
    damaged.write_bytes(damaged.read_bytes()[:40])
    assert [record["number"] for record in taken(spool)] == [0, 2]
    assert (spool.waiting(), spool.set_aside()) == (0, 1)
    assert files(folder / SET_ASIDE)[0].name == damaged.name


def test_what_opens_with_no_key_is_set_aside_not_deleted(spool: Spool, folder: Path) -> None:
    spool.put(WORDS)
    stranger = Spool(folder, Keyring([new_key()]))
    assert taken(stranger) == []
    assert stranger.set_aside() == 1
    (path,) = files(folder)
    path.rename(folder / path.name)
    assert taken(spool) == [WORDS]


def test_what_is_refused_is_set_aside(spool: Spool) -> None:
    spool.put(WORDS)

    def refuse(_record: Record) -> bool:
        raise ValueError

    assert spool.drain(refuse) == 0
    assert spool.set_aside() == 1


@pytest.mark.parametrize("call", ["write", "fsync", "open"])
def test_a_disk_that_cannot_take_it_says_so_and_leaves_nothing_behind(
    spool: Spool, folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    folder.mkdir(parents=True)

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="no space left"):
            spool.put(WORDS)
    assert files(folder) == []
    spool.put(WORDS)
    assert taken(spool) == [WORDS]


def test_a_half_written_file_is_never_handed_over_and_goes_after_an_hour(spool: Spool, folder: Path) -> None:
    spool.put(WORDS)
    half = folder / "0-1-1.part"
    half.write_bytes(b"half")
    assert taken(spool) == [WORDS]
    assert half.exists()
    long_ago = time.time() - FORGOTTEN - 1
    os.utime(half, (long_ago, long_ago))
    taken(spool)
    assert not half.exists()


def test_one_drains_at_a_time(spool: Spool, folder: Path) -> None:
    spool.put(WORDS)
    with (folder / ".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert taken(spool) == []
    assert taken(spool) == [WORDS]


def test_a_spool_nobody_has_used_is_empty(spool: Spool, folder: Path) -> None:
    assert (spool.waiting(), spool.set_aside(), taken(spool)) == (0, 0, [])
    assert not folder.exists()
