"""The demo's past week, made by running the real product through it: its own planning, sending, checking, alerts."""

from __future__ import annotations

import heapq
import itertools
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import alerts, contacts, receive, worker
from bot.deadlines import USUAL, Allowance
from bot.delivery import take_receipt
from bot.demo import script
from bot.demo.clock import VirtualClock
from bot.demo.pace import upcoming
from bot.demo.phones import Phones
from bot.demo.script import Person
from bot.enrolment import Application, Rejected, enrol
from bot.runtime import Runtime
from bot.staff.access import hash_password
from core.gateway.simulator import SimulatedText, SimulatorGateway
from core.models import Alert, AlertState, Clinic, Colour, Message, Role, Staff
from scheduler.reminding import REMIND_AFTER

Act = Callable[[Session, datetime], None]
HURRY = timedelta(days=1)
"""Half a second is half an hour in the demo: no text of its days is late."""


class RefusedError(Exception):
    """The script holds a patient that the product does not take: a fault of the script."""


def add_clinic(session: Session, password: str, now: datetime) -> Staff:
    """The clinic and its one staff member."""
    session.add(
        Clinic(
            id=script.CLINIC_ID,
            name=script.CLINIC_NAME,
            region=script.REGION,
            phone=script.CLINIC_PHONE,
            sender=script.CLINIC_SENDER,
            created_at=now,
        )
    )
    staff = Staff(
        clinic_id=script.CLINIC_ID,
        email=script.STAFF_EMAIL,
        name=script.STAFF_NAME,
        role=Role.ADMIN,
        password_hash=hash_password(password),
        created_at=now,
    )
    session.add(staff)
    session.flush()
    _put_on_call(session, staff, now)
    return staff


def _put_on_call(session: Session, staff: Staff, now: datetime) -> None:
    """Its staff member is on call, for red alerts. Deadlines are hours here: when a day takes seconds, ten minutes are
    over at once.
    """
    person = contacts.Person(staff.name, script.STAFF_PHONE, None, staff.id, 1)
    contacts.save_contact(session, None, person, by=staff, now=now)
    slow = {colour: replace(usual, has_alarm=False) for colour, usual in USUAL.items()}
    slow[Colour.RED] = Allowance(6 * 60, 12 * 60, 6 * 60)
    contacts.set_deadlines(session, slow, by=staff, now=now)


def play_past(runtime: Runtime, clock: VirtualClock, phones: Phones, *, staff_id: int, present: datetime) -> None:
    """Live through the script until `present` (UTC). The clock must stand before the first visit and be unwatched."""
    past = _Past(runtime, clock, phones, staff_id)
    for visit in script.visits(present):
        past.plan(visit.enrolled_at, partial(past.enrol, visit))
    for text in script.unasked(present):
        past.plan(text.at, partial(past.write, text.person, text.body))
    try:
        past.live_until(present)
    finally:
        past.close()


class _Past:
    """The week as it is played: a queue of what people do, and the product between them."""

    def __init__(self, runtime: Runtime, clock: VirtualClock, phones: Phones, staff_id: int) -> None:
        self._runtime = runtime
        self._clock = clock
        self._phones = phones
        self._staff_id = staff_id
        self._accepted: list[SimulatedText] = []
        self._dispatcher = worker.make_dispatcher(
            runtime, lambda: SimulatorGateway(on_accepted=self._accepted.append), senders=4, late_after=HURRY
        )
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()

    def plan(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (at, next(self._order), act))

    def live_until(self, present: datetime) -> None:
        while (instant := self._following(present)) < present:
            self._clock.jump_to(instant)
            self._act(instant)
            self._product(instant)
        self._clock.jump_to(present)
        self._product(present)

    def close(self) -> None:
        self._dispatcher.close()

    def _following(self, present: datetime) -> datetime:
        """When the next thing happens: somebody acts, or a text goes out."""
        with self._runtime.sessions() as session:
            text = upcoming(session, self._clock.now())
        instants = [present, *([self._acts[0][0]] if self._acts else []), *([text.due_at] if text else [])]
        return min(instants)

    def _act(self, now: datetime) -> None:
        while self._acts and self._acts[0][0] <= now:
            _, _, act = heapq.heappop(self._acts)
            with self._runtime.sessions() as session:
                act(session, now)
                session.commit()

    def _product(self, now: datetime) -> None:
        """One round of the worker; what left is delivered, and may be answered."""
        worker.drain(self._runtime, self._dispatcher)
        with self._runtime.sessions() as session:
            for text in self._accepted:
                self._phones.arrived(text.to, text.body, now)
                self._receipt(session, text, now)
                self._expect_answer(session.get_one(Message, text.message_id), now)
            session.commit()
        self._accepted.clear()

    def _receipt(self, session: Session, text: SimulatedText, now: datetime) -> None:
        take_receipt(
            session,
            message_id=text.message_id,
            provider_id=text.provider_id,
            status="delivered",
            error_code=None,
            now=now,
        )

    def _expect_answer(self, message: Message, now: datetime) -> None:
        person = next(person for person in script.PEOPLE if person.phone == message.to_phone)
        response = person.answers.get(message.question or "")
        if response is not None:
            self.plan(now + response.after, partial(self.write, person, response.body))
        elif message.question is not None:
            self.plan(now + REMIND_AFTER, self.stay_silent)

    def stay_silent(self, _session: Session, _now: datetime) -> None:
        """Nobody does anything; the round of the worker that follows notices it."""

    def enrol(self, visit: script.Visit, session: Session, now: datetime) -> None:
        person = visit.person
        application = Application(
            name=person.name,
            phone=person.phone,
            programme=person.programme,
            region=script.REGION,
            doctor_phone=person.doctor_phone,
            consent=True,
            time_of_day=person.time_of_day,
            start_date=visit.start,
            instructed=person.instructed,
        )
        clinic = session.get_one(Clinic, script.CLINIC_ID)
        result = enrol(session, self._runtime.content, clinic, application, now=now, staff_id=self._staff_id)
        if isinstance(result, Rejected):
            raise RefusedError(f"the demo's own patient was refused: {', '.join(result.errors)}")

    def write(self, person: Person, body: str, session: Session, now: datetime) -> None:
        """A patient's text, by the way every text takes; a red one is looked after by staff."""
        self._phones.written(person.phone, body, now)
        inbound = receive.Inbound(f"SM{uuid.uuid4().hex}", person.phone, script.CLINIC_SENDER, body)
        reply_id = receive.keep(session, inbound, now)
        receive.process(session, self._runtime.content, self._runtime.checker, reply_id, now, self._runtime.means)
        alert_id = session.scalar(
            select(Alert.id).where(
                Alert.reply_id == reply_id, Alert.colour == Colour.RED, Alert.state == AlertState.OPEN
            )
        )
        if alert_id is not None:
            self.plan(now + script.ACKNOWLEDGED_AFTER, partial(self._acknowledge, alert_id))
            self.plan(now + script.RESOLVED_AFTER, partial(self._resolve, alert_id))

    def _acknowledge(self, alert_id: int, session: Session, now: datetime) -> None:
        alerts.acknowledge(
            session,
            alert_id,
            clinic_id=script.CLINIC_ID,
            staff_id=self._staff_id,
            now=now,
            note=script.ACKNOWLEDGED_NOTE,
        )

    def _resolve(self, alert_id: int, session: Session, now: datetime) -> None:
        alerts.resolve(
            session,
            alert_id,
            clinic_id=script.CLINIC_ID,
            staff_id=self._staff_id,
            now=now,
            outcome="sent_to_doctor",
            note=script.RESOLVED_NOTE,
        )
