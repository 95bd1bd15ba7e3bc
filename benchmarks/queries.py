"""What a piece of work asks of its database: every statement, and how PostgreSQL goes about one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, create_engine, event


class Query(NamedTuple):
    statement: str
    parameters: Any


@contextmanager
def recorded(engine: Engine) -> Iterator[list[Query]]:
    """Every statement sent meanwhile, the beginnings of transactions excepted."""
    sent: list[Query] = []

    def remember(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(Query(statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", remember)


def explained(engine: Engine, query: Query) -> str:
    """PostgreSQL's plan of a statement, which is run for it and taken back."""
    plain = create_engine(engine.url)
    with plain.connect() as connection:
        explain = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {query.statement}"
        lines = [str(line) for line in connection.exec_driver_sql(explain, query.parameters).scalars()]
        connection.rollback()
    plain.dispose()
    return "\n".join(lines)
