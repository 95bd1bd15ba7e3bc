"""What stands in the enrolment form: as it was typed, what is suggested, and the first week it would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.enrolment import Application, check, course_of
from bot.staff.formatting import parse_day
from bot.voice import voice_of
from core.models import Clinic, Enrolment, Patient, Staff
from core.phone import display
from messages.loader import Content
from messages.sms import to_gsm7
from messages.wording import step_text
from scheduler.calendar import at, local
from scheduler.planning import DEFAULT_TIME_OF_DAY, plan

FIELDS = (
    "name",
    "phone",
    "programme",
    "instructed",
    "region",
    "doctor_phone",
    "consent",
    "time_of_day",
    "start_date",
)
"""In the order they stand on the page and are reached by tab."""
FIRST_WEEK = timedelta(days=7)
LOOKED_BACK = 60
DOCTORS = 12
CHOICES = {
    "programme": "Vælg et forløb.",
    "region": "Vælg en region.",
    "time_of_day": "Vælg et tidspunkt.",
}
"""Here one chooses from a list: no need to name the ids that a file must use."""
BAD_DATE = "Skriv datoen som 21-11-2026, eller lad feltet stå tomt for at starte i dag."


@dataclass(frozen=True)
class Form:
    """What was typed, as it was typed, so that nothing is lost when something is wrong."""

    name: str = ""
    phone: str = ""
    programme: str = ""
    region: str = ""
    doctor_phone: str = ""
    time_of_day: str = DEFAULT_TIME_OF_DAY
    start_date: str = ""
    instructed: bool = False
    consent: bool = False
    consent_version: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def focus(self) -> str:
        """The field to begin in: the first with an error."""
        return next((name for name in FIELDS if name in self.errors), FIELDS[0])

    def has_bad_date(self, now: datetime) -> bool:
        return bool(self.start_date.strip()) and self._start(now) is None

    def application(self, now: datetime) -> Application:
        """What is applied for; a day that cannot be read counts as today's, so ask `has_bad_date` first."""
        return Application(
            name=self.name,
            phone=self.phone,
            programme=self.programme,
            region=self.region,
            doctor_phone=self.doctor_phone,
            consent=self.consent,
            time_of_day=self.time_of_day,
            start_date=self._start(now),
            instructed=self.instructed,
            consent_version=self.consent_version,
        )

    def _start(self, now: datetime) -> date | None:
        return parse_day(self.start_date, local(now).date())


@dataclass(frozen=True)
class Coming:
    """A text of the first week. `at_once`: it leaves when the patient is enrolled."""

    due_at: datetime
    question: str | None
    body: str
    at_once: bool = False


@dataclass(frozen=True)
class Week:
    """The first week of a course, and how many texts the whole course has."""

    texts: tuple[Coming, ...]
    total: int


@dataclass(frozen=True)
class Suggestions:
    """What saves typing. `programme`: the one this person last chose today, empty when there is none.

    `doctors`: numbers of own doctors, as shown, the most used first. The region is not taken from the last patient: the
    clinic's own is right more often, and a wrong one would send the patient to the wrong lægevagt.
    """

    programme: str
    doctors: tuple[str, ...]


def typed(values: Mapping[str, str]) -> Form:
    """The form as a browser sent it."""
    clean = {key: value.replace("\0", "") for key, value in values.items()}
    return Form(
        name=clean.get("name", ""),
        phone=clean.get("phone", ""),
        programme=clean.get("programme", ""),
        region=clean.get("region", ""),
        doctor_phone=clean.get("doctor_phone", ""),
        time_of_day=clean.get("time_of_day", DEFAULT_TIME_OF_DAY),
        start_date=clean.get("start_date", ""),
        instructed="instructed" in clean,
        consent="consent" in clean,
        consent_version=clean.get("consent_version", ""),
    )


def suggestions(session: Session, staff: Staff, content: Content, now: datetime) -> Suggestions:
    """From the clinic's latest enrolments, in one query."""
    rows = session.execute(
        select(Enrolment.programme_id, Enrolment.enrolled_by, Enrolment.created_at, Patient.doctor_phone)
        .join(Patient, Patient.id == Enrolment.patient_id)
        .where(Enrolment.clinic_id == staff.clinic_id, Patient.erased_at.is_(None))
        .order_by(Enrolment.id.desc())
        .limit(LOOKED_BACK)
    ).all()
    today = at(local(now).date(), time.min)
    mine = (row.programme_id for row in rows if row.enrolled_by == staff.id and row.created_at >= today)
    programme = next(mine, "")
    doctors = Counter(display(row.doctor_phone) for row in rows)
    return Suggestions(
        programme=programme if programme in content.programmes else "",
        doctors=tuple(number for number, _ in doctors.most_common(DOCTORS)),
    )


def first_week(content: Content, clinic: Clinic, form: Form, now: datetime) -> Week | None:
    """What the patient would get; None until programme, time and start can be used."""
    application = form.application(now)
    if form.has_bad_date(now) or {"programme", "time_of_day", "start_date"} & check(content, application, now).keys():
        return None
    programme = content.programmes[application.programme]
    course = course_of(programme, clinic, application, now)
    voice = voice_of(clinic)
    planned = plan(course)
    end = at(course.start_date + FIRST_WEEK, time.min)
    return Week(
        texts=tuple(
            Coming(
                due_at=row.due_at,
                question=row.step.question,
                body=to_gsm7(step_text(content.exercises, programme.id, row.step, voice)),
                at_once=row.due_at <= now,
            )
            for row in planned
            if row.due_at < end
        ),
        total=len(planned),
    )
