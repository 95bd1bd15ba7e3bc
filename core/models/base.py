"""What every table shares: the registry with named constraints, instants that are always UTC, and words that a
statement says itself.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.crypto import EncryptedText

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A row number that outlives the first billion; SQLite counts only INTEGER keys up by itself."""

CONSTRAINT_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC on every database; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant must carry its time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(String):
    """Short text. What a statement compares it with, if it is of an enum, stands in the statement itself and is no
    parameter: so the database sees that an index over some of the rows will do, and SQLite need not plan each time.
    """

    class Comparator(String.Comparator[str]):
        def operate(self, op: OperatorType, *other: Any, **options: Any) -> ColumnElement[Any]:
            return super().operate(op, *(_said(value) for value in other), **options)

    comparator_factory = Comparator


def _said(value: Any) -> Any:
    """Members of enums as they stand in a statement; anything else as it is."""
    if isinstance(value, StrEnum) and value.isidentifier():
        return literal_column(f"'{value}'", String())
    if isinstance(value, Collection) and value and all(isinstance(member, StrEnum) for member in value):
        return [_said(member) for member in value]
    return value


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime,
        str: Word(200),
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
    }


def index_where(name: str, *columns: str, where: str) -> Index:
    """An index over the rows for which `where` holds. A search must say the very same to be answered from it."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


Secret = EncryptedText
