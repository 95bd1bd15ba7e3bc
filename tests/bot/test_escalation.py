"""Nobody took it in time: who is alarmed, when, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import escalation
from bot.alerts import acknowledge, raise_alert, resolve
from bot.deadlines import deadline_of, deadlines_of
from bot.delivery import take_receipt
from bot.escalation import escalate
from core.gateway import SendError, Verdict
from core.models import (
    Alarm,
    AlarmAlert,
    Alert,
    AlertKind,
    AlertState,
    Colour,
    Deadline,
    Message,
    MessageKind,
    MessageState,
)
from scheduler.calendar import at
from tests.on_call import (
    AMBER,
    BIRTHE,
    METTE,
    OLE,
    RED,
    TICK,
    add_contact,
    alarm_texts,
    alarms,
    pass_time,
    three_on_call,
)
from tests.world import MONDAY, PHONE, World, copied_world, make_world

ONE_RED = "Rygbot: rød alarm venter siden kl. 10.00. Svar 1 for at kvittere, eller log ind: https://rygbot.example"


@pytest.fixture
def postgres_world(postgres_url: str) -> Iterator[World]:
    made = make_world(postgres_url)
    made.add_clinic()
    yield made
    made.close()


def take(world: World, alert_id: int = 1) -> None:
    staff = world.add_staff(f"tager{alert_id}@vest.example")
    with world.session() as session, session.begin():
        acknowledge(session, alert_id, clinic_id="vest", staff_id=staff, now=world.clock(), note="")


def test_a_red_alert_that_nobody_takes_in_ten_minutes_alarms_the_first_on_call(world: World) -> None:
    three_on_call(world)
    world.enrol()
    world.write(RED)
    pass_time(world, minutes=9, seconds=59)
    assert alarm_texts(world) == []
    pass_time(world, seconds=1)
    assert alarm_texts(world, METTE) == [ONE_RED]
    assert alarm_texts(world) == [ONE_RED]


def test_then_the_next_every_five_minutes_and_round_again(lite_world: World) -> None:
    people = three_on_call(lite_world)
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=26)
    assert [alarm.contact_id for alarm in alarms(lite_world)] == [*people, people[0]]
    waits = [(alarm.created_at - MONDAY).total_seconds() / 60 for alarm in alarms(lite_world)]
    assert waits == [10, 15, 20, 25]


@pytest.mark.parametrize("how", ["taken", "resolved"])
def test_no_alarm_goes_once_somebody_has_it(lite_world: World, how: str) -> None:
    three_on_call(lite_world)
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=10)
    if how == "taken":
        take(lite_world)
    else:
        staff = lite_world.add_staff()
        with lite_world.session() as session, session.begin():
            resolve(session, 1, clinic_id="vest", staff_id=staff, now=lite_world.clock(), outcome="talked", note="")
    pass_time(lite_world, hours=1)
    assert len(alarms(lite_world)) == 1


def test_an_alarm_still_waiting_when_it_is_taken_is_not_sent(world: World) -> None:
    add_contact(world)
    world.enrol()
    world.write(RED)
    world.clock.forward(minutes=10)
    with world.session() as session:
        escalate(session, world.runtime.means, world.clock())
    take(world)
    world.dispatcher.run(world.clock)
    assert alarm_texts(world) == []
    pass_time(world, seconds=10)
    (row,) = [message for message in world.messages() if message.kind == MessageKind.ALARM]
    assert (row.state, row.reason) == (MessageState.CANCELLED, "alarmen er taget")


def test_several_reds_within_minutes_go_as_one_alarm_with_their_number(lite_world: World) -> None:
    three_on_call(lite_world)
    for number in range(3):
        lite_world.enrol(phone=f"+452012345{number}")
        lite_world.write(RED, sender=f"+452012345{number}")
        pass_time(lite_world, minutes=1)
    pass_time(lite_world, minutes=10)
    assert alarm_texts(lite_world) == [ONE_RED.replace("rød alarm venter", "3 røde alarmer venter, den ældste")]


def test_the_alarm_names_no_patient_number_or_word_of_one(lite_world: World) -> None:
    add_contact(lite_world, email="vagt@vest.example")
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=10)
    (text,) = alarm_texts(lite_world)
    assert not any(word in text for word in ("Karen", "Testsen", PHONE[3:], "tisse"))
    with lite_world.session() as session:
        row = session.scalars(select(Message).where(Message.kind == MessageKind.ALARM)).one()
        assert (row.patient_id, row.enrolment_id, row.reply_id, row.segments) == (None, None, None, 1)


def test_an_alarm_goes_at_night_and_on_a_holiday(lite_world: World) -> None:
    add_contact(lite_world)
    lite_world.enrol()
    lite_world.clock.now = at(MONDAY.date().replace(month=12, day=25), MONDAY.time().replace(hour=3))
    lite_world.write(RED)
    pass_time(lite_world, minutes=10)
    assert len(alarm_texts(lite_world, METTE)) == 1


def test_an_amber_alert_waits_four_hours_of_opening_time_and_never_wakes_anybody(lite_world: World) -> None:
    add_contact(lite_world)
    lite_world.enrol()
    lite_world.clock.now = at(MONDAY.date(), MONDAY.time().replace(hour=14))
    lite_world.write(AMBER)
    lite_world.run_until(at(MONDAY.date() + timedelta(days=1), MONDAY.time().replace(hour=9)), timedelta(hours=1))
    pass_time(lite_world, minutes=59, seconds=59)
    assert alarms(lite_world) == []
    pass_time(lite_world, seconds=1)
    assert alarm_texts(lite_world)[-1].startswith("Rygbot: gul alarm venter siden mandag kl. 14.00.")
    lite_world.run_until(at(MONDAY.date() + timedelta(days=2), MONDAY.time().replace(hour=7)), timedelta(minutes=30))
    closing = at(MONDAY.date() + timedelta(days=1), MONDAY.time().replace(hour=16))
    assert [alarm for alarm in alarms(lite_world) if alarm.created_at >= closing] == []


def test_a_clinic_may_want_amber_at_night_too(lite_world: World) -> None:
    add_contact(lite_world)
    with lite_world.session() as session, session.begin():
        session.add(
            Deadline(
                clinic_id="vest", colour="amber", open_minutes=60, closed_minutes=60, every_minutes=30, has_alarm=True
            )
        )
    lite_world.enrol()
    lite_world.clock.now = at(MONDAY.date(), MONDAY.time().replace(hour=22))
    lite_world.write(AMBER)
    pass_time(lite_world, hours=1)
    assert len(alarms(lite_world)) == 1


def test_amber_and_blue_alarm_one_person_twice_an_hour_at_most(lite_world: World) -> None:
    add_contact(lite_world)
    with lite_world.session() as session, session.begin():
        for colour in ("amber", "blue"):
            session.add(
                Deadline(
                    clinic_id="vest", colour=colour, open_minutes=5, closed_minutes=5, every_minutes=5, has_alarm=True
                )
            )
    lite_world.enrol()
    lite_world.write(AMBER)
    pass_time(lite_world, minutes=59)
    assert len(alarms(lite_world)) == 2


def test_a_colour_without_alarm_alarms_nobody(lite_world: World) -> None:
    add_contact(lite_world)
    with lite_world.session() as session, session.begin():
        session.add(
            Deadline(
                clinic_id="vest", colour="amber", open_minutes=5, closed_minutes=5, every_minutes=5, has_alarm=False
            )
        )
    lite_world.enrol()
    lite_world.write(AMBER)
    pass_time(lite_world, minutes=30)
    assert alarms(lite_world) == []


def test_an_alarm_that_is_refused_goes_to_the_next_at_once(world: World) -> None:
    people = three_on_call(world)
    world.enrol()
    world.write(RED)
    pass_time(world, minutes=9, seconds=59)
    world.gateway.errors = [SendError(Verdict.REFUSED, "21211")]
    pass_time(world, seconds=31)
    assert [alarm.contact_id for alarm in alarms(world)] == people[:2]
    assert alarm_texts(world, OLE) == [ONE_RED]


def test_one_whom_no_alarm_reaches_is_tried_again_no_sooner_than_anybody_else(lite_world: World) -> None:
    add_contact(lite_world)
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=9, seconds=59)
    lite_world.gateway.errors = [SendError(Verdict.REFUSED, "21211")] * 100
    pass_time(lite_world, minutes=6)
    assert len(alarms(lite_world)) == 2


def test_a_receipt_that_says_undelivered_falls_to_the_next(world: World) -> None:
    people = three_on_call(world)
    world.enrol()
    world.write(RED)
    pass_time(world, minutes=10)
    (alarm,) = alarms(world)
    with world.session() as session, session.begin():
        assert take_receipt(
            session,
            message_id=alarm.message_id or 0,
            provider_id=f"SM{3:032d}",
            status="undelivered",
            error_code="30003",
            now=world.clock(),
        )
    pass_time(world, seconds=10)
    assert [alarm.contact_id for alarm in alarms(world)] == people[:2]


def test_the_patient_who_did_not_reach_a_doctor_is_the_on_calls_too(lite_world: World) -> None:
    add_contact(lite_world)
    lite_world.enrol()
    lite_world.write(RED)
    take(lite_world)
    pass_time(lite_world, hours=1, minutes=14)
    assert alarms(lite_world) == []
    pass_time(lite_world, minutes=11)
    with lite_world.session() as session:
        kinds = session.scalars(select(Alert.kind).join(AlarmAlert, AlarmAlert.alert_id == Alert.id).distinct()).all()
    assert kinds == ["no_contact"]


def test_another_clinics_people_are_left_in_peace(lite_world: World) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    add_contact(lite_world, "Nord Vagt", BIRTHE, clinic_id="nord")
    lite_world.enrol()
    lite_world.write(RED)
    pass_time(lite_world, minutes=30)
    assert alarms(lite_world) == []


def test_a_clinic_whose_alarms_fail_holds_up_no_other(lite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    add_contact(lite_world)
    add_contact(lite_world, "Nord Vagt", BIRTHE, clinic_id="nord")
    lite_world.enrol()
    lite_world.write(RED)
    lite_world.enrol(phone="+4520123499", clinic_id="nord")
    lite_world.write(RED, sender="+4520123499", to="+4552512346")
    real = escalation.escalate_clinic

    def breaks_for_nord(session: object, means: object, clinic_id: str, now: object) -> int:
        if clinic_id == "nord":
            raise RuntimeError("broken")
        return real(session, means, clinic_id, now)  # type: ignore[arg-type]

    monkeypatch.setattr(escalation, "escalate_clinic", breaks_for_nord)
    pass_time(lite_world, minutes=10)
    assert [alarm.clinic_id for alarm in alarms(lite_world)] == ["vest"]


def test_of_two_workers_at_the_same_instant_one_alarms(postgres_world: World) -> None:
    world = postgres_world
    three_on_call(world)
    world.enrol()
    world.write(RED)
    for _ in range(10):
        world.clock.forward(minutes=5)

        def tick(_: int) -> None:
            with world.session() as session:
                escalate(session, world.runtime.means, world.clock())

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(tick, range(8)))
    at_once = [alarm.created_at for alarm in alarms(world)]
    assert len(at_once) == len(set(at_once)) == 9


EVENTS = st.lists(
    st.tuples(st.sampled_from(["red", "amber", "take", "fail", "wait"]), st.integers(0, 12)), min_size=1, max_size=8
)
"""What happens, and how many half minutes pass after it."""


@settings(max_examples=20)
@given(events=EVENTS, people=st.integers(1, 3))
def test_every_overdue_red_alert_is_alarmed_within_a_minute_and_again_until_it_is_taken(
    tmp_path_factory: pytest.TempPathFactory,
    _sqlite_template: Path,  # noqa: PT019 - its value is the file
    events: list[tuple[str, int]],
    people: int,
) -> None:
    world = copied_world(tmp_path_factory, _sqlite_template)
    for place in range(people):
        add_contact(world, f"Vagt {place}", f"+4528{place}11111", standby=place)
    for what, ticks in [*events, ("wait", 26)]:
        if what in {"red", "amber"}:
            _raise(world, Colour(what))
        elif what == "take" and (untaken := [alert.id for alert in world.alerts() if alert.state == AlertState.OPEN]):
            take(world, untaken[0])
        elif what == "fail":
            world.gateway.errors = [SendError(Verdict.REFUSED, "21211")]
        for _ in range(ticks):
            pass_time(world, seconds=TICK)
            _check(world)
    world.close()


def _raise(world: World, colour: Colour) -> None:
    """An alert without a patient behind it: what leads to alerts is tested elsewhere, and takes longer."""
    with world.session() as session, session.begin():
        raise_alert(session, clinic_id="vest", kind=AlertKind.UNKNOWN_SENDER, colour=colour, now=world.clock())


def _check(world: World) -> None:
    """No red alert is overdue without a fresh alarm, nobody is alarmed twice within the interval, none after."""
    now, every = world.clock(), timedelta(minutes=5)
    with world.session() as session:
        deadlines = deadlines_of(session, "vest")
        told: dict[int, list[Alarm]] = {}
        for alarm, alert_id in session.execute(
            select(Alarm, AlarmAlert.alert_id).join(AlarmAlert, AlarmAlert.alarm_id == Alarm.id).order_by(Alarm.id)
        ):
            told.setdefault(alert_id, []).append(alarm)
        for alert in session.scalars(select(Alert).where(Alert.colour == "red")):
            sent = told.get(alert.id, [])
            for earlier, later in pairwise(sent):
                same = earlier.contact_id == later.contact_id
                assert not same or later.created_at - earlier.created_at >= every
            if alert.state != AlertState.OPEN:
                assert all(alarm.created_at <= (alert.acknowledged_at or now) for alarm in sent)
            elif now - deadline_of(deadlines, "red", alert.opened_at) > timedelta(minutes=1):
                assert sent, "overdue and nobody was alarmed"
                assert now - sent[-1].created_at <= every + timedelta(minutes=1)
