"""A reply from the raw text to what patient and staff see: promises 1 to 4, 6 and 7."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy import text as text_clause
from sqlalchemy.exc import OperationalError

from bot import receive
from bot.alerts import acknowledge, resolve
from bot.course import stop
from bot.receive import Inbound, keep, process, process_left_behind
from core.gateway import SendError, Verdict
from core.models import Enrolment, Message, MessageKind, MessageState, Reply, Triage
from scheduler.calendar import TZ
from scheduler.claims import claim
from scheduler.outbox import apply_holds, lock_patient
from scheduler.planning import HELD_RED, Facts
from tests.world import DOCTOR, MONDAY, PHONE, SENDER, World, make_world

RED = "kan ikke mærke mig selv i skridtet"


def advice(world: World) -> list[Message]:
    return [message for message in world.messages() if message.kind == MessageKind.ADVICE]


def count(world: World, table: type) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_red_reply_commits_triage_alert_and_advice_together(world: World) -> None:
    world.enrol()
    reply_id = world.write(RED)
    (alert,) = world.alerts()
    assert (alert.reply_id, alert.kind, alert.colour, alert.state) == (reply_id, "reply", "red", "open")
    (text,) = advice(world)
    assert text.reply_id == reply_id
    assert text.due_at == world.clock()
    with world.session() as session:
        triage = session.scalars(select(Triage)).one()
        assert (triage.level, triage.flags) == ("red", ["saddle_anaesthesia"])
        assert triage.rule_version
        for evidence in triage.evidence:
            assert RED[evidence["start"] : evidence["end"]] == evidence["text"]


@pytest.mark.parametrize(
    ("wall", "called"),
    [
        (datetime(2026, 11, 23, 10, 0), "86 12 34 56"),
        (datetime(2026, 11, 23, 23, 30), "70 11 31 31"),
        (datetime(2026, 11, 22, 12, 0), "70 11 31 31"),
        (datetime(2026, 12, 24, 10, 0), "70 11 31 31"),
    ],
)
def test_advice_leaves_at_once_at_any_hour_with_the_number_that_answers_then(
    lite_world: World, wall: datetime, called: str
) -> None:
    lite_world.enrol(doctor_phone=DOCTOR)
    lite_world.clock.now = wall.replace(tzinfo=TZ).astimezone(MONDAY.tzinfo)
    lite_world.write(RED)
    lite_world.drain()
    told = [body for body in lite_world.sent_bodies() if "Vent ikke på svar" in body]
    assert len(told) == 1
    assert called in told[0]
    assert "112" in told[0]


@pytest.mark.parametrize(
    ("region", "number"),
    [
        ("hovedstaden", "1813"),
        ("sjaelland", "1818"),
        ("syddanmark", "70 11 07 07"),
        ("midtjylland", "70 11 31 31"),
        ("nordjylland", "70 15 03 00"),
    ],
)
def test_advice_names_the_patients_own_region(lite_world: World, region: str, number: str) -> None:
    lite_world.enrol(region=region)
    lite_world.clock.forward(hours=10)
    lite_world.write(RED)
    assert number in advice(lite_world)[0].body


def test_red_is_read_before_stop(world: World) -> None:
    world.enrol()
    world.write("STOP kan ikke tisse")
    assert [alert.colour for alert in world.alerts()] == ["red"]
    assert len(advice(world)) == 1


def test_a_replayed_provider_id_is_one_reply(world: World) -> None:
    world.enrol()
    first = world.write(RED, provider_id="SM1")
    assert world.write("noget andet", provider_id="SM1") == first
    assert count(world, Reply) == 1
    assert len(world.alerts()) == 1
    assert len(advice(world)) == 1


def test_exercise_and_reassurance_wait_until_staff_resolve_the_alert(world: World) -> None:
    world.enrol()
    staff = world.add_staff()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    world.write(RED)
    held = [message for message in world.messages(MessageState.HELD) if message.reason == HELD_RED]
    assert {message.purpose for message in held} >= {"exercise", "reassurance", "activity"}
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        acknowledge(session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), note="")
    assert any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    with world.session() as session, session.begin():
        resolve(
            session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), outcome="talked", note="set i dag"
        )
    assert not any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    planned = {message.purpose for message in world.messages(MessageState.PLANNED)}
    assert "exercise" in planned
    assert "reassurance" not in planned


def test_reassurance_is_released_by_a_clean_answer_to_the_screening(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    assert "reassurance" not in {message.purpose for message in world.messages(MessageState.PLANNED)}
    world.write("NEJ!!")
    released = [m for m in world.messages(MessageState.PLANNED) if m.purpose == "reassurance"]
    assert len(released) == 1


def test_the_bot_asks_once_whether_a_doctor_was_reached_and_silence_is_red(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.drain()
    assert "Fik du fat i en læge" in world.sent_bodies()[-1]
    world.clock.forward(minutes=31)
    world.drain()
    world.clock.forward(minutes=31)
    world.drain()
    assert [alert.kind for alert in world.alerts()] == ["reply", "no_contact"]
    assert sum("Fik du fat" in body for body in world.sent_bodies()) == 1


@pytest.mark.parametrize(("answer", "kinds"), [("ja", ["reply"]), ("nej", ["reply", "no_contact"])])
def test_the_answer_to_the_contact_check_is_read_as_such(world: World, answer: str, kinds: list[str]) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.drain()
    world.clock.forward(minutes=1)
    world.write(answer)
    assert [alert.kind for alert in world.alerts()] == kinds


def test_two_red_replies_in_a_row_lead_to_one_contact_check(world: World) -> None:
    world.enrol()
    world.write(RED)
    world.clock.forward(minutes=2)
    world.write("og jeg kan ikke tisse")
    waiting = [m for m in world.messages(MessageState.PLANNED) if m.kind == MessageKind.CONTACT_CHECK]
    assert len(waiting) == 1


def test_stop_cancels_the_course_and_is_confirmed_once(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(hours=1)
    world.write("Stop. Tak")
    world.drain()
    assert "START" in world.sent_bodies()[-1]
    assert world.enrolment().state == "stopped"
    sent = len(world.gateway.sent)
    world.write("STOP")
    world.clock.forward(days=8)
    world.drain()
    assert len(world.gateway.sent) == sent


def test_a_red_reply_after_stop_is_a_call_for_staff_and_sends_nothing(world: World) -> None:
    world.enrol()
    world.write("stop")
    world.drain()
    sent = len(world.gateway.sent)
    world.clock.forward(days=1)
    world.write(RED)
    world.drain()
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("call_back", "red")]
    assert len(world.gateway.sent) == sent


def test_start_opens_the_line_and_takes_the_course_up_where_it_is_now(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=3)
    world.write("stop")
    world.clock.forward(days=10)
    world.write("START")
    assert world.patient().opted_out_at is None
    assert world.enrolment().state == "active"
    waiting = world.messages(MessageState.PLANNED, MessageState.HELD)
    steps = [message for message in waiting if message.kind == MessageKind.STEP]
    assert {message.plan_version for message in steps} == {2}
    assert all(message.due_at > world.clock() for message in steps)
    world.drain()
    assert "Nu får du sms" in world.sent_bodies()[-1]


def test_start_does_not_revive_a_course_that_staff_stopped(world: World) -> None:
    enrolment_id = world.enrol()
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, enrolment_id)
        stop(session, enrolment, now=world.clock(), reason="flyttet", staff_id=None)
    world.write("START")
    assert world.enrolment().state == "stopped"


def test_a_patient_silent_for_weeks_has_one_open_alert(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.run_until(MONDAY + timedelta(days=20), every=timedelta(hours=4))
    assert [alert.kind for alert in lite_world.alerts()] == ["silent"]


def test_an_unknown_sender_goes_to_staff_with_one_polite_answer_a_day(world: World) -> None:
    for _ in range(3):
        world.write("hvem er det", sender="+4520999999")
    world.drain()
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("unknown_sender", "amber")] * 3
    assert len(world.gateway.sent) == 1
    world.clock.forward(hours=25)
    world.write("hallo", sender="+4520999999")
    world.drain()
    assert len(world.gateway.sent) == 2


def test_a_red_text_from_an_unknown_sender_is_red(world: World) -> None:
    world.write(RED, sender="+4520999999")
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("unknown_sender", "red")]


@pytest.mark.parametrize("sender", ["PostNord", "1244", ""])
def test_a_sender_that_is_no_telephone_is_seen_but_not_answered(world: World, sender: str) -> None:
    world.write("Din pakke er klar", sender=sender)
    world.drain()
    assert len(world.alerts()) == 1
    assert world.gateway.sent == []


def test_a_patient_writing_by_whatsapp_is_known(world: World) -> None:
    world.enrol()
    world.write(RED, sender=f"whatsapp:{PHONE}")
    assert [alert.kind for alert in world.alerts()] == ["reply"]


def test_an_empty_text_goes_to_staff(world: World) -> None:
    world.enrol()
    world.write("")
    assert [alert.kind for alert in world.alerts()] == ["unreadable"]


def test_a_reply_after_the_course_is_seen(world: World) -> None:
    world.enrol()
    world.clock.forward(days=100)
    world.drain()
    world.write("tak for hjælpen")
    assert [alert.kind for alert in world.alerts()] == ["outside_course"]


def test_a_crash_in_the_checker_ends_in_a_human_queue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enrol()

    def broken(*_: object) -> None:
        raise RuntimeError("broken rule")

    monkeypatch.setattr(type(world.runtime.checker), "check", broken)
    world.write("alt er fint")
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("checker_failed", "amber")]


def test_a_reply_whose_request_died_is_taken_up_by_the_tick(world: World) -> None:
    world.enrol()
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, RED), world.clock())
    assert world.alerts() == []
    world.clock.forward(seconds=31)
    world.drain()
    assert [alert.colour for alert in world.alerts()] == ["red"]


def left_behind(world: World, times: int = 1) -> None:
    world.clock.forward(minutes=1)
    for _ in range(times):
        with world.session() as session:
            process_left_behind(session, world.runtime.content, world.runtime.checker, world.clock())


def test_a_reply_that_can_never_be_processed_goes_to_staff_and_the_patient_is_told_whom_to_ring(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol()
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, "hej"), world.clock())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(receive, "_triage", broken)
    left_behind(world, receive.MAX_ATTEMPTS)
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("checker_failed", "red")]
    assert any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    assert len(advice(world)) == 1


def test_a_fault_that_passes_costs_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enrol()
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, RED), world.clock())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(receive, "_triage", broken)
    left_behind(world)
    monkeypatch.undo()
    left_behind(world)
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("reply", "red")]


def test_one_broken_reply_does_not_keep_the_others_waiting(world: World) -> None:
    world.enrol()
    with world.session() as session:
        first = keep(session, Inbound("SM1", PHONE, SENDER, "hej"), world.clock())
        keep(session, Inbound("SM2", PHONE, SENDER, RED), world.clock())
        session.execute(text_clause("UPDATE reply SET sender = :junk WHERE id = :id"), {"junk": b"junk", "id": first})
        session.commit()
    left_behind(world, receive.MAX_ATTEMPTS)
    assert ("reply", "red") in [(alert.kind, alert.colour) for alert in world.alerts()]


def test_a_reply_is_processed_once(world: World) -> None:
    world.enrol()
    reply_id = world.write(RED)
    with world.session() as session:
        runtime = world.runtime
        assert process(session, runtime.content, runtime.checker, reply_id, world.clock()) is None


def test_a_bare_yes_answers_the_last_question_asked(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    world.write("ja")
    assert [alert.colour for alert in world.alerts()] == ["red"]


def ask_screening(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    assert world.messages(MessageState.SENT)[-1].question == "screening"
    world.clock.forward(minutes=1)


def test_a_bare_yes_days_after_an_open_screening_is_still_its_answer(world: World) -> None:
    ask_screening(world)
    world.clock.forward(hours=100)
    world.write("ja")
    assert [alert.colour for alert in world.alerts()] == ["red"]


def test_a_yes_that_is_quicker_than_the_workers_record_is_read_as_the_answer(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    with world.session() as session, session.begin():
        assert claim(session, "w", 5, world.clock())
    world.clock.forward(seconds=8)
    world.write("JA")
    assert [alert.colour for alert in world.alerts()] == ["red"]


def test_an_answered_question_is_not_open_any_more(world: World) -> None:
    ask_screening(world)
    world.write("Nej")
    world.clock.forward(minutes=1)
    world.write("Tak")
    assert world.alerts() == []
    with world.session() as session:
        assert session.scalars(select(Reply.question).order_by(Reply.id)).all() == ["screening", None]


def test_a_reply_taken_up_late_is_read_in_the_light_of_what_was_asked_then(world: World) -> None:
    ask_screening(world)
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, "ja"), world.clock())
    world.clock.forward(days=6)
    world.drain()
    with world.session() as session:
        assert session.scalars(select(Reply.question)).one() == "screening"


def test_advice_already_owed_leaves_though_the_patient_sends_stop_and_staff_must_ring(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.clock.forward(seconds=1)
    world.write("STOP")
    world.drain()
    assert any("Vent ikke på svar" in body for body in world.sent_bodies())
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("reply", "red"), ("call_back", "red")]


def test_advice_that_expires_is_red(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.clock.forward(hours=25)
    world.drain()
    assert {alert.kind for alert in world.alerts()} >= {"reply", "call_back", "no_contact"}
    assert {alert.colour for alert in world.alerts()} == {"red"}


def test_a_contact_check_that_cannot_be_sent_is_red(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.gateway.errors = [SendError(Verdict.REFUSED, "21614")]
    world.drain()
    assert ("no_contact", "red") in [(alert.kind, alert.colour) for alert in world.alerts()]


def test_an_unknown_fate_of_the_contact_check_does_not_hide_the_silence(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.gateway.errors = [SendError(Verdict.UNKNOWN, "no answer")]
    world.drain()
    world.clock.forward(minutes=40)
    world.drain()
    assert [alert.kind for alert in world.alerts()] == ["reply", "unsettled", "no_contact"]


@pytest.mark.parametrize("text", ["hjælp", "pause", "start", "?"])
def test_a_command_is_no_answer_to_whether_a_doctor_was_reached(world: World, text: str) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.drain()
    world.clock.forward(minutes=1)
    world.write(text)
    assert [alert.kind for alert in world.alerts()] == ["reply", "no_contact"]


def test_many_small_replies_do_not_use_up_the_advice(world: World) -> None:
    world.enrol()
    for number in range(25):
        world.write(f"hej nummer {number}")
    world.write(RED)
    assert len(advice(world)) == 1


def test_a_closed_alarm_takes_the_contact_check_with_it(world: World) -> None:
    world.enrol()
    staff = world.add_staff()
    world.drain()
    world.write(RED)
    world.drain()
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        resolve(session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), outcome="false_alarm", note="")
    world.clock.forward(hours=2)
    world.drain()
    assert not any("Fik du fat" in body for body in world.sent_bodies())
    assert len(world.alerts()) == 1


def test_a_later_course_is_held_and_released_by_the_patients_alerts(world: World) -> None:
    first = world.enrol()
    staff = world.add_staff()
    world.write(RED)
    with world.session() as session, session.begin():
        stop(session, session.get_one(Enrolment, first), now=world.clock(), reason="skift", staff_id=None)
    world.enrol(programme="langvarig")
    assert any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        resolve(session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), outcome="talked", note="")
    assert not any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))


def test_one_patient_is_changed_by_one_transaction_at_a_time(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    world.enrol()
    staff = world.add_staff()
    world.write(RED)
    (alert,) = world.alerts()
    with world.session() as first, world.session() as second:
        lock_patient(first, alert.patient_id or 0)
        second.execute(text_clause("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            resolve(second, alert.id, clinic_id="vest", staff_id=staff, now=MONDAY, outcome="talked", note="")
    world.close()


def test_a_hold_never_touches_a_text_that_a_worker_has_sent_meanwhile(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    enrolment_id = world.enrol()
    with world.session() as session:
        rows = session.scalars(select(Message).where(Message.purpose == "activity")).all()
        with world.session() as worker, worker.begin():
            worker.execute(update(Message).where(Message.id == rows[0].id).values(state=MessageState.SENT))
        apply_holds(session, enrolment_id, Facts(red_open=True, paused=False, clean_at=None))
        session.commit()
    assert rows[0].id in [message.id for message in world.messages(MessageState.SENT)]
    world.close()


def test_two_machines_talking_are_cut_off_while_the_alerts_go_on(world: World) -> None:
    world.enrol()
    for _ in range(30):
        world.write("Automatisk svar: jeg kan ikke tisse")
    assert len(world.alerts()) == 30
    assert len(advice(world)) == 20


def test_a_number_two_clinics_know_belongs_to_the_one_written_to(world: World) -> None:
    world.add_clinic("oest", sender="+4552599999")
    world.enrol()
    world.clock.forward(minutes=1)
    world.enrol(clinic_id="oest")
    world.write(RED, to=SENDER)
    assert [alert.clinic_id for alert in world.alerts()] == ["vest"]


def test_an_unanswered_screening_raises_a_blue_alert_once(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    world.clock.forward(hours=25)
    world.drain()
    world.drain()
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("silent", "blue")]


def test_an_answered_screening_raises_nothing(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    world.clock.forward(minutes=5)
    world.write("nej")
    world.clock.forward(hours=25)
    world.drain()
    assert world.alerts() == []


def test_silence_is_noticed_within_a_day_and_an_hour(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.run_until(MONDAY + timedelta(days=2, hours=3))
    assert [alert.kind for alert in lite_world.alerts()] == ["silent"]
