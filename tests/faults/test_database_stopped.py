"""PostgreSQL stopped and started under a running worker and web; a disk too full for the spool."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.spooling import spool_of
from core import db
from core.models import Reply
from tests.faults.bench import Bench, bench_on, books_agree, wait_for
from tests.faults.callbacks import post_text
from tests.faults.stoppable import Stoppable, stoppable_postgres
from tests.world import PHONE, SENDER

RED = "jeg kan ikke tisse"


def text(sid: str, body: str) -> dict[str, str]:
    return {"MessageSid": sid, "From": PHONE, "To": SENDER, "Body": body, "NumMedia": "0"}


@pytest.fixture(scope="module")
def stoppable() -> Iterator[Stoppable]:
    with stoppable_postgres() as made:
        yield made


@pytest.fixture
def bench(stoppable: Stoppable) -> Iterator[Bench]:
    url = stoppable.server.create()
    db.upgrade(url)
    with bench_on(url) as made:
        yield made
    stoppable.server.drop(url)


def test_texts_that_come_while_the_database_is_down_are_answered_when_it_is_up(
    bench: Bench, stoppable: Stoppable
) -> None:
    """The same worker process goes on by itself: nobody restarts anything but the database."""
    bench.world.enrol()
    worker = bench.start_worker(LOOP="1")
    wait_for(lambda: len(bench.provider.sent) == 1, worker)
    stoppable.stop()
    for number, body in enumerate(("hej", RED)):
        assert post_text(bench, text(f"SM{number}", body)).status_code == 200
    assert spool_of(bench.world.runtime).waiting() == 2
    stoppable.start()
    wait_for(
        lambda: any("112" in entry.body or "læge" in entry.body.lower() for entry in bench.provider.sent[1:]), worker
    )
    worker.send_signal(signal.SIGTERM)
    output, _ = worker.communicate(timeout=60)
    assert worker.returncode == 0, output.decode()
    with bench.world.session() as session:
        assert session.scalars(select(Reply.body).order_by(Reply.id)).all() == ["hej", RED]
    bench.recover()
    sent = [message for message in bench.messages() if message.provider_id]
    books_agree(bench, due=len(sent))
    assert len(bench.world.advice()) == 1


def test_a_database_that_goes_while_texts_are_under_way_loses_and_doubles_nothing(
    bench: Bench, stoppable: Stoppable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the provider took them and before they are written down, for longer than we try to write."""
    for number in range(4):
        bench.world.enrol(phone=f"+4520{100000 + number}")
    monkeypatch.setattr("scheduler.dispatch.RECORD_PAUSES", (0.01,))
    bench.provider.on_request = lambda _request: stop_once(stoppable)
    with pytest.raises(OperationalError):
        bench.world.drain()
    stoppable.start()
    bench.recover()
    books_agree(bench, due=4)


def advice_is_out(bench: Bench) -> bool:
    return any("læge" in entry.body.lower() or "112" in entry.body for entry in bench.provider.sent[1:])


def stop_once(stoppable: Stoppable) -> None:
    if stoppable.is_up:
        stoppable.stop()


def test_a_database_that_comes_back_in_time_needs_no_settling(
    bench: Bench, stoppable: Stoppable, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.world.enrol()
    bench.provider.on_request = lambda _request: stop_once(stoppable)
    monkeypatch.setattr("scheduler.dispatch.wait", lambda _seconds: start_again(stoppable))
    assert bench.world.drain().sent == 1
    books_agree(bench, due=1)


def start_again(stoppable: Stoppable) -> None:
    if not stoppable.is_up:
        stoppable.start()


@pytest.fixture
def full_disk(bench: Bench, tmp_path: Path) -> Iterator[None]:
    """A disk without room: a file system of a few pages where we may mount one, else a limit on the size of files."""
    folder = tmp_path / "disk"
    folder.mkdir()
    bench.give_spool(folder)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        (folder / "filler").write_bytes(b"x" * 4096)
        yield
        subprocess.run(["umount", str(folder)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, ignored)


def test_without_database_and_disk_the_provider_is_told_and_the_list_is_read_back(
    bench: Bench, stoppable: Stoppable, full_disk: None
) -> None:
    bench.world.enrol()
    bench.provider.text_came_in("SMred", PHONE, SENDER, RED, bench.world.clock())
    stoppable.stop()
    try:
        assert post_text(bench, text("SMred", RED)).status_code == 503
        assert spool_of(bench.world.runtime).waiting() == 0
    finally:
        stoppable.start()
    bench.later(minutes=2)
    assert [(alert.kind, alert.colour) for alert in bench.world.alerts()] == [("reply", "red")]
