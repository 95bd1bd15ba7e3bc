"""Pure: programme + enrolment + calendar -> the rows of the outbox, each with its due time and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from messages.programme_schema import Programme
from messages.schema import Purpose, Step
from scheduler.calendar import Window, at, local, next_sendable, next_sending_day

MIN_GAP = timedelta(hours=2)
"""The first text after a welcome that had to wait for the morning stands at least this much later."""

TIMES_OF_DAY: Mapping[str, time] = {
    "morgen": time(9),
    "formiddag": time(10, 30),
    "eftermiddag": time(14),
    "aften": time(18),
}
DEFAULT_TIME_OF_DAY = "formiddag"


def wall_time(time_of_day: str) -> time:
    """A time of day by name, or a clock time "17:00", as wall-clock time; the default for anything else."""
    if (named := TIMES_OF_DAY.get(time_of_day)) is not None:
        return named
    try:
        return time.fromisoformat(time_of_day)
    except ValueError:
        return TIMES_OF_DAY[DEFAULT_TIME_OF_DAY]


@dataclass(frozen=True)
class Course:
    """What planning needs to know of an enrolment. `enrolled_at` is UTC, `start_date` local.

    `time_of_day`: a name in TIMES_OF_DAY or a clock time "17:00".
    """

    programme: Programme
    enrolled_at: datetime
    start_date: date
    time_of_day: str
    instructed: bool
    window: Window


@dataclass(frozen=True)
class PlannedStep:
    """One row to be: due and expiry in UTC, and in Danish why it stands when it stands."""

    step: Step
    due_at: datetime
    expires_at: datetime
    reason: str


def plan(course: Course) -> list[PlannedStep]:
    """Every text of the course in the order it goes out; steps whose requirement is not met are left out."""
    rows: list[PlannedStep] = []
    for step in course.programme.steps:
        if step.requires == "instructed" and not course.instructed:
            continue
        due_at, reason = _due(step, course)
        if rows:
            due_at, reason = _after(rows[-1], due_at, reason, step, course)
        rows.append(PlannedStep(step, due_at, expiry(step, due_at, course.window), reason))
    return one_a_day(rows)


def one_a_day(rows: list[PlannedStep]) -> list[PlannedStep]:
    """A text that had to wait may not run into the day of the next one: its time ends with the day before.

    The welcome is excepted; it must not be lost, and the first text keeps its distance to it.
    """
    kept = [
        row
        if row.step.purpose is Purpose.WELCOME
        else replace(row, expires_at=min(row.expires_at, at(local(later.due_at).date(), time(0))))
        for row, later in pairwise(rows)
    ]
    return [*kept, *rows[-1:]]


def _due(step: Step, course: Course) -> tuple[datetime, str]:
    """When the step would go if it stood alone."""
    if step.day == 0 and course.start_date == local(course.enrolled_at).date():
        due_at = next_sendable(course.enrolled_at, course.window, on_holidays=step.on_holidays)
        at_once = due_at == course.enrolled_at.astimezone(UTC)
        return due_at, "ved tilmelding" if at_once else "tilmeldt uden for sendetid"
    wanted = course.start_date + timedelta(days=step.day)
    day = next_sending_day(wanted, on_holidays=step.on_holidays)
    reason = f"dag {step.day}" if day == wanted else f"dag {step.day}, flyttet fra helligdag"
    return at(day, hour_of(step, course)), reason


def hour_of(step: Step, course: Course) -> time:
    """The step's own time or the patient's, inside the clinic's window."""
    wall = step.at or wall_time(course.time_of_day)
    if course.window.holds(wall):
        return wall
    return course.window.opening if wall < course.window.opening else course.window.last_minute


def _after(before: PlannedStep, due_at: datetime, reason: str, step: Step, course: Course) -> tuple[datetime, str]:
    """Keep the texts apart however holidays push them together: one a day, the day of the welcome excepted."""
    if before.step.purpose is Purpose.WELCOME:
        earliest = before.due_at + MIN_GAP
        if due_at >= earliest:
            return due_at, reason
        return next_sendable(earliest, course.window, on_holidays=step.on_holidays), f"{reason}, efter velkomsten"
    taken = local(before.due_at).date()
    if local(due_at).date() > taken:
        return due_at, reason
    day = next_sending_day(taken + timedelta(days=1), on_holidays=step.on_holidays)
    return at(day, hour_of(step, course)), f"{reason}, dagen efter teksten før"


def expiry(step: Step, due_at: datetime, window: Window) -> datetime:
    """When the text is too late to be sent: after its tolerance, not before the window closes that day."""
    closes = at(local(due_at).date(), window.last_minute) + timedelta(minutes=1)
    return max(due_at + step.tolerance, min(closes, due_at + timedelta(hours=4)))


@dataclass(frozen=True)
class Facts:
    """What decides whether planned texts must wait.

    `clean_at`: last denial of all red flags (UTC). `fewer`: the patient asked for fewer texts.
    `silent`: staff were told that the patient does not answer.
    """

    red_open: bool
    paused: bool
    clean_at: datetime | None
    fewer: bool = False
    silent: bool = False


PAUSED_BY_RED = (Purpose.EXERCISE, Purpose.REASSURANCE, Purpose.ACTIVITY)
"""What a red reply stops until staff have resolved its alert."""
OPTIONAL = (Purpose.REASSURANCE, Purpose.ACTIVITY, Purpose.INFORMATION)
"""What a patient may do without. Screenings, the weekly question, the exercises it asks about, welcome and closing
(what to watch for, whom to ring) stay."""
HELD_RED = "holdes: rødt svar er ikke afsluttet"
HELD_PAUSE = "holdes: forløbet er på pause"
HELD_FEWER = "holdes: patienten ønsker færre beskeder"
HELD_SILENT = "holdes: patienten svarer ikke"
HELD_SCREENING = "holdes: venter på et rent svar på screening"
HOLD_CODES = {
    HELD_RED: "red",
    HELD_PAUSE: "pause",
    HELD_FEWER: "fewer",
    HELD_SILENT: "silent",
    HELD_SCREENING: "screening",
}
"""The same, as it stands in a text's history."""


def hold_reason(purpose: Purpose, screening_due_at: datetime | None, facts: Facts) -> str | None:
    """Why a planned text must wait, in Danish, or None when it may go.

    `screening_due_at`: when the last screening before this text is asked. Reassurance waits for a clean
    answer to exactly that one (clinical-danish.md §7, "Harmless").
    """
    if facts.paused:
        return HELD_PAUSE
    if facts.red_open and purpose in PAUSED_BY_RED:
        return HELD_RED
    if facts.fewer and purpose in OPTIONAL:
        return HELD_FEWER
    if facts.silent and purpose in OPTIONAL:
        return HELD_SILENT
    if purpose is not Purpose.REASSURANCE:
        return None
    is_clean = facts.clean_at is not None and screening_due_at is not None and facts.clean_at >= screening_due_at
    return None if is_clean else HELD_SCREENING
