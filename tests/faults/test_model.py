"""Thousands of ways for workers, provider and receipts to get in each other's way: nothing is lost or doubled.

The real statements on a real (SQLite) database; the provider, the workers' hands and the clock are a model's. Asked of
the model's provider: what it takes after we gave up, it takes within twenty seconds.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.delivery import RECEIPTS, on_failure, take_found, take_receipt
from core.crypto import Keyring, new_key
from core.db import make_engine, session_factory
from core.gateway import TOO_LATE, Book, Found, Outbound, Received, SendError, UnreadableError, Verdict
from core.models import Base, Clinic, Message, MessageKind, MessageState, Patient
from scheduler.claims import claim
from scheduler.dispatch import BEGIN_WITHIN
from scheduler.line import Line
from scheduler.outbox import Draft, cancel_waiting, enqueue
from scheduler.reconciling import reconcile
from scheduler.recording import Outcome, record, record_failure
from scheduler.upkeep import expire_late, sweep
from tests.world import MONDAY, PHONE, SENDER

BODIES = ("Rygklinik Vest: Hej", "Rygklinik Vest: Husk at komme op at gå")
WENT = {MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED}
LATE = timedelta(seconds=20)
MOST_TEXTS = 5
WHICH = st.integers(0, 3)


@dataclass
class Provider:
    """`taken`: by provider id, whose text it was. `coming`: what it takes later."""

    entries: list[Found] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    coming: list[tuple[datetime, Outbound]] = field(default_factory=list)
    is_readable: bool = True
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def take(self, text: Outbound, at: datetime) -> str:
        provider_id = f"SM{next(self.ids)}"
        self.entries.append(Found(provider_id, text.to, text.sender, text.body, "queued", None, at))
        self.taken[provider_id] = text.message_id
        return provider_id

    async def find(self, to: str, since: datetime, until: datetime) -> list[Found]:
        if not self.is_readable:
            raise UnreadableError("503")
        return [entry for entry in self.entries if entry.to == to and since <= entry.created_at <= until]

    async def received(self, number: str, since: datetime) -> list[Received]:
        return []

    async def close(self) -> None:
        return None


@dataclass
class Hand:
    """What a worker holds: claimed texts not yet tried, and outcomes not yet written down."""

    claimed_at: datetime = MONDAY
    to_send: list[Outbound] = field(default_factory=list)
    done: list[Outcome] = field(default_factory=list)


class Outbox(RuleBasedStateMachine):
    sessions: sessionmaker[Session]

    def __init__(self) -> None:
        super().__init__()
        self.now, self.planned = MONDAY, 0
        self.provider = Provider()
        self.line: Line[Book] = Line(lambda: self.provider)
        self.hands = {"one": Hand(), "two": Hand()}
        with self.sessions() as session, session.begin():
            for table in reversed(Base.metadata.sorted_tables):
                if table is not Clinic.__table__:
                    session.execute(table.delete())
            session.add(
                Patient(
                    id=1,
                    clinic_id="vest",
                    name="Karen Testsen",
                    phone=PHONE,
                    phone_hash="x",
                    region="midtjylland",
                    doctor_phone=PHONE,
                    created_at=MONDAY,
                )
            )

    @initialize()
    def begin(self) -> None:
        self.plan(BODIES[0], MessageKind.ADVICE)
        self.plan(BODIES[1], MessageKind.STAFF)

    @precondition(lambda self: self.planned < MOST_TEXTS)
    @rule(body=st.sampled_from(BODIES), kind=st.sampled_from([MessageKind.STAFF, MessageKind.ADVICE]))
    def plan(self, body: str, kind: MessageKind) -> None:
        self.planned += 1
        with self.sessions() as session, session.begin():
            enqueue(session, Draft(kind, body), clinic_id="vest", to_phone=PHONE, now=self.now, patient_id=1)

    @precondition(lambda self: self.idle())
    @rule(which=WHICH)
    def claims(self, which: int) -> None:
        name = pick(self.idle(), which)
        with self.sessions() as session, session.begin():
            self.hands[name] = Hand(self.now, claim(session, name, 3, self.now))

    @precondition(lambda self: self.sending())
    @rule(which=WHICH, how=st.sampled_from(["taken", "answer lost", "lost", "late", "429", "refused"]))
    def sends(self, which: int, how: str) -> None:
        hand = self.hands[pick(self.sending(), which)]
        text = hand.to_send.pop(0)
        provider_id, error = None, None
        if self.now - hand.claimed_at > timedelta(seconds=BEGIN_WITHIN):
            error = SendError(Verdict.NOT_SENT, TOO_LATE)
        elif how == "taken":
            provider_id = self.provider.take(text, self.now)
        elif how in {"429", "refused"}:
            error = SendError(Verdict.NOT_SENT if how == "429" else Verdict.REFUSED, how, retry_after=5)
        else:
            error = SendError(Verdict.UNKNOWN, "no answer")
            if how == "answer lost":
                self.provider.take(text, self.now)
            elif how == "late":
                self.provider.coming.append((self.now + LATE, text))
        hand.done.append(Outcome(text.message_id, text.attempt, provider_id, error))

    @precondition(lambda self: self.done())
    @rule(which=WHICH)
    def records(self, which: int) -> None:
        hand = self.hands[pick(self.done(), which)]
        failures = [outcome for outcome in hand.done if outcome.is_known_failure]
        with self.sessions() as session, session.begin():
            record(session, [outcome for outcome in hand.done if not outcome.is_known_failure], self.now)
        for failure in failures:
            with self.sessions() as session, session.begin():
                record_failure(session, failure, on_failure, self.now)
        hand.done = []

    @precondition(lambda self: self.sending() or self.done())
    @rule(which=WHICH)
    def dies(self, which: int) -> None:
        self.hands[pick(self.sending() + self.done(), which)] = Hand()

    def idle(self) -> list[str]:
        return [name for name, hand in self.hands.items() if not hand.to_send and not hand.done]

    def sending(self) -> list[str]:
        return [name for name, hand in self.hands.items() if hand.to_send]

    def done(self) -> list[str]:
        return [name for name, hand in self.hands.items() if hand.done and not hand.to_send]

    @rule(seconds=st.sampled_from([10, 35, 125]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        due = [(at, text) for at, text in self.provider.coming if at <= self.now]
        for at, text in due:
            self.provider.coming.remove((at, text))
            self.provider.take(text, at)

    @rule()
    def tidies(self) -> None:
        with self.sessions() as session, session.begin():
            sweep(session, self.now)
            expire_late(session, self.now, on_failure)

    @rule()
    def tidies_and_settles(self) -> None:
        self.tidies()
        self.settles()

    @rule()
    def settles(self) -> None:
        reconcile(self.sessions, self.line, take_found, lambda: self.now)

    @rule(readable=st.booleans())
    def list_comes_and_goes(self, readable: bool) -> None:
        self.provider.is_readable = readable

    @precondition(lambda self: self.provider.entries)
    @rule(which=st.integers(0, 50), status=st.sampled_from(sorted(RECEIPTS)))
    def receipt(self, which: int, status: str) -> None:
        entry = self.provider.entries[which % len(self.provider.entries)]
        with self.sessions() as session, session.begin():
            take_receipt(
                session,
                message_id=self.provider.taken[entry.provider_id],
                provider_id=entry.provider_id,
                status=status,
                error_code=None,
                now=self.now,
            )

    @rule()
    def staff_cancel_what_waits(self) -> None:
        with self.sessions() as session, session.begin():
            cancel_waiting(session, "aflyst", Message.patient_id == 1, now=self.now)

    @invariant()
    def no_patient_gets_a_text_more_often_than_it_was_planned(self) -> None:
        planned = Counter(row.body for row in self._rows())
        for body, count in Counter(entry.body for entry in self.provider.entries).items():
            assert count <= planned[body]

    def teardown(self) -> None:
        """All workers die, the list can be read, and one new worker sends what is left."""
        self.provider.is_readable = True
        self.hands = {"one": Hand(), "two": Hand()}
        for _ in range(6):
            self.time_passes(300)
            self.tidies()
            self.settles()
            for _ in range(MOST_TEXTS):
                self.claims(0)
                while self.sending():
                    self.sends(0, "taken")
                if self.done():
                    self.records(0)
        self.line.close()
        rows = self._rows()
        assert not {row.state for row in rows} & {MessageState.SENDING, MessageState.UNKNOWN, MessageState.PLANNED}
        got = Counter(entry.body for entry in self.provider.entries)
        refused = Counter(row.body for row in rows if row.state == MessageState.FAILED and row.provider_id is None)
        went = Counter(row.body for row in rows if row.state in WENT)
        assert got == went - refused, "what we call sent is what the provider took"
        ids = [row.provider_id for row in rows if row.provider_id]
        assert sorted(ids) == sorted(self.provider.taken), "each entry stands on one row"

    def _rows(self) -> list[Message]:
        with self.sessions() as session:
            return list(session.scalars(select(Message)))


def pick(names: list[str], which: int) -> str:
    return names[which % len(names)]


@pytest.fixture(scope="module")
def sessions() -> Iterator[sessionmaker[Session]]:
    engine = make_engine("sqlite:///:memory:", Keyring([new_key()]))
    Base.metadata.create_all(engine)
    made = session_factory(engine)
    with made() as session, session.begin():
        clinic = {"name": "Rygklinik Vest", "region": "midtjylland", "phone": "+4587654321", "sender": SENDER}
        session.add(Clinic(id="vest", created_at=MONDAY, **clinic))
    yield made
    engine.dispose()


def test_no_order_of_events_loses_or_doubles_a_text(sessions: sessionmaker[Session]) -> None:
    Outbox.sessions = sessions
    run_state_machine_as_test(Outbox, settings=settings(max_examples=150, stateful_step_count=40))
