from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Answer
from bot.conversation import REACHED_DOCTOR, STAFF_ASKED, Change, Decision, Situation, decide
from bot.red_flags import Level, Triage
from core.states import AlertKind, Colour, EnrolmentState
from messages.advice_schema import AdviceGroup

QUESTIONS = [
    None,
    *"screening pain exercise activity open progress sleep mood work".split(),
    REACHED_DOCTOR,
    STAFF_ASKED,
]
COMMANDS = [None, "stop", "start", "pause", "help"]

situations = st.builds(
    Situation,
    question=st.sampled_from(QUESTIONS),
    asked_again=st.booleans(),
    course=st.sampled_from([None, *EnrolmentState]),
    opted_out=st.booleans(),
    has_words=st.booleans(),
    checker_failed=st.booleans(),
)
answers = st.builds(
    Answer,
    yes=st.sampled_from([None, True, False]),
    number=st.sampled_from([None, 0, 7]),
    command=st.sampled_from(COMMANDS),
    thanks=st.booleans(),
    progress=st.sampled_from([None, "better", "same", "worse"]),
)
triages = st.builds(
    Triage,
    level=st.sampled_from(list(Level)),
    flags=st.sampled_from([(), ("bladder",), ("fever",), ("unclear",), ("better",), ("wants_contact",)]),
    evidence=st.just(()),
    rule_version=st.just("1"),
)


def situation(question: str | None = None, **values: object) -> Situation:
    fields: dict[str, object] = {
        "asked_again": False,
        "course": EnrolmentState.ACTIVE,
        "opted_out": False,
        "has_words": True,
        **values,
    }
    return Situation(question=question, **fields)  # type: ignore[arg-type]


def triage(level: Level = Level.GREEN, *flags: str) -> Triage:
    return Triage(level, flags, (), "1")


@given(situations, triages, answers)
def test_a_red_reply_always_raises_a_red_alert(where: Situation, read: Triage, answer: Answer) -> None:
    decision = decide(where, read, answer)
    if read.level is Level.RED:
        assert decision.colour is Colour.RED
        assert decision.alert is not None
        assert decision.screening_clean is False


@given(situations, triages, answers)
def test_a_red_reply_is_answered_with_red_advice_unless_the_patient_opted_out(
    where: Situation, read: Triage, answer: Answer
) -> None:
    decision = decide(where, read, answer)
    if read.level is Level.RED and not where.opted_out:
        assert decision.advice is not None
        assert decision.advice.is_red
        assert decision.answer is None


@given(situations, triages, answers)
def test_an_opted_out_patient_is_written_to_only_after_start(where: Situation, read: Triage, answer: Answer) -> None:
    decision = decide(where, read, answer)
    if where.opted_out and decision.change is not Change.OPT_IN:
        assert decision.advice is None
        assert decision.answer is None
        assert not decision.check_contact


@given(situations, triages, answers)
def test_an_amber_reply_is_always_seen_by_staff(where: Situation, read: Triage, answer: Answer) -> None:
    decision = decide(where, read, answer)
    starts = decision.change in {Change.OPT_IN, Change.RESUME}
    if read.level is Level.AMBER and not starts:
        assert decision.alert is not None


@given(situations, triages, answers)
def test_only_a_plain_no_to_the_screening_is_a_clean_screening(where: Situation, read: Triage, answer: Answer) -> None:
    decision = decide(where, read, answer)
    if decision.screening_clean:
        assert where.question == "screening"
        assert answer.yes is False
        assert read.level is Level.GREEN


@given(situations, triages, answers)
def test_outside_a_running_course_every_reply_that_is_no_command_is_seen(
    where: Situation, read: Triage, answer: Answer
) -> None:
    decision = decide(where, read, answer)
    if where.course is not EnrolmentState.ACTIVE and answer.command is None and where.question != REACHED_DOCTOR:
        assert decision.alert is not None


@given(situations, triages, answers)
def test_an_alert_always_has_a_colour(where: Situation, read: Triage, answer: Answer) -> None:
    decision = decide(where, read, answer)
    assert (decision.alert is None) == (decision.colour is None)


def test_red_comes_before_stop() -> None:
    decision = decide(situation(), triage(Level.RED, "bladder"), Answer(command="stop"))
    assert decision.advice is AdviceGroup.CAUDA_EQUINA
    assert decision.change is Change.OPT_OUT
    assert decision.alert is AlertKind.CALL_BACK


def test_a_red_reply_from_an_opted_out_patient_becomes_a_call() -> None:
    decision = decide(situation(opted_out=True), triage(Level.RED, "bladder"), Answer())
    assert (decision.alert, decision.colour, decision.advice) == (AlertKind.CALL_BACK, Colour.RED, None)


def test_stop_is_confirmed_once() -> None:
    assert decide(situation(), triage(), Answer(command="stop")) == Decision(
        Change.OPT_OUT, answer="stopped", question="stop_reason"
    )
    assert decide(situation(opted_out=True), triage(), Answer(command="stop")).answer is None


@pytest.mark.parametrize(
    ("course", "text"), [(EnrolmentState.ACTIVE, "started"), (EnrolmentState.STOPPED, "nothing_to_start")]
)
def test_start_opens_the_line_again(course: EnrolmentState, text: str) -> None:
    decision = decide(situation(opted_out=True, course=course), triage(), Answer(command="start"))
    assert (decision.change, decision.answer) == (Change.OPT_IN, text)


def test_a_crash_in_the_checker_is_a_human_queue() -> None:
    decision = decide(situation(checker_failed=True), triage(Level.AMBER, "unclear"), Answer(yes=False))
    assert decision.alert is AlertKind.CHECKER_FAILED


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        ("screening", Answer(yes=False), "screening_clear"),
        ("pain", Answer(number=4), "pain_noted"),
        ("exercise", Answer(yes=True), "exercise_done"),
        ("exercise", Answer(yes=False), "exercise_missed"),
        ("activity", Answer(yes=True), "activity_done"),
        ("activity", Answer(yes=False), "activity_missed"),
        ("open", Answer(), "noted"),
        ("progress", Answer(progress="better"), "better"),
        ("progress", Answer(), "noted"),
        ("sleep", Answer(yes=False), "sleep_fine"),
        ("mood", Answer(yes=False), "mood_fine"),
        ("work", Answer(yes=False), "work_fine"),
        (None, Answer(thanks=True), "thanks"),
    ],
)
def test_an_expected_answer_is_answered_in_kind(question: str | None, answer: Answer, text: str) -> None:
    decision = decide(situation(question), triage(), answer)
    assert (decision.answer, decision.alert) == (text, None)


def test_a_screening_answered_with_neither_is_asked_once_more_then_seen_by_staff() -> None:
    first = decide(situation("screening"), triage(), Answer())
    assert (first.answer, first.question, first.alert) == ("screening_unclear", "screening", None)
    second = decide(situation("screening", asked_again=True), triage(), Answer())
    assert (second.alert, second.colour) == (AlertKind.UNREADABLE, Colour.AMBER)


def test_a_picture_without_words_goes_to_staff() -> None:
    decision = decide(situation("pain", has_words=False), triage(), Answer())
    assert (decision.alert, decision.answer) == (AlertKind.UNREADABLE, "no_words")


def test_a_thumbs_up_is_an_answer_though_it_has_no_words() -> None:
    assert decide(situation("exercise", has_words=False), triage(), Answer(yes=True)).answer == "exercise_done"


@pytest.mark.parametrize("answer", [Answer(yes=False), Answer()])
def test_not_having_reached_a_doctor_is_red(answer: Answer) -> None:
    decision = decide(situation(REACHED_DOCTOR), triage(), answer)
    assert (decision.alert, decision.colour) == (AlertKind.NO_CONTACT, Colour.RED)
    assert decision.advice is AdviceGroup.CONTACT_MISSED


def test_having_reached_a_doctor_needs_no_alert() -> None:
    assert decide(situation(REACHED_DOCTOR), triage(), Answer(yes=True)) == Decision(
        answer="contact_made", answered=True
    )


@pytest.mark.parametrize("answer", [Answer(yes=True), Answer(yes=False), Answer(thanks=True), Answer()])
def test_the_answer_to_a_question_of_the_staff_is_theirs_to_read_and_no_screening(answer: Answer) -> None:
    decision = decide(situation(STAFF_ASKED), triage(), answer)
    assert (decision.alert, decision.colour, decision.answered) == (AlertKind.REPLY, Colour.AMBER, True)
    assert decision.screening_clean is None


def test_a_no_to_the_staff_beside_an_open_red_alert_is_red() -> None:
    assert decide(situation(STAFF_ASKED, red_open=True), triage(), Answer(yes=False)).colour is Colour.RED
    assert decide(situation(STAFF_ASKED, red_open=True), triage(), Answer(yes=True)).colour is Colour.AMBER
