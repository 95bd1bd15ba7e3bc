"""Enrol, pause, resume, stop and complete a course. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.course import audit_change, enqueue_course, running_enrolment
from core import phone as telephone
from core.crypto import keyring_of
from core.models import (
    Clinic,
    Enrolment,
    EnrolmentState,
    Patient,
)
from messages.loader import Content
from messages.programme_schema import Programme
from scheduler.calendar import Window, local
from scheduler.planning import DEFAULT_TIME_OF_DAY, TIMES_OF_DAY, Course, plan

MAX_NAME = 80
FURTHEST_START = timedelta(days=60)
ALREADY_RUNNING = "Nummeret er allerede i et forløb. Stop det gamle forløb først."
CONSENT_CHANGED = "Teksten om samtykke er blevet ændret. Læs den nye, og sæt fluebenet igen."
OPTED_OUT = "Patienten har sendt STOP. Bed patienten sende START, før I tilmelder igen."


@dataclass(frozen=True)
class Application:
    """What was typed at the desk or stood in a file, as it stood. `start_date` is local.

    `consent_version`: the text that was on the screen; empty for the newest.
    """

    name: str
    phone: str
    programme: str
    region: str
    doctor_phone: str
    consent: bool
    time_of_day: str = DEFAULT_TIME_OF_DAY
    start_date: date | None = None
    instructed: bool = False
    consent_version: str = ""


@dataclass(frozen=True)
class Rejected:
    """Nothing was stored. `errors`: field of the application -> what to do, in Danish."""

    errors: dict[str, str]


@dataclass(frozen=True)
class Enrolled:
    enrolment: Enrolment


def check(content: Content, application: Application, now: datetime) -> dict[str, str]:
    """What is wrong with an application, before anything is looked up. Field -> sentence in Danish."""
    today = local(now).date()
    start = application.start_date or today
    checks = {
        "name": (
            bool(application.name.strip()) and len(application.name.strip()) <= MAX_NAME,
            f"Skriv patientens navn eller initialer (højst {MAX_NAME} tegn).",
        ),
        "phone": (
            telephone.parse(application.phone) is not None,
            "Telefonnummeret kan ikke bruges. Skriv 8 cifre, for eksempel 12 34 56 78, eller landekode med +.",
        ),
        "programme": (
            application.programme in content.programmes,
            f"Vælg et forløb: {', '.join(content.programmes)}.",
        ),
        "region": (application.region in content.regions, f"Vælg en region: {', '.join(content.regions)}."),
        "doctor_phone": (
            telephone.parse(application.doctor_phone) is not None,
            "Skriv telefonnummeret til patientens egen læge, 8 cifre.",
        ),
        "consent": (application.consent, "Patienten skal have sagt ja til sms, før I kan tilmelde."),
        "time_of_day": (
            application.time_of_day in TIMES_OF_DAY,
            f"Vælg et tidspunkt: {', '.join(TIMES_OF_DAY)}.",
        ),
        "start_date": (
            today <= start <= today + FURTHEST_START,
            f"Startdatoen skal ligge mellem i dag og {FURTHEST_START.days} dage frem.",
        ),
    }
    errors = {field: sentence for field, (is_good, sentence) in checks.items() if not is_good}
    if application.consent and application.consent_version not in {"", content.consent.newest.version}:
        errors["consent"] = CONSENT_CHANGED
    return errors


def course_of(programme: Programme, clinic: Clinic, application: Application, now: datetime) -> Course:
    """The course as planning needs it; the first week shown before saving comes from the same plan."""
    return Course(
        programme=programme,
        enrolled_at=now,
        start_date=application.start_date or local(now).date(),
        time_of_day=application.time_of_day,
        instructed=application.instructed,
        window=Window(clinic.window_opens, clinic.window_closes),
    )


def enrol(
    session: Session,
    content: Content,
    clinic: Clinic,
    application: Application,
    *,
    now: datetime,
    staff_id: int | None,
) -> Enrolled | Rejected:
    """Store the patient, the enrolment and every text of the course; or say what is wrong and store nothing."""
    if errors := check(content, application, now):
        return Rejected(errors)
    number = _e164(application.phone)
    found = find_patient(session, number, clinic.id)
    if found is not None and running_enrolment(session, found.id) is not None:
        return Rejected({"phone": ALREADY_RUNNING})
    if found is not None and found.opted_out_at is not None:
        return Rejected({"phone": OPTED_OUT})
    patient = found or _new_patient(session, clinic, number, now)
    course = course_of(content.programmes[application.programme], clinic, application, now)
    try:
        with session.begin_nested():
            enrolment = _store(session, patient, course, application, content.consent.newest.version, staff_id)
            enrolment.wording = clinic.wording
    except IntegrityError:
        # Two people enrolled the same number at once; the database let one through.
        return Rejected({"phone": ALREADY_RUNNING})
    enqueue_course(session, content, enrolment, plan(course), now)
    audit_change(session, enrolment, staff_id, "enrolment.create", now)
    return Enrolled(enrolment)


def _e164(typed: str) -> str:
    number = telephone.parse(typed)
    if number is None:
        raise ValueError("a number that was checked cannot be read")
    return number


def _new_patient(session: Session, clinic: Clinic, number: str, now: datetime) -> Patient:
    lookup = keyring_of(session.get_bind().dialect).lookup_hash(number)
    return Patient(clinic_id=clinic.id, phone=number, phone_hash=lookup, created_at=now)


def _store(
    session: Session, patient: Patient, course: Course, application: Application, consent: str, staff_id: int | None
) -> Enrolment:
    patient.name = application.name.strip()
    patient.region = application.region
    patient.doctor_phone = _e164(application.doctor_phone)
    enrolment = Enrolment(
        clinic_id=patient.clinic_id,
        patient=patient,
        programme_id=course.programme.id,
        programme_version=course.programme.version,
        plan_version=1,
        start_date=course.start_date,
        time_of_day=course.time_of_day,
        instructed=course.instructed,
        state=EnrolmentState.ACTIVE,
        consent_version=consent,
        consent_at=course.enrolled_at,
        enrolled_by=staff_id,
        created_at=course.enrolled_at,
    )
    session.add_all([patient, enrolment])
    session.flush()
    return enrolment


def find_patient(session: Session, number: str, clinic_id: str) -> Patient | None:
    """A clinic's patient by E.164 number."""
    hashes = keyring_of(session.get_bind().dialect).lookup_hashes(number)
    return session.scalar(select(Patient).where(Patient.clinic_id == clinic_id, Patient.phone_hash.in_(hashes)))
