"""How long a patient's name, numbers and words are kept, and that none of them is left when the time is up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot import retention
from bot.alerts import resolve
from bot.course import stop
from bot.enrolment import find_patient
from bot.marks import mark
from bot.retention import MONTH, Erasure, count_due, erase_due, keep_for
from bot.rotation import rotate
from core.crypto import EncryptedJson, EncryptedText, Keyring, new_key
from core.models import (
    Alert,
    Audit,
    Base,
    Clinic,
    Enrolment,
    Message,
    MessageState,
    Note,
    NoteVersion,
    Patient,
    Reply,
    Verdict,
)
from tests.world import PHONE, World

SAID = "Birgitte kan ikke tisse"
KEPT = {
    **dict.fromkeys(("staff", "passkey", "staff_token"), "the clinic's own people"),
    **dict.fromkeys(("on_call_contact", "roster_change", "mail"), "whom the clinic alarms; alarms name no patient"),
    "saved_view": "a staff member's filters, without the words that were searched for",
    "import_list": "deleted within the hour, whatever it holds",
}
"""Tables whose encrypted columns tell of nobody that is treated, or not for long."""
YEAR = 12 * MONTH


def closed(world: World) -> int:
    """A patient who wrote something red; staff have closed it and stopped the course. Returns the patient's id."""
    world.enrol()
    staff = world.add_staff()
    world.drain()
    world.write("jeg kan ikke tisse siden i nat")
    world.drain()
    with world.session() as session, session.begin():
        for alert_id in session.scalars(select(Alert.id)).all():
            resolve(session, alert_id, clinic_id="vest", staff_id=staff, now=world.clock(), outcome="talked", note=SAID)
        verdict = Verdict.SHOULD_BE_AMBER
        mark(session, 1, clinic_id="vest", staff_id=staff, verdict=verdict, note=SAID, now=world.clock())
        note = Note(clinic_id="vest", patient_id=1, staff_id=staff, body=SAID, created_at=world.clock())
        session.add(note)
        session.flush()
        session.add(NoteVersion(note_id=note.id, body=SAID, written_at=world.clock()))
        stop(session, session.scalars(select(Enrolment)).one(), now=world.clock(), reason="Andet", staff_id=staff)
    world.drain()
    return world.patient().id


def tick(world: World) -> int:
    with world.session() as session, session.begin():
        return erase_due(session, world.clock())


def erase(world: World, patient_id: int) -> Erasure:
    with world.session() as session, session.begin():
        return retention.erase(session, patient_id, staff_id=1, now=world.clock())


def is_erased(world: World) -> bool:
    return world.patient().erased_at is not None


def encrypted() -> dict[str, list[Any]]:
    columns = {
        table.name: [column for column in table.columns if isinstance(column.type, EncryptedText | EncryptedJson)]
        for table in Base.metadata.sorted_tables
    }
    return {name: found for name, found in columns.items() if found and name not in KEPT}


def test_nothing_that_was_written_by_or_about_a_patient_is_left_in_any_column(world: World) -> None:
    """Every encrypted column of every table is filled first, so that a new one cannot be forgotten."""
    patient_id = closed(world)
    with world.session() as session, session.begin():
        for name, columns in encrypted().items():
            values = {column: [SAID] if isinstance(column.type, EncryptedJson) else SAID for column in columns}
            table = Base.metadata.tables[name]
            assert session.execute(update(table).values(values).returning(columns[0])).all(), f"{name} has no row"
    assert erase(world, patient_id) is Erasure.DONE
    with world.session() as session:
        left = {name: repr(session.execute(select(*columns)).all()) for name, columns in encrypted().items()}
        phone_hash = session.scalars(select(Patient.phone_hash)).one()
    assert [name for name, stored in left.items() if SAID in stored] == []
    assert phone_hash == f"erased:{patient_id}"


def test_the_providers_ids_lead_to_the_texts_no_more(world: World) -> None:
    patient_id = closed(world)
    erase(world, patient_id)
    with world.session() as session:
        assert session.scalars(select(Reply.provider_id)).all() == ["erased:1"]
        assert set(session.scalars(select(Message.provider_id))) == {None}


def test_a_year_after_the_last_that_happened_the_tick_erases(world: World) -> None:
    closed(world)
    world.clock.now += YEAR - timedelta(seconds=1)
    assert (tick(world), is_erased(world)) == (0, False)
    world.clock.now += timedelta(seconds=1)
    assert (tick(world), is_erased(world)) == (1, True)
    assert tick(world) == 0


def test_a_later_word_from_the_patient_starts_the_year_anew(world: World) -> None:
    closed(world)
    world.clock.now += YEAR - timedelta(days=1)
    world.write("tak for hjælpen")
    with world.session() as session, session.begin():
        session.execute(update(Alert).values(state="resolved", resolved_at=world.clock()))
        session.execute(update(Message).where(Message.state == MessageState.PLANNED).values(state="expired"))
    world.clock.now += timedelta(days=2)
    assert tick(world) == 0


@pytest.mark.parametrize(
    ("statement", "hindrance"),
    [
        ("UPDATE enrolment SET state = 'paused'", Erasure.RUNNING),
        ("UPDATE alert SET state = 'open'", Erasure.ALERT_OPEN),
        ("UPDATE message SET state = 'sending' WHERE id = 1", Erasure.ON_ITS_WAY),
    ],
)
def test_nobody_is_erased_while_something_is_going_on(world: World, statement: str, hindrance: Erasure) -> None:
    patient_id = closed(world)
    with world.session() as session, session.begin():
        session.execute(text(statement))
    world.clock.now += 2 * YEAR
    assert tick(world) == 0
    assert erase(world, patient_id) is hindrance
    assert not is_erased(world)


def test_the_row_the_alerts_and_the_audit_log_stay_for_what_is_counted(world: World) -> None:
    patient_id = closed(world)
    with world.session() as session:
        before = len(session.scalars(select(Audit.id)).all())
    erase(world, patient_id)
    with world.session() as session:
        lines = session.scalars(select(Audit).order_by(Audit.id)).all()
        assert len(lines) == before + 1
        assert (lines[-1].action, lines[-1].object_id, lines[-1].staff_id) == ("patient.erase", str(patient_id), 1)
        assert len(session.scalars(select(Alert.id)).all()) == 1
        assert session.scalars(select(Patient.name)).one() == "Slettet patient"


def test_erasing_twice_says_so(lite_world: World) -> None:
    patient_id = closed(lite_world)
    assert [erase(lite_world, patient_id), erase(lite_world, patient_id)] == [Erasure.DONE, Erasure.ALREADY]


def test_somebody_who_was_erased_can_be_enrolled_anew_as_somebody_else(world: World) -> None:
    erase(world, closed(world))
    world.enrol()
    with world.session() as session:
        assert len(session.scalars(select(Patient.id)).all()) == 2
        found = find_patient(session, PHONE, "vest")
        assert found is not None
        assert found.erased_at is None


def test_a_change_of_keys_leaves_erased_patients_apart(world: World) -> None:
    world.add_staff()
    for phone in (PHONE, "+4520123499"):
        world.enrol(phone=phone)
    with world.session() as session, session.begin():
        for enrolment in session.scalars(select(Enrolment)).all():
            stop(session, enrolment, now=world.clock(), reason="Andet", staff_id=None)
        session.execute(update(Message).values(state=MessageState.EXPIRED))
        ids = session.scalars(select(Patient.id)).all()
    assert [erase(world, patient_id) for patient_id in ids] == [Erasure.DONE] * 2
    settings = world.runtime.settings
    rotate(world.runtime.sessions, Keyring([new_key(), settings.encryption_keys]))
    with world.session() as session:
        hashes = set(session.scalars(text("SELECT phone_hash FROM patient")))
    assert hashes == {f"erased:{patient_id}" for patient_id in ids}


def test_a_strangers_text_is_erased_once_staff_have_closed_it(world: World) -> None:
    world.write("hvem er I?", sender="+4520999999")
    world.drain()
    world.clock.now += 2 * YEAR
    tick(world)
    with world.session() as session, session.begin():
        assert session.scalars(select(Reply.body)).all() == ["hvem er I?"]
        session.execute(update(Alert).values(state="resolved"))
    tick(world)
    with world.session() as session:
        assert session.scalars(select(Reply.body)).all() == [""]
        assert [row.body for row in session.scalars(select(Message).where(Message.reply_id.is_not(None)))] == [""]


def test_a_clinic_chooses_from_1_to_60_months(lite_world: World) -> None:
    now = lite_world.clock()
    with lite_world.session() as session, session.begin():
        done = [keep_for(session, "vest", months, staff_id=None, now=now) for months in (0, 61, 12, 6)]
        assert done == [False, False, False, True]
        assert session.get_one(Clinic, "vest").keep_months == 6


def test_who_is_erased_now_and_who_soon_is_counted(lite_world: World) -> None:
    closed(lite_world)
    with lite_world.session() as session:
        clinic = session.get_one(Clinic, "vest")
        start = lite_world.clock()
        days = (300, 345, 360)
        counted = [count_due(session, clinic, start + timedelta(days=day)) for day in days]
    assert counted == [(0, 0), (0, 1), (1, 0)]
