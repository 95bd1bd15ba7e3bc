"""A provider that drops, breaks, throttles, answers late, and reports early, twice and in any order."""

from __future__ import annotations

import itertools

import pytest

from bot.app import create_app
from core.models import MessageState
from tests.fake_twilio import FakeTwilio, Request
from tests.faults.bench import Bench, books_agree
from tests.faults.callbacks import report

PATIENTS = 5


def enrol(bench: Bench, patients: int = PATIENTS) -> None:
    for number in range(patients):
        bench.world.enrol(phone=f"+4520{100000 + number}")


def fail(provider: FakeTwilio, how: str) -> None:
    match how:
        case "dropped after accepting":
            provider.hang_up()
        case "dropped before accepting":
            provider.hang_up(accepted=False)
        case "500 after accepting":
            provider.fail_after_accepting()
        case "500 before accepting":
            provider.refuse(500, 20500)
        case "429":
            provider.refuse(429, 20429, {"Retry-After": "7"})
        case "nonsense after accepting":
            provider.answer_with(201, "<html>")


FAULTS = (
    "dropped after accepting",
    "dropped before accepting",
    "500 after accepting",
    "500 before accepting",
    "429",
    "nonsense after accepting",
)


@pytest.mark.parametrize("how", FAULTS)
def test_one_fault_loses_and_doubles_nothing(bench: Bench, how: str) -> None:
    enrol(bench)
    fail(bench.provider, how)
    bench.world.drain()
    bench.recover()
    books_agree(bench, due=PATIENTS)


def test_every_fault_at_once_loses_and_doubles_nothing(bench: Bench) -> None:
    enrol(bench, len(FAULTS) * 2)
    for how in FAULTS * 2:
        fail(bench.provider, how)
    bench.world.drain()
    for _ in range(4):
        bench.recover()
    books_agree(bench, due=len(FAULTS) * 2)


def test_identical_texts_to_one_patient_are_counted(bench: Bench) -> None:
    """The same advice twice in a row, the first answer lost and the second text refused by a broken connection."""
    enrol(bench, 1)
    bench.world.drain()
    for _ in range(2):
        bench.world.write("jeg kan ikke tisse", sender="+4520100000")
    fail(bench.provider, "dropped after accepting")
    fail(bench.provider, "dropped before accepting")
    bench.world.drain()
    for _ in range(2):
        bench.later(seconds=31)
    assert [advice.state for advice in bench.world.advice()] == [MessageState.SENT] * 2
    assert len(bench.provider.sent) == 3


def test_a_list_in_many_pages_that_breaks_now_and_then_settles_all(bench: Bench) -> None:
    enrol(bench)
    bench.provider.page_limit = 1
    for _ in range(PATIENTS):
        bench.provider.hang_up()
    bench.world.drain()
    bench.provider.refuse_list(503, times=4)
    bench.recover()
    bench.recover()
    books_agree(bench, due=PATIENTS)


def test_what_the_provider_takes_after_we_gave_up_but_before_it_settles_is_found(bench: Bench) -> None:
    enrol(bench)
    bench.provider.hang_up_and_accept_late()
    bench.world.drain()
    bench.world.clock.forward(seconds=60)
    bench.provider.accept_late()
    bench.recover()
    books_agree(bench, due=PATIENTS)


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered"])))
def test_receipts_before_the_answer_in_any_order_and_twice_end_in_delivered(
    bench: Bench, order: tuple[str, ...]
) -> None:
    enrol(bench, 2)
    web = create_app(bench.world.runtime)  # here: Python 3.11 cannot parse in two threads at once, as making one does

    def report_early(request: Request) -> None:
        entry = next(entry for entry in bench.provider.sent if entry.sid == request.sid)
        report(web, entry, *order, *order)

    bench.provider.on_request = report_early
    bench.world.drain()
    books_agree(bench, due=2)
    assert len(bench.messages(MessageState.DELIVERED)) == 2


def test_slow_answers_hold_up_nothing_but_themselves(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer never comes within the time-out; the other texts of its batch are sent and written down."""
    monkeypatch.setattr("core.gateway.twilio.TOTAL_SECONDS", 0.5)
    bench.reconnect()
    enrol(bench)
    bench.provider.stay_silent()
    bench.world.drain()
    assert bench.provider.unanswered == 1
    assert len(bench.messages(MessageState.SENT)) == PATIENTS - 1
    assert len(bench.messages(MessageState.UNKNOWN)) == 1
    bench.recover()
    books_agree(bench, due=PATIENTS)
