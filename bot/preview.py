"""Pure: a course as its patient will live it: each text with its time, what it waits for, and where answers lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.advice import CallPlace, advice_text
from bot.answers import parse
from bot.concerns import for_checker, weigh
from bot.conversation import Decision, Situation, decide
from bot.red_flags import Checker, check_safely
from core.phone import display
from core.states import EnrolmentState
from messages.loader import Content
from messages.render import render
from messages.schema import Purpose
from messages.sms import measure
from scheduler.calendar import is_doctor_open, local
from scheduler.planning import PAUSED_BY_RED, Course, PlannedStep, plan
from scheduler.reminding import REMIND_AFTER, reminder_at

WAITS_CLEAN = "sendes kun efter et NEJ til den sidste screening"
NO_ANSWER = "intet svar"
TOLD_AT_ONCE = "Ingen påmindelse. En anden sms står dagen efter, eller det er helligdag."
WAITS_RED = "sendes ikke, mens et rødt svar er åbent"
TYPICAL: Mapping[str, tuple[str, ...]] = {
    "screening": ("NEJ", "JA", "Måske"),
    "pain": ("3", "9", "Ondt"),
    "exercise": ("JA", "NEJ"),
    "activity": ("JA", "NEJ"),
    "progress": ("BEDRE", "DET SAMME", "VÆRRE", "NEJ"),
    "sleep": ("NEJ", "JA"),
    "mood": ("NEJ", "JA"),
    "work": ("NEJ", "JA"),
}
"""For each kind of question, one reply of each kind that leads somewhere else."""


@dataclass(frozen=True)
class Branch:
    """A reply, the colour it gets (green, amber, red), the text that answers it, and whether staff see it.

    A screening without an answer is a branch too: blue, with the reminder of the day after.
    """

    reply: str
    colour: str
    answer: str
    alert: bool


@dataclass(frozen=True)
class Text:
    """One text of the calendar. `due_at`: UTC. `reason`: in Danish why it stands when it stands. `waits`: in Danish
    what may hold it back, "" when nothing does.
    """

    step_id: str
    week: int
    due_at: datetime
    body: str
    segments: int
    reason: str
    waits: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Preview:
    name: str
    version: int
    texts: tuple[Text, ...]

    @property
    def segments(self) -> int:
        return sum(text.segments for text in self.texts)


@dataclass(frozen=True)
class Sender:
    """Who writes. `phone`: 8 digits or E.164."""

    clinic: str
    phone: str
    place: CallPlace


def preview(content: Content, checker: Checker, course: Course, sender: Sender) -> Preview:
    """The calendar of a course as this clinic's patients get it, each reply read by the real checker."""
    planned = plan(course)
    asked: set[str] = {row.step.question or "" for row in planned}
    outcomes = {
        (kind, reply): _outcome(content, checker, kind, reply) for kind in asked for reply in TYPICAL.get(kind, ())
    }
    texts = tuple(_text(content, row, sender, outcomes, _silence(course, planned, row, sender)) for row in planned)
    return Preview(course.programme.name, course.programme.version, texts)


Outcomes = Mapping[tuple[str, str], tuple[str, Decision]]
"""By question and reply: the colour the reply gets, and what follows."""


def _outcome(content: Content, checker: Checker, question: str, reply: str) -> tuple[str, Decision]:
    answer = parse(reply, content.replies.vocabulary)
    read, _ = check_safely(checker, reply, for_checker(question))
    read = weigh(reply, question, answer, read, content.replies.concern)
    situation = Situation(
        question=question, asked_again=False, course=EnrolmentState.ACTIVE, opted_out=False, has_words=True
    )
    return read.level, decide(situation, read, answer)


def _silence(course: Course, planned: Sequence[PlannedStep], row: PlannedStep, sender: Sender) -> tuple[Branch, ...]:
    """What becomes of a screening without an answer: asked again where the day after is free, then staff are told."""
    reminder = course.programme.reminder
    if row.step.purpose is not Purpose.SCREENING or reminder is None:
        return ()
    others = [other for other in planned if other.step.purpose is not Purpose.REASSURANCE]
    screenings = (later.due_at for later in others if later.step.question == "screening" and later.due_at > row.due_at)
    due_at = reminder_at(
        row.due_at,
        row.due_at + REMIND_AFTER,
        course.window,
        taken={local(other.due_at).date() for other in others},
        next_screening=next(screenings, None),
    )
    body = render(reminder.text, clinic=sender.clinic, phone=display(sender.phone)) if due_at else TOLD_AT_ONCE
    return (Branch(NO_ANSWER, "blue", body, alert=True),)


def _text(content: Content, row: PlannedStep, sender: Sender, outcomes: Outcomes, silence: tuple[Branch, ...]) -> Text:
    body = render(row.step.text, clinic=sender.clinic, phone=display(sender.phone))
    question = row.step.question or ""
    return Text(
        step_id=row.step.id,
        week=row.step.day // 7 + 1,
        due_at=row.due_at,
        body=body,
        segments=measure(body).segments,
        reason=row.reason,
        waits=_waits(row.step.purpose),
        branches=(
            *(_branch(content, row, reply, sender, *outcomes[question, reply]) for reply in TYPICAL.get(question, ())),
            *silence,
        ),
    )


def _waits(purpose: Purpose) -> str:
    if purpose is Purpose.REASSURANCE:
        return WAITS_CLEAN
    return WAITS_RED if purpose in PAUSED_BY_RED else ""


def _branch(content: Content, row: PlannedStep, reply: str, sender: Sender, level: str, decision: Decision) -> Branch:
    if decision.advice is None:
        template = getattr(content.replies.answers, decision.answer or "noted")
        answer = render(template, clinic=sender.clinic, phone=display(sender.phone))
    else:
        answer = advice_text(
            content,
            group=decision.advice,
            clinic=sender.clinic,
            place=sender.place,
            doctor_open=is_doctor_open(row.due_at),
            clinic_phone=sender.phone,
        )
    return Branch(reply, level, answer, alert=decision.alert is not None)
