"""What an entry point puts together once and hands to everything below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.alarms import Means
from bot.red_flags import Checker, load_checker
from core.crypto import Keyring
from core.db import make_engine, session_factory
from core.settings import Settings
from messages.loader import Content, load_content

Clock = Callable[[], datetime]
"""Gives the present instant in UTC; the demo's runs faster than ours."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    engine: Engine
    keyring: Keyring
    sessions: sessionmaker[Session]
    content: Content
    checker: Checker
    now: Clock

    @property
    def means(self) -> Means:
        """How staff are reached."""
        return Means(self.content.staff_texts, self.settings.public_url, can_mail=bool(self.settings.smtp_host))


def make_runtime(settings: Settings, now: Clock = utc_now, *, checker: Checker | None = None) -> Runtime:
    """`checker`: another than the shipped one, loaded here. Raises messages.loader.ContentError when a content file is
    bad.
    """
    keyring = Keyring(settings.encryption_key_list)
    engine = make_engine(settings.database_url, keyring)
    return Runtime(
        settings=settings,
        engine=engine,
        keyring=keyring,
        sessions=session_factory(engine),
        content=load_content(),
        checker=checker or load_checker(),
        now=now,
    )
