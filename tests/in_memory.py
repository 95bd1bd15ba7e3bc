"""A database in memory that a whole module shares, for tests that ask it thousands of things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, sessionmaker

from core.crypto import Keyring, new_key
from core.db import make_engine, session_factory
from core.models import Base, Clinic
from tests.world import MONDAY, SENDER


@contextmanager
def clinic_in_memory() -> Iterator[sessionmaker[Session]]:
    """With the clinic `vest` and nothing else."""
    engine = make_engine("sqlite:///:memory:", Keyring([new_key()]))
    Base.metadata.create_all(engine)
    made = session_factory(engine)
    with made() as session, session.begin():
        clinic = {"name": "Rygklinik Vest", "region": "midtjylland", "phone": "+4587654321", "sender": SENDER}
        session.add(Clinic(id="vest", created_at=MONDAY, **clinic))
    yield made
    engine.dispose()
