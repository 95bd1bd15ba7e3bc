"""The months as they are lived: patients and staff act, the product runs between them, the clock jumps."""

from __future__ import annotations

import gc
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot import alerts, marks, receive, worker
from bot.delivery import on_failure, take_receipt
from bot.enrolment import Application, Rejected, enrol
from bot.simulate.asking import alerts_since, is_any_due, next_due, read_by, texts
from bot.simulate.behaviour import Script
from bot.simulate.network import SimulatedNetwork
from bot.simulate.people import GRID, Person, by_weight
from bot.simulate.staff import deadlines
from bot.simulate.stage import CLINICS, Stage
from bot.simulate.writing import ALWAYS_ASKED, Writes, answer, follow_up, unasked
from core.gateway import Outbound
from core.models import Clinic, MessageKind, Verdict
from messages.regions import REGION_IDS
from scheduler.calendar import at, local
from scheduler.upkeep import expire_late

Act = Callable[[Session, datetime], None]
TICKS = range(6, 24, 2)
"""The local hours on which the worker looks after silences, pauses and ends; in earnest it does every ten seconds."""
SENDERS = 256
WEEK = 7
"""Days between two looks for garbage: rows and statements come and go by the thousand."""
SWITCHED_OFF = "30003"


class RefusedError(Exception):
    """The product did not take a simulated patient: behaviour.toml does not fit the programmes."""


class Life:
    """Some of the patients, from `start` to `end` (UTC). `on_day` is told when another day is over."""

    def __init__(
        self, stage: Stage, script: Script, people: list[Person], *, end: datetime, on_day: Callable[[], object]
    ) -> None:
        self._stage, self._script, self._end, self._on_day = stage, script, end, on_day
        self._sessions, self._engine = stage.runtime.sessions, stage.runtime.engine
        # What is late expires first, so that who else acts just now makes no difference.
        late: worker.Tick = partial(expire_late, on_failure=on_failure)
        self._housekeeping = [late, *(tick for _, tick in worker.housekeeping(stage.runtime))]
        self._phones = {phone: person for person in people for phone in (person.phone, person.other_phone)}
        self._patients: dict[int, Person] = {}
        self._accepted: list[Outbound] = []
        self._acts: list[tuple[datetime, int, int, Act]] = []
        self._order = itertools.count()
        self._last_alert = 0
        self._days = 0
        self._dispatcher = worker.make_dispatcher(stage.runtime, self._network, SENDERS)
        for person in people:
            self._plan(person.arrives, person, partial(self._enrol, person))

    def live(self, start: datetime) -> None:
        """Each instant: what people do, what is due, and on the half hour what the worker looks after."""
        now, due = start, None
        tidy = _next_tick(start)
        while (instant := min(filter(None, (tidy, due, self._acts[0][0] if self._acts else None)))) <= self._end:
            self._tell((instant - start).days - (now - start).days)
            now = instant
            self._act(now)
            self._send(now)
            if now >= tidy:
                tidy = _next_tick(now)
                self._tidy_up(now)
                self._send(now)
            due = self._look_around(now)
        self._tell((self._end - start).days - (now - start).days)
        self._dispatcher.close()

    def _tell(self, days: int) -> None:
        for _ in range(days):
            self._on_day()
            self._days += 1
            if self._days % WEEK == 0:
                gc.collect()

    def _network(self) -> SimulatedNetwork:
        def dice_of(number: str) -> Random | None:
            return self._phones[number].network_dice if number in self._phones else None

        return SimulatedNetwork(self._script.behaviour.network, dice_of, self._accepted.append)

    def _plan(self, at: datetime, person: Person, act: Act) -> None:
        heapq.heappush(self._acts, (at, person.number, next(self._order), act))

    def _act(self, now: datetime) -> None:
        while self._acts and self._acts[0][0] <= now:
            act = heapq.heappop(self._acts)[-1]
            with self._sessions() as session:
                act(session, now)
                session.commit()

    def _send(self, now: datetime) -> None:
        with self._engine.connect() as connection:
            is_any = is_any_due(connection, now)
        if is_any:
            self._dispatcher.run(lambda: now)

    def _tidy_up(self, now: datetime) -> None:
        with self._sessions() as session:
            for tick in self._housekeeping:
                tick(session, now)
            session.commit()

    def _look_around(self, now: datetime) -> datetime | None:
        """Patients read what arrived, staff see what is new; returns when the next text is due."""
        with self._engine.connect() as connection:
            self._read_texts(connection, now)
            self._see_alerts(connection)
            return next_due(connection, now)

    def _enrol(self, person: Person, session: Session, now: datetime) -> None:
        clinic = session.get_one(Clinic, CLINICS[person.clinic].id)
        application = Application(
            name=person.name,
            phone=person.phone,
            programme=person.programme,
            region=REGION_IDS[person.region],
            doctor_phone=person.doctor_phone,
            consent=True,
            time_of_day=person.time_of_day,
            instructed=person.instructed,
        )
        staff = self._stage.staff[person.clinic]
        result = enrol(session, self._stage.runtime.content, clinic, application, now=now, staff_id=staff)
        if isinstance(result, Rejected):
            raise RefusedError(f"a simulated patient was refused: {', '.join(result.errors.values())}")
        self._patients[result.enrolment.patient_id] = person
        for text in unasked(self._script, person, self._end):
            self._will_write(person, text)

    def _will_write(self, person: Person, text: Writes) -> None:
        self._plan(text.at, person, partial(self._write, person, text))

    def _write(self, person: Person, text: Writes, session: Session, now: datetime) -> None:
        """A text comes in by the way every text takes."""
        person.opted_out = {"stop": True, "red.stop": True, "start": False}.get(text.kind, person.opted_out)
        inbound = receive.Inbound(
            f"SM{person.number}/{next(self._order)}",
            person.other_phone if text.from_elsewhere else person.phone,
            CLINICS[person.clinic].sender,
            text.body,
            media_count=int(text.kind == "picture"),
        )
        if person.network_dice.random() < self._script.behaviour.network.checker_fails:
            self._stage.checker.breaks_next = True
        reply_id = receive.keep(session, inbound, now)
        runtime = self._stage.runtime
        receive.process(session, runtime.content, self._stage.checker, reply_id, now, runtime.means)
        for later in follow_up(self._script, person, text):
            self._will_write(person, later)

    def _read_texts(self, connection: Connection, now: datetime) -> None:
        arrived = [text.message_id for text in self._accepted]
        self._accepted.clear()
        if not arrived:
            return
        for message_id, patient_id, question, kind in connection.execute(texts(), {"ids": arrived}).all():
            person = self._patients[patient_id or 0]
            if person.network_dice.random() < self._script.behaviour.network.undelivered:
                self._plan(now + GRID, person, partial(_lose, message_id))
            elif question is not None:
                again = kind == MessageKind.ANSWER and question not in ALWAYS_ASKED
                for text in answer(self._script, person, question, now, again=again):
                    self._will_write(person, text)

    def _see_alerts(self, connection: Connection) -> None:
        rows = connection.execute(alerts_since(), {"last": self._last_alert}).all()
        for alert_id, patient_id, colour, opened_at, sender in rows:
            self._last_alert = alert_id
            person = self._patients[patient_id] if patient_id is not None else self._phones[sender or ""]
            taken, closed = deadlines(self._script.behaviour.staff, person.staff_dice, colour, opened_at)
            self._plan(taken, person, partial(self._take, person, alert_id))
            self._plan(closed, person, partial(self._close, person, alert_id))

    def _take(self, person: Person, alert_id: int, session: Session, now: datetime) -> None:
        clinic, staff = CLINICS[person.clinic].id, self._stage.staff[person.clinic]
        alerts.acknowledge(session, alert_id, clinic_id=clinic, staff_id=staff, now=now, note="")

    def _close(self, person: Person, alert_id: int, session: Session, now: datetime) -> None:
        clinic, staff = CLINICS[person.clinic].id, self._stage.staff[person.clinic]
        habits = self._script.behaviour.staff
        outcome = by_weight(person.staff_dice, habits.outcome)
        alerts.resolve(session, alert_id, clinic_id=clinic, staff_id=staff, now=now, outcome=outcome, note="")
        if person.staff_dice.random() >= habits.marks:
            return
        read = session.execute(read_by(), {"alert": alert_id}).first()
        if read is not None:
            verdicts = marks.possible(read.level)
            verdict = Verdict.SHOULD_BE_RED if Verdict.SHOULD_BE_RED in verdicts else verdicts[0]
            marks.mark(session, read.reply_id, clinic_id=clinic, staff_id=staff, verdict=verdict, note="", now=now)


def _next_tick(now: datetime) -> datetime:
    wall = local(now)
    hour = next((hour for hour in TICKS if hour > wall.hour), None)
    if hour is None:
        return at(wall.date() + timedelta(days=1), time(TICKS[0]))
    return at(wall.date(), time(hour))


def _lose(message_id: int, session: Session, now: datetime) -> None:
    """The network reports that a text it took was never delivered."""
    take_receipt(
        session,
        message_id=message_id,
        provider_id=f"SM{message_id:032d}",
        status="undelivered",
        error_code=SWITCHED_OFF,
        now=now,
    )
