"""A worker killed anywhere, or asleep beyond its lease: nothing is lost, nothing goes out twice."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import timedelta

import pytest

from bot import worker
from bot.app import create_app
from core.models import MessageState
from scheduler.outbox import LEASE
from scheduler.settling import SETTLES_IN
from scheduler.upkeep import sweep
from tests.faults.bench import Bench, books_agree
from tests.faults.callbacks import report

PATIENTS = 6
RED = "jeg kan ikke tisse"


def enrol(bench: Bench, patients: int = PATIENTS) -> None:
    """So many welcomes are due."""
    for number in range(patients):
        bench.world.enrol(phone=f"+4520{100000 + number}")


@pytest.mark.parametrize(
    ("at", "nth"),
    [
        ("before claim", 1),
        ("after claim", 1),
        ("before call", 1),
        ("before call", 4),
        ("after call", 1),
        ("after call", 3),
        ("after call", PATIENTS),
        ("before record", 1),
        ("before commit of record", 1),
        ("after record", 1),
    ],
)
def test_a_worker_killed_anywhere_loses_and_doubles_nothing(bench: Bench, at: str, nth: int) -> None:
    enrol(bench)
    bench.kill_worker(at, nth)
    bench.recover()
    books_agree(bench, due=PATIENTS)
    assert bench.messages(MessageState.SENDING, MessageState.UNKNOWN) == []
    assert bench.world.alerts() == []


def test_receipts_that_come_while_the_worker_is_dead_settle_what_they_are_about(bench: Bench) -> None:
    enrol(bench)
    bench.kill_worker("before record")
    web = create_app(bench.world.runtime)
    for entry in bench.provider.sent[::2]:
        report(web, entry, "delivered")
    bench.recover()
    books_agree(bench, due=PATIENTS)
    assert len(bench.messages(MessageState.DELIVERED)) == PATIENTS // 2


def test_advice_of_a_killed_worker_is_settled_first(bench: Bench) -> None:
    enrol(bench, 1)
    bench.world.drain()
    bench.world.write(RED, sender="+4520100000")
    bench.kill_worker("before call")
    bench.later(minutes=3)  # the lease, and what the process's own clock went on meanwhile
    bench.later(seconds=30)
    (advice,) = bench.world.advice()
    assert advice.state == MessageState.SENT


def test_workers_killed_one_after_the_other_lose_and_double_nothing(bench: Bench) -> None:
    enrol(bench)
    for at, nth in (("after call", 2), ("before call", 1), ("before record", 1)):
        bench.kill_worker(at, nth)
        bench.world.clock.now += LEASE + timedelta(minutes=1)
        worker.in_transaction(bench.world.runtime, sweep)
        bench.world.clock.now += SETTLES_IN
        bench.world.books.settle()
    bench.recover()
    books_agree(bench, due=PATIENTS)


@pytest.mark.parametrize("at", ["after claim", "before call", "after call", "before record"])
def test_two_workers_asleep_beyond_their_lease_that_wake_again_lose_and_double_nothing(bench: Bench, at: str) -> None:
    enrol(bench)
    nth = "2" if "call" in at else "1"
    sleepers = []
    for _ in range(2):
        sleeper = bench.start_worker(AT=at, NTH=nth, SIGNAL="SIGSTOP")
        _, status = os.waitpid(sleeper.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        sleepers.append(sleeper)
        enrol_more(bench, len(sleepers))
    bench.recover()
    for sleeper in sleepers:
        sleeper.send_signal(signal.SIGCONT)
    for sleeper in sleepers:
        sleeper.communicate(timeout=120)
    bench.recover()
    books_agree(bench, due=PATIENTS + 2 * 2)
    assert bench.messages(MessageState.SENDING, MessageState.UNKNOWN) == []


def enrol_more(bench: Bench, round_: int) -> None:
    """Something for the next sleeper to claim, and for the one in this process."""
    for number in range(2):
        bench.world.enrol(phone=f"+4521{round_}0000{number}")


def test_what_a_sleeping_worker_has_claimed_waits_until_it_wakes_or_dies(bench: Bench) -> None:
    enrol(bench)
    sleeper = bench.start_worker(AT="after claim", SIGNAL="SIGSTOP")
    os.waitpid(sleeper.pid, os.WUNTRACED)
    bench.recover()
    assert len(bench.messages(MessageState.UNKNOWN)) == PATIENTS
    assert bench.provider.sent == []
    sleeper.kill()
    sleeper.communicate()
    bench.recover()
    books_agree(bench, due=PATIENTS)


def test_a_worker_that_is_asked_to_stop_while_a_batch_leaves_finishes_and_records_it(bench: Bench) -> None:
    """SIGTERM as the first of its texts reaches the provider: what has left is written down, the rest stays planned."""
    enrol(bench, 40)
    process: list[subprocess.Popen[bytes]] = []

    def ask_to_stop(_request: object) -> None:
        bench.provider.on_request = None
        process[0].send_signal(signal.SIGTERM)

    bench.provider.on_request = ask_to_stop
    process.append(bench.start_worker(LOOP="1"))
    output, _ = process[0].communicate(timeout=120)
    assert process[0].returncode == 0, output.decode()
    assert bench.messages(MessageState.SENDING, MessageState.UNKNOWN) == []
    books_agree(bench, due=len(bench.provider.sent))
    bench.recover()
    books_agree(bench, due=40)


def test_advice_of_a_worker_asleep_at_the_provider_is_not_sent_twice_when_it_wakes(bench: Bench) -> None:
    """Its lease is over and another has sent the advice: what had not begun in time never begins."""
    enrol(bench, 1)
    bench.world.drain()
    bench.world.write(RED, sender="+4520100000")
    sleeper = bench.start_worker(AT="before call", SIGNAL="SIGSTOP")
    os.waitpid(sleeper.pid, os.WUNTRACED)
    bench.recover()
    assert [row.state for row in bench.world.advice()] == [MessageState.SENT]
    sleeper.send_signal(signal.SIGCONT)
    sleeper.communicate(timeout=120)
    bench.recover()
    (advice,) = bench.world.advice()
    assert [entry.body for entry in bench.provider.sent].count(advice.body) == 1
