"""Pure: walks a course through every sequence of replies, to show that it never gets stuck and never sends twice a day.

The real planner gives the texts, the real conversation decides, the real rules for holding and reminding apply. Time is
cut at the moments where something can change: before and at each due time, a day after a screening, and just before a
text that waits is too late. At every moment the patient may write any of the kinds of reply below or stay silent, and
staff may act, any number of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.reach_talk import Silence, Talk, follows, replies, trouble
from core.states import EnrolmentState
from messages.rule_schema import Rule
from messages.schema import Purpose
from scheduler.calendar import Window, local
from scheduler.planning import Facts, PlannedStep, hold_reason
from scheduler.reminding import REMIND_AFTER, reminder_at

_JUST = timedelta(minutes=1)
_AN_INSTANT = datetime(2026, 1, 1).astimezone()
_ALL_DAY = Window()
_LONGEST_PATH = 12

Path = tuple[str, ...]


class State(NamedTuple):
    """Where a course stands. `gone`: bits of the texts that could still go by their time, but were sent or cancelled.

    `today`: timed texts on this local day, the welcome excepted. `reminded`: a reminder went out on this day, and the
    patient has not written since. `crowded`: another text went out beside it. `closed`: the closing was sent.
    `excused`: when the closing was due, the course was paused or stopped.
    """

    talk: Talk = Talk()
    gone: int = 0
    today: int = 0
    reminded: bool = False
    crowded: bool = False
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


def walk(rows: list[PlannedStep], rules: Sequence[Rule] = ()) -> Walk:
    """Every state that any replies, silences and acts of staff bring a planned course into.

    `rules`: of the programme. What was answered before is not remembered: any rule that an answer could set off may
    follow it, so more is searched than can happen. Only the question that a rule asks changes the state.
    """
    here: dict[State, Path] = {State(): ()}
    faults: dict[tuple[str, str], Fault] = {}
    search, states, day = _Search(rows, rules), 0, None
    for now in _moments(rows):
        is_new_day, day = local(now).date() != day, local(now).date()
        search.come_to(now)
        arrived: dict[State, Path] = {}
        for before, path in here.items():
            state = before._replace(today=0, reminded=False, crowded=False) if is_new_day else before
            arrived.setdefault(search.arrive(state._replace(gone=state.gone & search.possible)), path)
        here = search.talk(arrived)
        states += len(here)
        for fault in search.faults(here):
            faults.setdefault((fault.step, fault.problem), fault)
    return Walk(states, tuple(faults.values()))


def _moments(rows: list[PlannedStep]) -> list[datetime]:
    asked = [row.due_at for row in rows if row.step.purpose is Purpose.SCREENING]
    times = {row.due_at for row in rows} | {at + REMIND_AFTER for at in asked} | {rows[-1].expires_at + _JUST}
    return sorted(times | {row.due_at - _JUST for row in rows[1:]} | {row.expires_at - _JUST for row in rows})


class _Search:
    """The moves of one walk. What was worked out once about a conversation is kept: the texts change nothing in it."""

    def __init__(self, rows: Sequence[PlannedStep], rules: Sequence[Rule]) -> None:
        self._rows = rows
        self._follows = follows(rules)
        self._replies: dict[Talk, tuple[tuple[str, Talk], ...]] = {}
        self._troubles: dict[Talk, str | None] = {}
        self._held: dict[tuple[Talk, Purpose], bool] = {}
        self._now = rows[0].due_at
        self._could_go: list[int] = []
        self._may_remind = False
        self._today: list[int] = []
        self.possible = 0

    def come_to(self, now: datetime) -> None:
        """Time has come to `now`."""
        numbered = list(enumerate(self._rows))
        self._now = now
        self._could_go = [number for number, row in numbered if row.due_at <= now < row.expires_at]
        self.possible = sum(1 << number for number in self._could_go)
        later = (row for row in self._rows if row.due_at > now)
        next_screening = next((row.due_at for row in later if row.step.purpose is Purpose.SCREENING), None)
        asked_at = now - REMIND_AFTER
        self._may_remind = reminder_at(asked_at, now, _ALL_DAY, taken=(), next_screening=next_screening) == now
        due_today = {
            number for number, row in numbered if row.due_at > now and local(row.due_at).date() == local(now).date()
        }
        self._today = sorted(due_today | set(self._could_go))

    def arrive(self, state: State) -> State:
        """What is due goes out if it may."""
        if state.talk.course is not EnrolmentState.ACTIVE:
            return state if self._now < self._rows[-1].due_at else state._replace(excused=True)
        if state.gone == self.possible:
            return state
        for number in self._could_go:
            if not state.gone >> number & 1 and not self._holds(state.talk, number):
                state = self._sent(number, state)
        return state

    def _holds(self, talk: Talk, number: int) -> bool:
        purpose = self._rows[number].step.purpose
        if (found := self._held.get((talk, purpose))) is None:
            found = self._held[talk, purpose] = hold_reason(purpose, _AN_INSTANT, _facts(talk)) is not None
        return found

    def _sent(self, number: int, state: State) -> State:
        step, talk = self._rows[number].step, state.talk
        if step.question is not None:
            talk = talk._replace(question=step.question, asked_again=False)
        if step.purpose is Purpose.SCREENING:
            talk = talk._replace(clean=False, silence=max(talk.silence, Silence.ASKED))
        return state._replace(
            talk=talk,
            gone=state.gone | 1 << number,
            today=state.today + (step.purpose is not Purpose.WELCOME),
            crowded=state.crowded or state.reminded,
            closed=state.closed or step.purpose is Purpose.CLOSING,
        )

    def talk(self, here: dict[State, Path]) -> dict[State, Path]:
        """All states that replies, silence and acts lead to at one moment, each with a shortest way there."""
        found = dict(here)
        waiting = list(here)
        for state in waiting:
            for name, after in self._next(state):
                moved = self.arrive(after)
                if moved not in found:
                    found[moved] = (*found[state], name)[-_LONGEST_PATH:]
                    waiting.append(moved)
        return found

    def _next(self, state: State) -> Iterator[tuple[str, State]]:
        talk = state.talk
        if (written := self._replies.get(talk)) is None:
            written = self._replies[talk] = replies(talk, self._follows)
        _, _, today, _, *rest = state
        taken_up = state.gone if talk.course is not EnrolmentState.STOPPED else self.possible
        for name, after in written:
            gone = taken_up if after.course is EnrolmentState.ACTIVE else state.gone
            yield name, State(after, gone, today, False, *rest)  # noqa: FBT003 - by place: twice as quick
        if talk.red:
            yield "staff resolve", state._replace(talk=talk._replace(red=False))
        if talk.course is EnrolmentState.PAUSED:
            yield "staff resume", state._replace(talk=talk._replace(course=EnrolmentState.ACTIVE))
        yield from self._silence(state)

    def _silence(self, state: State) -> Iterator[tuple[str, State]]:
        """The reminder, the blue alert in its place or after it, and staff who close that."""
        talk = state.talk
        if talk.silence is Silence.TOLD:
            yield "staff: all texts again", state._replace(talk=talk._replace(silence=Silence.REMINDED))
        if talk.course is not EnrolmentState.ACTIVE or talk.silence not in {Silence.ASKED, Silence.REMINDED}:
            return
        yield "staff are told", state._replace(talk=talk._replace(silence=Silence.TOLD))
        is_free = not state.today and all(
            state.gone >> number & 1 or self._holds(talk, number) for number in self._today
        )
        if talk.silence is Silence.ASKED and self._may_remind and is_free and not talk.red:
            asked = talk._replace(silence=Silence.REMINDED, question="screening", asked_again=False)
            yield "reminder", state._replace(talk=asked, reminded=True)

    def _trouble(self, talk: Talk) -> str | None:
        if talk not in self._troubles:
            self._troubles[talk] = trouble(talk)
        return self._troubles[talk]

    def faults(self, here: dict[State, Path]) -> Iterator[Fault]:
        last = self._rows[-1]
        step = next((row.step for row in reversed(self._rows) if row.due_at <= self._now), self._rows[0].step)
        is_over = self._now > last.expires_at
        for state, path in here.items():
            if state.today > 1:
                yield Fault(step.id, "a second text on one day", path)
            if state.crowded:
                yield Fault(step.id, "a text beside a reminder on one day", path)
            if problem := self._trouble(state.talk):
                yield Fault(step.id, problem, path)
            if is_over and not (state.closed or state.excused):
                yield Fault(last.step.id, "the course ran out without its closing text", path)


def _facts(talk: Talk) -> Facts:
    return Facts(
        red_open=talk.red,
        paused=talk.course is EnrolmentState.PAUSED,
        clean_at=_AN_INSTANT if talk.clean else None,
        silent=talk.silence is Silence.TOLD,
    )
