"""How long alerts wait until somebody takes them, by colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Function, case, func, select
from sqlalchemy.orm import Session

from bot.figures.counts import Scope, of_course
from bot.figures.sql import seconds_between, within
from core.models import Alert

MEDIAN, SLOW = 50, 90


@dataclass(frozen=True)
class Wait:
    """How long `taken` alerts of one colour waited. By nearest rank: so many of a hundred waited no longer than this,
    so that each is the wait of an alert there was, to the second.
    """

    taken: int
    median: timedelta
    slow: timedelta


def waits(session: Session, scope: Scope) -> dict[str, Wait]:
    """By colour, of the alerts opened in the period that somebody has taken, or closed without taking them first."""
    taken_at = func.coalesce(Alert.acknowledged_at, Alert.resolved_at)
    seconds = seconds_between(Alert.waiting_since, taken_at)
    query = select(
        Alert.colour,
        seconds.label("seconds"),
        func.row_number().over(partition_by=Alert.colour, order_by=seconds).label("place"),
        func.count().over(partition_by=Alert.colour).label("taken"),
    ).where(
        Alert.clinic_id == scope.clinic_id,
        taken_at.is_not(None),
        *within(Alert.opened_at, scope.period),
        *of_course(Alert.enrolment_id, scope),
    )
    ranked = query.subquery()

    def at(share: int) -> Function[int]:
        return func.max(case((ranked.c.place == (ranked.c.taken * share + 99) // 100, ranked.c.seconds)))

    rows = session.execute(
        select(ranked.c.colour, ranked.c.taken, at(MEDIAN), at(SLOW)).group_by(ranked.c.colour, ranked.c.taken)
    )
    return {
        colour: Wait(taken, timedelta(seconds=median), timedelta(seconds=slow)) for colour, taken, median, slow in rows
    }
