"""Whether a worker still lives: PostgreSQL knows it from a lock that goes only with the worker's own connection."""

from __future__ import annotations

from contextlib import suppress

import structlog
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

_WORKERS = 7_496_251
"""Sets our locks apart from others in the same database."""

log = structlog.get_logger()


class Presence:
    """Held by a worker for as long as it lives, stopped or not. On SQLite there is one worker, and nothing to hold."""

    def __init__(self, engine: Engine, worker: str) -> None:
        self._engine = engine
        self._worker = worker
        self._connection: Connection | None = None

    def keep(self) -> None:
        """Take the lock, or take it again after the connection was lost. Called before each round of sending."""
        if self._engine.dialect.name != "postgresql":
            return
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._connection.execute(select(func.pg_try_advisory_lock(_WORKERS, func.hashtext(self._worker))))
            else:
                self._connection.execute(select(1))
        except SQLAlchemyError as error:
            log.warning("the worker's presence was lost", error=type(error).__name__)
            self.end()

    def end(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None


def is_present(session: Session, worker: str) -> bool:
    """Whether the process that claimed under this name may still wake up and go on."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    return not session.scalar(select(func.pg_try_advisory_xact_lock(_WORKERS, func.hashtext(worker))))
