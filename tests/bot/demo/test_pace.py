"""However fast the days go and however the ticks fall, each text goes out at exactly its time."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import worker
from bot.demo import script
from bot.demo.clock import VirtualClock
from bot.demo.pace import Pace
from bot.demo.seed import add_clinic
from bot.demo.stage import make_settings
from bot.enrolment import Application, Enrolled, enrol
from bot.red_flags import Checker
from bot.runtime import Runtime
from core.crypto import Keyring
from core.db import make_engine, session_factory
from core.gateway.simulator import SimulatorGateway
from core.models import Clinic, Message
from messages.loader import Content

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(4))
def test_no_text_is_late_at_a_day_a_second(
    sqlite_url: str, tmp_path: Path, content: Content, checker: Checker, seed: int
) -> None:
    real = [0.0]
    clock = VirtualClock(START, 1, lambda: real[0])
    settings = make_settings(tmp_path, 8000)
    keyring = Keyring(settings.encryption_key_list)
    engine = make_engine(sqlite_url, keyring)
    runtime = Runtime(settings, engine, keyring, session_factory(engine), content, checker, clock.now)
    dispatcher = worker.make_dispatcher(runtime, SimulatorGateway, senders=2)
    pace = Pace(runtime, dispatcher, clock)
    with runtime.sessions() as session:
        add_clinic(session, "a password of the test", START)
        clinic = session.get_one(Clinic, script.CLINIC_ID)
        person = script.STEADY
        application = Application(
            person.name, person.phone, person.programme, script.REGION, person.doctor_phone, consent=True
        )
        assert isinstance(enrol(session, content, clinic, application, now=START, staff_id=None), Enrolled)
        session.commit()
    chance = random.Random(seed)
    pace.go_to(START)
    for _ in range(120):
        clock.attend()
        real[0] += chance.random()
        chance.choice(pace.jobs()).run()
    with runtime.sessions() as session:
        sent = session.scalars(select(Message).where(Message.sent_at.is_not(None))).all()
    dispatcher.close()
    engine.dispose()
    assert len(sent) > 3
    assert [message.sent_at for message in sent] == [message.due_at for message in sent]
