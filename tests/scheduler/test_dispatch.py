from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.course import stop
from bot.delivery import on_failure
from core.gateway import OPTED_OUT, Outbound, SendError, Verdict
from core.models import Enrolment, Message, MessageState, Patient
from scheduler.claims import claim
from scheduler.outbox import LEASE, RETRY_CAP
from scheduler.recording import Outcome, record, record_failure, wait_before
from scheduler.upkeep import expire_late, sweep
from tests.world import MONDAY, FakeGateway, World


def first(session: Session) -> Message:
    return session.scalars(select(Message).order_by(Message.due_at)).first()  # type: ignore[return-value]


def test_a_due_text_is_sent_once_and_written_down(world: World) -> None:
    world.enrol()
    assert world.drain().sent == 1
    assert world.drain().sent == 0
    (sent,) = world.messages(MessageState.SENT)
    assert sent.provider_id == "SM" + "0" * 31 + "1"
    assert sent.sent_at == MONDAY
    assert [outbound.to for outbound in world.gateway.sent] == ["+4520123456"]


def test_what_is_not_due_yet_stays(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(hours=23)
    assert world.drain().sent == 0


def test_a_claim_is_committed_before_anything_is_sent(world: World) -> None:
    world.enrol()
    states: list[str] = []

    class Watching:
        name = "watching"

        async def send(self, outbound: object) -> str:
            states.extend(message.state for message in world.messages(MessageState.SENDING))
            return "SM1"

        async def close(self) -> None:
            return None

    world.gateway = Watching()  # type: ignore[assignment]
    world.drain()
    assert states == [MessageState.SENDING]


def test_each_row_goes_to_one_of_several_workers(world: World) -> None:
    for number in range(40):
        world.enrol(phone=f"+4520{100000 + number}")
    claimed: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        while True:
            with world.session() as session:
                batch = claim(session, name, 5, MONDAY)
                session.commit()
            if not batch:
                return
            with lock:
                claimed.extend(outbound.message_id for outbound in batch)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 40
    assert len(set(claimed)) == 40


def test_a_claim_never_takes_more_than_its_limit_and_the_most_urgent_first(world: World) -> None:
    for number in range(12):
        world.enrol(phone=f"+4520{100000 + number}")
    world.write("kan ikke tisse", sender="+4520100011")
    with world.session() as session:
        batch = claim(session, "w", 3, MONDAY)
    assert len(batch) == 3
    assert batch[0].to == "+4520100011"
    assert "ring" in batch[0].body.lower()


@pytest.mark.parametrize("code", ["21211", "21614"])
def test_a_number_that_cannot_receive_fails_for_good_and_staff_are_told(world: World, code: str) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.REFUSED, code)]
    assert world.drain().failed == 1
    (failed,) = world.messages(MessageState.FAILED)
    assert failed.error_code == code
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("undelivered", "blue")]


def test_an_opt_out_the_provider_knows_of_is_taken_over(world: World) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.REFUSED, OPTED_OUT)]
    world.drain()
    assert world.patient().opted_out_at is not None
    assert world.enrolment().state == "stopped"
    assert not world.messages(MessageState.PLANNED, MessageState.HELD)


def test_what_is_proved_not_sent_is_tried_again_later(world: World) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.NOT_SENT, "429", retry_after=90)]
    assert world.drain().retried == 1
    world.clock.forward(seconds=89)
    assert world.drain().sent == 0
    world.clock.forward(seconds=2)
    assert world.drain().sent == 1


def test_a_text_is_tried_as_long_as_it_is_in_time(world: World) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.NOT_SENT, "no connection") for _ in range(100)]
    for _ in range(40):
        world.drain()
        world.clock.forward(minutes=16)
    assert not world.messages(MessageState.FAILED)
    assert len(world.messages(MessageState.EXPIRED)) <= 1


def test_a_provider_that_wants_no_wait_is_still_given_one(world: World) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.NOT_SENT, "429", retry_after=0)]
    assert world.drain().retried == 1
    assert len(world.gateway.errors) == 0
    assert world.drain().sent == 0
    world.clock.forward(seconds=6)
    assert world.drain().sent == 1


def test_a_text_that_failed_while_staff_stopped_the_course_is_not_sent_later(world: World) -> None:
    enrolment_id = world.enrol()
    with world.session() as session, session.begin():
        (outbound,) = claim(session, "w", 5, MONDAY)
    with world.session() as session, session.begin():
        stop(session, session.get_one(Enrolment, enrolment_id), now=MONDAY, reason="flyttet", staff_id=None)
    with world.session() as session, session.begin():
        failed = Outcome(outbound.message_id, 1, error=SendError(Verdict.NOT_SENT, "429"))
        record_failure(session, failed, on_failure, MONDAY)
    world.clock.forward(minutes=30)
    assert world.drain().sent == 0


def test_an_exercise_planned_beside_an_open_red_alert_is_not_claimed(world: World) -> None:
    world.enrol()
    world.drain()
    world.write("kan ikke tisse")
    with world.session() as session, session.begin():
        planned = {"state": MessageState.PLANNED, "next_attempt_at": MONDAY, "purpose": "exercise"}
        session.execute(update(Message).where(Message.kind == "step", Message.sent_at.is_(None)).values(**planned))
    advice = {message.body for message in world.messages() if message.kind == "advice"}
    with world.session() as session:
        assert {outbound.body for outbound in claim(session, "w", 50, MONDAY)} == advice


def test_a_backlog_is_not_sent_into_the_night(world: World) -> None:
    closing = MONDAY.replace(hour=18, minute=59, second=50)
    world.clock.now = closing - timedelta(minutes=5)
    for number in range(40):
        world.enrol(phone=f"+4520{100000 + number}")

    class Slow(FakeGateway):
        async def send(self, outbound: Outbound) -> str:
            world.clock.forward(seconds=2)
            return await super().send(outbound)

    world.gateway = Slow()
    world.clock.now = closing
    world.drain()
    assert 0 < len(world.gateway.sent) < 40


def test_waits_grow_and_are_capped() -> None:
    waits = [wait_before(attempts, None) for attempts in range(1, 40)]
    assert waits[0] < timedelta(seconds=40)
    assert waits[2] > waits[0]
    assert max(waits) <= RETRY_CAP * 1.2


def test_an_unknown_outcome_that_cannot_be_looked_up_is_never_sent_again(world: World) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.UNKNOWN, "no answer")]
    world.book.unreadable = 99
    assert world.drain().unknown == 1
    world.clock.forward(hours=3)
    world.drain()
    assert world.gateway.sent == []
    assert [alert.kind for alert in world.alerts()] == ["unsettled"]


def test_an_unexpected_exception_in_one_send_does_not_touch_the_others(world: World) -> None:
    world.enrol()
    world.enrol(phone="+4520999999")
    world.gateway.errors = [RuntimeError("boom")]
    tally = world.drain()
    assert (tally.sent, tally.unknown) == (1, 1)


def test_a_vanished_workers_rows_become_unknown_after_the_lease(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        claim(session, "gone", 5, MONDAY)
    with world.session() as session, session.begin():
        assert sweep(session, MONDAY + LEASE) == 0
        assert sweep(session, MONDAY + LEASE + timedelta(seconds=1)) == 1
    assert [message.state for message in world.messages(MessageState.UNKNOWN)] == ["unknown"]


def test_a_receipt_quicker_than_the_record_is_not_overwritten(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        (outbound,) = claim(session, "w", 5, MONDAY)
    with world.session() as session, session.begin():
        first(session).state = MessageState.DELIVERED
    with world.session() as session, session.begin():
        record(session, [Outcome(outbound.message_id, 1, "SM9")], MONDAY)
    (delivered,) = world.messages(MessageState.DELIVERED)
    assert delivered.provider_id == "SM9"


def test_what_is_too_late_expires_with_its_reason_and_is_not_sent(world: World) -> None:
    world.enrol()
    world.clock.forward(days=3, hours=3)
    world.drain()
    expired = world.messages(MessageState.EXPIRED)
    assert expired
    assert all(message.reason.startswith("for sent: ") for message in expired)
    assert len(world.gateway.sent) <= 1


def test_expiry_leaves_what_is_still_in_time(world: World) -> None:
    world.enrol()
    with world.session() as session:
        assert expire_late(session, MONDAY, on_failure) == 0


def test_a_timed_text_is_not_sent_at_night_when_the_worker_was_down(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=11)  # 21.00, eleven hours after the screening was due
    assert world.drain().sent == 0
    world.clock.forward(hours=12, minutes=5)
    world.drain()
    times = [message.sent_at for message in world.messages(MessageState.SENT) if message.sent_at]
    assert all(time.hour in range(8, 19) for time in times)


def test_an_opted_out_patient_gets_nothing_timed(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        session.execute(update(Patient).values(opted_out_at=MONDAY - timedelta(days=1)))
    assert world.drain().sent == 0
