"""The demo's past week, played through the real product, ends in the inbox that was promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.demo import script
from bot.demo.clock import VirtualClock, starting_point
from bot.demo.phones import Phones
from bot.demo.seed import add_clinic, play_past
from bot.demo.stage import PAST, make_settings
from bot.red_flags import Checker
from bot.runtime import Runtime
from core.crypto import Keyring
from core.db import make_engine, session_factory, upgrade
from core.models import Alert, AlertState, Enrolment, Message, MessageState, Patient, Reply
from messages.loader import Content

# An ordinary day, after Easter, after Christmas, after New Year, after both changes of the clocks.
DAYS = ["2026-11-20", "2026-04-07", "2026-12-28", "2027-01-04", "2026-03-30", "2026-10-26"]


@dataclass
class Played:
    runtime: Runtime
    phones: Phones
    present: datetime


@pytest.fixture(scope="module", params=DAYS)
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, content: Content, checker: Checker
) -> Iterator[Played]:
    """A past that ended on a given day; the tests only read it."""
    present = starting_point(datetime.fromisoformat(f"{request.param}T17:00").replace(tzinfo=UTC))
    clock = VirtualClock(present - PAST, 20, lambda: 0.0)
    settings = make_settings(tmp_path_factory.mktemp("demo"), 8000)
    upgrade(settings.database_url)
    keyring = Keyring(settings.encryption_key_list)
    engine = make_engine(settings.database_url, keyring)
    runtime = Runtime(settings, engine, keyring, session_factory(engine), content, checker, clock.now)
    phones = Phones()
    with runtime.sessions() as session:
        staff = add_clinic(session, "a password of the test", clock.now())
        session.commit()
    play_past(runtime, clock, phones, staff_id=staff.id, present=present)
    yield Played(runtime, phones, clock.now())
    engine.dispose()


def test_the_inbox_holds_one_amber_reply_and_one_silence_and_a_red_reply_is_closed(played: Played) -> None:
    with played.runtime.sessions() as session:
        alerts = {
            (alert.colour, alert.state, alert.kind, alert.patient.name if alert.patient else "")
            for alert in session.scalars(select(Alert))
        }
    assert alerts == {
        ("amber", "open", "reply", script.WORSE.name),
        ("blue", "open", "silent", script.SILENT.name),
        ("red", "resolved", "reply", script.REFERRED.name),
    }


def test_five_courses_run_and_everything_sent_was_delivered(played: Played) -> None:
    with played.runtime.sessions() as session:
        programmes = session.scalars(select(Enrolment.programme_id).where(Enrolment.state == "active")).all()
        states = set(session.scalars(select(Message.state).where(Message.sent_at.is_not(None))))
    assert sorted(programmes) == sorted(person.programme for person in script.PEOPLE)
    assert len(set(programmes)) == 5
    assert states == {MessageState.DELIVERED}


def test_the_screens_show_what_the_database_holds(played: Played) -> None:
    with played.runtime.sessions() as session:
        sent = session.scalar(select(func.count()).where(Message.sent_at.is_not(None)))
        replies = session.scalar(select(func.count()).select_from(Reply))
    bubbles = [bubble for person in script.PEOPLE for bubble in played.phones.screen(person.phone)]
    assert len([bubble for bubble in bubbles if not bubble.mine]) == sent
    assert len([bubble for bubble in bubbles if bubble.mine]) == replies


def test_nobody_waits_for_days_in_the_inbox(played: Played) -> None:
    with played.runtime.sessions() as session:
        opened = session.scalars(select(Alert.opened_at).where(Alert.state == AlertState.OPEN)).all()
    assert all(timedelta(0) <= played.present - at < timedelta(days=5) for at in opened)


def test_the_past_ends_at_the_present(played: Played) -> None:
    with played.runtime.sessions() as session:
        overdue = session.scalars(
            select(Message.id).where(Message.state == MessageState.PLANNED, Message.next_attempt_at <= played.present)
        ).all()
        names = set(session.scalars(select(Patient.name)))
    assert not overdue
    assert names == {person.name for person in script.PEOPLE}
