"""Marks on readings: who may say what, what follows, what the audit log keeps, and what is exported."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import delete, select, update

from bot import marks
from bot.alerts import resolve
from bot.marks import Marked
from bot.standing import Act
from core.models import (
    Alert,
    AlertEvent,
    AlertKind,
    AlertState,
    Audit,
    Colour,
    Message,
    MessageState,
    Reply,
    Triage,
    TriageMark,
    Verdict,
)
from tests.world import World

GREEN = "Har det fint, kaffen løber ned ad hagen"
AMBER = "Er bekymret og vil gerne ringes op"
RED = "jeg kan ikke tisse"
SHOULD_BE_RED, SHOULD_BE_AMBER, NOT_RED = Verdict.SHOULD_BE_RED, Verdict.SHOULD_BE_AMBER, Verdict.SHOULD_NOT_BE_RED
SHOULD_BE_GREEN = Verdict.SHOULD_BE_GREEN


def mark(
    world: World, reply_id: int, verdict: str, *, staff: int = 1, clinic_id: str = "vest", note: str = ""
) -> Marked:
    with world.session() as session, session.begin():
        return marks.mark(
            session, reply_id, clinic_id=clinic_id, staff_id=staff, verdict=verdict, note=note, now=world.clock()
        )


def take_back(world: World, reply_id: int, *, staff: int = 1, clinic_id: str = "vest") -> Marked:
    with world.session() as session, session.begin():
        return marks.take_back(session, reply_id, clinic_id=clinic_id, staff_id=staff, now=world.clock())


def exported(world: World, clinic_id: str = "vest") -> list[dict[str, object]]:
    with world.session() as session, session.begin():
        lines = marks.export(session, clinic_id, {}, staff_id=None, now=world.clock())
    return [json.loads(line) for line in lines]


def rows(world: World) -> list[TriageMark]:
    with world.session() as session:
        return list(session.scalars(select(TriageMark).order_by(TriageMark.id)))


def history(world: World) -> list[tuple[str, str]]:
    with world.session() as session:
        found = session.execute(
            select(Audit.action, Audit.object_id).where(Audit.action.like("mark.%")).order_by(Audit.id)
        )
        return [(action, object_id) for action, object_id in found]


@pytest.fixture
def staffed(world: World) -> World:
    """A patient who is followed, and two staff members: 1 and 2."""
    world.add_staff()
    world.add_staff("sofie@vest.example", "clinician")
    world.enrol()
    world.drain()
    return world


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (GREEN, [SHOULD_BE_RED, SHOULD_BE_AMBER]),
        (AMBER, [SHOULD_BE_RED, SHOULD_BE_GREEN]),
        (RED, [SHOULD_BE_AMBER, NOT_RED, SHOULD_BE_GREEN]),
    ],
)
def test_a_mark_says_that_the_reading_was_wrong_never_that_it_was_right(
    staffed: World, text: str, verdicts: list[Verdict]
) -> None:
    reply = staffed.write(text)
    for verdict in Verdict:
        expected = Act.DONE if verdict in verdicts else Act.INVALID
        assert mark(staffed, reply, verdict).act is expected, verdict


def test_a_mark_keeps_who_when_and_what_the_reading_was(staffed: World) -> None:
    reply = staffed.write(RED)
    mark(staffed, reply, NOT_RED, staff=2, note="  talte med hende ")
    (row,) = rows(staffed)
    assert (row.clinic_id, row.reply_id, row.staff_id, row.verdict) == ("vest", reply, 2, NOT_RED)
    assert (row.note, row.level, row.created_at) == ("talte med hende", "red", staffed.clock())
    assert row.rule_version == staffed.runtime.checker.rule_version


def test_each_staff_member_has_one_mark_that_can_be_changed_and_taken_back(staffed: World) -> None:
    reply = staffed.write(GREEN)
    mark(staffed, reply, SHOULD_BE_AMBER, note="se selv")
    mark(staffed, reply, SHOULD_BE_AMBER, staff=2)
    staffed.clock.forward(minutes=1)
    mark(staffed, reply, SHOULD_BE_RED)
    first, second = rows(staffed)
    assert (first.verdict, first.note, first.created_at) == (SHOULD_BE_RED, "", staffed.clock())
    assert second.verdict == SHOULD_BE_AMBER
    assert take_back(staffed, reply, staff=2).act is Act.DONE
    assert [row.staff_id for row in rows(staffed)] == [1]
    assert take_back(staffed, reply, staff=2).act is Act.ALREADY
    assert history(staffed) == [
        ("mark.should_be_amber", str(reply)),
        ("mark.should_be_amber", str(reply)),
        ("mark.should_be_red", str(reply)),
        ("mark.withdraw", str(reply)),
    ]


@pytest.mark.parametrize("text", [GREEN, AMBER])
def test_should_be_red_raises_a_red_alert_that_holds_the_course(staffed: World, text: str) -> None:
    reply = staffed.write(text)
    assert mark(staffed, reply, SHOULD_BE_RED) == Marked(Act.DONE, 1, alerted=True, red_open=True)
    alert = staffed.alerts()[-1]
    assert (alert.kind, alert.colour, alert.state) == (AlertKind.MARKED, Colour.RED, AlertState.OPEN)
    assert (alert.reply_id, alert.patient_id, alert.enrolment_id) == (reply, 1, staffed.enrolment().id)
    held = {message.reason for message in staffed.messages(MessageState.HELD)}
    assert any("rød" in reason for reason in held)


def test_nothing_is_written_to_the_patient_because_of_a_mark(staffed: World) -> None:
    reply = staffed.write(GREEN)
    staffed.drain()
    before = {message.id for message in staffed.messages()}
    sent = len(staffed.sent_bodies())
    mark(staffed, reply, SHOULD_BE_RED)
    staffed.drain()
    assert {message.id for message in staffed.messages()} == before
    assert len(staffed.sent_bodies()) == sent


def test_a_second_word_for_red_raises_no_second_alert_until_the_first_is_closed(staffed: World) -> None:
    reply = staffed.write(GREEN)
    mark(staffed, reply, SHOULD_BE_RED)
    assert mark(staffed, reply, SHOULD_BE_RED, staff=2) == Marked(Act.DONE, 1, alerted=False, red_open=True)
    with staffed.session() as session, session.begin():
        alert_id = session.scalars(select(Alert.id)).one()
        resolve(session, alert_id, clinic_id="vest", staff_id=1, now=staffed.clock(), outcome="talked", note="")
    assert mark(staffed, reply, SHOULD_BE_RED, staff=2).alerted


def test_a_red_alert_about_another_reply_is_not_enough(staffed: World) -> None:
    staffed.write(RED)
    reply = staffed.write(GREEN)
    assert mark(staffed, reply, SHOULD_BE_RED).alerted


@pytest.mark.parametrize("verdict", [SHOULD_BE_AMBER, NOT_RED])
def test_the_milder_verdicts_leave_the_alerts_as_they_are(staffed: World, verdict: Verdict) -> None:
    reply = staffed.write(RED)
    before = [(alert.id, alert.state) for alert in staffed.alerts()]
    assert not mark(staffed, reply, verdict).alerted
    assert [(alert.id, alert.state) for alert in staffed.alerts()] == before


def test_an_alert_stays_when_the_mark_that_raised_it_is_taken_back(staffed: World) -> None:
    reply = staffed.write(GREEN)
    mark(staffed, reply, SHOULD_BE_RED)
    assert take_back(staffed, reply) == Marked(Act.DONE, 1, alerted=False, red_open=True)
    assert [alert.state for alert in staffed.alerts()] == [AlertState.OPEN]


def test_a_no_to_the_screening_that_staff_call_red_is_no_clean_answer(staffed: World) -> None:
    screening = next(row.id for row in staffed.messages() if row.question == "screening")
    with staffed.session() as session, session.begin():
        asked = {"state": MessageState.DELIVERED, "sent_at": staffed.clock()}
        session.execute(update(Message).where(Message.id == screening).values(asked))
    reply = staffed.write("nej")
    assert staffed.enrolment().screening_clean_at is not None
    mark(staffed, reply, SHOULD_BE_RED)
    assert staffed.enrolment().screening_clean_at is None


def test_another_clinics_reply_cannot_be_marked_or_unmarked(staffed: World) -> None:
    staffed.add_clinic("nord", sender="+4552512346")
    reply = staffed.write(GREEN)
    assert mark(staffed, reply, SHOULD_BE_RED, clinic_id="nord") == Marked(Act.NOT_FOUND)
    mark(staffed, reply, SHOULD_BE_RED)
    assert take_back(staffed, reply, clinic_id="nord") == Marked(Act.NOT_FOUND)
    assert len(rows(staffed)) == 1
    assert exported(staffed, "nord") == []


def test_a_reply_that_nobody_has_read_or_that_is_no_patients_cannot_be_marked(staffed: World) -> None:
    stranger = staffed.write(GREEN, sender="+4521212121")
    unread = staffed.write(GREEN)
    with staffed.session() as session, session.begin():
        session.execute(delete(Triage).where(Triage.reply_id == unread))
    for reply in (stranger, unread, 999):
        assert mark(staffed, reply, SHOULD_BE_RED) == Marked(Act.NOT_FOUND)
    assert mark(staffed, unread, "shall_be_green").act is Act.NOT_FOUND


@pytest.mark.parametrize("verdict", ["", "green", "should_be_green"])
def test_an_unknown_verdict_is_refused(staffed: World, verdict: str) -> None:
    reply = staffed.write(GREEN)
    assert mark(staffed, reply, verdict).act is Act.INVALID
    assert rows(staffed) == []


def test_the_marks_go_with_the_reply_that_is_erased(staffed: World) -> None:
    gone, kept = staffed.write(GREEN), staffed.write(GREEN)
    for reply in (gone, kept):
        mark(staffed, reply, SHOULD_BE_RED)
    with staffed.session() as session, session.begin():
        of_it = select(Alert.id).where(Alert.reply_id == gone)
        session.execute(delete(AlertEvent).where(AlertEvent.alert_id.in_(of_it)))
        session.execute(delete(Alert).where(Alert.reply_id == gone))
        session.execute(delete(Triage).where(Triage.reply_id == gone))
        session.execute(update(Message).where(Message.reply_id == gone).values(reply_id=None))
        session.execute(delete(Reply).where(Reply.id == gone))
    assert [row.reply_id for row in rows(staffed)] == [kept]


def test_the_export_has_one_line_a_reply_and_stands_in_the_audit_log(staffed: World) -> None:
    twice = staffed.write("Hilsen Karen 20123456, kaffen løber ned ad hagen")
    once = staffed.write(RED)
    mark(staffed, twice, SHOULD_BE_RED, note="Karen ringede")
    mark(staffed, once, NOT_RED)
    mark(staffed, twice, SHOULD_BE_AMBER, staff=2)
    first, second = exported(staffed)
    assert (first["id"], first["accept"], second["id"]) == (f"M{twice}", ["red", "amber"], f"M{once}")
    assert first["text"] == "Hilsen [navn] [nummer], kaffen løber ned ad hagen"
    assert "Karen" not in str(first["why"])
    assert history(staffed)[-1] == ("mark.export", "vest")
