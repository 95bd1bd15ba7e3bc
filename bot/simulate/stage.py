"""Two clinics with the real product in them, on a database in memory, with nobody enrolled yet."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.runtime import Runtime
from bot.simulate.network import RememberingChecker
from core.crypto import Keyring, new_key
from core.db import make_engine, session_factory
from core.models import Base, Clinic, Role, Staff
from core.settings import Settings
from messages.loader import Content

CLINICS = (
    Clinic(id="nord", name="Rygklinik Nord", region="nordjylland", phone="+4598100000", sender="+4552512345"),
    Clinic(
        id="syd", name="Rygklinikken Sydbyen i Odense", region="syddanmark", phone="+4566100000", sender="+4552554321"
    ),
)


@dataclass(frozen=True)
class Stage:
    """`staff`: by clinic, in the order of CLINICS."""

    runtime: Runtime
    checker: RememberingChecker
    staff: tuple[int, ...]


@contextmanager
def set_up(content: Content, now: datetime) -> Iterator[Stage]:
    """The product as it stands after its set-up. `now`: UTC. Nothing of it reaches a disk or a network."""
    key = new_key()
    settings = Settings(
        _env_file=None,
        database_url="sqlite:///:memory:",
        gateway="simulator",
        secret_key=secrets.token_urlsafe(48),
        encryption_keys=key,
    )
    keyring = Keyring(settings.encryption_key_list)
    engine = make_engine(settings.database_url, keyring)
    checker = RememberingChecker()
    runtime = Runtime(settings, engine, keyring, session_factory(engine), content, checker, lambda: now)
    try:
        Base.metadata.create_all(engine)
        yield Stage(runtime, checker, _open_clinics(runtime, now))
    finally:
        engine.dispose()


def _open_clinics(runtime: Runtime, now: datetime) -> tuple[int, ...]:
    """The clinics, each with one person who takes the alerts and never logs in."""
    with runtime.sessions() as session, session.begin():
        staff = []
        for clinic in CLINICS:
            values = {name: getattr(clinic, name) for name in ("id", "name", "region", "phone", "sender")}
            session.add(Clinic(**values, created_at=now))
            member = Staff(
                clinic_id=clinic.id,
                email=f"personale@{clinic.id}.example",
                name="Personale",
                role=Role.CLINICIAN,
                password_hash="",
                created_at=now,
            )
            staff.append(member)
        session.flush()
        session.add_all(staff)
        session.flush()
        return tuple(member.id for member in staff)
