"""Pure: what a reply, already triaged, leads to. Red comes before everything, then commands, then the answer.

Decides nothing about how: the receiver turns a Decision into rows in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from bot.adapting import Adaptation, value_of
from bot.advice import choose_group
from bot.answers import Answer, StopAnswer
from bot.red_flags import Level, Triage
from bot.wishes import GoOnWish, PauseWish, Wish
from core.states import AlertKind, Colour, EnrolmentState
from messages.advice_schema import AdviceGroup

REACHED_DOCTOR = "reached_doctor"
ASKED_ONCE = frozenset({"sleep", "mood", "work"})
"""Yes-or-no questions whose yes a person reads; the no is answered in kind."""
STOP_REASON = "stop_reason"
"""The question in the confirmation of a STOP; nothing is ever sent in answer to the answer."""

STAFF_ASKED = "staff_asked"
"""A staff member's own text that asks something: the answer is for them to read, and for no screening."""


class Change(StrEnum):
    """What happens to the patient's course."""

    NONE = "none"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    PAUSE = "pause"
    RESUME = "resume"
    REOPEN = "reopen"


@dataclass(frozen=True)
class Situation:
    """Where the conversation stands.

    `question`: kind of the last one asked; `asked_again`: it was a repetition. `can_reopen`: the patient's own STOP
    ended the course, so START takes it up again. `red_open`: staff still have to close a red alert.
    `own_pause`: the course is on a pause that the patient asked for.
    """

    question: str | None
    asked_again: bool
    course: EnrolmentState | None
    opted_out: bool
    has_words: bool
    checker_failed: bool = False
    can_reopen: bool = False
    red_open: bool = False
    own_pause: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do about a reply.

    `advice`: group of the advice text. `answer`: field name of an ordinary answer in replies.toml. `question`: what
    that answer asks again. `screening_clean`: True after a denial of all red flags, False from a red reply on,
    None leaves it. `check_contact`: ask later whether the patient got hold of a doctor. `answered`: the question has
    its answer and is not open any more. `wish`: of the patient, to be granted and confirmed. `stop_answer`: why the
    patient stopped. `adaptation`: the rule whose text answers in place of an ordinary one.
    """

    change: Change = Change.NONE
    advice: AdviceGroup | None = None
    answer: str | None = None
    question: str | None = None
    alert: AlertKind | None = None
    colour: Colour | None = None
    screening_clean: bool | None = None
    check_contact: bool = False
    answered: bool = False
    wish: Wish | None = None
    stop_answer: StopAnswer | None = None
    adaptation: Adaptation | None = None


def may_adapt(situation: Situation, triage: Triage, answer: Answer, wish: Wish | None) -> bool:
    """Whether the rules of the programme have a say: a green answer in a running course with no red alert open."""
    return (
        triage.level is Level.GREEN
        and situation.course is EnrolmentState.ACTIVE
        and not (situation.opted_out or situation.red_open or situation.checker_failed)
        and answer.command is None
        and not (wish is not None and _may_be_granted(situation, wish))
    )


def decide(
    situation: Situation,
    triage: Triage,
    answer: Answer,
    wish: Wish | None = None,
    adaptation: Adaptation | None = None,
) -> Decision:
    """One reply, one decision; every path that is not an ordinary, understood answer ends in a human queue.

    `adaptation`: what a rule wants to answer; a flag of its own has been put on `triage` already.
    """
    if triage.level is Level.RED:
        return _red(situation, triage, answer)
    if situation.checker_failed:
        return _silenced(situation, _queue(AlertKind.CHECKER_FAILED, Colour.AMBER, advice=AdviceGroup.UNCLEAR))
    if situation.question == REACHED_DOCTOR and not situation.opted_out and answer.command != "stop":
        return _contact(triage, answer)
    if answer.command is not None:
        return _command(situation, triage, answer.command)
    if triage.level is Level.AMBER:
        group = choose_group(triage.level, triage.flags)
        queued = _queue(AlertKind.REPLY, Colour.AMBER, advice=group)
        return _silenced(situation, replace(queued, answered=_is_answer(situation.question, answer)))
    decision = _green(situation, triage, answer, wish)
    if adaptation is None or not may_adapt(situation, triage, answer, wish):
        return decision
    return Decision(
        adaptation=adaptation, question=adaptation.rule.asks, answered=True, screening_clean=decision.screening_clean
    )


def _green(situation: Situation, triage: Triage, answer: Answer, wish: Wish | None) -> Decision:
    """Nothing to worry about and no command: the answer to why, a wish, or an answer in or out of a course."""
    if not situation.has_words and answer == Answer():
        return _silenced(situation, _queue(AlertKind.UNREADABLE, Colour.AMBER, answer="no_words"))
    if situation.opted_out and situation.question == STOP_REASON and answer.stop_answer is not None:
        return Decision(stop_answer=answer.stop_answer, answered=True)
    if wish is not None and _may_be_granted(situation, wish):
        return _wish(situation, wish)
    if situation.course is not EnrolmentState.ACTIVE:
        text = "course_over" if situation.course is not EnrolmentState.PAUSED else "noted"
        return _silenced(situation, _queue(AlertKind.OUTSIDE_COURSE, Colour.BLUE, answer=text))
    return _ordinary(situation, triage, answer)


def _red(situation: Situation, triage: Triage, answer: Answer) -> Decision:
    stops = answer.command == "stop"
    decision = Decision(
        change=Change.OPT_OUT if stops else Change.NONE,
        advice=choose_group(triage.level, triage.flags),
        alert=AlertKind.REPLY,
        colour=Colour.RED,
        screening_clean=False,
        check_contact=not stops,
        answered=situation.question in {"screening", REACHED_DOCTOR} or _is_answer(situation.question, answer),
    )
    if situation.opted_out:
        return replace(decision, advice=None, alert=AlertKind.CALL_BACK, check_contact=False)
    return replace(decision, alert=AlertKind.CALL_BACK) if stops else decision


def _queue(
    kind: AlertKind, colour: Colour, *, advice: AdviceGroup | None = None, answer: str | None = None
) -> Decision:
    return Decision(alert=kind, colour=colour, advice=advice, answer=answer)


def _silenced(situation: Situation, decision: Decision) -> Decision:
    """An opted-out patient is not written to; what needs an answer becomes a call."""
    if not situation.opted_out:
        return decision
    return replace(decision, advice=None, answer=None, question=None, alert=AlertKind.CALL_BACK)


def _command(situation: Situation, triage: Triage, command: Literal["stop", "start", "pause", "help"]) -> Decision:
    alert = (AlertKind.REPLY, Colour.AMBER) if triage.level is Level.AMBER else (None, None)
    if command == "stop":
        answer = None if situation.opted_out else "stopped"
        if situation.red_open:
            # From here on nobody may write and ask whether a doctor was reached: somebody must ring.
            alert = (AlertKind.CALL_BACK, Colour.RED)
        return Decision(
            Change.OPT_OUT, answer=answer, question=STOP_REASON if answer else None, alert=alert[0], colour=alert[1]
        )
    if command == "start":
        return _start(situation)
    if situation.opted_out:
        return Decision(alert=alert[0], colour=alert[1])
    if command == "pause" and situation.course is EnrolmentState.ACTIVE:
        return Decision(Change.PAUSE, answer="paused", alert=alert[0], colour=alert[1])
    return Decision(answer="help", alert=alert[0], colour=alert[1])


def _start(situation: Situation) -> Decision:
    """The line is open again whatever the course; it goes on where there is one to go on with."""
    if situation.can_reopen:
        return Decision(Change.REOPEN, answer="started")
    has_course = situation.course in {EnrolmentState.ACTIVE, EnrolmentState.PAUSED}
    change = Change.OPT_IN if situation.opted_out else Change.RESUME
    return Decision(change, answer="started" if has_course else "nothing_to_start")


def _contact(triage: Triage, answer: Answer) -> Decision:
    if answer.yes is True:
        alert = (AlertKind.REPLY, Colour.AMBER) if triage.level is Level.AMBER else (None, None)
        return Decision(answer="contact_made", alert=alert[0], colour=alert[1], answered=True)
    missed = AdviceGroup.CONTACT_MISSED
    return Decision(advice=missed, alert=AlertKind.NO_CONTACT, colour=Colour.RED, answered=True)


def _may_be_granted(situation: Situation, wish: Wish) -> bool:
    """In a running course; not against a pause that staff made, and not when it may be the answer to a question."""
    if situation.opted_out or situation.course not in {EnrolmentState.ACTIVE, EnrolmentState.PAUSED}:
        return False
    is_paused = situation.course is EnrolmentState.PAUSED
    if isinstance(wish, GoOnWish):
        return is_paused and situation.own_pause
    if isinstance(wish, PauseWish):
        return situation.own_pause or not is_paused
    return not (wish.bare and situation.question is not None)


def _wish(situation: Situation, wish: Wish) -> Decision:
    """The wish is granted; a screening that it left unanswered is treated as any screening without an answer."""
    granted = _screening(situation, Answer()) if situation.question == "screening" else Decision()
    return replace(granted, wish=wish)


def _ordinary(situation: Situation, triage: Triage, answer: Answer) -> Decision:
    """A green reply in a running course, read in the light of the last question."""
    question = situation.question
    if question == STAFF_ASKED:
        return _to_who_asked(situation, answer)
    if question == "screening":
        return _screening(situation, answer)
    if question == "pain":
        return _pain(situation, answer)
    if question in {"exercise", "activity"} and answer.yes is not None:
        return Decision(answer=f"{question}_{'done' if answer.yes else 'missed'}", answered=True)
    if question in ASKED_ONCE and answer.yes is False:
        return Decision(answer=f"{question}_fine", answered=True)
    if question == "progress":
        return _progress(situation, triage, answer)
    if "better" in triage.flags:
        return Decision(answer="better")
    return Decision(answer="thanks" if answer.thanks else "noted")


def _to_who_asked(situation: Situation, answer: Answer) -> Decision:
    """Beside an open red alert a no may mean that no doctor was reached."""
    colour = Colour.RED if situation.red_open and answer.yes is False else Colour.AMBER
    return Decision(answer="noted", alert=AlertKind.REPLY, colour=colour, answered=True)


def _is_answer(question: str | None, answer: Answer) -> bool:
    """Whether an amber reply also settles what was asked, so that the next one is not read as its answer."""
    return question != "screening" and value_of(question, answer) is not None


def _pain(situation: Situation, answer: Answer) -> Decision:
    if answer.number is not None:
        return Decision(answer="pain_noted", answered=True)
    return Decision(answer="noted") if situation.asked_again else Decision(answer="pain_unclear", question="pain")


def _progress(situation: Situation, triage: Triage, answer: Answer) -> Decision:
    """What is not better has been raised to amber; a bare yes says nothing and is asked once more."""
    said = value_of("progress", answer)
    if said == "yes" and "better" not in triage.flags and not situation.asked_again:
        return Decision(answer="progress_unclear", question="progress")
    if said == "better" or "better" in triage.flags:
        return Decision(answer="better", answered=True)
    return Decision(answer="thanks" if answer.thanks else "noted")


def _screening(situation: Situation, answer: Answer) -> Decision:
    """Only a plain no is a clean screening; anything else is asked once more, then a person looks."""
    if answer.yes is False:
        return Decision(answer="screening_clear", screening_clean=True, answered=True)
    if situation.asked_again:
        return _queue(AlertKind.UNREADABLE, Colour.AMBER, advice=AdviceGroup.UNCLEAR)
    return Decision(answer="screening_unclear", question="screening")
