"""Alarms to the people on call, as staff read of them: a line each, with how far it has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from bot.staff import words
from bot.staff.formatting import clock
from core.gateway import danish_reason
from core.gateway.mail import mail_reason
from core.models import Alarm, AlarmAlert, Colour, MessageState

SHOWN_FIRST, SHOWN_LAST = 2, 4
"""Of a long night's alarms about one alert: so many of the first and of the last."""
_FAILED = (MessageState.FAILED, MessageState.UNDELIVERED)
_COLOURS = {Colour.RED: "rød alarm", Colour.AMBER: "gul alarm", Colour.BLUE: "blå alarm"}


@dataclass(frozen=True)
class Line:
    """One alarm. `is_lost`: it did not reach anybody."""

    at: datetime
    text: str
    is_lost: bool = False


def alarms() -> Select[Alarm]:
    """Alarms with all that a line tells of them."""
    return select(Alarm).options(joinedload(Alarm.contact), joinedload(Alarm.message), joinedload(Alarm.mail))


def line_of(alarm: Alarm) -> Line:
    """ "alarm sendt til Mette Vagt på sms: leveret, kvitteret kl. 14.32" """
    text, is_lost = state_of(alarm)
    what = _COLOURS.get(Colour(alarm.colour), "alarm") if alarm.colour else "prøve"
    taken = f", besvaret kl. {clock(alarm.answered_at)}" if alarm.answered_at else ""
    verb = "til" if is_lost or text == words.MESSAGE_STATES[MessageState.PLANNED] else "sendt til"
    way = "sms" if alarm.message_id else "mail"
    return Line(alarm.created_at, f"{what} {verb} {alarm.contact.name} på {way}: {text}{taken}", is_lost)


def state_of(alarm: Alarm) -> tuple[str, bool]:
    """How far an alarm has come, in Danish, and whether it is lost."""
    row = alarm.message or alarm.mail
    if row is None:
        return "", False
    word = words.say(words.MESSAGE_STATES, row.state)
    if alarm.message is not None and row.state in _FAILED:
        word = f"{word}: {danish_reason(row.error_code)}"
    elif alarm.mail is not None and row.error_code:
        word = f"{word}: {mail_reason(row.error_code)}"
    elif row.state == MessageState.CANCELLED:
        word = "ikke sendt: en anden havde taget den"
    return word, row.state in words.NOT_ARRIVED or row.state == MessageState.EXPIRED


def lines_by_alert(session: Session, alert_ids: Sequence[int]) -> dict[int, list[Line]]:
    """The alarms about each alert, the oldest first, in one query."""
    if not alert_ids:
        return {}
    rows = session.execute(
        alarms()
        .join(AlarmAlert, AlarmAlert.alarm_id == Alarm.id)
        .add_columns(AlarmAlert.alert_id)
        .where(AlarmAlert.alert_id.in_(alert_ids))
        .order_by(Alarm.id)
    )
    found: dict[int, list[Line]] = defaultdict(list)
    for alarm, alert_id in rows:
        found[alert_id].append(line_of(alarm))
    return found


def shortened(lines: Sequence[Line]) -> Iterable[Line]:
    """The first and the last of many, and between them how many more there were."""
    left_out = len(lines) - SHOWN_FIRST - SHOWN_LAST
    if left_out <= 1:
        return lines
    between = Line(lines[SHOWN_FIRST].at, f"{left_out} alarmer mere")
    return [*lines[:SHOWN_FIRST], between, *lines[-SHOWN_LAST:]]


def summary(lines: Sequence[Line]) -> str:
    """ "Vagten er alarmeret 3 gange. Senest kl. 14.35: rød alarm sendt til Mette på sms: leveret"; empty for none."""
    if not lines:
        return ""
    times = "1 gang" if len(lines) == 1 else f"{len(lines)} gange"
    return f"Vagten er alarmeret {times}. Senest kl. {clock(lines[-1].at)}: {lines[-1].text}."


def count_since(session: Session, clinic_id: str, since: datetime) -> int:
    """How many alarms a clinic's people were sent; tries are not counted."""
    statement = select(func.count()).where(
        Alarm.clinic_id == clinic_id, Alarm.colour.is_not(None), Alarm.created_at >= since
    )
    return session.scalar(statement) or 0
