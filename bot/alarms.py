"""An alarm to somebody on call: its words, its rows, and what follows when it does not arrive. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.models import (
    Alarm,
    AlarmAlert,
    Alert,
    AlertState,
    Clinic,
    Colour,
    Contact,
    Mail,
    MessageKind,
    MessageState,
)
from messages.sms import shorten, to_gsm7
from messages.staff_schema import StaffTexts
from scheduler.calendar import local
from scheduler.outbox import LIFETIME, Draft, enqueue

TO_CONTACT = "alarm til vagten"
LONGEST_NAME = 30
_WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Means:
    """How this installation reaches staff. `site`: the address they log in at. `can_mail`: whether it sends e-mail."""

    texts: StaffTexts
    site: str
    can_mail: bool


@dataclass(frozen=True)
class Cause:
    """What an alarm is about: how many alerts of a colour, the oldest of them raised at `oldest`."""

    colour: Colour
    alert_ids: Sequence[int]
    oldest: datetime


def raise_alarm(
    session: Session, means: Means, clinic: Clinic, contact: Contact, cause: Cause, now: datetime
) -> list[Alarm]:
    """By text where there is a number, for red by e-mail too, and by e-mail alone where there is nothing else."""
    by_mail = contact.email is not None and means.can_mail and (contact.phone is None or cause.colour is Colour.RED)
    values = _values(means, cause, now)
    few = "one" if len(cause.alert_ids) == 1 else "many"
    made = []
    if contact.phone is not None:
        body = getattr(means.texts.sms, f"alarm_{few}").format_map(values)
        made.append(_text(session, clinic, contact, body, now))
    if by_mail:
        mail = means.texts.mail
        made.append(_mail(session, clinic, contact, mail.alarm_subject, mail.alarm_body, values, now))
    for alarm in made:
        alarm.colour = cause.colour
    session.flush()
    session.add_all(AlarmAlert(alarm_id=alarm.id, alert_id=alert) for alarm in made for alert in cause.alert_ids)
    return made


def raise_trial(
    session: Session, means: Means, clinic: Clinic, contact: Contact, *, staff_id: int, now: datetime
) -> list[Alarm]:
    """A try by every means that an alarm could take."""
    values = {"klinik": clinic.name, "link": means.site}
    made = []
    if contact.phone is not None:
        body = means.texts.sms.trial.format(klinik=shorten(to_gsm7(clinic.name), LONGEST_NAME))
        made.append(_text(session, clinic, contact, body, now))
    if contact.email is not None and means.can_mail:
        mail = means.texts.mail
        made.append(_mail(session, clinic, contact, mail.trial_subject, mail.trial_body, values, now))
    for alarm in made:
        alarm.staff_id = staff_id
    session.flush()
    return made


def alarm_failed(session: Session, *this_alarm: ColumnElement[bool]) -> None:
    """An alarm did not arrive: what it was about is due again at once, for the next one on call."""
    alarm = session.scalar(select(Alarm).where(*this_alarm))
    if alarm is None:
        return
    about = select(AlarmAlert.alert_id).where(AlarmAlert.alarm_id == alarm.id)
    open_still = (Alert.id.in_(about), Alert.state == AlertState.OPEN, Alert.alarmed_at == alarm.created_at)
    locked = select(Alert).where(*open_still).order_by(Alert.id).with_for_update(key_share=True)
    for alert in session.scalars(locked.execution_options(populate_existing=True)):
        alert.alarmed_at = None


def since(instant: datetime, now: datetime) -> str:
    """ "kl. 14.30" of today, "lørdag kl. 14.30" of this week, "14-11 kl. 14.30" of longer ago."""
    wall, today = local(instant), local(now).date()
    clock = wall.strftime("kl. %H.%M")
    if wall.date() == today:
        return clock
    day = _WEEKDAYS[wall.weekday()] if now - instant < _WEEK else wall.strftime("%d-%m")
    return f"{day} {clock}"


def _values(means: Means, cause: Cause, now: datetime) -> dict[str, str]:
    one, several = getattr(means.texts.colour, cause.colour)
    count = len(cause.alert_ids)
    return {
        "farve": one,
        "farver": several,
        "antal": str(count),
        "antal_alarmer": f"{count} {several} alarmer" if count > 1 else f"1 {one} alarm",
        "siden": since(cause.oldest, now),
        "link": means.site,
    }


def _text(session: Session, clinic: Clinic, contact: Contact, body: str, now: datetime) -> Alarm:
    draft = Draft(MessageKind.ALARM, body, reason=TO_CONTACT)
    message = enqueue(session, draft, clinic_id=clinic.id, to_phone=contact.phone or "", now=now)
    return _alarm(session, contact, now, message_id=message.id)


def _mail(
    session: Session, clinic: Clinic, contact: Contact, subject: str, body: str, values: dict[str, str], now: datetime
) -> Alarm:
    filled = {"farve": "", **values}
    mail = Mail(
        clinic_id=clinic.id,
        to_address=contact.email or "",
        subject=subject.format_map(filled),
        body=body.format_map(filled) + "\n",
        state=MessageState.PLANNED,
        next_attempt_at=now,
        expires_at=now + LIFETIME[MessageKind.ALARM],
        created_at=now,
    )
    session.add(mail)
    session.flush()
    return _alarm(session, contact, now, mail_id=mail.id)


def _alarm(
    session: Session, contact: Contact, now: datetime, *, message_id: int | None = None, mail_id: int | None = None
) -> Alarm:
    alarm = Alarm(
        clinic_id=contact.clinic_id, contact_id=contact.id, message_id=message_id, mail_id=mail_id, created_at=now
    )
    session.add(alarm)
    return alarm
