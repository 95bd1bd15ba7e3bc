"""Nobody took it in time: the person on call is alarmed, then the next, again and again until somebody does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.alarms import Cause, Means, raise_alarm
from bot.deadlines import Deadlines, deadline_of, deadlines_of, known_colour, may_alarm
from bot.on_call import people_on_call
from core.models import (
    Alarm,
    AlarmAlert,
    Alert,
    AlertState,
    Clinic,
    Colour,
    Contact,
    Mail,
    Message,
    MessageKind,
    MessageState,
)
from scheduler.ahead import is_wanted
from scheduler.outbox import cancel_waiting

CAP = 2
"""Alarms about amber and blue alerts that one person gets in an hour. Red ones are never capped."""
CAPPED_FOR = timedelta(hours=1)
TAKEN = "alarmen er taget"

log = structlog.get_logger()


def escalate(session: Session, means: Means, now: datetime) -> int:
    """Tick: alarm whoever is on call about what is overdue. Commits per clinic, so that one that fails holds up no
    other. Returns how many people were alarmed.
    """
    drop_taken(session, now)
    session.commit()
    clinics = session.scalars(_may_be_alarmed()).all()
    session.commit()
    alarmed = 0
    for clinic_id in sorted(clinics):
        try:
            alarmed += escalate_clinic(session, means, clinic_id, now)
            session.commit()
        except Exception:
            session.rollback()
            log.exception("escalation failed", clinic=clinic_id)
    return alarmed


@cache
def _may_be_alarmed() -> Select[str]:
    """The clinics where something waits and somebody can be put on call."""
    somebody = exists().where(Contact.clinic_id == Alert.clinic_id, Contact.removed_at.is_(None))
    return select(Alert.clinic_id).where(Alert.state == AlertState.OPEN, somebody).distinct()


def escalate_clinic(session: Session, means: Means, clinic_id: str, now: datetime) -> int:
    """One clinic's overdue alerts. While another worker is at it, it is left to that one."""
    free = select(Clinic).where(Clinic.id == clinic_id).with_for_update(key_share=True, skip_locked=True)
    clinic = session.scalar(free)
    if clinic is None:
        return 0
    waiting = session.scalars(
        select(Alert)
        .where(Alert.clinic_id == clinic_id, Alert.state == AlertState.OPEN)
        .order_by(Alert.id)
        .with_for_update(key_share=True, of=Alert)
        .execution_options(populate_existing=True)
    ).all()
    deadlines = deadlines_of(session, clinic_id)
    people = people_on_call(session, clinic_id, now, can_mail=means.can_mail)
    alarmed = 0
    for colour in Colour:
        alerts = [alert for alert in waiting if known_colour(alert.colour) is colour]
        alarmed += _escalate(session, means, clinic, colour, alerts, deadlines, people, now)
    return alarmed


def overdue_red(session: Session, clinic_id: str, now: datetime) -> bool:
    """Whether a red alert of this clinic has waited past its deadline and nobody has taken it."""
    opened = session.scalars(
        select(Alert.waiting_since).where(
            Alert.clinic_id == clinic_id, Alert.colour == Colour.RED, Alert.state == AlertState.OPEN
        )
    ).all()
    if not opened:
        return False
    deadlines = deadlines_of(session, clinic_id)
    return any(deadline_of(deadlines, Colour.RED, at) <= now for at in opened)


def drop_taken(session: Session, now: datetime) -> None:
    """Alarms that have not left yet about what somebody took meanwhile are no longer sent."""
    if not session.scalar(_alarms_wait()):  # as nearly always
        return
    taken = (Message.kind == MessageKind.ALARM, ~is_wanted(Alarm.message_id == Message.id))
    cancel_waiting(session, TAKEN, *taken, now=now)
    session.execute(
        update(Mail)
        .where(
            Mail.state == MessageState.PLANNED,
            exists().where(Alarm.mail_id == Mail.id),
            ~is_wanted(Alarm.mail_id == Mail.id),
        )
        .values(state=MessageState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


@cache
def _alarms_wait() -> Select[bool]:
    text = exists().where(Message.state == MessageState.PLANNED, Message.kind == MessageKind.ALARM)
    return select(or_(text, exists().where(Mail.state == MessageState.PLANNED)))


def _escalate(
    session: Session,
    means: Means,
    clinic: Clinic,
    colour: Colour,
    alerts: Sequence[Alert],
    deadlines: Deadlines,
    people: Sequence[Contact],
    now: datetime,
) -> int:
    """One alarm about all alerts of a colour that are overdue, or will be before the next alarm: so several that come
    within minutes go as one, and an alarm a minute later for the next is not needed.
    """
    if not alerts or not people or not may_alarm(deadlines, colour, now):
        return 0
    every = timedelta(minutes=deadlines.of(colour).every_minutes)
    ends = {alert.id: deadline_of(deadlines, colour, alert.waiting_since) for alert in alerts}
    due = [
        alert.id
        for alert in alerts
        if ends[alert.id] <= now and (alert.alarmed_at is None or alert.alarmed_at <= now - every)
    ]
    if not due:
        return 0
    contact = _next(session, people, due, colour, now, every)
    if contact is None:
        return 0
    about = [alert for alert in alerts if ends[alert.id] <= now + every]
    for alert in about:
        alert.alarmed_at = now
    cause = Cause(colour, [alert.id for alert in about], min(alert.waiting_since for alert in about))
    raise_alarm(session, means, clinic, contact, cause, now)
    log.info("alarm raised", clinic=clinic.id, colour=colour, alerts=len(about), contact=contact.id)
    return 1


def _next(
    session: Session, people: Sequence[Contact], due: Sequence[int], colour: Colour, now: datetime, every: timedelta
) -> Contact | None:
    """Who has not been alarmed about these for longest, in the order of the roster; nobody twice within `every`."""
    last = _last_alarms(session, due)
    able = [
        person
        for person in people
        if (person.id not in last or last[person.id] <= now - every)
        and (colour is Colour.RED or _quiet_alarms(session, person, now) < CAP)
    ]
    fresh = [person for person in able if person.id not in last]
    if fresh:
        return fresh[0]
    return min(able, key=lambda person: last[person.id], default=None)


def _last_alarms(session: Session, alert_ids: Sequence[int]) -> dict[int, datetime]:
    statement = (
        select(Alarm.contact_id, func.max(Alarm.created_at))
        .join(AlarmAlert, AlarmAlert.alarm_id == Alarm.id)
        .where(AlarmAlert.alert_id.in_(alert_ids))
        .group_by(Alarm.contact_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _quiet_alarms(session: Session, person: Contact, now: datetime) -> int:
    """How many alarms other than red ones a person got lately; one that went two ways counts once."""
    statement = select(func.count(func.distinct(Alarm.created_at))).where(
        Alarm.contact_id == person.id,
        Alarm.colour.in_((Colour.AMBER, Colour.BLUE)),
        Alarm.created_at > now - CAPPED_FOR,
    )
    return session.scalar(statement) or 0
