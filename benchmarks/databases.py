"""Real databases for benchmarks: PostgreSQL with its writes on the disk, SQLite as the product opens it."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from core import db
from tests import postgres

KINDS = ("sqlite", "postgresql")


class Databases:
    """Databases that live as long as the benchmark."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self._folder = folder
        self._server = server
        self._numbers = itertools.count()

    def migrated(self, kind: str) -> str:
        """The URL of a new database without rows."""
        url = self._file() if kind == "sqlite" else self._postgres().create()
        db.upgrade(url)
        return url

    def copy(self, url: str) -> str:
        """A database with the same rows; nothing may be connected to the first one."""
        if url.startswith("sqlite"):
            copied = self._file()
            with closing(sqlite3.connect(_path(url))) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(_path(url), _path(copied))
            return copied
        return self._postgres().create(template=postgres.database_name(url))

    def drop(self, url: str) -> None:
        if url.startswith("sqlite"):
            for path in self._folder.glob(f"{_path(url).name}*"):
                path.unlink()
        else:
            self._postgres().drop(url)

    def _file(self) -> str:
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.sqlite3'}"

    def _postgres(self) -> postgres.Server:
        if self._server is None:
            raise ValueError("this benchmark was opened for SQLite alone")
        return self._server


@contextmanager
def databases(kinds: Sequence[str] = KINDS) -> Iterator[Databases]:
    """Raises tests.postgres.PostgresError, with the remedy, when PostgreSQL is wanted and there is none."""
    with tempfile.TemporaryDirectory(prefix="rygbot-bench-") as folder:
        if "postgresql" not in kinds:
            yield Databases(Path(folder), None)
            return
        with postgres.server(durable=True) as server:
            yield Databases(Path(folder), server)


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def copy_rows(connection: psycopg.Connection[Any], name: str, columns: Sequence[str], rows: Iterable[Any]) -> None:
    """Fill a table of PostgreSQL with COPY; what is to stand encrypted is encrypted by the caller."""
    fields = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), fields)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def plain_connection(url: str) -> psycopg.Connection[Any]:
    """To PostgreSQL, without SQLAlchemy, each statement a transaction of its own."""
    return postgres.connect(make_url(url))


def analyse(url: str) -> None:
    """What autovacuum does in earnest: the planner learns what stands in the tables."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(_path(url))) as connection:
            connection.execute("ANALYZE")
    else:
        with closing(plain_connection(url)) as connection:
            connection.execute("VACUUM ANALYZE")
