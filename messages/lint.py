"""Holds all content to the rules: a row for each text, a finding for each breach. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from messages.lint_adapting import adapting_problems
from messages.lint_rules import RULES, Mode, Specimen
from messages.lint_sheet import exercise_problems, handout_problems, unprinted
from messages.loader import Content
from messages.programme_schema import Programme
from messages.readability import lix, sentences, words
from messages.render import render
from messages.schema import NUMBER, Purpose, Source
from messages.sms import Encoding, measure
from messages.source_schema import SourceDocument
from messages.specimens import LONGEST_CLINIC, PHONE, specimens

TYPICAL_CLINIC = "Rygklinikken Aarhus"
ANY_NUMBER = "2"
"""Of an exercise. All have one digit."""
FEWEST_TEXTS, MOST_TEXTS = 20, 36
LONGEST_GAP = 7
"""Days between two screenings, and between the last one and the end of the course."""
MEAN_LIX = 25
MEAN_SEGMENTS = 1.3
"""Over the texts of all courses together. The weekly screening for the neck asks about four signs more."""
MEAN_SEGMENTS_ONE_COURSE = 1.45
MOST_IN_A_WEEK = 4


@dataclass(frozen=True)
class Finding:
    """A breach of a rule. `step` is empty when it concerns the whole programme."""

    programme: str
    step: str
    rule: str
    problem: str


@dataclass(frozen=True)
class Row:
    """One text as it is sent with the longest clinic name. `lix`: of the text without the name, one decimal.

    `form`: "ordinary", "neutral", or "both" when the text is the same in both.
    """

    programme: str
    step: str
    text: str
    encoding: Encoding
    segments: int
    lix: float
    sources: tuple[str, ...]
    problems: tuple[str, ...]
    mode: Mode


@dataclass(frozen=True)
class Figures:
    """One course in numbers, in one of its two forms.

    `segments`: mean with a clinic name of ordinary length; `most_segments`: with the longest.

    `lix`: mean; `most_lix`; `longest_sentence` in words; `longest_gap`: most days without a screening.
    """

    programme: str
    texts: int
    segments: float
    most_segments: int
    lix: float
    most_lix: float
    longest_sentence: int
    longest_gap: int
    mode: Mode


def figures(programme: Programme, *, neutral: bool = False) -> Figures:
    forms = [step.template(neutral=neutral) for step in programme.steps]
    typical = [_filled_with(form, TYPICAL_CLINIC) for form in forms]
    longest = [_filled_with(form, LONGEST_CLINIC) for form in forms]
    bodies = [text.split(": ", 1)[-1] for text in typical]
    indexes = [lix(body) for body in bodies]
    return Figures(
        programme=programme.id,
        texts=len(typical),
        segments=sum(measure(text).segments for text in typical) / len(typical),
        most_segments=max(measure(text).segments for text in longest),
        lix=sum(indexes) / len(indexes),
        most_lix=max(indexes),
        longest_sentence=max(len(words(sentence)) for body in bodies for sentence in sentences(body)),
        longest_gap=_longest_gap(programme),
        mode="neutral" if neutral else "ordinary",
    )


def _filled_with(template: str, clinic: str) -> str:
    return render(template, clinic=clinic, phone=PHONE, **{NUMBER: ANY_NUMBER})


def mean_segments(programmes: Iterable[Programme], *, neutral: bool = False) -> float:
    """Segments per text over all courses, with a clinic name of ordinary length."""
    table = [figures(programme, neutral=neutral) for programme in programmes]
    return sum(row.segments * row.texts for row in table) / sum(row.texts for row in table)


def _longest_gap(programme: Programme) -> int:
    asked = [step.day for step in programme.steps if step.purpose is Purpose.SCREENING]
    return max((later - earlier for earlier, later in pairwise([0, *asked, programme.steps[-1].day])), default=0)


def rows(content: Content) -> list[Row]:
    """Every text a patient may receive, in both forms: the programmes' steps, the advice, the answers."""
    return [_row(specimen, content.sources) for specimen in specimens(content)]


def lint(content: Content) -> list[Finding]:
    """All breaches; an empty list means that the content may be used."""
    in_texts = [finding for specimen in specimens(content) for finding in _text_findings(specimen, content.sources)]
    in_courses = [finding for programme in content.programmes.values() for finding in _course_findings(programme)]
    in_means = list(_mean_findings(tuple(content.programmes.values())))
    in_rules = [Finding(*problem) for problem in adapting_problems(content)]
    return in_texts + in_courses + in_means + in_rules + list(_sheet_findings(content))


def _row(specimen: Specimen, sources: Mapping[str, SourceDocument]) -> Row:
    cost = measure(specimen.filled)
    return Row(
        programme=specimen.place,
        step=specimen.name,
        text=specimen.filled,
        encoding=cost.encoding,
        segments=cost.segments,
        lix=round(lix(specimen.body), 1),
        sources=tuple(f"{source.document}: {source.section}" for source in specimen.sources),
        problems=tuple(finding.problem for finding in _text_findings(specimen, sources)),
        mode=specimen.mode,
    )


def _text_findings(specimen: Specimen, sources: Mapping[str, SourceDocument]) -> Iterator[Finding]:
    for name, rule in RULES.items():
        for problem in rule(specimen):
            shown = f"in the neutral form: {problem}" if specimen.mode == "neutral" else problem
            yield Finding(specimen.place, specimen.name, name, shown)
    for problem in _unregistered(specimen.sources, sources):
        yield Finding(specimen.place, specimen.name, "source", problem)


def _sheet_findings(content: Content) -> Iterator[Finding]:
    for exercise in content.exercises.values():
        yield from (Finding("exercises", *problem) for problem in exercise_problems(exercise))
        for offer in exercise.offers:
            if offer.programme not in content.programmes:
                yield Finding("exercises", exercise.id, "programme", f"there is no programme '{offer.programme}'")
    yield from (Finding("sheet", *problem) for problem in handout_problems(content.handout, content.programmes))
    for programme in content.programmes.values():
        yield from (Finding(programme.id, *problem) for problem in unprinted(programme, content.exercises))
    cited = [("exercises", item.id, item.sources) for item in content.exercises.values()]
    cited += [("sheet", "handout", signs.sources) for signs in content.handout.signs]
    for place, name, sources in cited:
        yield from (Finding(place, name, "source", problem) for problem in _unregistered(sources, content.sources))


def _unregistered(cited: Iterable[Source], sources: Mapping[str, SourceDocument]) -> Iterator[str]:
    for source in cited:
        if not _registered(source, sources):
            yield f"sources.toml has no section '{source.section}' in {source.document}"


def _registered(source: Source, sources: Mapping[str, SourceDocument]) -> bool:
    document = sources.get(source.document)
    return document is not None and source.section in document.sections


def _course_findings(programme: Programme) -> Iterator[Finding]:
    days = [step.day for step in programme.steps]
    if programme.reminder is None:
        yield Finding(programme.id, "", "reminder", "nothing asks again when a screening is not answered")
    for step, earlier in zip(programme.steps[1:], programme.steps, strict=False):
        if step.day == earlier.day:
            yield Finding(programme.id, step.id, "one-a-day", f"a second text on day {step.day}")
    for step in programme.steps[1:]:
        week = [day for day in days[1:] if step.day <= day < step.day + 7]
        if len(week) > MOST_IN_A_WEEK:
            problem = f"{len(week)} texts in the week from day {step.day}; at most {MOST_IN_A_WEEK}"
            yield Finding(programme.id, step.id, "too-often", problem)
    if programme.steps[-1].purpose is not Purpose.CLOSING:
        yield Finding(programme.id, programme.steps[-1].id, "closing", "the last text must be the closing")
    if not FEWEST_TEXTS <= len(days) <= MOST_TEXTS:
        problem = f"{len(days)} texts; a course has {FEWEST_TEXTS} to {MOST_TEXTS}"
        yield Finding(programme.id, "", "course-length", problem)
    if (gap := _longest_gap(programme)) > LONGEST_GAP:
        yield Finding(programme.id, "", "screening-gap", f"{gap} days without a screening; at most {LONGEST_GAP}")
    for neutral in (False, True):
        yield from _figure_findings(figures(programme, neutral=neutral))


def _figure_findings(row: Figures) -> Iterator[Finding]:
    if row.segments > MEAN_SEGMENTS_ONE_COURSE:
        problem = f"{row.mode}: {row.segments:.2f} segments per text; at most {MEAN_SEGMENTS_ONE_COURSE}"
        yield Finding(row.programme, "", "mean-segments", problem)
    if row.lix > MEAN_LIX:
        yield Finding(row.programme, "", "mean-lix", f"{row.mode}: mean LIX {row.lix:.1f}; at most {MEAN_LIX}")


def _mean_findings(programmes: Collection[Programme]) -> Iterator[Finding]:
    for neutral in (False, True):
        mean = mean_segments(programmes, neutral=neutral)
        if mean > MEAN_SEGMENTS:
            form = "neutral" if neutral else "ordinary"
            yield Finding("all", "", "mean-segments", f"{form}: {mean:.2f} segments per text; at most {MEAN_SEGMENTS}")
