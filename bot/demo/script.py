"""Who the demo's patients are and what they wrote in the week before it begins. Names and numbers are invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from scheduler.calendar import SATURDAY, at, is_holiday, local

CLINIC_ID = "rygklinikken-aarhus"
CLINIC_NAME = "Rygklinikken Aarhus"
REGION = "midtjylland"
CLINIC_PHONE = "+4587100000"
CLINIC_SENDER = "+4528000000"
STAFF_EMAIL = "demo@rygklinikken.example"
STAFF_NAME = "Mia Demo"
STAFF_PHONE = "+4528000099"


@dataclass(frozen=True)
class Response:
    """What a patient writes, so long after the text it answers."""

    after: timedelta
    body: str


@dataclass(frozen=True)
class Person:
    """A patient. `answers`: by the kind of question asked; a question that is not named is not answered."""

    name: str
    phone: str
    programme: str
    time_of_day: str = "formiddag"
    instructed: bool = True
    answers: Mapping[str, Response] = field(default_factory=dict)

    @property
    def doctor_phone(self) -> str:
        return f"+45861000{self.phone[-2:]}"


def _response(minutes: int, body: str) -> Response:
    return Response(timedelta(minutes=minutes), body)


NO = _response(22, "Nej")

STEADY = Person(
    name="Anna Eksempel",
    phone="+4528000001",
    programme="akut-laend",
    answers={"screening": NO, "activity": _response(95, "Ja"), "pain": _response(14, "4")},
)
WORSE = Person(name="Bent Prøvesen", phone="+4528000002", programme="hekseskud", answers={"screening": NO})
REFERRED = Person(
    name="Carla Opdigt",
    phone="+4528000003",
    programme="nerverod-laend",
    answers={
        "screening": _response(17, "Ja. Jeg kan ikke løfte foden ordentligt siden i går"),
        "reached_doctor": _response(9, "Ja"),
        "pain": _response(31, "6"),
    },
)
SILENT = Person(name="David Testrup", phone="+4528000004", programme="nerverod-nakke", time_of_day="morgen")
NEW = Person(name="Else Mønster", phone="+4528000005", programme="langvarig", instructed=False)
PEOPLE = (STEADY, WORSE, REFERRED, SILENT, NEW)

BETTER_BODY = "Jeg gik en god tur i dag. Det går meget bedre nu"
WORSE_BODY = "Det gør mere ondt end i går, og jeg sover dårligt. Er det normalt?"
ACKNOWLEDGED_AFTER = timedelta(minutes=6)
ACKNOWLEDGED_NOTE = "Ringer til patienten nu."
RESOLVED_AFTER = timedelta(hours=3)
RESOLVED_NOTE = "Har talt med Carla. Egen læge ser hende i dag."


@dataclass(frozen=True)
class Visit:
    """When a patient is enrolled (UTC), and from which local date the course runs."""

    person: Person
    enrolled_at: datetime
    start: date


@dataclass(frozen=True)
class Unasked:
    """A text a patient sends without having been asked (UTC)."""

    person: Person
    at: datetime
    body: str


def visits(present: datetime) -> list[Visit]:
    """All enrolments of the week before `present`, in the order they happen."""
    today = local(present).date()
    first = working_day(today - timedelta(days=7))
    # Asked two days ago or more, the patient has been asked again meanwhile and stayed silent.
    asked = sending_day(today - timedelta(days=2))
    silent_from = asked - timedelta(days=1)
    made = [
        Visit(STEADY, at(first, time(9, 20)), first),
        Visit(WORSE, at(first, time(11, 5)), first),
        Visit(REFERRED, at(first, time(14, 40)), first),
        Visit(SILENT, at(working_day(silent_from), time(15, 10)), silent_from),
        Visit(NEW, present - timedelta(minutes=20), today),
    ]
    return sorted(made, key=lambda visit: visit.enrolled_at)


def unasked(present: datetime) -> list[Unasked]:
    evening = at(local(present).date() - timedelta(days=3), time(17, 12))
    return [
        Unasked(STEADY, evening, BETTER_BODY),
        Unasked(WORSE, present - timedelta(minutes=52), WORSE_BODY),
    ]


def working_day(day: date) -> date:
    """`day` itself, or the last working day before it."""
    while day.weekday() >= SATURDAY or is_holiday(day):
        day -= timedelta(days=1)
    return day


def sending_day(day: date) -> date:
    """`day` itself, or the last day before it on which timed texts go out."""
    while is_holiday(day):
        day -= timedelta(days=1)
    return day
