"""A clinic with its product around it: real database, planner, dispatch, checker; a clock that is told the time."""

from __future__ import annotations

import itertools
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import worker
from bot.enrolment import Application, Enrolled, enrol
from bot.receive import Inbound, keep, process
from bot.red_flags import Checker, load_checker
from bot.runtime import Runtime
from bot.staff.access import hash_password
from core.crypto import Keyring, new_key
from core.db import make_engine, session_factory
from core.gateway import Found, Outbound, Received, UnreadableError
from core.models import Alert, Clinic, Enrolment, Message, MessageKind, MessageState, Patient, Staff
from core.settings import Settings
from messages.loader import Content, load_content
from scheduler.dispatch import Dispatcher
from scheduler.recording import Tally

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""Monday 23 November 2026, 10.00 in Copenhagen."""
AN_INSTANT = timedelta(microseconds=1)
"""A lease is over when it is past."""
SILENCES = (timedelta(minutes=30), timedelta(hours=24))
"""After so long the ticks ask whether a question was answered."""
PHONE = "+4520123456"
SENDER = "+4552512345"
DOCTOR = "+4586123456"
PASSWORD = "en lang adgangskode"
TOKEN = "a-token-for-tests"


class FakeClock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class FakeBook:
    """The provider's own list of what went and came. `unreadable`: how many more readings fail."""

    went: list[Found] = field(default_factory=list)
    came: list[Received] = field(default_factory=list)
    unreadable: int = 0

    async def find(self, to: str, since: datetime, until: datetime) -> list[Found]:
        self._read()
        return [text for text in self.went if text.to == to and since <= text.created_at <= until]

    async def received(self, number: str, since: datetime) -> list[Received]:
        self._read()
        return [text for text in self.came if text.recipient == number and text.at >= since]

    async def close(self) -> None:
        return None

    def _read(self) -> None:
        if self.unreadable:
            self.unreadable -= 1
            raise UnreadableError("503")


@dataclass
class FakeGateway:
    """Takes everything, or raises what it was told to raise for a text; one in `taken_all_the_same` is taken as well.

    What is taken enters the book, if it has one.
    """

    sent: list[Outbound] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    taken_all_the_same: list[Exception] = field(default_factory=list)
    book: FakeBook | None = None
    clock: FakeClock | None = None
    name: str = "fake"
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def send(self, outbound: Outbound) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(outbound)
        provider_id = f"SM{next(self._ids):032d}"
        if self.book is not None and self.clock is not None:
            self.book.went.append(
                Found(provider_id, outbound.to, outbound.sender, outbound.body, "queued", None, self.clock())
            )
        if self.taken_all_the_same:
            raise self.taken_all_the_same.pop(0)
        return provider_id

    async def close(self) -> None:
        return None


def settings_for(database_url: str, **overrides: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "secret_key": "s" * 40,
        "encryption_keys": new_key(),
        "twilio_auth_token": TOKEN,
        "public_url": "https://rygbot.example",
        "spool_dir": Path(tempfile.gettempdir()) / f"rygbot-spool-{secrets.token_hex(8)}",  # made when used
        **overrides,
    }
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@dataclass
class World:
    runtime: Runtime
    clock: FakeClock
    gateway: FakeGateway
    book: FakeBook
    _dispatcher: Dispatcher | None = None
    _books: worker.Books | None = None
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def session(self) -> Session:
        return self.runtime.sessions()

    @property
    def dispatcher(self) -> Dispatcher:
        if self._dispatcher is None:
            self._dispatcher = worker.make_dispatcher(self.runtime, lambda: self.gateway, senders=8)
        return self._dispatcher

    @property
    def books(self) -> worker.Books:
        if self._books is None:
            self._books = worker.make_books(self.runtime, lambda: self.book)
        assert self._books is not None
        return self._books

    def add_clinic(self, clinic_id: str = "vest", sender: str = SENDER, **values: object) -> None:
        with self.session() as session, session.begin():
            row = {"name": "Rygklinik Vest", "region": "midtjylland", "phone": "+4587654321", **values}
            session.add(Clinic(id=clinic_id, sender=sender, created_at=self.clock(), **row))

    def add_staff(self, email: str = "mette@vest.example", role: str = "admin", clinic_id: str = "vest") -> int:
        with self.session() as session, session.begin():
            staff = Staff(
                clinic_id=clinic_id,
                email=email,
                name=email.partition("@")[0].title(),
                role=role,
                password_hash=_hashed_password(),
                created_at=self.clock(),
            )
            session.add(staff)
            session.flush()
            return staff.id

    def enrol(self, phone: str = PHONE, clinic_id: str = "vest", **values: object) -> int:
        """Enrol somebody; returns the enrolment's id."""
        fields: dict[str, object] = {
            "name": "Karen Testsen",
            "programme": "akut-laend",
            "region": "midtjylland",
            "doctor_phone": DOCTOR,
            "consent": True,
            **values,
        }
        with self.session() as session, session.begin():
            clinic = session.get_one(Clinic, clinic_id)
            application = Application(phone=phone, **fields)  # type: ignore[arg-type]
            result = enrol(session, self.runtime.content, clinic, application, now=self.clock(), staff_id=None)
            assert isinstance(result, Enrolled), result
            return result.enrolment.id

    def drain(self) -> Tally:
        return worker.drain(self.runtime, self.dispatcher, self.books)

    def write(self, text: str, *, sender: str = PHONE, to: str = SENDER, provider_id: str = "") -> int:
        """A text comes in, is kept and processed; returns the reply's id."""
        inbound = Inbound(provider_id or f"SMin{next(self._ids):028d}", sender, to, text)
        with self.session() as session:
            reply_id = keep(session, inbound, self.clock())
            process(session, self.runtime.content, self.runtime.checker, reply_id, self.clock(), self.runtime.means)
            session.commit()
        return reply_id

    def alerts(self) -> list[Alert]:
        with self.session() as session:
            return list(session.scalars(select(Alert).order_by(Alert.id)))

    def messages(self, *states: MessageState) -> list[Message]:
        with self.session() as session:
            rows = session.scalars(select(Message).order_by(Message.due_at, Message.id))
            return [row for row in rows if not states or row.state in states]

    def advice(self) -> list[Message]:
        return [message for message in self.messages() if message.kind == MessageKind.ADVICE]

    def patient(self) -> Patient:
        with self.session() as session:
            return session.scalars(select(Patient)).one()

    def enrolment(self) -> Enrolment:
        with self.session() as session:
            return session.scalars(select(Enrolment).order_by(Enrolment.id.desc())).first()  # type: ignore[return-value]

    def sent_bodies(self) -> list[str]:
        return [outbound.body for outbound in self.gateway.sent]

    def run_until(self, end: datetime, every: timedelta | None = None) -> None:
        """Let time pass, draining whenever something falls due, or `every` so often."""
        while self.clock.now < end:
            self.drain()
            self.clock.now = min(self.clock.now + every, end) if every else self._next_event(end)
        self.drain()

    def _next_event(self, end: datetime) -> datetime:
        """The next instant after now, `end` at the latest, at which a tick may find something to do."""
        now = self.clock.now
        asked = select(Message.claimed_at).where(Message.question.is_not(None), Message.claimed_at > now - SILENCES[-1])
        due = (
            select(func.min(Message.next_attempt_at)).where(
                Message.state == MessageState.PLANNED, Message.next_attempt_at > now
            ),
            select(func.min(Enrolment.paused_until)).where(Enrolment.paused_until > now),
            select(func.min(Message.next_attempt_at)).where(
                Message.state == MessageState.UNKNOWN, Message.next_attempt_at > now
            ),
        )
        with self.session() as session:
            events = [instant for query in due if (instant := session.scalar(query)) is not None]
            if (
                lease := session.scalar(select(func.min(Message.lease_until)).where(Message.lease_until >= now))
            ) is not None:
                events.append(lease + AN_INSTANT)
            answers = [at + silence for at in session.scalars(asked) if at is not None for silence in SILENCES]
        return min([end, *events, *(instant for instant in answers if instant > now)])

    def close(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.close()
        if self._books is not None:
            self._books.close()
        self.runtime.engine.dispose()
        shutil.rmtree(self.runtime.settings.spool_dir, ignore_errors=True)


@cache
def _hashed_password() -> str:
    """Hashed once: it is slow, as it must be."""
    return hash_password(PASSWORD)


@cache
def _content_and_checker() -> tuple[Content, Checker]:
    """Read once for all tests: both are frozen."""
    return load_content(), load_checker()


def make_world(database_url: str, **settings: object) -> World:
    clock = FakeClock(MONDAY)
    made = settings_for(database_url, **settings)
    keyring = Keyring(made.encryption_key_list)
    engine = make_engine(database_url, keyring)
    content, checker = _content_and_checker()
    runtime = Runtime(made, engine, keyring, session_factory(engine), content, checker, clock)
    book = FakeBook()
    return World(runtime, clock, FakeGateway(book=book, clock=clock), book)


def copied_world(folder: pytest.TempPathFactory, template: Path) -> World:
    """A world on a database of its own, for each example of a property test. The caller closes it."""
    path = folder.mktemp("world") / "rygbot.sqlite3"
    shutil.copyfile(template, path)
    made = make_world(f"sqlite:///{path}")
    made.add_clinic()
    return made


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A clinic `vest` on both databases, one after the other."""
    made = make_world(database_url)
    made.add_clinic()
    yield made
    made.close()


@pytest.fixture
def lite_world(sqlite_url: str) -> Iterator[World]:
    """The same on SQLite alone, for what has nothing to do with the database."""
    made = make_world(sqlite_url)
    made.add_clinic()
    yield made
    made.close()
