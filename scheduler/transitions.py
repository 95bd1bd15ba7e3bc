"""The one place where a text's state is written: by a line of the table, with its history, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Row, Select, String, Table, and_, bindparam, insert, literal, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from core.models import Message, MessageEvent, MessageState
from core.models.base import UtcDateTime
from scheduler.states import Cause, lines

MAX_DETAIL = 64
ROWS_AT_ONCE = 5_000
"""Fewer than a statement may have parameters, on either database."""

Chosen: TypeAlias = Select[*tuple[Any, ...]]
Narrow = Callable[[Chosen], Chosen]


class Move:
    """A step of the table for certain rows, its statements built once for many times.

    `narrow`: joins, an order and a limit for the choice. `values`: further columns to write. Conditions, limit and
    values may hold bind parameters. `in_sight`: whether the session may hold some of the rows, which are then kept up
    to date. Raises ValueError for a step that is not in the table.
    """

    def __init__(
        self,
        cause: Cause,
        target: MessageState,
        *conditions: ColumnElement[bool],
        narrow: Narrow | None = None,
        returning: Sequence[InstrumentedAttribute[Any]] = (Message.id,),
        in_sight: bool = True,
        **values: Any,
    ) -> None:
        chosen: Chosen = select(
            Message.id,
            bindparam("moved_at", type_=UtcDateTime),
            Message.state,
            literal(str(target)),
            literal(str(cause)),
            bindparam("moved_for", type_=String),
        ).where(_may(cause, target), *conditions)
        chosen = chosen.order_by(Message.id).with_for_update(of=Message) if narrow is None else narrow(chosen)
        history = cast("Table", MessageEvent.__table__)
        columns = ["message_id", "at", "source", "target", "cause", "detail"]
        self._history = insert(history).from_select(columns, chosen).returning(history.c.message_id)
        moved = update(Message).where(Message.id.in_(bindparam("moved", expanding=True)))
        moved = moved.values(state=target, **values).execution_options(
            synchronize_session="auto" if in_sight else False
        )
        self._update = moved.returning(*returning)

    def make(self, session: Session, *, now: datetime, detail: str | None = None, **given: Any) -> list[Row[Any]]:
        """Move every row that matches and may move; returns `returning` of those that did, which may be none.

        The history is written first and locks the rows it chooses, so that both statements are about the same ones,
        and a row that somebody else has moved meanwhile is not chosen. `detail`: a code, such as the provider's error
        or the worker's name; never a patient's words. `given`: the values of the bind parameters.
        """
        session.flush()
        given |= {"moved_at": now, "moved_for": detail[:MAX_DETAIL] if detail else None}
        ids = session.scalars(self._history, given).all()
        moved: list[Row[Any]] = []
        for start in range(0, len(ids), ROWS_AT_ONCE):
            moved += session.execute(self._update, given | {"moved": ids[start : start + ROWS_AT_ONCE]}).all()
        return moved


def shift(
    session: Session,
    cause: Cause,
    target: MessageState,
    *conditions: ColumnElement[bool],
    now: datetime,
    detail: str | None = None,
    **values: Any,
) -> list[Row[Any]]:
    """Move every row that matches and may move, once; see Move. Returns the ids of those that did."""
    return Move(cause, target, *conditions, **values).make(session, now=now, detail=detail)


def shift_one(
    session: Session,
    message_id: int,
    cause: Cause,
    target: MessageState,
    *conditions: ColumnElement[bool],
    now: datetime,
    detail: str | None = None,
    **values: Any,
) -> bool:
    """Move one row; False when somebody else was quicker or the table does not allow it from where it stands."""
    moved = shift(session, cause, target, Message.id == message_id, *conditions, now=now, detail=detail, **values)
    return bool(moved)


def _may(cause: Cause, target: MessageState) -> ColumnElement[bool]:
    allowed = lines(cause, target)
    plain = Message.state.in_([line.source for line in allowed if not line.only_tried])
    tried = [line.source for line in allowed if line.only_tried]
    return or_(plain, and_(Message.state.in_(tried), Message.attempts > 0)) if tried else plain
