"""What a wish leads to: the hour, fewer texts, a pause, on again; and why a patient stopped. On both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.course import pause
from bot.grants import forget_wishes
from core.models import Audit, Clinic, Enrolment, EnrolmentState, Message, MessageKind, MessageState
from messages.schema import Purpose
from messages.sms import measure
from scheduler.calendar import local
from scheduler.planning import HELD_FEWER, OPTIONAL
from tests.world import MONDAY, World, copied_world

WAITING = (MessageState.PLANNED, MessageState.HELD)


def steps(world: World) -> list[Message]:
    return [row for row in world.messages(*WAITING) if row.kind == MessageKind.STEP and row.due_at > world.clock()]


def hours(world: World) -> set[str]:
    return {local(row.due_at).strftime("%H:%M") for row in steps(world)}


def actions(world: World) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Audit.action).where(Audit.object_type == "enrolment").order_by(Audit.id)))


def started(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(minutes=20)


@pytest.mark.parametrize(
    ("text", "hour", "said"),
    [("om aftenen", "18:00", "om aftenen"), ("kan I skrive efter kl. 17", "17:00", "klokken 17")],
)
def test_the_texts_move_to_the_wished_hour_on_their_own_days(world: World, text: str, hour: str, said: str) -> None:
    started(world)
    days = [local(row.due_at).date() for row in steps(world)]
    world.write(text)
    world.drain()
    assert hours(world) == {hour}
    assert [local(row.due_at).date() for row in steps(world)] == days
    assert world.sent_bodies()[-1] == f"Rygklinik Vest: Det er noteret. Du får vores sms'er {said}."
    assert actions(world)[-1] == "enrolment.wish_time"


def test_an_earliest_hour_leaves_a_later_one_as_it_is(world: World) -> None:
    world.enrol(time_of_day="aften")
    world.drain()
    world.write("ikke før 10")
    world.drain()
    assert hours(world) == {"18:00"}
    assert "om aftenen" in world.sent_bodies()[-1]


def test_an_hour_outside_the_clinics_window_is_not_promised(world: World) -> None:
    with world.session() as session, session.begin():
        session.get_one(Clinic, "vest").window_closes = 16 * 60
    started(world)
    world.write("om aftenen")
    world.drain()
    assert hours(world) == {"10:30"}
    assert "mellem klokken 9 og 16" in world.sent_bodies()[-1]
    assert world.enrolment().wished_time is None


def test_a_bare_hour_beside_an_open_question_is_its_answer(world: World) -> None:
    started(world)
    world.run_until(MONDAY + timedelta(days=1, hours=2))
    world.write("om aftenen")
    assert world.enrolment().wished_time is None


def test_a_wish_does_not_stand_in_for_the_answer_to_a_screening(world: World) -> None:
    started(world)
    world.run_until(MONDAY + timedelta(days=1, hours=2))
    world.write("færre beskeder tak")
    world.drain()
    assert "færre" in world.sent_bodies()[-2]
    assert "Svar JA eller NEJ" in world.sent_bodies()[-1]


def test_fewer_texts_hold_only_what_is_optional(world: World) -> None:
    started(world)
    world.write("færre beskeder")
    world.drain()
    held = {row.purpose for row in world.messages(MessageState.HELD)}
    assert held == set(OPTIONAL)
    kept = {row.purpose for row in world.messages(MessageState.PLANNED)}
    assert kept == {Purpose.SCREENING, Purpose.QUESTION, Purpose.EXERCISE, Purpose.CLOSING}
    assert world.sent_bodies()[-1].startswith("Rygklinik Vest: Det er noteret. Du får færre")
    assert actions(world)[-1] == "enrolment.wish_fewer"


def test_a_pause_ends_by_itself_and_the_screening_it_swallowed_is_asked_first(world: World) -> None:
    started(world)
    world.clock.forward(days=2)
    world.write("pause i 9 dage")
    world.drain()
    assert "Vi holder pause til fredag den 4. december. Svar START" in world.sent_bodies()[-1]
    before = len(world.gateway.sent)
    world.run_until(datetime(2026, 12, 3, 22, tzinfo=MONDAY.tzinfo))
    assert len(world.gateway.sent) == before
    world.run_until(datetime(2026, 12, 4, 20, tzinfo=MONDAY.tzinfo))
    sent = world.sent_bodies()[before:]
    assert "Er noget af dette nyt?" in sent[0]
    assert world.enrolment().state == EnrolmentState.ACTIVE
    world.run_until(datetime(2026, 12, 9, 20, tzinfo=MONDAY.tzinfo))
    assert sum("Er noget af dette nyt?" in body for body in world.sent_bodies()[before:]) == 2


def test_a_closing_that_a_pause_swallowed_is_sent_the_day_after_the_screening(world: World) -> None:
    started(world)
    world.run_until(MONDAY + timedelta(days=75))
    world.clock.forward(hours=4)
    world.write("pause i 20 dage")
    world.run_until(MONDAY + timedelta(days=97))
    assert "Er noget af dette nyt?" in world.sent_bodies()[-2]
    assert "Det er sidste sms fra os" in world.sent_bodies()[-1]
    assert world.enrolment().state == EnrolmentState.COMPLETED


def test_no_screening_is_asked_besides_when_none_was_swallowed(world: World) -> None:
    started(world)
    world.run_until(MONDAY + timedelta(days=2))
    world.write("pause i 3 dage")
    rows = len(world.messages())
    world.write("jeg er hjemme igen")
    assert world.enrolment().state == EnrolmentState.ACTIVE
    assert len(world.messages()) == rows + 1  # the confirmation


def test_a_new_pause_takes_the_place_of_the_patients_old_one(world: World) -> None:
    started(world)
    world.write("pause til mandag")
    world.write("pause i 14 dage")
    until = world.enrolment().paused_until
    assert until is not None
    assert local(until).date() == date(2026, 12, 7)


def test_a_pause_that_staff_made_is_not_the_patients_to_change(world: World) -> None:
    staff = world.add_staff()
    started(world)
    with world.session() as session, session.begin():
        pause(session, session.scalars(select(Enrolment)).one(), now=world.clock(), until=None, staff_id=staff)
    for text in ("pause i 3 dage", "jeg er hjemme igen"):
        world.write(text)
    assert (world.enrolment().state, world.enrolment().paused_until) == (EnrolmentState.PAUSED, None)
    assert [alert.kind for alert in world.alerts()] == ["outside_course", "outside_course"]


@pytest.mark.parametrize("text", ["pause i 3 dage. Jeg kan ikke tisse", "ferie til mandag, har feber"])
def test_a_wish_beside_a_symptom_is_left_to_staff(world: World, text: str) -> None:
    started(world)
    world.write(text)
    assert world.enrolment().state == EnrolmentState.ACTIVE
    assert world.alerts()


def test_an_opted_out_patient_is_not_written_to_about_a_wish(world: World) -> None:
    started(world)
    world.write("STOP")
    world.drain()
    before = len(world.gateway.sent)
    for text in ("om morgenen", "færre beskeder", "pause i 3 dage", "jeg er hjemme igen"):
        world.write(text)
    world.drain()
    assert len(world.gateway.sent) == before
    assert world.patient().opted_out_at is not None


def test_staff_take_the_wishes_back(world: World) -> None:
    staff = world.add_staff()
    started(world)
    world.write("om aftenen")
    world.write("færre beskeder")
    with world.session() as session, session.begin():
        enrolment = session.scalars(select(Enrolment)).one()
        forget_wishes(session, world.runtime.content, enrolment, now=world.clock(), staff_id=staff)
    assert hours(world) == {"10:30"}
    assert not any(row.reason == HELD_FEWER for row in world.messages())
    assert actions(world)[-1] == "enrolment.forget_wishes"


@pytest.mark.parametrize(
    ("text", "stored"), [("RASK", "rask"), ("For mange!", "for mange beskeder"), ("andet", "andet")]
)
def test_a_stop_asks_why_once_and_the_answer_is_kept_in_silence(world: World, text: str, stored: str) -> None:
    started(world)
    world.write("STOP")
    world.drain()
    assert "RASK, FOR MANGE eller ANDET" in world.sent_bodies()[-1]
    before = len(world.gateway.sent)
    world.write(text)
    world.write("stop")
    world.drain()
    assert len(world.gateway.sent) == before
    assert world.enrolment().stop_answer == stored
    assert world.alerts() == []
    assert "enrolment.stop_answer" in actions(world)


def test_more_words_after_a_stop_go_to_staff(world: World) -> None:
    started(world)
    world.write("STOP")
    world.drain()
    world.write("fordi det ikke hjalp mig")
    assert [alert.kind for alert in world.alerts()] == ["call_back"]
    assert world.enrolment().stop_answer is None


def test_a_red_answer_to_why_is_red(world: World) -> None:
    started(world)
    world.write("STOP")
    world.drain()
    world.write("andet: kan ikke tisse")
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("call_back", "red")]


def test_the_confirmations_with_the_longest_words_cost_at_most_two_segments(lite_world: World) -> None:
    started(lite_world)
    for text in ("kan I skrive om eftermiddagen", "færre beskeder", "pause i 3 dage", "STOP"):
        lite_world.write(text)
    answers = [row for row in lite_world.messages() if row.kind == MessageKind.ANSWER]
    assert [measure(row.body).encoding for row in answers] == ["GSM-7"] * 4
    assert max(row.segments for row in answers) <= 2


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "skriv om morgenen",
                "skriv efter kl. 17",
                "færre beskeder",
                "pause i 3 dage",
                "ferie til mandag",
                "pause til den 20.",
                "start igen nu",
                "jeg er hjemme igen",
                "nej",
            ]
        ),
        st.integers(0, 9 * 24),
    ),
    max_size=6,
)


@settings(max_examples=15)
@given(ACTS)
def test_no_sequence_of_wishes_loses_a_patient_or_a_screening(
    tmp_path_factory: pytest.TempPathFactory,
    _sqlite_template: Path,  # noqa: PT019 - its value is the file
    acts: list[tuple[str, int]],
) -> None:
    world = copied_world(tmp_path_factory, _sqlite_template)
    world.enrol()
    world.drain()
    for text, pass_hours in acts:
        world.run_until(world.clock() + timedelta(hours=pass_hours))
        world.write(text)
    enrolment = world.enrolment()
    assert enrolment.state == EnrolmentState.ACTIVE or (
        enrolment.paused_until is not None and enrolment.paused_until <= world.clock() + timedelta(days=28)
    )
    goes_on = max(world.clock(), enrolment.paused_until or world.clock())
    world.run_until(goes_on + timedelta(days=4))
    asked = [row.sent_at for row in world.messages() if row.purpose == Purpose.SCREENING and row.sent_at]
    ended = world.enrolment().state == EnrolmentState.COMPLETED
    assert ended or max(asked) >= goes_on - timedelta(days=7)
    world.close()
