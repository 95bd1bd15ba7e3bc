"""Pure: where a conversation may stand while a course is walked through, and where each kind of reply brings it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from bot.adapting import Adaptation, raised, value_of
from bot.answers import Answer
from bot.conversation import REACHED_DOCTOR, Change, Decision, Situation, decide, may_adapt
from bot.red_flags import Level, Triage
from core.states import EnrolmentState
from messages.rule_schema import Rule

_GREEN, _AMBER, _RED = (Triage(level, (), (), "") for level in (Level.GREEN, Level.AMBER, Level.RED))

REPLIES: dict[str, tuple[Triage, Answer]] = {
    "red": (_RED, Answer()),
    "red STOP": (_RED, Answer(command="stop")),
    "amber": (_AMBER, Answer()),
    "yes": (_GREEN, Answer(yes=True)),
    "no": (_GREEN, Answer(yes=False)),
    "number": (_GREEN, Answer(number=3)),
    "better": (_GREEN, Answer(progress="better")),
    "anything": (_GREEN, Answer()),
    "STOP": (_GREEN, Answer(command="stop")),
    "START": (_GREEN, Answer(command="start")),
    "PAUSE": (_GREEN, Answer(command="pause")),
    "HELP": (_GREEN, Answer(command="help")),
    "TID": (_GREEN, Answer(barrier="time")),
}
"""One of each kind the conversation tells apart. A yes to a screening reaches it as red, from the checker."""
Follows = Mapping[tuple[str, str], tuple[Adaptation, ...]]
"""By question and reply: what the rules may do about it."""


class Silence(IntEnum):
    """How long a patient has been silent since the first screening without an answer."""

    NONE = 0
    ASKED = 1
    REMINDED = 2
    TOLD = 3
    """Staff have the blue alert, and what a silent patient may do without is held."""


class Talk(NamedTuple):
    """Where the conversation stands. `clean`: the last screening was answered with a no."""

    course: EnrolmentState = EnrolmentState.ACTIVE
    opted_out: bool = False
    red: bool = False
    clean: bool = False
    question: str | None = None
    asked_again: bool = False
    silence: Silence = Silence.NONE


def replies(talk: Talk, follow: Follows) -> tuple[tuple[str, Talk], ...]:
    """Where each kind of reply leads, the same place named once."""
    found: dict[Talk, str] = {}
    for name, (_, answer) in REPLIES.items():
        if answer.barrier is not None and talk.question != "barrier":
            continue  # to any other question the same as anything else
        for question in {talk.question, None}:  # a question also fades with time
            found.setdefault(_after(talk, name, question), name)
            for adaptation in follow.get((question or "", name), ()):
                found.setdefault(_after(talk, name, question, adaptation), f"{name} ({adaptation.rule.id})")
    found.pop(talk, None)
    return tuple((name, after) for after, name in found.items())


def follows(rules: Sequence[Rule]) -> Follows:
    """One rule for each thing that an answer may lead on to."""
    found: dict[tuple[str, str], tuple[Adaptation, ...]] = {}
    for question in {question for rule in rules for question in rule.when.questions}:
        may = {(rule.asks, rule.flag is None): rule for rule in rules if question in rule.when.questions}
        for name, (_, answer) in REPLIES.items():
            if value_of(question, answer) is not None:
                found[question, name] = tuple(Adaptation(rule, rule.form) for rule in may.values())
    return found


def _decided(situation: Situation, reply: str, adaptation: Adaptation | None = None) -> Decision:
    triage, answer = REPLIES[reply]
    if adaptation is not None and may_adapt(situation, triage, answer, None):
        triage = raised(triage, adaptation, reply)
    return decide(situation, triage, answer, None, adaptation)


def _after(talk: Talk, reply: str, question: str | None, adaptation: Adaptation | None = None) -> Talk:
    """What bot.act makes of the decision. Whatever the patient writes ends the silence."""
    situation = Situation(
        question=question,
        asked_again=talk.asked_again,
        course=talk.course,
        opted_out=talk.opted_out,
        has_words=True,
        can_reopen=talk.course is EnrolmentState.STOPPED,
        red_open=talk.red,
    )
    decision = _decided(situation, reply, adaptation)
    course, opted_out = talk.course, talk.opted_out
    if decision.change is Change.OPT_OUT:
        running = course in {EnrolmentState.ACTIVE, EnrolmentState.PAUSED}
        course, opted_out = EnrolmentState.STOPPED if running else course, True
    elif decision.change in {Change.OPT_IN, Change.REOPEN}:
        opted_out = False
    if decision.change in {Change.RESUME, Change.REOPEN} and course is not EnrolmentState.COMPLETED:
        course = EnrolmentState.ACTIVE
    if decision.change is Change.PAUSE:
        course = EnrolmentState.PAUSED
    stays = decision.question or (None if decision.answered else talk.question)
    open_question = REACHED_DOCTOR if decision.check_contact else stays
    asked_again = decision.question is not None or (talk.asked_again and not decision.answered)
    return Talk(
        course=course,
        opted_out=opted_out,
        red=talk.red or REPLIES[reply][0].level is Level.RED,
        clean=talk.clean if decision.screening_clean is None else decision.screening_clean,
        question=open_question,
        asked_again=asked_again and open_question is not None,
    )


def trouble(talk: Talk) -> str | None:
    """What is wrong with a course that is, or is not, going on."""
    if talk.opted_out and talk.course is EnrolmentState.ACTIVE:
        return "texts go on though the patient opted out"
    again = _after(talk, "START", talk.question)
    if talk.question == REACHED_DOCTOR:  # whatever comes first answers whether a doctor was reached
        again = _after(again, "START", again.question)
    if talk.course is not EnrolmentState.ACTIVE and again.course is not EnrolmentState.ACTIVE:
        return f"START does not take up a course that is {talk.course}"
    return None
