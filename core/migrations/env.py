"""Alembic's entry: runs on the connection core.db hands over, so that no address is read twice."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import LargeBinary

from core.models import Base
from core.models.base import UtcDateTime


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write the plain column types into a revision, so that it still runs when our own types have moved."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(getattr(item, "impl", None), LargeBinary):
        return "sa.LargeBinary()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
