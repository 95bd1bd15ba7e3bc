"""The product keeps its promises in months that nobody wrote by hand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from core.models import Alert, Colour, Message, MessageKind, MessageState
from scheduler.calendar import Window, local
from scheduler.planning import PAUSED_BY_RED
from tests.bot.simulate.conftest import Seen


@pytest.fixture(params=["willing", "troubled"])
def seen(request: pytest.FixtureRequest) -> Seen:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Seen)
    return found


def _sent_steps(seen: Seen) -> list[Message]:
    return [row for row in seen.messages if row.kind == MessageKind.STEP and row.sent_at is not None]


def test_no_step_goes_out_twice(seen: Seen) -> None:
    steps = Counter((row.enrolment_id, row.step_id) for row in _sent_steps(seen))
    assert steps
    assert max(steps.values()) == 1


def test_timed_texts_keep_the_quiet_hours(seen: Seen) -> None:
    window = Window()
    assert all(window.holds(local(row.sent_at).time()) for row in _sent_steps(seen) if row.sent_at)


def test_every_red_reply_raises_a_red_alert(troubled: Seen) -> None:
    red = {row.reply_id for row in troubled.triages if row.level == "red"}
    alerted = {row.reply_id for row in troubled.alerts if row.colour == Colour.RED}
    stranger = {row.id for row in troubled.replies if row.patient_id is None}
    assert len(red) > 20
    assert red - stranger <= alerted


def test_every_red_reply_is_answered_with_advice_unless_the_patient_is_opted_out(troubled: Seen) -> None:
    red = {row.reply_id for row in troubled.triages if row.level == "red"}
    advised = {row.reply_id for row in troubled.messages if row.kind == MessageKind.ADVICE}
    to_ring = {row.reply_id for row in troubled.alerts if row.kind == "call_back"}
    stranger = {row.id for row in troubled.replies if row.patient_id is None}
    assert red & advised
    assert red - stranger <= advised | to_ring


def test_nothing_soothing_goes_out_beside_an_open_red_alert(troubled: Seen) -> None:
    red = [row for row in troubled.alerts if row.colour == Colour.RED]
    assert red
    beside = [
        (row.step_id, alert.kind)
        for row in _sent_steps(troubled)
        if row.purpose in PAUSED_BY_RED
        for alert in red
        if alert.patient_id == row.patient_id and row.sent_at and _is_open(alert, row.sent_at)
    ]
    assert beside == []


def _is_open(alert: Alert, instant: datetime) -> bool:
    return alert.opened_at < instant and (alert.resolved_at is None or instant < alert.resolved_at)


def test_nothing_is_left_between_claim_and_record(seen: Seen) -> None:
    assert not [row.id for row in seen.messages if row.state == MessageState.SENDING]


def test_every_reply_was_processed(seen: Seen) -> None:
    assert seen.replies
    assert all(row.processed_at is not None for row in seen.replies)
