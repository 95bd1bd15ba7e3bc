"""Staff's marks on readings they hold to be wrong: made, changed, taken back, exported. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot import audit
from bot.alerts import raise_alert
from bot.corpus_lines import ACCEPTED, Judged, corpus_lines
from bot.course import running_enrolment
from bot.standing import MAX_NOTE, Act
from core.models import Alert, AlertKind, AlertState, Colour, Reply, Triage, TriageMark, Verdict
from scheduler.outbox import lock_patient


@dataclass(frozen=True)
class Marked:
    """What came of marking or taking back. `alerted`: staff have got a red alert. `red_open`: one about this reply
    waits in the inbox, this one or an earlier.
    """

    act: Act
    patient_id: int = 0
    alerted: bool = False
    red_open: bool = False


def possible(level: str) -> tuple[Verdict, ...]:
    """The verdicts that say a reading of this level was wrong."""
    return tuple(verdict for verdict in Verdict if level not in ACCEPTED[verdict])


def mark(
    session: Session, reply_id: int, *, clinic_id: str, staff_id: int, verdict: str, note: str, now: datetime
) -> Marked:
    """Say that a reply was read wrongly, or change what this staff member said before.

    "Should be red" raises a red alert when none is open about this reply, and lets the course wait for a new clean
    screening, as a red reply does; nothing is sent to the patient. NOT_FOUND: no reply of this clinic's patients that
    has been read. INVALID: the verdict is not one of possible().
    """
    reply = _find(session, reply_id, clinic_id)
    if reply is None:
        return Marked(Act.NOT_FOUND)
    found, triage, patient_id = reply
    if verdict not in possible(triage.level):
        return Marked(Act.INVALID, patient_id)
    lock_patient(session, patient_id)
    row = _own(session, reply_id, staff_id)
    if row is None:
        row = TriageMark(clinic_id=clinic_id, reply_id=reply_id, staff_id=staff_id)
        session.add(row)
    row.verdict, row.note, row.created_at = verdict, note.strip()[:MAX_NOTE], now
    row.level, row.rule_version = triage.level, triage.rule_version
    session.flush()
    _record(session, clinic_id, staff_id, f"mark.{verdict}", reply_id, now)
    alerted = verdict == Verdict.SHOULD_BE_RED and _raise_red(session, found, patient_id, clinic_id, now)
    return Marked(Act.DONE, patient_id, alerted, alerted or has_open_red(session, reply_id))


def take_back(session: Session, reply_id: int, *, clinic_id: str, staff_id: int, now: datetime) -> Marked:
    """Remove this staff member's own mark. An alert it raised stays until somebody closes it. ALREADY: no mark."""
    reply = _find(session, reply_id, clinic_id)
    if reply is None:
        return Marked(Act.NOT_FOUND)
    patient_id = reply[2]
    lock_patient(session, patient_id)
    row = _own(session, reply_id, staff_id)
    if row is None:
        return Marked(Act.ALREADY, patient_id)
    session.delete(row)
    _record(session, clinic_id, staff_id, "mark.withdraw", reply_id, now)
    return Marked(Act.DONE, patient_id, red_open=has_open_red(session, reply_id))


def has_open_red(session: Session, reply_id: int) -> bool:
    """Whether staff still have to close a red alert about this reply."""
    waits = select(Alert.id).where(
        Alert.reply_id == reply_id, Alert.colour == Colour.RED, Alert.state != AlertState.RESOLVED
    )
    return session.scalar(waits.limit(1)) is not None


def export(
    session: Session, clinic_id: str, flag_levels: Mapping[str, str], *, staff_id: int | None, now: datetime
) -> list[str]:
    """A clinic's marked replies as corpus lines, oldest first, and a line about it in the audit log."""
    rows = session.scalars(
        select(TriageMark)
        .where(TriageMark.clinic_id == clinic_id)
        .options(
            joinedload(TriageMark.reply).joinedload(Reply.triage),
            joinedload(TriageMark.reply).joinedload(Reply.patient),
        )
        .order_by(TriageMark.reply_id, TriageMark.id)
    )
    judged = [_judged(tuple(marks)) for _, marks in groupby(rows, key=lambda row: row.reply_id)]
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action="mark.export",
        object_type="clinic",
        object_id=clinic_id,
        now=now,
    )
    return corpus_lines(judged, flag_levels)


def _judged(marks: tuple[TriageMark, ...]) -> Judged:
    newest, reply = max(marks, key=lambda row: row.created_at), marks[0].reply
    return Judged(
        number=reply.id,
        question=reply.question,
        text=reply.body,
        name=reply.patient.name if reply.patient else "",
        level=newest.level,
        flags=tuple(reply.triage.flags) if reply.triage else (),
        rule_version=newest.rule_version,
        verdicts=tuple((Verdict(row.verdict), row.note) for row in marks),
    )


def _find(session: Session, reply_id: int, clinic_id: str) -> tuple[Reply, Triage, int] | None:
    """A reply of one of the clinic's patients that has been read, with its reading and the patient's id."""
    reply = session.scalar(
        select(Reply).where(Reply.id == reply_id, Reply.clinic_id == clinic_id).options(joinedload(Reply.triage))
    )
    if reply is None or reply.triage is None or reply.patient_id is None:
        return None
    return reply, reply.triage, reply.patient_id


def _own(session: Session, reply_id: int, staff_id: int) -> TriageMark | None:
    return session.scalar(select(TriageMark).where(TriageMark.reply_id == reply_id, TriageMark.staff_id == staff_id))


def _raise_red(session: Session, reply: Reply, patient_id: int, clinic_id: str, now: datetime) -> bool:
    """A human has called the reply red: nobody may miss it. True when a new alert was needed."""
    running = running_enrolment(session, patient_id)
    if running is not None:
        running.screening_clean_at = None
    if has_open_red(session, reply.id):
        return False
    raised = raise_alert(
        session,
        clinic_id=clinic_id,
        kind=AlertKind.MARKED,
        colour=Colour.RED,
        now=now,
        patient_id=patient_id,
        enrolment_id=reply.enrolment_id,
        reply=reply,
    )
    return raised is not None


def _record(session: Session, clinic_id: str, staff_id: int, action: str, reply_id: int, now: datetime) -> None:
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action=action,
        object_type="reply",
        object_id=reply_id,
        now=now,
    )
