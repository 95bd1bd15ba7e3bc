"""A plan that changes on the way: waiting steps get another hour or text, a step never sent is planned anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarResult, and_, func, or_, select, update
from sqlalchemy.orm import Session

from core.models import Enrolment, Message, MessageKind, MessageState
from messages.sms import measure, to_gsm7
from scheduler.calendar import local
from scheduler.moving import Went, original_id
from scheduler.outbox import TIMED
from scheduler.planning import PlannedStep
from scheduler.states import WAITING, Cause
from scheduler.transitions import shift

SHORTEST_LIFE = timedelta(hours=12)
"""How late a step that is planned anew may still go out, at the least."""
REPLACED = "afløst af en nyere udgave af forløbet"
BROUGHT_BACK = "aflyst af klinikken, siden sat ind igen"
AGAIN_AFTER_STOP = "genoptaget efter STOP"
NEVER_WENT = (MessageState.EXPIRED, MessageState.CANCELLED)


def move_plan(session: Session, enrolment_id: int, rows: Sequence[PlannedStep], now: datetime) -> int:
    """Give the waiting steps the hours of a new plan, each on the day it stands on; returns how many moved.

    A text whose new hour is past keeps its old one, and so does one that has been put on another day meanwhile.
    """
    planned = {row.step.id: row for row in rows}
    moved = 0
    for message in _held_fast(session, enrolment_id, Message.due_at > now):
        row = planned.get(original_id(message.step_id or ""))
        if row is None or row.due_at <= now or local(row.due_at).date() != local(message.due_at).date():
            continue
        message.due_at = message.next_attempt_at = row.due_at
        message.expires_at = row.expires_at
        moved += 1
    session.flush()
    return moved


def rewrite(session: Session, enrolment_id: int, texts: Mapping[str, str]) -> int:
    """Give the waiting steps the finished texts named here, by the step's id; returns how many changed.

    What a worker has claimed meanwhile goes as it was.
    """
    changed = 0
    for message in _held_fast(session, enrolment_id, Message.step_id.in_(list(texts))):
        body = to_gsm7(texts[message.step_id or ""])
        if body != message.body:
            message.body, message.segments = body, measure(body).segments
            changed += 1
    session.flush()
    return changed


def _held_fast(session: Session, enrolment_id: int, *conditions: ColumnElement[bool]) -> ScalarResult[Message]:
    """The steps of a course that still wait and match, locked: no worker claims them before the caller commits."""
    return session.scalars(
        select(Message)
        .where(
            Message.enrolment_id == enrolment_id,
            Message.kind == MessageKind.STEP,
            Message.state.in_(WAITING),
            *conditions,
        )
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def reword(
    session: Session,
    courses: Sequence[int],
    text_of: Callable[[Enrolment, str | None], str | None],
) -> int:
    """Write the timed texts anew that have not left, in the courses with these ids; returns how many wait.

    A step that expired is rewritten with them, though not counted: `again` may still send its text. `text_of` gives the
    text of an enrolment's step, by its id in the programme, or of its reminder, by None; where it gives None, because
    the programme is no more, the old one stays. Rows go by as columns and back in one batch:
    these patients' replies wait meanwhile.
    """
    rows = session.execute(
        select(Message.id, Message.state, Message.step_id, Message.body, Enrolment)
        .join(Enrolment, Message.enrolment_id == Enrolment.id)
        .where(
            Enrolment.id.in_(courses),
            Message.kind.in_(TIMED),
            Message.state.in_((*WAITING, MessageState.EXPIRED)),
        )
        .order_by(Message.id)
        .with_for_update(of=Message)
    )
    changes, rewritten = [], 0
    for message_id, state, step_id, old, enrolment in rows:
        text = text_of(enrolment, original_id(step_id) if step_id else None)
        if text is None or (body := to_gsm7(text)) == old:
            continue
        changes.append({"id": message_id, "body": body, "segments": measure(body).segments})
        rewritten += state in WAITING
    if changes:
        session.execute(update(Message), changes)
    return rewritten


def again(
    session: Session, missed: Message, *, plan_version: int, due_at: datetime, now: datetime, reason: str
) -> Message:
    """Plan a step anew that was never sent, under a new plan version: the old row stays as it is."""
    copied = (
        "clinic_id patient_id enrolment_id kind purpose step_id question to_phone body language body_in_danish "
        "segments priority on_holidays"
    )
    message = Message(
        **{name: getattr(missed, name) for name in copied.split()},
        plan_version=plan_version,
        state=MessageState.PLANNED,
        reason=reason,
        due_at=due_at,
        expires_at=due_at + max(missed.expires_at - missed.due_at, SHORTEST_LIFE),
        next_attempt_at=due_at,
        created_at=now,
    )
    session.add(message)
    session.flush()
    return message


def went(session: Session, enrolment_id: int, now: datetime) -> list[Went]:
    """The steps of a course that were sent, may have been, or are due now: no plan sends them again."""
    is_due = and_(Message.state == MessageState.PLANNED, Message.due_at <= now)
    at = func.coalesce(Message.sent_at, Message.claimed_at, Message.due_at)
    rows = session.execute(
        select(Message.step_id, Message.purpose, at)
        .where(
            Message.enrolment_id == enrolment_id,
            Message.kind == MessageKind.STEP,
            or_(Message.state.not_in((*WAITING, *NEVER_WENT)), is_due),
        )
        .order_by(Message.due_at, Message.id)
    )
    return [Went(step_id or "", purpose, at) for step_id, purpose, at in rows]


def waiting_steps(session: Session, enrolment_id: int, now: datetime) -> list[Message]:
    """The steps that another plan would replace: all that wait, but for one that is due and about to leave."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.enrolment_id == enrolment_id, *_replaceable(now))
            .order_by(Message.due_at, Message.id)
        )
    )


def replace_waiting(session: Session, enrolment_id: int, now: datetime) -> int:
    """Cancel the steps that another plan replaces; returns how many. Done before that plan is made: what a worker has
    claimed by then stands among those that went.
    """
    replaced = (Message.enrolment_id == enrolment_id, *_replaceable(now))
    cancelled = shift(session, Cause.CANCEL, MessageState.CANCELLED, *replaced, now=now, reason=REPLACED)
    return len(cancelled)


def _replaceable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    later = and_(Message.state == MessageState.PLANNED, Message.due_at > now)
    return Message.kind == MessageKind.STEP, or_(later, Message.state == MessageState.HELD)


def revive(session: Session, enrolment: Enrolment, now: datetime) -> int:
    """Plan anew, under the enrolment's plan version, the steps still to come that were cancelled; returns how many."""
    cancelled = session.scalars(
        select(Message)
        .where(
            Message.enrolment_id == enrolment.id,
            Message.kind == MessageKind.STEP,
            Message.state == MessageState.CANCELLED,
            Message.reason.not_in((REPLACED, BROUGHT_BACK)),
            Message.dropped_at.is_(None),
            Message.plan_version < enrolment.plan_version,
            Message.due_at > now,
        )
        .order_by(Message.due_at, Message.plan_version.desc(), Message.id)
    ).all()
    newest = {row.step_id: row for row in reversed(cancelled)}
    for row in newest.values():
        again(session, row, plan_version=enrolment.plan_version, due_at=row.due_at, now=now, reason=AGAIN_AFTER_STOP)
    return len(newest)
