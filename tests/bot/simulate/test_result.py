"""The counts are the rows."""

from __future__ import annotations

from bot.simulate.result import Result, add_up
from core.models import MessageKind
from tests.bot.simulate.conftest import Seen


def test_texts_and_segments_are_those_of_the_outbox(troubled: Seen) -> None:
    sent = [row for row in troubled.messages if row.sent_at is not None]
    result = troubled.result
    assert sum(result.texts.values()) == len(sent)
    assert sum(result.segments.values()) == sum(row.segments for row in sent)
    assert result.texts[MessageKind.ADVICE] == len([row for row in sent if row.kind == MessageKind.ADVICE])


def test_the_texts_of_each_patient_add_up_to_those_sent_to_patients(troubled: Seen) -> None:
    to_patients = [row for row in troubled.messages if row.sent_at is not None and row.patient_id is not None]
    assert sum(texts * patients for texts, patients in troubled.result.texts_each.items()) == len(to_patients)


def test_alerts_replies_and_courses_are_counted_once_each(troubled: Seen) -> None:
    assert sum(troubled.result.alerts.values()) == len(troubled.alerts)
    assert sum(troubled.result.replies.values()) == len(troubled.replies)
    assert sum(troubled.result.courses.values()) == len(troubled.enrolments) == troubled.result.patients


def test_not_more_questions_are_answered_than_asked(willing: Seen) -> None:
    asked, answered = willing.result.asked, willing.result.answered
    assert sum(answered.values()) > sum(asked.values()) / 2
    assert all(answered[week] <= asked[week] for week in asked)


def test_results_add_up() -> None:
    one, other = Result(patients=2), Result(patients=3)
    one.texts["step"], other.texts["step"], other.texts["answer"] = 4, 5, 6
    total = add_up([one, other])
    assert (total.patients, dict(total.texts)) == (5, {"step": 9, "answer": 6})
