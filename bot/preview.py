"""Pure: a course as its patient will live it: each text with its time, what it waits for, and where answers lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.advice import CallPlace, advice_text, choose_group
from bot.answers import parse
from bot.concerns import for_checker, weigh
from bot.conversation import Decision, Situation, decide
from bot.red_flags import Checker, Level, check_safely
from core.phone import display
from core.states import EnrolmentState
from messages.advice_schema import AdviceGroup
from messages.loader import Content
from messages.rule_schema import Rule
from messages.schema import Form, Purpose
from messages.sms import measure
from messages.wording import Voice, answer_text, reminder_text, rule_text, step_text
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


ADAPTING = "Når det går godt eller skidt"
"""Heads the rules by which a course adapts."""
FORMS: Mapping[Form, str] = {"easier": "lettere", "usual": "som sædvanligt", "harder": "sværere"}
"""How hard the exercises are, in Danish."""


@dataclass(frozen=True)
class Text:
    """One text of the calendar. `due_at`: UTC. `reason`: in Danish why it stands when it stands. `waits`: in Danish
    what may hold it back, "" when nothing does. `forms`: what is sent instead when the exercises are easier or harder,
    by the Danish word.
    """

    step_id: str
    week: int
    due_at: datetime
    body: str
    segments: int
    reason: str
    waits: str
    branches: tuple[Branch, ...]
    forms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Adapting:
    """One rule of the course: in Danish when it is followed, the text that answers, and in Danish what else comes of it
    ("" when nothing does).
    """

    rule_id: str
    when: str
    answer: str
    follows: str


@dataclass(frozen=True)
class Preview:
    name: str
    version: int
    texts: tuple[Text, ...]
    adapting: tuple[Adapting, ...] = ()

    @property
    def segments(self) -> int:
        return sum(text.segments for text in self.texts)


@dataclass(frozen=True)
class Sender:
    """Who writes. `phone`: 8 digits or E.164. `neutral`: texts that name no illness, body part or symptom."""

    clinic: str
    phone: str
    place: CallPlace
    neutral: bool = False

    @property
    def voice(self) -> Voice:
        return Voice(self.clinic, display(self.phone), neutral=self.neutral)


def preview(content: Content, checker: Checker, course: Course, sender: Sender) -> Preview:
    """The calendar of a course as this clinic's patients get it, each reply read by the real checker."""
    planned = plan(course)
    asked: set[str] = {row.step.question or "" for row in planned}
    outcomes = {
        (kind, reply): _outcome(content, checker, kind, reply) for kind in asked for reply in TYPICAL.get(kind, ())
    }
    texts = tuple(
        _text(content, course.programme.id, row, sender, outcomes, _silence(course, planned, row, sender))
        for row in planned
    )
    adapting = tuple(_adapting(content, rule, sender) for rule in content.rules_of(course.programme))
    return Preview(course.programme.name, course.programme.version, texts, adapting)


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


def _adapting(content: Content, rule: Rule, sender: Sender) -> Adapting:
    """Advice stands here as it is sent while the doctor is open."""
    if rule.flag is not None:
        answer = _advice(content, choose_group(Level.AMBER, (rule.flag,)), sender, doctor_open=True)
    else:
        answer = rule_text(rule, sender.voice)
    follows = (
        "Kommer i indbakken som gult." if rule.flag else "",
        f"Øvelserne bliver {FORMS[rule.form]}." if rule.form else "",
        f"Højst {rule.at_most} {'gang' if rule.at_most == 1 else 'gange'} i et forløb." if rule.at_most else "",
    )
    return Adapting(rule.id, rule.reason, answer, " ".join(sentence for sentence in follows if sentence))


def _advice(content: Content, group: AdviceGroup, sender: Sender, *, doctor_open: bool) -> str:
    return advice_text(
        content,
        group=group,
        clinic=sender.clinic,
        place=sender.place,
        doctor_open=doctor_open,
        clinic_phone=sender.phone,
        neutral=sender.neutral,
    )


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
    body = reminder_text(reminder, sender.voice) if due_at else TOLD_AT_ONCE
    return (Branch(NO_ANSWER, "blue", body, alert=True),)


def _text(
    content: Content,
    programme: str,
    row: PlannedStep,
    sender: Sender,
    outcomes: Outcomes,
    silence: tuple[Branch, ...],
) -> Text:
    said = {form: step_text(content.exercises, programme, row.step, sender.voice, form) for form in FORMS}
    body = said["usual"]
    question = row.step.question or ""
    return Text(
        step_id=row.step.id,
        week=row.step.day // 7 + 1,
        due_at=row.due_at,
        body=body,
        segments=measure(body).segments,
        reason=row.reason,
        waits=_waits(row.step.purpose),
        forms=tuple((FORMS[form], text) for form, text in said.items() if text != body),
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
        answer = answer_text(content.replies, decision.answer or "noted", sender.voice)
    else:
        answer = _advice(content, decision.advice, sender, doctor_open=is_doctor_open(row.due_at))
    return Branch(reply, level, answer, alert=decision.alert is not None)
