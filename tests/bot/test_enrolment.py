from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot import enrolment as enrolment_module
from bot.course import complete_finished, pause, resume, resume_due, stop
from bot.enrolment import Application, Enrolled, Rejected, enrol
from core.models import Clinic, Enrolment, MessageState
from scheduler.calendar import local
from scheduler.planning import HELD_PAUSE
from tests.world import DOCTOR, MONDAY, PHONE, World

GOOD = {
    "name": "Karen Testsen",
    "phone": "20 12 34 56",
    "programme": "hekseskud",
    "region": "nordjylland",
    "doctor_phone": "98 12 34 56",
    "consent": True,
}


def apply(world: World, **values: object) -> Enrolled | Rejected:
    with world.session() as session, session.begin():
        clinic = session.get_one(Clinic, "vest")
        application = Application(**{**GOOD, **values})  # type: ignore[arg-type]
        return enrol(session, world.runtime.content, clinic, application, now=world.clock(), staff_id=None)


def test_an_enrolled_patient_stands_with_consent_and_every_text(world: World) -> None:
    result = apply(world)
    assert isinstance(result, Enrolled)
    enrolment = world.enrolment()
    assert (enrolment.programme_id, enrolment.state, enrolment.consent_at) == ("hekseskud", "active", MONDAY)
    patient = world.patient()
    assert (patient.name, patient.phone, patient.doctor_phone) == ("Karen Testsen", PHONE, "+4598123456")
    steps = world.runtime.content.programmes["hekseskud"].steps
    assert [row.step_id for row in world.messages()] == [step.id for step in steps if step.requires is None]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 81),
        ("phone", "1234"),
        ("phone", ""),
        ("programme", "knæ"),
        ("region", "skåne"),
        ("doctor_phone", "lægen"),
        ("consent", False),
        ("time_of_day", "nat"),
        ("start_date", date(2026, 11, 22)),
        ("start_date", date(2027, 6, 1)),
    ],
)
def test_what_is_wrong_is_named_by_field_and_nothing_is_stored(lite_world: World, field: str, value: object) -> None:
    result = apply(lite_world, **{field: value})
    assert isinstance(result, Rejected)
    assert list(result.errors) == [field]
    assert result.errors[field].endswith(".")
    assert lite_world.messages() == []


def test_a_patient_in_a_running_course_is_not_enrolled_twice(world: World) -> None:
    apply(world)
    before = len(world.messages())
    result = apply(world, phone="+45 20123456")
    assert isinstance(result, Rejected)
    assert "allerede i et forløb" in result.errors["phone"]
    assert len(world.messages()) == before


def test_the_same_number_may_be_a_patient_of_two_clinics(world: World) -> None:
    world.add_clinic("oest", sender="+4552599999")
    world.enrol()
    world.enrol(clinic_id="oest")
    assert {message.clinic_id for message in world.messages()} == {"vest", "oest"}


def test_after_a_stopped_course_the_patient_may_be_enrolled_again(world: World) -> None:
    apply(world)
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, world.enrolment().id)
        stop(session, enrolment, now=world.clock(), reason="flyttet", staff_id=None)
    result = apply(world, programme="langvarig")
    assert isinstance(result, Enrolled)
    assert world.enrolment().programme_id == "langvarig"


def test_a_patient_who_sent_stop_must_send_start_first(world: World) -> None:
    apply(world)
    world.write("STOP")
    result = apply(world)
    assert isinstance(result, Rejected)
    assert "START" in result.errors["phone"]


def test_a_later_start_date_puts_the_welcome_on_that_day(world: World) -> None:
    result = apply(world, start_date=date(2026, 12, 1))
    assert isinstance(result, Enrolled)
    assert local(world.messages()[0].due_at).date() == date(2026, 12, 1)


def test_of_two_who_enrol_the_same_number_at_once_one_is_let_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(world)
    # The second looked before the first had committed.
    monkeypatch.setattr(enrolment_module, "find_patient", lambda *_: None)
    result = apply(world)
    assert isinstance(result, Rejected)
    assert "allerede i et forløb" in result.errors["phone"]


def test_a_pause_holds_every_text_and_a_resumed_course_goes_on(world: World) -> None:
    enrolment_id = world.enrol()
    with world.session() as session, session.begin():
        pause(session, session.get_one(Enrolment, enrolment_id), now=world.clock(), until=None, staff_id=None)
    assert {message.reason for message in world.messages()} == {HELD_PAUSE}
    assert world.drain().sent == 0
    with world.session() as session, session.begin():
        resume(session, session.get_one(Enrolment, enrolment_id), now=world.clock(), staff_id=None)
    assert world.drain().sent == 1


def test_a_pause_until_a_day_ends_by_itself(world: World) -> None:
    enrolment_id = world.enrol()
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, enrolment_id)
        pause(session, enrolment, now=world.clock(), until=date(2026, 11, 25), staff_id=None)
    world.clock.forward(days=1)
    with world.session() as session, session.begin():
        assert resume_due(session, world.clock()) == 0
    world.clock.forward(days=1)
    with world.session() as session, session.begin():
        assert resume_due(session, world.clock()) == 1
    assert world.enrolment().state == "active"


def test_a_stopped_course_sends_nothing_more(world: World) -> None:
    enrolment_id = world.enrol()
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, enrolment_id)
        stop(session, enrolment, now=world.clock(), reason="flyttet", staff_id=None)
    assert {message.state for message in world.messages()} == {MessageState.CANCELLED}
    assert world.drain().sent == 0


def test_a_course_with_nothing_left_is_completed(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        assert complete_finished(session, world.clock()) == 0
    world.clock.forward(days=100)
    world.drain()
    assert world.enrolment().state == "completed"


def test_a_whole_course_is_sent_on_time_and_in_order(lite_world: World) -> None:
    world = lite_world
    world.enrol(programme="nerverod-laend", doctor_phone=DOCTOR)
    for _ in range(100):
        world.drain()
        newest = world.messages(MessageState.SENT)[-1]
        if newest.question == "screening" and newest.sent_at == world.clock.now:
            world.write("nej")
        waiting = world.messages(MessageState.PLANNED, MessageState.HELD)
        if not waiting:
            break
        world.clock.now = max(world.clock.now + timedelta(minutes=1), waiting[0].due_at)
    world.drain()
    steps = [message for message in world.messages() if message.kind == "step"]
    assert {message.state for message in steps} == {MessageState.SENT}
    assert all(m.sent_at is not None and m.sent_at - m.due_at < timedelta(hours=1) for m in steps)
    assert world.alerts() == []
    assert world.enrolment().state == "completed"
