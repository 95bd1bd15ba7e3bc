"""Two questions the two databases ask differently: which week of a period, and how many seconds between."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Label, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from bot.figures.period import Period

WEEK = "week"


def within(column: InstrumentedAttribute[Any], period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= period.begins, column < period.ends


def week_of(column: InstrumentedAttribute[Any], period: Period) -> Label[int]:
    """Which of the period's weeks an instant inside it falls in, from 0; named WEEK, to group by.

    The weeks' bounds are handed over: no database needs to know Danish time or ISO weeks.
    """
    weeks = period.weeks
    branches = [(column < week.ends, number) for number, week in enumerate(weeks[:-1])]
    last = len(weeks) - 1
    return (case(*branches, else_=last) if branches else case((column.is_not(None), last))).label(WEEK)


class seconds_between(GenericFunction[int]):  # noqa: N801 - written as SQL functions are
    """Whole seconds from one instant to a later one, each cut to its second: the same on both databases."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds_between)
def _on_postgresql(element: seconds_between, compiler: SQLCompiler, **kwargs: Any) -> str:
    earlier, later = (f"date_trunc('second', {compiler.process(one, **kwargs)})" for one in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) AS BIGINT)"


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: seconds_between, compiler: SQLCompiler, **kwargs: Any) -> str:
    earlier, later = (
        f"CAST(strftime('%s', substr({compiler.process(one, **kwargs)}, 1, 19)) AS INTEGER)" for one in element.clauses
    )
    return f"({later} - {earlier})"
