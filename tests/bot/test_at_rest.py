"""Encrypted at rest: nothing that tells of a patient stands in the database in clear."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, select, text

from bot.alerts import acknowledge
from bot.marks import mark
from bot.rotation import rotate
from core.crypto import Keyring, new_key
from core.db import make_engine, session_factory
from core.models import Contact, Patient, TriageMark, Verdict
from core.settings import sqlite_path
from tests.on_call import METTE, add_contact
from tests.world import DOCTOR, PHONE, World

NOTE = "ringede og talte med datteren Birgitte"
MARK_NOTE = "skridtet var sovende allerede, siger svigersønnen"
REPLY = "jeg kan ikke tisse siden i nat, hilsen Karen"
SECRETS = [
    "Karen",
    "Testsen",
    PHONE,
    PHONE[3:],
    "20 12 34 56",
    DOCTOR,
    DOCTOR[3:],
    "kan ikke tisse",
    "Birgitte",
    "svigersønnen",
    "skal en læge se",
]


def filled(world: World) -> None:
    world.enrol()
    staff = world.add_staff()
    world.drain()
    world.write(REPLY)
    world.drain()
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        acknowledge(session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), note=NOTE)
        mark(
            session,
            1,
            clinic_id="vest",
            staff_id=staff,
            verdict=Verdict.SHOULD_NOT_BE_RED,
            note=MARK_NOTE,
            now=world.clock(),
        )


def test_the_database_file_holds_no_name_number_or_word_in_clear(lite_world: World) -> None:
    filled(lite_world)
    path = sqlite_path(lite_world.runtime.settings.database_url)
    assert path is not None
    lite_world.runtime.engine.dispose()
    stored = b"".join(Path(f"{path}{tail}").read_bytes() for tail in ("", "-wal") if Path(f"{path}{tail}").exists())
    assert b"vest" in stored
    for secret in SECRETS:
        assert secret.encode() not in stored, secret


def test_no_column_of_any_table_holds_them_in_clear_on_either_database(world: World) -> None:
    filled(world)
    engine = create_engine(world.runtime.settings.database_url)
    with engine.connect() as connection:
        names = [row[0] for row in connection.execute(text(_TABLES[engine.dialect.name]))]
        dump = "".join(repr(connection.execute(text(f'SELECT * FROM "{name}"')).all()) for name in names)
    engine.dispose()
    for secret in SECRETS:
        assert secret not in dump, secret


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
}


def test_after_a_rotation_the_old_key_is_not_needed_and_patients_are_still_found(world: World) -> None:
    filled(world)
    url = world.runtime.settings.database_url
    old = world.runtime.settings.encryption_keys
    new = new_key()
    both = Keyring([new, old])
    engine = make_engine(url, both)
    assert rotate(session_factory(engine), both) > 30
    engine.dispose()
    alone = Keyring([new])
    engine = make_engine(url, alone)
    with session_factory(engine)() as session:
        patient = session.scalars(select(Patient)).one()
        assert patient.name == "Karen Testsen"
        assert patient.phone_hash == alone.lookup_hash(PHONE)
        assert session.scalars(select(TriageMark.note)).all() == [MARK_NOTE]
    engine.dispose()


def test_somebody_on_call_stands_encrypted_and_is_recognised_after_a_rotation(world: World) -> None:
    add_contact(world, "Vagt Hemmelig", METTE, "hemmelig@vest.example")
    both = Keyring([new_key(), world.runtime.settings.encryption_keys])
    engine = make_engine(world.runtime.settings.database_url, both)
    with engine.connect() as connection:
        stored = repr(connection.execute(text("SELECT * FROM on_call_contact")).all())
    assert not any(secret in stored for secret in ("Hemmelig", METTE, METTE[3:], "hemmelig@"))
    rotate(session_factory(engine), both)
    with session_factory(engine)() as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.name, contact.phone_hash) == ("Vagt Hemmelig", both.lookup_hash(METTE))
    engine.dispose()


def test_between_the_new_key_and_the_rotation_a_patient_is_still_recognised(world: World) -> None:
    filled(world)
    from bot.enrolment import find_patient

    engine = make_engine(
        world.runtime.settings.database_url, Keyring([new_key(), world.runtime.settings.encryption_keys])
    )
    with session_factory(engine)() as session:
        assert find_patient(session, PHONE, "vest") is not None
    engine.dispose()
