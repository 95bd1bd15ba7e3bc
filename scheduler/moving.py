"""Pure: what is left of a course that goes on under another plan: nothing twice, and the screening still weekly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from messages.schema import Purpose, Step
from scheduler.calendar import at, local, next_sendable, next_sending_day
from scheduler.planning import Course, PlannedStep, expiry, hour_of, one_a_day, plan

WEEK = timedelta(days=7)
LONGEST_GAP = timedelta(days=8)
"""A screening may stand this long after the one before: a week, and a day for holidays and full days."""
AGAIN = "-igen"
"""What the id of a screening gets when its turn comes again: no two texts of a course share an id."""
IN_TIME = "spørgsmålet om alvorlige tegn skal stilles hver uge"
AT_THE_END = "afslutningen mangler"


@dataclass(frozen=True)
class Went:
    """A text of the course that was sent or is on its way. `at`: when (UTC)."""

    step_id: str
    purpose: str
    at: datetime


def remaining(course: Course, went: Sequence[Went], now: datetime) -> list[PlannedStep]:
    """What a course that has already sent `went` still sends from `now` on (UTC), in order; nothing once it closed.

    A step that went is left out, and so is what the plan had for a time that is past. Two cannot be left out: a
    screening is asked in time even if the new plan counts it as asked or asked too early, and the closing still comes.
    """
    if any(text.purpose == Purpose.CLOSING for text in went):
        return []
    planned = plan(course)
    first_day = _first_free_day(course, went, now)
    ids = {text.step_id for text in went}
    ahead = [row for row in planned if row.due_at > now and _day(row) >= first_day]
    kept = [row for row in ahead if row.step.purpose is Purpose.SCREENING or row.step.id not in ids]
    kept = _with_closing(kept, planned, course, went, first_day, now)
    kept = _asked_again_where_needed(kept, went)
    kept = _with_screening_in_time(kept, planned, course, went, first_day, now)
    return one_a_day(kept)


def _first_free_day(course: Course, went: Sequence[Went], now: datetime) -> date:
    """Today while texts may still go and none has gone but the welcome; else tomorrow."""
    today = local(now).date()
    had_one = any(local(text.at).date() == today for text in went if text.purpose != Purpose.WELCOME)
    is_over = local(now).time() >= course.window.last_minute
    return today + timedelta(days=1) if had_one or is_over else today


def _day(row: PlannedStep) -> date:
    return local(row.due_at).date()


def _last_asked(went: Sequence[Went]) -> date | None:
    return max((local(text.at).date() for text in went if text.purpose == Purpose.SCREENING), default=None)


def _with_closing(
    kept: list[PlannedStep],
    planned: Sequence[PlannedStep],
    course: Course,
    went: Sequence[Went],
    first_day: date,
    now: datetime,
) -> list[PlannedStep]:
    """The closing after all else, if its day is past; a day later when a screening must be asked before it."""
    closing = next((row.step for row in reversed(planned) if row.step.purpose is Purpose.CLOSING), None)
    if closing is None or any(row.step.id == closing.id for row in kept):
        return kept
    asked = _last_asked(went)
    days = [first_day, *(_day(row) + timedelta(days=1) for row in kept)]
    day = next_sending_day(max(days), on_holidays=closing.on_holidays)
    if asked is None or day - asked > LONGEST_GAP:
        day = next_sending_day(day + timedelta(days=1), on_holidays=closing.on_holidays)
    return [*kept, _row(closing, day, AT_THE_END, course, now)]


def _asked_again_where_needed(kept: list[PlannedStep], went: Sequence[Went]) -> list[PlannedStep]:
    """A screening that went under the old plan is asked again only where leaving it out would make a gap."""
    used = {text.step_id for text in went}
    asked = _last_asked(went)
    rows: list[PlannedStep] = []
    for index, row in enumerate(kept):
        if row.step.purpose is not Purpose.SCREENING:
            rows.append(row)
            continue
        if row.step.id in used:
            following = next((later for later in kept[index + 1 :] if _holds_the_week(later)), None)
            if following is not None and asked is not None and _day(following) - asked <= WEEK:
                continue
            row = _renamed(row, used)  # noqa: PLW2901 - from here on it is another text
        used.add(row.step.id)
        asked = _day(row)
        rows.append(row)
    return rows


def _holds_the_week(row: PlannedStep) -> bool:
    return row.step.purpose in {Purpose.SCREENING, Purpose.CLOSING}


def _renamed(row: PlannedStep, used: set[str]) -> PlannedStep:
    return PlannedStep(_fresh(row.step, used), row.due_at, row.expires_at, row.reason)


def original_id(step_id: str) -> str:
    """The id in its programme of a step whose turn may have come again."""
    while step_id.endswith(AGAIN):
        step_id = step_id.removesuffix(AGAIN)
    return step_id


def _fresh(step: Step, used: set[str]) -> Step:
    name = step.id
    while name in used:
        name += AGAIN
    return step.model_copy(update={"id": name})


def _with_screening_in_time(
    kept: list[PlannedStep],
    planned: Sequence[PlannedStep],
    course: Course,
    went: Sequence[Went],
    first_day: date,
    now: datetime,
) -> list[PlannedStep]:
    """One more screening, where the next one would come too long after the last."""
    following = next((row for row in kept if _holds_the_week(row)), None)
    screenings = [row for row in planned if row.step.purpose is Purpose.SCREENING]
    if following is None or not screenings:
        return kept
    before = [row for row in screenings if row.due_at < following.due_at and _day(row) < _day(following)]
    asked = _last_asked(went)
    if not before or (asked is not None and asked >= _day(before[-1])):
        return kept  # the new plan's own distance, holidays and all
    last = asked or course.start_date
    step = _fresh(before[-1].step, {text.step_id for text in went} | {row.step.id for row in kept})
    wanted = next_sending_day(max(last + WEEK, first_day), on_holidays=step.on_holidays)
    if _day(following) <= max(wanted, last + LONGEST_GAP):
        return kept
    day = _free_day(wanted, first_day, kept, step)
    extra = _row(step, day, IN_TIME, course, now)
    return sorted([*(row for row in kept if _day(row) != day), extra], key=lambda row: row.due_at)


def _free_day(wanted: date, first_day: date, kept: Sequence[PlannedStep], step: Step) -> date:
    """The wanted day, or a free one not long before it; when there is none, the wanted day's own text gives way."""
    taken = {_day(row) for row in kept}
    for back in range((wanted - first_day).days + 1):
        day = wanted - timedelta(days=back)
        if day not in taken and day == next_sending_day(day, on_holidays=step.on_holidays):
            return day
    return wanted


def _row(step: Step, day: date, reason: str, course: Course, now: datetime) -> PlannedStep:
    due_at = at(day, hour_of(step, course))
    if due_at <= now:
        due_at = next_sendable(now, course.window, on_holidays=step.on_holidays)
    return PlannedStep(step, due_at, expiry(step, due_at, course.window), reason)
