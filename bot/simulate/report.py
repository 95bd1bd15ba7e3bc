"""Pure: a result as figures, and the figures as a table for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from bot.simulate.behaviour import Script
from bot.simulate.result import Result
from bot.simulate.run import Wanted
from core.states import Colour

BAR = 40
COLOURS = tuple(colour.value for colour in Colour)


@dataclass(frozen=True)
class Week:
    """One week of the run: alerts by colour, and the staff's work in minutes."""

    alerts: dict[str, int]
    minutes: float


@dataclass(frozen=True)
class Report:
    """The figures of a run. `per_patient`: mean, median and 95th percentile. `taken`: median and 95th percentile of
    the minutes from opening to taking an alert, by colour, nights and weekends included. `reply_rate`: share of the
    timed questions answered within 72 hours, by week of the course.
    """

    patients: int
    days: int
    run_days: int
    seed: int
    start: date
    texts: dict[str, int]
    segments: dict[str, int]
    texts_per_patient: dict[str, float]
    segments_per_patient: dict[str, float]
    replies: dict[str, int]
    reply_rate: list[float]
    alerts: dict[str, dict[str, int]]
    minutes: dict[str, dict[str, float]]
    open_at_end: dict[str, int]
    taken: dict[str, dict[str, float]]
    weeks: list[Week]
    courses: dict[str, int]
    silent: dict[str, int]

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"start": self.start.isoformat()}


def report(result: Result, wanted: Wanted, script: Script) -> Report:
    work = script.behaviour.staff.work
    alerts: dict[str, dict[str, int]] = {colour: {} for colour in COLOURS}
    for (_, colour, kind), number in sorted(result.alerts.items()):
        alerts[colour][kind] = alerts[colour].get(kind, 0) + number
    run_days = wanted.run_days(script)
    return Report(
        patients=result.patients,
        days=wanted.days,
        run_days=run_days,
        seed=wanted.seed,
        start=wanted.start,
        texts=dict(sorted(result.texts.items())),
        segments=dict(sorted(result.segments.items())),
        texts_per_patient=_spread(result.texts_each),
        segments_per_patient=_spread(result.segments_each),
        replies=dict(sorted(result.replies.items())),
        reply_rate=[round(result.answered[week] / result.asked[week], 3) for week in sorted(result.asked)],
        alerts=alerts,
        minutes={
            colour: {kind: round(number * work(colour, kind), 1) for kind, number in kinds.items()}
            for colour, kinds in alerts.items()
        },
        open_at_end=dict(sorted(result.open_alerts.items())),
        taken={colour: _waits(result, colour) for colour in COLOURS},
        weeks=[_week(result, script, week) for week in range(-(-run_days // 7))],
        courses=dict(sorted(result.courses.items())),
        silent=dict(sorted(result.silent.items())),
    )


def _week(result: Result, script: Script, week: int) -> Week:
    alerts = dict.fromkeys(COLOURS, 0)
    minutes = 0.0
    for (when, colour, kind), number in result.alerts.items():
        if when == week:
            alerts[colour] += number
            minutes += number * script.behaviour.staff.work(colour, kind)
    return Week(alerts, round(minutes, 1))


def _waits(result: Result, colour: str) -> dict[str, float]:
    minutes = Counter({minutes: number for (of, minutes), number in result.taken.items() if of == colour})
    return {"median": _quantile(minutes, 0.5), "p95": _quantile(minutes, 0.95)}


def _spread(each: Counter[int]) -> dict[str, float]:
    number = sum(each.values())
    mean = sum(value * count for value, count in each.items()) / number if number else 0.0
    return {"mean": round(mean, 2), "median": _quantile(each, 0.5), "p95": _quantile(each, 0.95)}


def _quantile(each: Counter[int], share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    needed, seen = share * sum(each.values()), 0
    for value in sorted(each):
        seen += each[value]
        if seen >= needed:
            return float(value)
    return 0.0


def lines(shown: Report) -> Iterator[str]:
    """The table for the terminal."""
    yield f"{shown.patients} patients, each followed {shown.days} days ({shown.run_days} in all), seed {shown.seed}"
    yield ""
    yield f"{'':<22}{'mean':>8}{'median':>8}{'95 %':>8}"
    for name, spread in (
        ("texts a patient", shown.texts_per_patient),
        ("segments a patient", shown.segments_per_patient),
    ):
        yield f"{name:<22}{spread['mean']:>8.1f}{spread['median']:>8.0f}{spread['p95']:>8.0f}"
    yield ""
    yield f"{'texts sent':<22}{'texts':>8}{'segments':>10}"
    for kind, number in shown.texts.items():
        yield f"  {kind:<20}{number:>8}{shown.segments[kind]:>10}"
    yield ""
    yield f"replies: {_listed(shown.replies)}"
    yield "questions answered within 72 hours, by week: " + " ".join(f"{rate:.0%}" for rate in shown.reply_rate)
    yield f"courses at the end: {_listed(shown.courses)}; patients: {_listed(shown.silent) or 'none silent'}"
    yield ""
    yield from _alert_lines(shown)
    yield ""
    yield from _week_lines(shown)


def _alert_lines(shown: Report) -> Iterator[str]:
    yield f"{'alerts':<28}{'number':>8}{'per 100':>9}{'hours':>8}  (patients; of staff's work)"
    for colour, kinds in shown.alerts.items():
        for kind, number in kinds.items():
            hours = shown.minutes[colour][kind] / 60
            yield f"  {colour:<6}{kind:<20}{number:>8}{100 * number / max(shown.patients, 1):>9.1f}{hours:>8.1f}"
    for colour, taken in shown.taken.items():
        yield f"  {colour} alerts taken after {taken['median'] / 60:.1f} h (median), {taken['p95'] / 60:.1f} h (95 %)"
    yield f"  still open at the end: {_listed(shown.open_at_end) or 'none'}"


def _week_lines(shown: Report) -> Iterator[str]:
    """Alerts a week as bars: R red, A amber, B blue."""
    yield "alerts a week (R red, A amber, B blue) and hours of staff's work"
    most = max((sum(week.alerts.values()) for week in shown.weeks), default=0)
    for number, week in enumerate(shown.weeks, 1):
        bar = "".join(colour[0].upper() * round(week.alerts[colour] / most * BAR) for colour in COLOURS) if most else ""
        counts = "/".join(str(week.alerts[colour]) for colour in COLOURS)
        yield f"  {number:>2} {bar:<{BAR + 1}}{counts:>12}{week.minutes / 60:>7.1f} h"


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())
