"""The worker's ticks under time-lapse: one at a time, and no text is passed by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import worker
from bot.demo.clock import VirtualClock
from bot.runtime import Runtime
from core.models import Message, MessageKind, MessageState
from scheduler.clock import Job
from scheduler.dispatch import Dispatcher

SENDING = "send"
"""The worker's job that sends."""
LONGEST_TICK = 1.0
LONGEST_HOP = timedelta(hours=2)
"""How far "next" goes at a time: what falls due on the way, silences above all, happens about when it should."""


@dataclass(frozen=True)
class Upcoming:
    """The next text that goes out. `is_contact_check`: it asks whether the patient got hold of a doctor."""

    due_at: datetime
    is_contact_check: bool


def upcoming(session: Session, now: datetime, patient_id: int | None = None) -> Upcoming | None:
    """The next text after `now`, to anybody or to one patient; None when none is planned."""
    statement = (
        select(Message.next_attempt_at, Message.kind)
        .where(Message.state == MessageState.PLANNED, Message.next_attempt_at > now)
        .order_by(Message.next_attempt_at, Message.priority)
        .limit(1)
    )
    if patient_id is not None:
        statement = statement.where(Message.patient_id == patient_id)
    row = session.execute(statement).one_or_none()
    return Upcoming(row.next_attempt_at, row.kind == MessageKind.CONTACT_CHECK) if row else None


class Pace:
    """Runs the real ticks against a virtual clock.

    One tick at a time, for at this speed a lease of two minutes is over in a blink, and a sweep between claim and
    record would take a text for lost.
    """

    def __init__(self, runtime: Runtime, dispatcher: Dispatcher, clock: VirtualClock) -> None:
        self._runtime = runtime
        self._dispatcher = dispatcher
        self._clock = clock
        self._lock = threading.Lock()

    def jobs(self) -> list[Job]:
        """The worker's own jobs; what it does every ten seconds is done every second, for the days are shorter."""
        return [
            Job(
                job.name,
                min(job.every_seconds, LONGEST_TICK),
                partial(self._send if job.name == SENDING else self._tick, job.run),
            )
            for job in worker.jobs(self._runtime, self._dispatcher)
        ]

    def go_to(self, instant: datetime) -> None:
        """Move the clock to an instant by way of everything that is due before it."""
        with self._lock:
            self._drain()
            while (now := self._clock.now()) < instant:
                following = self._upcoming()
                hops = [instant, now + LONGEST_HOP, *([following.due_at] if following else [])]
                self._clock.jump_to(min(hops))
                self._drain()

    def go_to_next(self, patient_id: int | None) -> bool:
        """Go to a patient's next text, or to anybody's when the patient has none. False when there is none at all.

        After a contact check it goes slowly, so that there is time to answer before the silence is reported.
        """
        following = self._upcoming(patient_id) or self._upcoming()
        if following is None:
            return False
        self._clock.end_slow()
        self.go_to(following.due_at)
        if following.is_contact_check:
            self._clock.slow_down()
        return True

    def _upcoming(self, patient_id: int | None = None) -> Upcoming | None:
        return self._after(self._clock.now(), patient_id)

    def _after(self, instant: datetime, patient_id: int | None = None) -> Upcoming | None:
        with self._runtime.sessions() as session:
            return upcoming(session, instant, patient_id)

    def _tick(self, run: Callable[[], object]) -> None:
        with self._lock:
            run()

    def _send(self, run: Callable[[], object]) -> None:
        with self._lock:
            self._then_wait(run)

    def _drain(self) -> None:
        self._then_wait(lambda: worker.drain(self._runtime, self._dispatcher))

    def _then_wait(self, run: Callable[[], object]) -> None:
        """Send, then let the clock go on to the next text and no further.

        What was due when the sending began has been dealt with; what fell due meanwhile has perhaps not.
        """
        began = self._clock.now()
        run()
        following = self._after(began)
        self._clock.wait_at(following.due_at if following else None)
