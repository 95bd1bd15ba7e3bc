from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, Table, create_engine, insert, inspect, literal_column, select
from sqlalchemy.exc import StatementError

from core import db
from core.crypto import Keyring, new_key
from core.models import Base, Clinic, Heartbeat, Message

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_an_empty_database_is_built_and_taken_down_again(empty_database_url: str) -> None:
    db.upgrade(empty_database_url)
    engine = create_engine(empty_database_url)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    assert db.current_revision(engine) == db.head_revision()
    db.downgrade(empty_database_url, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_the_migrations_lead_to_exactly_the_tables_of_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_upgrading_a_populated_database_again_keeps_its_rows(database_url: str) -> None:
    engine = db.make_engine(database_url, Keyring([new_key()]))
    sessions = db.session_factory(engine)
    with sessions() as session, session.begin():
        session.add(
            Clinic(id="vest", name="Vest", region="midtjylland", phone="+4512345678", sender="+45", created_at=NOW)
        )
    db.upgrade(database_url)
    with sessions() as session:
        assert session.scalars(select(Clinic.id)).all() == ["vest"]
    engine.dispose()


def _old_clinic(engine: Engine) -> None:
    """A clinic in the table as it was then: today's model may know columns that it did not have."""
    clinic = Table("clinic", MetaData(), autoload_with=engine)
    row = dict.fromkeys(("name", "region", "phone", "sender"), "Vest") | {"window_opens": 540, "window_closes": 1200}
    with engine.begin() as connection:
        connection.execute(insert(clinic).values(id="vest", created_at=NOW, **row))


def test_a_clinic_from_before_there_were_neutral_texts_sends_ordinary_ones(empty_database_url: str) -> None:
    db.upgrade(empty_database_url, "0004")
    engine = db.make_engine(empty_database_url, Keyring([new_key()]))
    _old_clinic(engine)
    db.upgrade(empty_database_url)
    with db.session_factory(engine)() as session:
        assert session.scalars(select(Clinic.neutral)).all() == [False]
    engine.dispose()


def test_the_marks_are_added_to_a_database_in_use_and_taken_away_again(empty_database_url: str) -> None:
    db.upgrade(empty_database_url, "0001")
    engine = db.make_engine(empty_database_url, Keyring([new_key()]))
    _old_clinic(engine)
    db.upgrade(empty_database_url)
    assert inspect(engine).has_table("triage_mark")
    db.downgrade(empty_database_url, "0001")
    assert not inspect(engine).has_table("triage_mark")
    with db.session_factory(engine)() as session:
        assert session.scalars(select(Clinic.id)).all() == ["vest"]
    engine.dispose()


def test_texts_from_before_there_were_languages_are_danish(empty_database_url: str) -> None:
    db.upgrade(empty_database_url, "0002")
    engine = create_engine(empty_database_url)
    tables = MetaData()
    tables.reflect(engine, only=["clinic", "message"])
    times = dict.fromkeys(("due_at", "expires_at", "next_attempt_at", "created_at"), NOW)
    counts = dict.fromkeys(("segments", "priority", "attempts"), 0)
    words = dict.fromkeys(("kind", "purpose", "state", "reason"), "")
    places = {"id": "vest", "name": "", "region": "", "phone": "", "sender": "", "window_opens": 0, "window_closes": 0}
    with engine.begin() as connection:
        connection.execute(insert(tables.tables["clinic"]).values(**places, created_at=NOW))
        text = {"id": 1, "clinic_id": "vest", "to_phone": b"", "body": b"", "on_holidays": False}
        connection.execute(insert(tables.tables["message"]).values(**text, **times, **counts, **words))
    db.upgrade(empty_database_url)
    with engine.connect() as connection:
        assert connection.execute(select(Message.language, literal_column("body_in_danish"))).all() == [("da", None)]
    engine.dispose()


def test_instants_come_back_aware_and_in_utc(database_url: str) -> None:
    engine = db.make_engine(database_url, Keyring([new_key()]))
    with db.session_factory(engine)() as session:
        session.add(Heartbeat(name="worker", at=NOW))
        session.commit()
        session.expire_all()
        assert session.get_one(Heartbeat, "worker").at == NOW
        assert session.get_one(Heartbeat, "worker").at.tzinfo is UTC
    engine.dispose()


def test_an_instant_without_time_zone_is_refused(database_url: str) -> None:
    engine = db.make_engine(database_url, Keyring([new_key()]))
    with db.session_factory(engine)() as session:
        session.add(Heartbeat(name="worker", at=NOW.replace(tzinfo=None)))
        with pytest.raises(StatementError, match="time zone"):
            session.flush()
    engine.dispose()


def test_an_engine_without_keys_writes_nothing_in_clear(sqlite_url: str) -> None:
    from core.models import Staff

    engine = create_engine(sqlite_url)
    with db.session_factory(engine)() as session:
        session.add(Staff(clinic_id="x", email="a@b.dk", name="A", role="admin", password_hash="", created_at=NOW))
        with pytest.raises((StatementError, RuntimeError), match="no encryption keys"):
            session.flush()
    engine.dispose()
