"""Whose turn it is: what must be done once in a while by one of several workers, and how far a reading has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.models import Bookmark


def take_turn(session: Session, name: str, every: timedelta, now: datetime) -> bool:
    """Take the turn if nobody took it within `every`; of several that ask at once one gets it. The caller commits,
    and does the work after that: a worker that dies at it misses one turn."""
    taken = session.scalar(
        update(Bookmark)
        .where(Bookmark.name == name, Bookmark.at <= now - every)
        .values(at=now)
        .returning(Bookmark.name)
    )
    if taken is not None:
        return True
    if session.scalar(select(Bookmark.name).where(Bookmark.name == name)) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Bookmark(name=name, at=now))
    except IntegrityError:
        return False
    return True


def bookmark(session: Session, name: str) -> datetime | None:
    """How far a reading has come (UTC)."""
    return session.scalar(select(Bookmark.at).where(Bookmark.name == name))


def put_bookmark(session: Session, name: str, at: datetime) -> None:
    session.merge(Bookmark(name=name, at=at))
