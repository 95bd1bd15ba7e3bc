"""Every branch there is in the content is reached by simulated patients."""

from __future__ import annotations

from bot.simulate.coverage import coverage
from bot.simulate.result import Result
from messages.loader import load_content
from tests.bot.simulate.conftest import Seen


def test_every_step_text_alert_and_flag_is_reached(willing: Seen, troubled: Seen) -> None:
    content = load_content()
    together = coverage(content, willing.result) | coverage(content, troubled.result)
    assert together.missing == []


def test_nothing_is_reached_when_nothing_happened() -> None:
    found = coverage(load_content(), Result())
    assert not found.reached
    assert ("step", "akut-laend/velkomst") in found.missing
    assert ("text", "replies.answers.pain_noted") in found.missing
    assert ("alert", "no_contact") in found.missing


def test_a_finished_text_is_known_by_its_template() -> None:
    result = Result()
    result.bodies["Rygklinik Vest: Det er noteret. Du får vores sms'er klokken 17."] = 1
    assert coverage(load_content(), result).reached == {("text", "replies.answers.wish_time")}
