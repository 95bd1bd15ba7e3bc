"""A patient's answers as a drawing and as a table that says the same."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.staff.course_chart import BOTTOM, HEIGHT, LEFT, MOST, RIGHT, TOP, WIDTH, WORDS, Chart, chart_of
from core.models import Reply, Triage
from tests.world import MONDAY


def reply(day: float, question: str | None, value: str | None, level: str = "green") -> Reply:
    return Reply(
        question=question,
        answer_value=value,
        received_at=MONDAY + timedelta(days=day),
        triage=Triage(level=level),
    )


def drawn(*replies: Reply) -> Chart:
    chart = chart_of(replies)
    assert chart is not None
    return chart


def test_nothing_is_drawn_where_nothing_was_answered() -> None:
    assert chart_of([]) is None
    assert chart_of([reply(1, None, None), reply(2, "pain", None), reply(3, "open", "yes")]) is None


def test_more_pain_stands_higher_and_later_stands_further_right() -> None:
    first, second = drawn(reply(1, "pain", "8"), reply(9, "pain", "2")).points
    assert first.y < second.y
    assert first.x < second.x
    assert (first.title, second.title) == ("24-11-2026: Smerter: 8", "02-12-2026: Smerter: 2")


def test_what_was_done_and_missed_clean_and_flagged_red_and_amber_have_each_their_shape() -> None:
    chart = drawn(
        reply(1, "exercise", "yes"), reply(2, "exercise", "no"), reply(3, "activity", "yes"),
        reply(4, "screening", "no"), reply(5, "screening", None), reply(6, None, None, "amber"),
        reply(7, "screening", "yes", "red"),
    )  # fmt: skip
    kinds = [mark.kind for mark in chart.marks]
    assert kinds == ["done", "missed", "done", "clean", "flagged", "amber", "red", "flagged"]
    assert dict(chart.legend) == WORDS
    assert [lane.label for lane in chart.lanes] == ["Øvelser", "Gåture", "Tjek", "Alarm"]


def test_a_no_beside_a_symptom_is_no_clean_screening() -> None:
    assert [mark.kind for mark in drawn(reply(1, "screening", "no", "amber")).marks] == ["amber", "flagged"]


def test_the_table_says_all_that_is_drawn_the_newest_first() -> None:
    chart = drawn(reply(1, "pain", "8"), reply(2, "activity", "no"))
    assert chart.rows == (("25-11-2026", "Gåtur", "ikke gjort"), ("24-11-2026", "Smerter (0-10)", "8"))


def test_the_pain_is_summed_up_in_a_sentence() -> None:
    assert drawn(reply(1, "activity", "no")).summary == "Ingen tal for smerter endnu."
    assert drawn(reply(1, "pain", "8")).summary == "Smerter 8 den 24-11-2026."
    assert drawn(reply(1, "pain", "8"), reply(9, "pain", "2")).summary == "Smerter 8 den 24-11-2026, 2 den 02-12-2026."


ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from(["pain", "exercise", "activity", "screening", "mood", None]),
        st.sampled_from(["yes", "no", "7", "0", "10", "11", "²", "x", None]),
        st.sampled_from(["red", "amber", "green"]),
    ),
    max_size=60,
)


@given(ANSWERS)
def test_whatever_was_answered_stays_inside_the_drawing(answers: list[tuple[int, str | None, str | None, str]]) -> None:
    chart = chart_of([reply(*answer) for answer in sorted(answers, key=lambda answer: answer[0])])
    if chart is None:
        return
    for shape in (*chart.points, *chart.marks):
        assert LEFT <= shape.x <= RIGHT
        assert TOP <= shape.y <= HEIGHT
    assert all(point.y <= BOTTOM for point in chart.points)
    assert len(chart.weeks) <= 6
    assert all(LEFT <= week.at < WIDTH for week in chart.weeks)
    assert len(chart.rows) == len(chart.points) + len(chart.marks) <= MOST
