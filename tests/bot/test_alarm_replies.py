""" "Kvittér" by text: what somebody on call writes back to an alarm."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.alerts import acknowledge
from bot.contacts import try_alarm
from core.models import Alert, AlertEvent, AlertState, Audit, Contact, Message, MessageKind, Reply, Staff
from tests.on_call import AMBER, METTE, OLE, RED, add_contact, alarm_texts, alarms, pass_time
from tests.world import PHONE, World

LINK = "https://rygbot.example"


def answers(world: World, phone: str) -> list[str]:
    return [
        row.body
        for row in world.messages()
        if row.kind == MessageKind.ANSWER and row.to_phone == phone and row.body.startswith("Rygbot:")
    ]


def alarmed(world: World, *texts: str) -> None:
    """Mette is alarmed about what the patient wrote."""
    world.enrol()
    for text in texts:
        world.write(text)
    pass_time(world, minutes=10)


@pytest.mark.parametrize("word", ["1", "Kvittér", "kvitter", "KVITTERET.", "Ok", "ja", " 1 "])
def test_one_word_takes_it_for_the_staff_member_who_is_on_call(lite_world: World, word: str) -> None:
    staff = lite_world.add_staff("mette@vest.example")
    add_contact(lite_world, staff_id=staff)
    alarmed(lite_world, RED)
    lite_world.write(word, sender=METTE)
    (alert,) = lite_world.alerts()
    assert (alert.state, alert.acknowledged_by) == (AlertState.ACKNOWLEDGED, staff)
    assert answers(lite_world, METTE) == [f"Rygbot: Kvitteret. Se alarmen: {LINK}"]
    with lite_world.session() as session:
        events = [(event.action, event.note) for event in session.scalars(select(AlertEvent))]
        audits = session.execute(select(Audit.action, Audit.staff_id).where(Audit.object_type == "alert")).all()
    assert events == [("opened", ""), ("acknowledge_by_text", "Mette Vagt")]
    assert audits == [("alert.acknowledge_by_text", staff)]


def test_somebody_on_call_who_is_no_staff_is_named(world: World) -> None:
    contact = add_contact(world)
    alarmed(world, RED)
    world.write("1", sender=METTE)
    (alert,) = world.alerts()
    assert (alert.state, alert.acknowledged_by) == (AlertState.ACKNOWLEDGED, None)
    assert alert.acknowledged_contact_id == contact
    assert alarms(world)[0].answered_at == world.clock()


def test_all_that_was_alarmed_is_taken_at_once(lite_world: World) -> None:
    add_contact(lite_world)
    for number in ("+4520123450", "+4520123451"):
        lite_world.enrol(phone=number)
        lite_world.write(RED, sender=number)
    pass_time(lite_world, minutes=10)
    lite_world.write("1", sender=METTE)
    assert {alert.state for alert in lite_world.alerts()} == {AlertState.ACKNOWLEDGED}
    assert answers(lite_world, METTE) == [f"Rygbot: Kvitteret for 2 alarmer. Se dem: {LINK}"]


def test_what_came_after_the_alarm_is_not_taken_with_it(lite_world: World) -> None:
    add_contact(lite_world)
    alarmed(lite_world, RED)
    lite_world.enrol(phone="+4520123450")
    lite_world.write(RED, sender="+4520123450")
    lite_world.write("1", sender=METTE)
    assert [alert.state for alert in lite_world.alerts()] == [AlertState.ACKNOWLEDGED, AlertState.OPEN]


def test_the_second_is_told_who_was_first(lite_world: World) -> None:
    add_contact(lite_world)
    alarmed(lite_world, RED)
    staff = lite_world.add_staff("søren@vest.example")
    with lite_world.session() as session, session.begin():
        acknowledge(session, 1, clinic_id="vest", staff_id=staff, now=lite_world.clock(), note="")
    lite_world.write("1", sender=METTE)
    assert answers(lite_world, METTE) == [f"Rygbot: Søren kom først og kvitterede kl. 10.10. Se alarmen: {LINK}"]


def test_an_alarm_of_long_ago_can_no_longer_be_taken(lite_world: World) -> None:
    add_contact(lite_world)
    add_contact(lite_world, "Ole Vagt", OLE, standby=2)
    alarmed(lite_world, RED)
    lite_world.clock.forward(hours=5)
    lite_world.write("1", sender=METTE)
    assert lite_world.alerts()[0].state == AlertState.OPEN
    assert answers(lite_world, METTE) == [f"Rygbot: Der er ingen alarm at kvittere for lige nu. Log ind: {LINK}"]


def test_anything_else_is_answered_politely_once_an_hour(lite_world: World) -> None:
    add_contact(lite_world)
    alarmed(lite_world, RED)
    for _ in range(3):
        lite_world.write("Hej, hvem er det?", sender=METTE)
    how = f"Rygbot: Svar 1 for at kvittere for en alarm. Andre svar bliver ikke læst her. Log ind: {LINK}"
    assert answers(lite_world, METTE) == [how]
    assert len(lite_world.alerts()) == 1
    assert lite_world.alerts()[0].state == AlertState.OPEN


def test_two_machines_that_answer_each_other_come_to_an_end(lite_world: World) -> None:
    add_contact(lite_world)
    alarmed(lite_world, RED)
    for _ in range(30):
        lite_world.write("ok", sender=METTE)
    assert len(answers(lite_world, METTE)) == 6


def test_a_red_flag_from_a_number_on_call_goes_to_staff_like_any_other(lite_world: World) -> None:
    add_contact(lite_world)
    lite_world.write("Jeg kan ikke tisse og har mistet følelsen i skridtet", sender=METTE)
    (alert,) = lite_world.alerts()
    assert (alert.kind, alert.colour) == ("unknown_sender", "red")


def test_a_removed_contact_is_a_stranger(lite_world: World) -> None:
    contact = add_contact(lite_world)
    alarmed(lite_world, RED)
    with lite_world.session() as session, session.begin():
        session.get_one(Contact, contact).removed_at = lite_world.clock()
    lite_world.write("1", sender=METTE)
    assert [alert.kind for alert in lite_world.alerts()] == ["reply", "unknown_sender"]


class TestAPatientWhoIsOnCallToo:
    """The same number: a patient's answer is never taken for a receipt, nor the other way round."""

    @pytest.fixture
    def both(self, lite_world: World) -> World:
        add_contact(lite_world, phone=PHONE)
        lite_world.enrol()
        lite_world.enrol(phone="+4520123450", name="Bo Testsen")
        lite_world.run_until(lite_world.clock())
        return lite_world

    def alarm(self, world: World) -> None:
        world.write(RED, sender="+4520123450")
        pass_time(world, minutes=10)

    def test_takes_the_alarm_with_a_bare_one_when_it_was_sent_last(self, both: World) -> None:
        self.alarm(both)
        both.write("1")
        assert [alert.state for alert in both.alerts()] == [AlertState.ACKNOWLEDGED]

    def test_is_read_for_red_flags_first(self, both: World) -> None:
        self.alarm(both)
        both.write("Ja, jeg kan ikke tisse")
        assert [(alert.colour, alert.state) for alert in both.alerts()] == [("red", "open"), ("red", "open")]

    def test_yes_to_a_screening_is_red_and_no_receipt(self, both: World) -> None:
        with both.session() as session, session.begin():
            screening = session.scalars(
                select(Message).where(Message.question == "screening", Message.patient_id == 1).limit(1)
            ).one()
            screening.state, screening.sent_at = "delivered", both.clock()
        self.alarm(both)
        both.write("Ja")
        assert sorted(alert.state for alert in both.alerts()) == ["open", "open"]
        assert len(both.advice()) == 2

    def test_a_number_that_answers_a_later_question_is_its_answer(self, both: World) -> None:
        self.alarm(both)
        both.clock.forward(minutes=1)
        with both.session() as session, session.begin():
            pain = session.scalars(
                select(Message).where(Message.question == "pain", Message.patient_id == 1).limit(1)
            ).one()
            pain.state, pain.sent_at = "delivered", both.clock()
        both.clock.forward(minutes=1)
        reply = both.write("1")
        with both.session() as session:
            assert session.get_one(Reply, reply).answer_value == "1"
            assert session.scalars(select(Alert.state)).all() == ["open"]

    def test_without_an_alarm_is_a_patient(self, both: World) -> None:
        both.write("1")
        assert answers(both, PHONE) == []


def test_one_on_call_in_two_clinics_answers_the_one_that_was_written_to(lite_world: World) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    add_contact(lite_world)
    add_contact(lite_world, clinic_id="nord")
    alarmed(lite_world, RED)
    lite_world.write("1", sender=METTE, to="+4552512346")
    assert lite_world.alerts()[0].state == AlertState.OPEN
    lite_world.write("1", sender=METTE)
    assert lite_world.alerts()[0].state == AlertState.ACKNOWLEDGED


def test_a_try_is_answered_and_takes_nothing(lite_world: World) -> None:
    staff = lite_world.add_staff()
    contact = add_contact(lite_world)
    lite_world.enrol()
    lite_world.write(AMBER)
    with lite_world.session() as session, session.begin():
        by = session.get_one(Staff, staff)
        made = try_alarm(
            session, lite_world.runtime.means, session.get_one(Contact, contact), by=by, now=lite_world.clock()
        )
        assert made is not None
        assert len(made) == 1
    lite_world.dispatcher.run(lite_world.clock)
    assert alarm_texts(lite_world, METTE)[0].startswith("Rygbot: Det er en prøve fra Rygklinik Vest.")
    lite_world.write("1", sender=METTE)
    assert answers(lite_world, METTE) == ["Rygbot: Tak. Prøven kom frem."]
    assert lite_world.alerts()[0].state == AlertState.OPEN
