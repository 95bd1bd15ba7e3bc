"""An act on an alert taken back: all stands as before, unless something else has happened since."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.course import hear
from bot.standing import Act
from bot.undoing import undo
from core.models import (
    AlertEvent,
    AlertState,
    Audit,
    Enrolment,
    Message,
    MessageState,
)
from tests.bot.handled import act, contact_check, deed, red_alert, row, standing, take_back, waiting_texts
from tests.bot.silent import silent_until
from tests.world import World


@pytest.fixture
def mette(world: World) -> int:
    return world.add_staff("mette@vest.example")


@pytest.fixture
def anders(world: World) -> int:
    return world.add_staff("anders@vest.example", "clinician")


def test_an_undone_resolving_brings_back_the_alert_its_holds_and_the_contact_check(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    act(world, "acknowledge", alert_id, deed(world, mette))
    before, texts = standing(world, alert_id), waiting_texts(world)
    act(world, "resolve", alert_id, deed(world, mette), outcome="false_alarm")
    assert contact_check(world).state == MessageState.CANCELLED
    assert take_back(world, alert_id, mette, minutes=10) is Act.DONE
    assert (standing(world, alert_id), waiting_texts(world)) == (before, texts)
    assert contact_check(world).state == MessageState.PLANNED


def test_an_undone_kvittering_leaves_nobody_with_the_alert(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    before = standing(world, alert_id)
    act(world, "acknowledge", alert_id, deed(world, mette))
    assert take_back(world, alert_id, mette) is Act.DONE
    assert standing(world, alert_id) == before
    with world.session() as session:
        assert session.scalars(select(Audit.action).order_by(Audit.id.desc())).first() == "alert.undo"


def test_an_undone_reopening_releases_the_texts_again(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    act(world, "resolve", alert_id, deed(world, mette), outcome="talked")
    before, texts = standing(world, alert_id), waiting_texts(world)
    act(world, "reopen", alert_id, deed(world, mette, "forkert patient"))
    assert take_back(world, alert_id, mette) is Act.DONE
    assert (standing(world, alert_id), waiting_texts(world)) == (before, texts)


def test_an_act_is_taken_back_within_ten_minutes_by_the_one_who_did_it(world: World, mette: int, anders: int) -> None:
    alert_id = red_alert(world)
    act(world, "acknowledge", alert_id, deed(world, mette))
    assert take_back(world, alert_id, anders) is Act.NOT_FOUND
    assert take_back(world, alert_id, mette, minutes=10, seconds=1) is Act.TOO_LATE
    assert row(world, alert_id).state == AlertState.ACKNOWLEDGED


def test_an_act_is_not_taken_back_once_something_else_has_happened(world: World, mette: int, anders: int) -> None:
    alert_id = red_alert(world)
    act(world, "acknowledge", alert_id, deed(world, mette))
    with world.session() as session:
        mine = session.scalars(select(AlertEvent.id).order_by(AlertEvent.id.desc())).first() or 0
    act(world, "take_over", alert_id, deed(world, anders))
    with world.session() as session, session.begin():
        now = world.clock()
        done = undo(session, alert_id, mine, clinic_id="vest", staff_id=mette, now=now, wall_now=now)
    assert done is Act.ALREADY
    assert row(world, alert_id).holder_id == anders


def test_an_undo_is_not_undone(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    act(world, "acknowledge", alert_id, deed(world, mette))
    take_back(world, alert_id, mette)
    assert take_back(world, alert_id, mette) is Act.TOO_LATE


def test_what_has_been_sent_meanwhile_stays_sent(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    act(world, "resolve", alert_id, deed(world, mette), outcome="talked")
    released = next(text for text in world.messages(MessageState.PLANNED) if text.purpose == "exercise")
    with world.session() as session, session.begin():
        session.execute(update(Message).where(Message.id == released.id).values(state=MessageState.SENT))
    take_back(world, alert_id, mette)
    assert next(text for text in world.messages() if text.id == released.id).state == MessageState.SENT


def end_a_silence(world: World, staff_id: int) -> tuple[int, object]:
    silent_until(world, 49)
    (alert,) = world.alerts()
    since = world.enrolment().silent_since
    act(world, "resolve", alert.id, deed(world, staff_id), outcome="talked", texts_again=True)
    assert since is not None
    assert world.enrolment().silent_since is None
    return alert.id, since


def test_an_undone_end_of_a_silence_lets_the_silence_last(world: World, mette: int) -> None:
    alert_id, since = end_a_silence(world, mette)
    take_back(world, alert_id, mette)
    assert world.enrolment().silent_since == since


def test_a_patient_who_has_written_since_is_not_made_silent_by_an_undo(world: World, mette: int) -> None:
    alert_id, _ = end_a_silence(world, mette)
    world.write("Har det fint")
    with world.session() as session, session.begin():
        hear(session, session.get_one(Enrolment, world.enrolment().id), world.clock())
    take_back(world, alert_id, mette)
    assert world.enrolment().silent_since is None
