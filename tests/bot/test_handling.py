"""Who has an alert: handed on, taken over, given back, opened again, and every act taken back. Promise 6."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import alerts, retention
from bot.standing import Act, Deed
from core.models import (
    AlertEvent,
    AlertKind,
    AlertState,
    Audit,
    Colour,
    Enrolment,
    Message,
    MessageState,
)
from scheduler.planning import HELD_RED
from tests.bot.handled import act, contact_check, deed, red_alert, row, standing, take_back, waiting_texts
from tests.world import MONDAY, World


@pytest.fixture
def mette(world: World) -> int:
    return world.add_staff("mette@vest.example")


@pytest.fixture
def anders(world: World) -> int:
    return world.add_staff("anders@vest.example", "clinician")


def test_who_takes_an_alert_has_it(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    assert act(world, "acknowledge", alert_id, deed(world, mette)) is Act.DONE
    assert row(world, alert_id).holder_id == mette


def test_the_holder_hands_it_over_with_a_note(world: World, mette: int, anders: int) -> None:
    alert_id = red_alert(world)
    act(world, "acknowledge", alert_id, deed(world, mette))
    assert act(world, "hand_over", alert_id, deed(world, mette, "ring kl. 12"), receiver_id=anders) is Act.DONE
    alert = row(world, alert_id)
    assert (alert.state, alert.holder_id, alert.acknowledged_by) == (AlertState.ACKNOWLEDGED, anders, mette)
    with world.session() as session:
        event = session.scalars(select(AlertEvent).order_by(AlertEvent.id.desc())).first()
        assert event is not None
        assert (event.action, event.staff_id, event.receiver_id, event.note) == (
            "hand_over", mette, anders, "ring kl. 12",
        )  # fmt: skip
        assert session.scalars(select(Audit.action).order_by(Audit.id.desc())).first() == "alert.hand_over"


def test_only_the_holder_hands_over_and_only_to_another_who_may_act(world: World, mette: int, anders: int) -> None:
    alert_id = red_alert(world)
    reader = world.add_staff("rita@vest.example", "reader")
    world.add_clinic("nord", sender="+4552512346")
    stranger = world.add_staff("nils@nord.example", "admin", "nord")
    assert act(world, "hand_over", alert_id, deed(world, mette), receiver_id=anders) is Act.ALREADY
    act(world, "acknowledge", alert_id, deed(world, mette))
    for nobody in (reader, stranger, mette, 0):
        assert act(world, "hand_over", alert_id, deed(world, mette), receiver_id=nobody) is Act.INVALID
    assert act(world, "hand_over", alert_id, deed(world, anders), receiver_id=mette) is Act.ALREADY
    assert row(world, alert_id).holder_id == mette


def test_another_takes_over(world: World, mette: int, anders: int) -> None:
    alert_id = red_alert(world)
    assert act(world, "take_over", alert_id, deed(world, anders)) is Act.ALREADY
    act(world, "acknowledge", alert_id, deed(world, mette))
    assert act(world, "take_over", alert_id, deed(world, mette)) is Act.ALREADY
    assert act(world, "take_over", alert_id, deed(world, anders)) is Act.DONE
    assert row(world, alert_id).holder_id == anders


def test_what_is_given_back_waits_as_before_it_was_taken(world: World, mette: int, anders: int) -> None:
    alert_id = red_alert(world)
    before = standing(world, alert_id)
    act(world, "acknowledge", alert_id, deed(world, mette))
    world.clock.forward(minutes=30)
    assert act(world, "give_back", alert_id, deed(world, anders)) is Act.ALREADY
    assert act(world, "give_back", alert_id, deed(world, mette)) is Act.DONE
    assert standing(world, alert_id) == before


def test_a_reopened_red_alert_holds_texts_again_and_waits_anew(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    held = waiting_texts(world)
    act(world, "resolve", alert_id, deed(world, mette), outcome="talked")
    assert not any(HELD_RED in text for text in waiting_texts(world))
    world.clock.forward(hours=1)
    assert act(world, "reopen", alert_id, deed(world, mette)) is Act.INVALID
    assert act(world, "reopen", alert_id, deed(world, mette, "ringede igen")) is Act.DONE
    alert = row(world, alert_id)
    assert (alert.state, alert.outcome, alert.resolved_at, alert.holder_id) == (AlertState.OPEN, None, None, None)
    assert (alert.waiting_since, alert.opened_at) == (world.clock(), MONDAY + timedelta(days=1, hours=1))
    assert [text for text in waiting_texts(world) if HELD_RED in text] == [text for text in held if HELD_RED in text]


def test_only_a_resolved_alert_is_reopened(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    assert act(world, "reopen", alert_id, deed(world, mette, "igen")) is Act.ALREADY


def test_a_reopened_alert_does_not_ask_again_whether_a_doctor_was_reached(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    act(world, "resolve", alert_id, deed(world, mette), outcome="sent_to_doctor")
    act(world, "reopen", alert_id, deed(world, mette, "kom ikke af sted"))
    assert contact_check(world).state == MessageState.CANCELLED


def test_an_act_on_what_the_page_no_longer_shows_changes_nothing(world: World, mette: int, anders: int) -> None:
    alert_id = red_alert(world)
    seen = row(world, alert_id).version
    act(world, "acknowledge", alert_id, deed(world, mette, seen=seen))
    assert act(world, "resolve", alert_id, deed(world, anders, seen=seen), outcome="other") is Act.ALREADY
    assert act(world, "resolve", alert_id, deed(world, anders, seen=seen + 1), outcome="other") is Act.DONE


def test_another_clinic_can_do_nothing(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    world.add_clinic("nord", sender="+4552512346")
    stranger = world.add_staff("nils@nord.example", "admin", "nord")
    theirs: Deed = {**deed(world, stranger, "hej"), "clinic_id": "nord"}
    act(world, "acknowledge", alert_id, deed(world, mette))
    for name in ("acknowledge", "take_over", "give_back", "reopen"):
        assert act(world, name, alert_id, theirs) is Act.NOT_FOUND
    assert act(world, "resolve", alert_id, theirs, outcome="talked") is Act.NOT_FOUND
    assert row(world, alert_id).holder_id == mette


def test_an_alert_about_an_erased_patient_stays_closed(world: World, mette: int) -> None:
    alert_id = red_alert(world)
    act(world, "resolve", alert_id, deed(world, mette), outcome="talked")
    with world.session() as session, session.begin():
        patient_id = world.patient().id
        for enrolment in session.scalars(select(Enrolment)):
            enrolment.state, enrolment.ended_at = "stopped", world.clock()
        session.execute(update(Message).values(state=MessageState.DELIVERED))
        session.flush()
        done = retention.erase(session, patient_id, staff_id=mette, now=world.clock())
    assert done is retention.Erasure.DONE
    assert act(world, "reopen", alert_id, deed(world, mette, "igen")) is Act.TOO_LATE
    assert take_back(world, alert_id, mette) is Act.TOO_LATE
    assert row(world, alert_id).state == AlertState.RESOLVED


def test_a_strangers_alert_goes_through_all_hands(world: World, mette: int, anders: int) -> None:
    with world.session() as session, session.begin():
        alert_id = alerts.raise_alert(
            session, clinic_id="vest", kind=AlertKind.UNKNOWN_SENDER, colour=Colour.AMBER, now=world.clock()
        )
    assert alert_id is not None
    assert act(world, "acknowledge", alert_id, deed(world, mette)) is Act.DONE
    assert act(world, "hand_over", alert_id, deed(world, mette), receiver_id=anders) is Act.DONE
    assert act(world, "resolve", alert_id, deed(world, anders), outcome="other") is Act.DONE
    assert take_back(world, alert_id, anders) is Act.DONE
    assert row(world, alert_id).holder_id == anders
