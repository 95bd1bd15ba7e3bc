"""Engines, sessions and migrations. Nothing here is global: an entry point makes an engine and hands it on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from core import crypto
from core.settings import sqlite_path

SessionFactory = Callable[[], Session]
CONNECT_SECONDS = 5
_MIGRATIONS = Path(__file__).parent / "migrations"


def make_engine(url: str, keyring: crypto.Keyring) -> Engine:
    """An engine with the keys attached. SQLite gets WAL, foreign keys and BEGIN IMMEDIATE."""
    if (path := sqlite_path(url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, **_options(url))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    crypto.attach(engine, keyring)
    return engine


def _options(url: str) -> dict[str, Any]:
    """A database that is away says so within seconds: a patient's text waits for the answer, and then goes to disk."""
    if url.startswith("sqlite"):
        return {}
    waits = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": 2 * CONNECT_SECONDS * 1000}
    given = make_url(url).query
    arguments = {name: value for name, value in waits.items() if name not in given}
    return {"pool_pre_ping": True, "pool_timeout": CONNECT_SECONDS, "connect_args": arguments}


def session_factory(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def _prepare_sqlite(engine: Engine) -> None:
    """Take transactions into our own hands: the driver's deferred BEGIN lets two writers claim the same row."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to the newest schema (or to `revision`); an empty one is built from nothing."""
    _alembic(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    _alembic(url, lambda config: command.downgrade(config, revision))


def _alembic(url: str, run: Callable[[Config], None]) -> None:
    if (path := sqlite_path(url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            run(config)
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def head_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def current_revision(engine: Engine) -> str | None:
    """The revision the database stands at, None when it was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
