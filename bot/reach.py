"""Pure: walks a course through every sequence of replies, to show that it never gets stuck and never sends twice a day.

The real planner gives the texts, the real conversation decides, the real rule for holding applies. Time is cut at the
moments where something can change: before and at each due time, and just before a text that waits is too late. At
every moment the patient may write any of the kinds of reply below and staff may act, any number of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from bot.adapting import Adaptation, raised, value_of
from bot.answers import Answer
from bot.conversation import REACHED_DOCTOR, Change, Decision, Situation, decide, may_adapt
from bot.red_flags import Level, Triage
from core.states import EnrolmentState
from messages.rule_schema import Rule
from messages.schema import Purpose, Step
from scheduler.calendar import local
from scheduler.planning import Facts, PlannedStep, hold_reason

_JUST = timedelta(minutes=1)
_AN_INSTANT = datetime(2026, 1, 1).astimezone()
_GREEN, _AMBER, _RED = (Triage(level, (), (), "") for level in (Level.GREEN, Level.AMBER, Level.RED))
_LONGEST_PATH = 12

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

Path = tuple[str, ...]
Follows = Mapping[tuple[str, str], tuple[Adaptation, ...]]
"""By question and reply: what the rules may do about it."""


@dataclass(frozen=True)
class State:
    """Where a course stands. `gone`: texts that could still go by their time, but were sent or cancelled.

    `clean`: the last screening was answered with a no. `today`: timed texts on this local day, the welcome excepted.
    `closed`: the closing was sent. `excused`: when the closing was due, the course was paused or stopped.
    """

    course: EnrolmentState = EnrolmentState.ACTIVE
    opted_out: bool = False
    red: bool = False
    clean: bool = False
    question: str | None = None
    asked_again: bool = False
    gone: frozenset[int] = frozenset()
    today: int = 0
    closed: bool = False
    excused: bool = False


@dataclass(frozen=True)
class Fault:
    """What must not happen: at which step, and the last replies and acts on the way there."""

    step: str
    problem: str
    path: Path


@dataclass(frozen=True)
class Walk:
    """What a search found. `states`: how many were reached, over all moments."""

    states: int
    faults: tuple[Fault, ...]


def walk(rows: list[PlannedStep], rules: Sequence[Rule] = (), *, thorough: bool = True) -> Walk:
    """Every state that any replies, silences and acts of staff bring a planned course into.

    `rules`: of the programme. What was answered before is not remembered: any rule that an answer could set off may
    follow it, so more is searched than can happen. Only the question that a rule asks changes the state.

    `thorough` looks at all moments; without it only at the due times, which a command can wait for.
    """
    here: dict[State, Path] = {State(): ()}
    faults: dict[tuple[str, str], Fault] = {}
    states, day = 0, None
    follows = _follows(rules)
    for now in _moments(rows, thorough=thorough):
        is_new_day, day = local(now).date() != day, local(now).date()
        arrived: dict[State, Path] = {}
        for state, path in here.items():
            arrived.setdefault(_arrive(rows, replace(state, today=0) if is_new_day else state, now), path)
        here = _talk(rows, follows, arrived, now)
        states += len(here)
        for state, path in here.items():
            for fault in _faults(rows, state, now, path):
                faults.setdefault((fault.step, fault.problem), fault)
    return Walk(states, tuple(faults.values()))


def _moments(rows: list[PlannedStep], *, thorough: bool) -> list[datetime]:
    times = {row.due_at for row in rows} | {rows[-1].expires_at + _JUST}
    if thorough:
        times |= {row.due_at - _JUST for row in rows[1:]} | {row.expires_at - _JUST for row in rows}
    return sorted(times)


def _arrive(rows: list[PlannedStep], state: State, now: datetime) -> State:
    """Time has come to `now`: what is due goes out if it may."""
    possible = _possible(rows, now)
    state = replace(state, gone=state.gone & possible)
    if now >= rows[-1].due_at and state.course is not EnrolmentState.ACTIVE:
        state = replace(state, excused=True)
    for number in sorted(possible - state.gone):
        if state.course is EnrolmentState.ACTIVE and _hold(rows[number].step, state) is None:
            state = _sent(rows[number].step, number, state)
    return state


def _possible(rows: list[PlannedStep], now: datetime) -> frozenset[int]:
    return frozenset(number for number, row in enumerate(rows) if row.due_at <= now < row.expires_at)


def _hold(step: Step, state: State) -> str | None:
    facts = Facts(
        red_open=state.red,
        paused=state.course is EnrolmentState.PAUSED,
        clean_at=_AN_INSTANT if state.clean else None,
    )
    return hold_reason(step.purpose, _AN_INSTANT, facts)


def _sent(step: Step, number: int, state: State) -> State:
    asked = step.question is not None
    return replace(
        state,
        gone=state.gone | {number},
        today=state.today + (step.purpose is not Purpose.WELCOME),
        clean=state.clean and step.purpose is not Purpose.SCREENING,
        question=step.question if asked else state.question,
        asked_again=False if asked else state.asked_again,
        closed=state.closed or step.purpose is Purpose.CLOSING,
    )


def _talk(rows: list[PlannedStep], follows: Follows, here: dict[State, Path], now: datetime) -> dict[State, Path]:
    """All states that replies and acts lead to at one moment, each with a shortest way there."""
    found = dict(here)
    waiting = list(here)
    for state in waiting:
        for name, after in _next(state, follows):
            if after.course is EnrolmentState.ACTIVE and state.course is EnrolmentState.STOPPED:
                after = replace(after, gone=_possible(rows, now))  # noqa: PLW2901 - taken up again: only what is to come
            moved = _arrive(rows, after, now)
            if moved not in found:
                found[moved] = (*found[state], name)[-_LONGEST_PATH:]
                waiting.append(moved)
    return found


def _next(state: State, follows: Follows) -> Iterator[tuple[str, State]]:
    for name, (_, answer) in REPLIES.items():
        if answer.barrier is not None and state.question != "barrier":
            continue  # to any other question the same as anything else
        for question in {state.question, None}:  # a question also fades with time
            situation = _situation(replace(state, question=question))
            yield name, _after(situation, name, state)
            for adaptation in follows.get((question or "", name), ()):
                yield f"{name} ({adaptation.rule.id})", _after(situation, name, state, adaptation)
    if state.red:
        yield "staff resolve", replace(state, red=False)
    if state.course is EnrolmentState.PAUSED:
        yield "staff resume", replace(state, course=EnrolmentState.ACTIVE)


def _situation(state: State) -> Situation:
    return Situation(
        question=state.question,
        asked_again=state.asked_again,
        course=state.course,
        opted_out=state.opted_out,
        has_words=True,
        can_reopen=state.course is EnrolmentState.STOPPED,
        red_open=state.red,
    )


def _follows(rules: Sequence[Rule]) -> Follows:
    """One rule for each thing that an answer may lead on to."""
    found: dict[tuple[str, str], tuple[Adaptation, ...]] = {}
    for question in {question for rule in rules for question in rule.when.questions}:
        may = {(rule.asks, rule.flag is None): rule for rule in rules if question in rule.when.questions}
        for name, (_, answer) in REPLIES.items():
            if value_of(question, answer) is not None:
                found[question, name] = tuple(Adaptation(rule, rule.form) for rule in may.values())
    return found


@cache
def _decided(situation: Situation, reply: str, adaptation: Adaptation | None = None) -> Decision:
    triage, answer = REPLIES[reply]
    if adaptation is not None and may_adapt(situation, triage, answer, None):
        triage = raised(triage, adaptation, reply)
    return decide(situation, triage, answer, None, adaptation)


def _after(situation: Situation, reply: str, state: State, adaptation: Adaptation | None = None) -> State:
    """What bot.act makes of the decision."""
    decision = _decided(situation, reply, adaptation)
    course, opted_out = state.course, state.opted_out
    if decision.change is Change.OPT_OUT:
        running = course in {EnrolmentState.ACTIVE, EnrolmentState.PAUSED}
        course, opted_out = EnrolmentState.STOPPED if running else course, True
    elif decision.change in {Change.OPT_IN, Change.REOPEN}:
        opted_out = False
    if decision.change in {Change.RESUME, Change.REOPEN} and course is not EnrolmentState.COMPLETED:
        course = EnrolmentState.ACTIVE
    if decision.change is Change.PAUSE:
        course = EnrolmentState.PAUSED
    question = decision.question or (None if decision.answered else state.question)
    return replace(
        state,
        course=course,
        opted_out=opted_out,
        red=state.red or REPLIES[reply][0].level is Level.RED,
        clean=state.clean if decision.screening_clean is None else decision.screening_clean,
        question=REACHED_DOCTOR if decision.check_contact else question,
        asked_again=decision.question is not None or (state.asked_again and not decision.answered),
    )


def _faults(rows: list[PlannedStep], state: State, now: datetime, path: Path) -> Iterator[Fault]:
    step = next((row.step for row in reversed(rows) if row.due_at <= now), rows[0].step)
    again = _after(_situation(state), "START", state)
    if state.question == REACHED_DOCTOR:  # whatever comes first answers whether a doctor was reached
        again = _after(_situation(again), "START", again)
    if state.today > 1:
        yield Fault(step.id, "a second text on one day", path)
    if state.opted_out and state.course is EnrolmentState.ACTIVE:
        yield Fault(step.id, "texts go on though the patient opted out", path)
    if state.course is not EnrolmentState.ACTIVE and again.course is not EnrolmentState.ACTIVE:
        yield Fault(step.id, f"START does not take up a course that is {state.course}", path)
    if now > rows[-1].expires_at and not (state.closed or state.excused):
        yield Fault(rows[-1].step.id, "the course ran out without its closing text", path)
