"""Pure: what stands on the printed sheet a patient takes home."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from core.models import Clinic, Enrolment, Patient
from core.phone import display
from messages.exercise_schema import ON_A_SHEET, Exercise, first_exercises
from messages.loader import Content
from messages.programme_schema import Programme
from messages.regions import Region

_DIGIT = "></text>"


@dataclass(frozen=True)
class Shown:
    """One exercise as it is printed. `drawing`: our own SVG, with the number in its place."""

    number: int
    first_week: int
    exercise: Exercise
    drawing: str


@dataclass(frozen=True)
class Sheet:
    """All that is printed. `own_notes`: the line above the part the clinic fills in, empty when there is no room.

    `keep`: why the sheet must be kept, empty unless the clinic's texts point at it.
    """

    exercises_heading: str
    exercises_lines: tuple[str, ...]
    exercises: tuple[Shown, ...]
    keep: str
    own_notes: str
    signs_heading: str
    signs: tuple[str, ...]
    calls: tuple[str, ...]
    sms_heading: str
    sms: tuple[str, ...]


def sheet_for(
    content: Content,
    programme: Programme,
    enrolment: Enrolment,
    patient: Patient,
    clinic: Clinic,
    region: Region,
    today: date,
) -> Sheet:
    """The sheet for a patient today (local date). Raises KeyError when no list of signs names the programme."""
    words = content.handout
    values = {
        "telefon": _unbroken(display(clinic.phone)),
        "afsender": _unbroken(display(clinic.sender)),
        "laege": _unbroken(display(patient.doctor_phone)),
        "vagt": f"{region.service} på {_unbroken(region.number)}",
        **how_often(programme, instructed=enrolment.instructed),
    }
    week = max((today - enrolment.start_date).days // 7 + 1, 1)
    chosen = first_exercises(content.exercises, programme.id, week, instructed=enrolment.instructed)
    return Sheet(
        exercises_heading=words.exercises.heading,
        exercises_lines=_filled(words.exercises.lines, values),
        exercises=tuple(
            Shown(
                item.number,
                item.first_week,
                item.exercise,
                with_number(content.drawings[item.exercise.id], item.number),
            )
            for item in chosen
        ),
        keep=words.keep if clinic.neutral else "",
        own_notes=words.own_notes if len(chosen) < ON_A_SHEET else "",
        signs_heading=words.red_flags.heading,
        signs=words.signs_for(programme.id).lines,
        calls=_filled(words.red_flags.lines, values),
        sms_heading=words.sms.heading,
        sms=_filled(words.sms.lines, values),
    )


def how_often(programme: Programme, *, instructed: bool) -> dict[str, str]:
    """How many texts a course has, in how many weeks, and how many a week: the fewest and the most."""
    days = [step.day for step in programme.steps if instructed or step.requires is None]
    weekly = Counter(day // 7 for day in days)
    in_full_weeks = [weekly[week] for week in range(programme.weeks)]
    low, high = min(in_full_weeks), max(in_full_weeks)
    return {
        "antal": str(len(days)),
        "uger": str(programme.weeks),
        "om_ugen": str(high) if low == high else f"{low} til {high}",
    }


def with_number(drawing: str, number: int) -> str:
    """A drawing of ours with its number filled in. It goes into the page as it is, so nothing typed may enter it."""
    return drawing.replace(_DIGIT, f">{number:d}</text>")


def _unbroken(number: str) -> str:
    """A number is read and dialled in one piece: it is not divided between two lines."""
    return number.replace(" ", "\N{NO-BREAK SPACE}")


def _filled(lines: tuple[str, ...], values: dict[str, str]) -> tuple[str, ...]:
    return tuple(line.format_map(values) for line in lines)
