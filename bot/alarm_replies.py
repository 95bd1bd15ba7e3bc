""" "Kvittér" by text: what somebody on call writes back to an alarm. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from bot.alarms import LONGEST_NAME, Means, since
from bot.alerts import acknowledge
from bot.standing import Act
from core import phone as telephone
from core.crypto import keyring_of
from core.models import Alarm, AlarmAlert, Alert, AlertState, Clinic, Contact, Message, MessageKind, Reply
from messages.sms import shorten, to_gsm7
from scheduler.outbox import Draft, enqueue

LISTENS_FOR = timedelta(hours=4)
"""How long an alarm can be taken by writing back."""
HOW = "svar til vagten: sådan kvitteres"
ANSWER = "svar til vagten"
ANSWERED_FOR = timedelta(hours=1)
MAX_ANSWERS = 6
"""In an hour, to one number: more means that two machines are talking."""


@dataclass(frozen=True)
class Caller:
    """Who wrote: the contacts that have this number, and the alarms they were sent lately, the newest first."""

    contacts: Sequence[Contact]
    alarms: Sequence[Alarm]

    @property
    def newest_at(self) -> datetime | None:
        return self.alarms[0].created_at if self.alarms else None


def caller_of(session: Session, reply: Reply, now: datetime) -> Caller | None:
    """Whoever is on call somewhere with this number. One whom two clinics know answers the one that was written to."""
    number = telephone.from_sender(reply.sender)
    if number is None:
        return None
    hashes = keyring_of(session.get_bind().dialect).lookup_hashes(number)
    known = session.execute(_known(), {"hashes": hashes}).all()
    contacts = [row.Contact for row in known if row.sender == reply.recipient] or [row.Contact for row in known]
    if not contacts:
        return None
    alarms = session.scalars(
        select(Alarm)
        .where(
            Alarm.contact_id.in_([contact.id for contact in contacts]),
            Alarm.message_id.is_not(None),
            Alarm.created_at > now - LISTENS_FOR,
        )
        .order_by(Alarm.created_at.desc(), Alarm.id.desc())
    ).all()
    return Caller(contacts, alarms)


@cache
def _known() -> Select[Contact, str]:
    """Built once: every reply asks it."""
    return (
        select(Contact, Clinic.sender)
        .join(Clinic, Contact.clinic_id == Clinic.id)
        .where(Contact.phone_hash.in_(bindparam("hashes", expanding=True)), Contact.removed_at.is_(None))
        .order_by(Contact.id)
    )


def take(session: Session, means: Means, caller: Caller, reply: Reply, now: datetime) -> None:
    """The alerts of the newest alarms are this person's; the answer says so, or who was first."""
    for alarm in caller.alarms:
        alarm.answered_at = alarm.answered_at or now
    alerts = _alerts(session, caller)
    person = {contact.clinic_id: contact for contact in reversed(caller.contacts)}
    taken = [alert for alert in alerts if _acknowledge(session, alert, person[alert.clinic_id], now)]
    newest_is_trial = bool(caller.alarms) and caller.alarms[0].colour is None
    sms = means.texts.sms
    if taken:
        body = sms.taken_one if len(taken) == 1 else sms.taken_many.format(antal=len(taken), link="{link}")
    elif newest_is_trial:
        body = sms.tried
    elif alerts:
        body = _who_was_first(session, means, alerts[-1], now)
    else:
        body = sms.nothing
    _answer(session, caller.contacts[0], body.replace("{link}", means.site), ANSWER, reply, now)


def explain(session: Session, means: Means, caller: Caller, reply: Reply, now: datetime) -> None:
    """Anything else from somebody on call: how to take an alarm, once an hour."""
    body = means.texts.sms.how.format(link=means.site)
    if not any(message.reason == HOW for message in _answers(session, caller.contacts[0], now)):
        _answer(session, caller.contacts[0], body, HOW, reply, now)


def _alerts(session: Session, caller: Caller) -> list[Alert]:
    about = select(AlarmAlert.alert_id).where(AlarmAlert.alarm_id.in_([alarm.id for alarm in caller.alarms]))
    return list(session.scalars(select(Alert).where(Alert.id.in_(about)).order_by(Alert.id)))


def _acknowledge(session: Session, alert: Alert, contact: Contact, now: datetime) -> bool:
    act = acknowledge(
        session,
        alert.id,
        clinic_id=alert.clinic_id,
        staff_id=contact.staff_id,
        now=now,
        note="",
        contact=contact,
    )
    return act is Act.DONE


def _who_was_first(session: Session, means: Means, alert: Alert, now: datetime) -> str:
    session.refresh(alert)
    at = alert.acknowledged_at or alert.resolved_at
    who = alert.holder or alert.acknowledging_contact or alert.resolver
    if who is None or at is None or alert.state == AlertState.OPEN:
        return means.texts.sms.closed
    name = shorten(to_gsm7(who.name), LONGEST_NAME)
    return means.texts.sms.already.format(navn=name, siden=since(at, now), link="{link}")


def _answers(session: Session, contact: Contact, now: datetime) -> list[Message]:
    """What this number was answered lately. Numbers stand encrypted, so the hour's few are opened and compared."""
    rows = session.scalars(
        select(Message).where(
            Message.clinic_id == contact.clinic_id,
            Message.patient_id.is_(None),
            Message.kind == MessageKind.ANSWER,
            Message.created_at > now - ANSWERED_FOR,
        )
    )
    return [row for row in rows if row.to_phone == contact.phone]


def _answer(session: Session, contact: Contact, body: str, reason: str, reply: Reply, now: datetime) -> None:
    if len(_answers(session, contact, now)) < MAX_ANSWERS:
        draft = Draft(MessageKind.ANSWER, body, reason=reason)
        to = contact.phone or ""
        enqueue(session, draft, clinic_id=contact.clinic_id, to_phone=to, now=now, reply_id=reply.id)
