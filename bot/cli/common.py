"""What several commands need: the runtime, a session, and a refusal in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.red_flags import Checker
from bot.runtime import Runtime, make_runtime
from core import db, log
from core.models import Clinic
from core.settings import load_settings

DATABASE_GONE = "the database in DATABASE_URL cannot be reached: is it running, are user and password right?"


def start_runtime(checker: Checker | None = None) -> Runtime:
    """Settings, logs, content and an engine on a database that is up to date; see make_runtime.

    Raises SettingsError, ContentError, and click.ClickException when the database is not ready.
    """
    settings = load_settings()
    log.configure(settings.log_format)
    runtime = make_runtime(settings, checker=checker)
    require_newest_schema(runtime)
    return runtime


def require_newest_schema(runtime: Runtime) -> None:
    """Raises click.ClickException with what to do when the database cannot be reached or is behind."""
    try:
        revision = db.current_revision(runtime.engine)
    except OperationalError as error:
        raise click.ClickException(f"{DATABASE_GONE} ({type(error.orig).__name__})") from error
    if revision != db.head_revision():
        raise click.ClickException("the database is not up to date: run `rygbot db upgrade`")


@contextmanager
def transaction(runtime: Runtime) -> Iterator[Session]:
    """One session, committed at the end, rolled back when anything goes wrong."""
    with runtime.sessions() as session, session.begin():
        yield session


def find_clinic(session: Session, clinic_id: str) -> Clinic:
    """Raises click.ClickException when there is no such clinic."""
    clinic = session.get(Clinic, clinic_id)
    if clinic is None:
        raise click.ClickException(f"no clinic with the id {clinic_id!r}: make it with `rygbot clinic add`")
    return clinic
