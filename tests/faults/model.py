"""A model of workers, provider and receipts that get in each other's way, for Hypothesis to walk through.

The real statements and the real sending on a real (SQLite) database; the provider, the workers' hands and the clock are
the model's. Asked of its provider: what it takes after we gave up, it takes within twenty seconds.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.delivery import RECEIPTS, on_failure, take_found, take_receipt
from core.deadline import Deadline
from core.gateway import Book, Found, Outbound, Received, SendError, UnreadableError, Verdict
from core.models import Base, Clinic, Message, MessageKind, MessageState, Patient
from scheduler.claims import claim
from scheduler.dispatch import BEGIN_WITHIN, send_all
from scheduler.line import Line
from scheduler.outbox import Draft, cancel_waiting, enqueue
from scheduler.reconciling import reconcile
from scheduler.recording import Outcome, record, record_failure
from scheduler.upkeep import expire_late, sweep
from tests.world import MONDAY, PHONE

BODIES = ("Rygklinik Vest: Hej", "Rygklinik Vest: Husk at komme op at gå")
WENT = {MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED}
LATE = timedelta(seconds=20)
MOST_TEXTS = 5
WHICH = st.integers(0, 3)
HOW = st.sampled_from(["taken", "answer lost", "lost", "late", "429", "refused"])
LOOP = asyncio.new_event_loop()


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

    to_send: list[Outbound] = field(default_factory=list)
    done: list[Outcome] = field(default_factory=list)


@dataclass(frozen=True)
class Until(Deadline):
    """By the model's clock."""

    machine: Outbox
    at: datetime

    @property
    def is_over(self) -> bool:
        return self.machine.now > self.at


@dataclass
class Line1:
    """The gateway of one try, which goes as it is told."""

    machine: Outbox
    how: str
    name: str = "model"

    async def send(self, text: Outbound) -> str:
        provider, now = self.machine.provider, self.machine.now
        if self.how == "taken":
            return provider.take(text, now)
        if self.how in {"429", "refused"}:
            raise SendError(Verdict.NOT_SENT if self.how == "429" else Verdict.REFUSED, self.how, retry_after=5)
        if self.how == "answer lost":
            provider.take(text, now)
        elif self.how == "late":
            provider.coming.append((now + LATE, text))
        raise SendError(Verdict.UNKNOWN, "no answer")

    async def close(self) -> None:
        return None


class Outbox(RuleBasedStateMachine):
    """`begin_within`: seconds from a claim in which a try may begin. `asks_which_try`: False lets a worker write down
    an old try as if it were the newest.
    """

    sessions: sessionmaker[Session]
    begin_within = BEGIN_WITHIN
    asks_which_try = True

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
            until = Until(0, 0, self, self.now + timedelta(seconds=self.begin_within))
            self.hands[name] = Hand(claim(session, name, 3, self.now, until))

    @precondition(lambda self: self.sending())
    @rule(which=WHICH, how=HOW)
    def sends(self, which: int, how: str) -> None:
        hand = self.hands[pick(self.sending(), which)]
        hand.done += LOOP.run_until_complete(send_all(Line1(self, how), [hand.to_send.pop(0)], asyncio.Semaphore()))

    @precondition(lambda self: self.idle())
    @rule(which=WHICH, how=HOW)
    def claims_and_sends(self, which: int, how: str) -> None:
        """A worker that is not disturbed before it has sent all, and then may be."""
        if not self.idle():
            return
        name = pick(self.idle(), which)
        self.claims(self.idle().index(name))
        while name in self.sending():
            self.sends(self.sending().index(name), how)

    @precondition(lambda self: self.done())
    @rule(which=WHICH)
    def records(self, which: int) -> None:
        hand = self.hands[pick(self.done(), which)]
        if not self.asks_which_try:
            tries = {row.id: row.attempts for row in self._rows()}
            hand.done = [replace(outcome, attempt=tries[outcome.message_id]) for outcome in hand.done]
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

    @rule(
        how=st.sampled_from([None, "429"]),
        naps=st.sampled_from([(125, 125), (5, 35)]),
    )
    def a_worker_sleeps_and_another_goes_on(self, how: str | None, naps: tuple[int, int]) -> None:
        """Asleep before it has sent, or before it has written down what came of it; then it wakes. Both
        have just been started.
        """
        self.hands = {"one": Hand(), "two": Hand()}
        self.provider.is_readable = True
        self.claims(0)
        while how and self.sending():
            self.sends(0, how)
        for seconds in naps:
            self.time_passes(seconds)
            self.tidies_and_settles()
        self.claims_and_sends(0, "taken")
        while self.sending():
            self.sends(0, "taken")
        if self.done():
            self.records(0)

    @rule(how=st.sampled_from(["late", "answer lost", "lost"]))
    def what_is_lost_is_looked_for_at_once(self, how: str) -> None:
        self.hands = {"one": Hand(), "two": Hand()}
        self.provider.is_readable = True
        self.claims_and_sends(0, how)
        if self.done():
            self.records(0)
        self.settles()
        self.claims_and_sends(0, "taken")

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
            assert count <= planned[body], "more often than planned"

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
