"""A course that adapts, from the reply to the outbox: what is kept, what is sent, which texts change."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.course import pause, resume
from bot.forms import SET_BACK, set_form
from core import db
from core.models import Alert, AlertState, Audit, Enrolment, Message, MessageKind, MessageState, Reply
from core.states import Colour
from scheduler.states import WAITING
from tests.world import World, make_world

EASIER, HARDER = "lidt lettere", "lidt mere"


def asked(world: World, question: str, text: str) -> int:
    """Ask the patient now, as a step would, and let the answer come in; returns the reply's id."""
    with world.session() as session, session.begin():
        enrolment = session.scalars(select(Enrolment).order_by(Enrolment.id.desc())).first()
        assert enrolment is not None
        world.clock.forward(minutes=1)
        session.add(
            Message(
                clinic_id="vest", patient_id=enrolment.patient_id, enrolment_id=enrolment.id, kind=MessageKind.STEP,
                purpose="question", step_id=f"test-{world.clock()}", plan_version=1, question=question,
                to_phone="+4520123456", body="Spørgsmål", segments=1, priority=9, state=MessageState.SENT,
                due_at=world.clock(), expires_at=world.clock() + timedelta(days=1), next_attempt_at=world.clock(),
                created_at=world.clock(), sent_at=world.clock(), claimed_at=world.clock(),
            )
        )  # fmt: skip
    world.clock.forward(minutes=5)
    reply_id = world.write(text)
    world.drain()
    world.clock.forward(days=1)
    return reply_id


def replies(world: World) -> list[Reply]:
    with world.session() as session:
        return list(session.scalars(select(Reply).order_by(Reply.id)))


def coming(world: World, step_id: str) -> str:
    return next(row.body for row in world.messages(*WAITING) if row.step_id == step_id)


def started(world: World, programme: str = "akut-laend", *, instructed: bool = False) -> None:
    world.enrol(programme=programme, instructed=instructed)
    world.drain()


def test_missed_twice_makes_the_coming_exercises_easier_and_asks_why_once(world: World) -> None:
    started(world)
    asked(world, "exercise", "Nej")
    assert world.enrolment().form == "usual"
    before = coming(world, "gaa-en-tur")
    asked(world, "exercise", "Nej desværre")
    enrolment = world.enrolment()
    assert (enrolment.form, enrolment.form_reason) == ("easier", "øvelse eller gåtur er sprunget over to gange i træk")
    assert enrolment.form_since is not None
    assert world.sent_bodies()[-1].endswith("Svar TID, ONDT, USIKKER eller GLEMT. Du må også skrive det selv.")
    for step in ("oevelse-knae-til-bryst", "oevelse-baekkenvip", "oevelse-mave"):
        assert EASIER in coming(world, step)
    assert coming(world, "gaa-en-tur") == before
    asked(world, "exercise", "nej")
    assert "Prøv igen, når du kan" in world.sent_bodies()[-1]


def test_what_is_in_the_way_is_answered_and_kept(lite_world: World) -> None:
    started(lite_world)
    asked(lite_world, "exercise", "nej")
    asked(lite_world, "activity", "nej")
    lite_world.clock.forward(hours=-20)
    reply_id = lite_world.write("jeg har for travlt")
    (answer,) = [row for row in lite_world.messages() if row.reply_id == reply_id]
    assert "Få minutter tæller også. Vælg et fast tidspunkt" in answer.body
    last = replies(lite_world)[-1]
    assert (last.question, last.answer_value, last.adaptation) == ("barrier", "time", "mangler-tid")
    assert last.answer_step == replies(lite_world)[-2].answer_step


def test_pain_in_the_way_asks_for_a_number_that_is_then_read_as_one(lite_world: World) -> None:
    started(lite_world)
    asked(lite_world, "barrier", "det gør ondt")
    lite_world.clock.forward(hours=-20)
    lite_world.write("5")
    assert lite_world.enrolment().form == "easier"
    kept = [(reply.question, reply.answer_value) for reply in replies(lite_world)]
    assert kept == [("barrier", "pain"), ("pain", "5")]


def test_red_and_amber_words_in_the_way_go_first(lite_world: World) -> None:
    started(lite_world)
    asked(lite_world, "barrier", "jeg er bange")
    assert lite_world.alerts()[-1].colour == Colour.AMBER
    assert not [reply for reply in replies(lite_world) if reply.adaptation]
    asked(lite_world, "barrier", "jeg har ondt og kan ikke tisse")
    assert lite_world.alerts()[-1].colour == Colour.RED
    assert lite_world.enrolment().form == "usual"


def test_done_with_little_pain_makes_the_coming_exercises_harder(lite_world: World) -> None:
    started(lite_world, programme="hekseskud")
    asked(lite_world, "pain", "2")
    asked(lite_world, "exercise", "ja")
    assert HARDER in coming(lite_world, "oevelse-baekkenvip")
    assert "Gør gerne lidt mere næste gang" in lite_world.sent_bodies()[-1]
    assert lite_world.enrolment().form_reason == "øvelse eller gåtur er klaret, og tallet for smerter er højst 3"


def test_three_rising_numbers_bring_staff_with_one_alert_and_one_text(lite_world: World) -> None:
    started(lite_world)
    asked(lite_world, "pain", "3")
    asked(lite_world, "pain", "4")
    assert not lite_world.alerts()
    reply_id = asked(lite_world, "pain", "5")
    (alert,) = lite_world.alerts()
    assert (alert.colour, alert.kind, alert.reply_id) == (Colour.AMBER, "reply", reply_id)
    assert replies(lite_world)[-1].adaptation == "smerter-stiger"
    answers = [row for row in lite_world.messages() if row.reply_id == reply_id]
    assert [row.kind for row in answers] == [MessageKind.ADVICE]


def test_a_number_that_is_amber_by_itself_raises_one_alert_and_is_kept(lite_world: World) -> None:
    started(lite_world)
    for number in ("3", "4", "9"):
        asked(lite_world, "pain", number)
    assert len(lite_world.alerts()) == 1
    assert [reply.answer_value for reply in replies(lite_world)] == ["3", "4", "9"]
    assert replies(lite_world)[-1].adaptation is None


def test_nothing_adapts_while_a_red_alert_is_open(lite_world: World) -> None:
    started(lite_world)
    asked(lite_world, "exercise", "nej")
    lite_world.write("jeg kan ikke tisse")
    lite_world.drain()
    asked(lite_world, "reached_doctor", "ja")
    asked(lite_world, "exercise", "nej")
    assert lite_world.enrolment().form == "usual"
    assert replies(lite_world)[-1].answer_value == "no"
    with lite_world.session() as session, session.begin():
        for alert in session.scalars(select(Alert)):
            alert.state = AlertState.RESOLVED
    asked(lite_world, "exercise", "nej")
    assert lite_world.enrolment().form == "easier"


def test_nothing_adapts_while_the_course_is_paused(lite_world: World) -> None:
    started(lite_world)
    asked(lite_world, "exercise", "nej")
    with lite_world.session() as session, session.begin():
        enrolment = session.scalars(select(Enrolment)).one()
        pause(session, enrolment, now=lite_world.clock(), until=None, staff_id=None)
    asked(lite_world, "exercise", "nej")
    assert lite_world.enrolment().form == "usual"


def test_the_form_outlives_a_pause_and_a_stop_that_is_taken_back(world: World) -> None:
    started(world)
    with world.session() as session, session.begin():
        enrolment = session.scalars(select(Enrolment)).one()
        set_form(session, world.runtime.content, enrolment, "easier", reason="prøve", now=world.clock())
        pause(session, enrolment, now=world.clock(), until=None, staff_id=None)
        resume(session, enrolment, now=world.clock(), staff_id=None)
    assert EASIER in coming(world, "oevelse-mave")
    world.write("STOP")
    world.drain()
    world.write("START")
    assert EASIER in coming(world, "oevelse-mave")


def test_a_text_that_has_left_stays_as_it_was_and_the_change_is_in_the_audit_log(lite_world: World) -> None:
    started(lite_world)
    with lite_world.session() as session, session.begin():
        row = session.scalars(select(Message).where(Message.step_id == "oevelse-knae-til-bryst")).one()
        row.state = MessageState.SENDING
        enrolment = session.scalars(select(Enrolment)).one()
        for form in ("easier", "harder"):
            set_form(session, lite_world.runtime.content, enrolment, form, reason=SET_BACK, now=lite_world.clock())
    bodies = {row.step_id: row.body for row in lite_world.messages()}
    assert EASIER not in bodies["oevelse-knae-til-bryst"] + bodies["oevelse-mave"]
    assert HARDER in bodies["oevelse-mave"]
    with lite_world.session() as session:
        actions = session.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert [name for name in actions if "form_" in name] == ["enrolment.form_easier", "enrolment.form_harder"]


def test_every_waiting_text_has_its_number_of_the_sheet(lite_world: World) -> None:
    started(lite_world, programme="nerverod-laend", instructed=True)
    assert coming(lite_world, "oevelse-baekkenvip").startswith("Rygklinik Vest: Øvelse 2 på dit ark: ")
    assert coming(lite_world, "oevelse-nerve").startswith("Rygklinik Vest: Øvelse 3 på dit ark: ")
    assert not [row for row in lite_world.messages() if "{" in row.body]


def test_the_nerve_glide_comes_only_to_those_who_were_shown_it(lite_world: World) -> None:
    started(lite_world, programme="nerverod-laend", instructed=False)
    assert not [row for row in lite_world.messages() if row.step_id in {"oevelse-nerve", "oevelse-mave"}]


def test_answers_and_reasons_are_not_stored_in_clear(lite_world: World) -> None:
    started(lite_world)
    asked(lite_world, "exercise", "nej")
    asked(lite_world, "exercise", "nej")
    with lite_world.session() as session:
        rows = session.execute(text("SELECT answer_value, adaptation FROM reply")).all()
        (reason,) = session.execute(text("SELECT form_reason FROM enrolment")).scalars()
    assert all(b"sprunget" not in bytes(value) for row in rows for value in row if value is not None)
    assert b"sprunget" not in bytes(reason)


QUESTIONS = st.sampled_from(["exercise", "activity", "pain", "barrier", "screening", "progress"])
TEXTS = st.sampled_from(
    [
        "ja",
        "nej",
        "2",
        "6",
        "9",
        "TID",
        "ondt",
        "bange",
        "BEDRE",
        "PAUSE",
        "START",
        "kan ikke tisse",
        "tak",
        "aften",
    ]
)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without rows, to be copied for each course that is tried."""
    path = tmp_path_factory.mktemp("migrated") / "rygbot.sqlite3"
    db.upgrade(f"sqlite:///{path}")
    return path


@settings(max_examples=12)
@given(st.lists(st.tuples(QUESTIONS, TEXTS), min_size=1, max_size=8))
def test_whatever_is_asked_and_answered_each_reply_gets_at_most_one_text_and_forms_are_explained(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[str, str]]
) -> None:
    path = shutil.copy(migrated, tmp_path_factory.mktemp("world") / "rygbot.sqlite3")
    world = make_world(f"sqlite:///{path}")
    world.add_clinic()
    started(world)
    for question, said in turns:
        red_open = any(alert.colour == Colour.RED for alert in world.alerts())
        form = world.enrolment().form
        reply_id = asked(world, question, said)
        sent = [row for row in world.messages() if row.reply_id == reply_id and row.kind != MessageKind.CONTACT_CHECK]
        assert len(sent) <= 1
        enrolment = world.enrolment()
        assert enrolment.form == form or (enrolment.form_reason and enrolment.form_since and not red_open)
    world.close()
