"""Holds all content to the rules: a row for each text, a finding for each breach. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product

from messages.advice_schema import AdviceGroup
from messages.languages import Language
from messages.lint_adapting import adapting_problems, forms_of, rules_of, texts_of
from messages.lint_rules import RULES, Specimen
from messages.lint_sheet import exercise_problems, handout_problems
from messages.loader import Content
from messages.programme_schema import Programme
from messages.readability import lix, sentences, words
from messages.regions import NUMBER_MAX, REGION_IDS, SERVICE_MAX
from messages.render import CLINIC_NAME_UNITS, render
from messages.reply_schema import LONGEST_VALUES
from messages.schema import NUMBER, Purpose, Source
from messages.sms import Encoding, measure
from messages.source_schema import SourceDocument

LONGEST_CLINIC = "Fysioterapien ved Nørre Allé 12"[:CLINIC_NAME_UNITS]
PHONE = "12 34 56 78"
LONGEST_SERVICE = {"service": "Lægevagttelefonen"[:SERVICE_MAX], "number": "70 11 07 0707"[:NUMBER_MAX]}

TYPICAL_CLINIC = "Rygklinikken Aarhus"
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
    """One text as it is sent with the longest clinic name. `lix`: of the text without the name, one decimal."""

    programme: str
    step: str
    text: str
    encoding: Encoding
    segments: int
    lix: float
    sources: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """One course in numbers. `segments`: mean with a clinic name of ordinary length; `most_segments`: with the longest.

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


def figures(programme: Programme) -> Figures:
    typical = [filled_with(step.text, TYPICAL_CLINIC) for step in programme.steps]
    longest = [filled_with(step.text, LONGEST_CLINIC) for step in programme.steps]
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
    )


def filled_with(template: str, clinic: str) -> str:
    """A step's or a rule's text with a clinic's name and a number in their places."""
    values = {NUMBER: "2"} if f"{{{NUMBER}}}" in template else {}
    return render(template, clinic=clinic, phone=PHONE, **values)


def mean_segments(programmes: Iterable[Programme]) -> float:
    """Segments per text over all courses, with a clinic name of ordinary length."""
    table = [figures(programme) for programme in programmes]
    return sum(row.segments * row.texts for row in table) / sum(row.texts for row in table)


def _longest_gap(programme: Programme) -> int:
    asked = [step.day for step in programme.steps if step.purpose is Purpose.SCREENING]
    return max((later - earlier for earlier, later in pairwise([0, *asked, programme.steps[-1].day])), default=0)


def rows(content: Content) -> list[Row]:
    """Every text a patient may receive: the programmes' steps, the advice, the answers."""
    return [_row(specimen, content.sources) for specimen in _specimens(content)]


def lint(content: Content) -> list[Finding]:
    """All breaches; an empty list means that the content may be used."""
    in_texts = [finding for specimen in _specimens(content) for finding in _text_findings(specimen, content.sources)]
    in_courses = [finding for programme in content.programmes.values() for finding in _course_findings(programme)]
    in_means = list(_mean_findings(content.programmes.values()))
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
    )


def _specimens(content: Content) -> Iterator[Specimen]:
    for programme in content.programmes.values():
        for step in programme.steps:
            for name, template in forms_of(step):
                filled = filled_with(template, LONGEST_CLINIC)
                yield Specimen(programme.id, name, "step", template, filled, step.sources, step)
        yield from _reminder_specimens(programme)
    for place, rule in rules_of(content):
        for name, template in texts_of(rule):
            filled = filled_with(template, LONGEST_CLINIC)
            yield Specimen(place, name, "rule", template, filled, rule.sources, asks=rule.asks)
    yield from _advice_specimens(content)
    for name, template in content.replies.answers:
        filled = render(template, clinic=LONGEST_CLINIC, phone=PHONE, **LONGEST_VALUES)
        yield Specimen("answers", name, "answer", template, filled)


def _reminder_specimens(programme: Programme) -> Iterator[Specimen]:
    """A reminder asks what the screenings ask: its text is held to all that they are held to."""
    reminder = programme.reminder
    if reminder is None:
        return
    screening = next(step for step in reversed(programme.steps) if step.purpose is Purpose.SCREENING)
    step = screening.model_copy(update={"id": "reminder", "text": reminder.text})
    filled, neutral = (render(text, clinic=LONGEST_CLINIC, phone=PHONE) for text in (reminder.text, reminder.neutral))
    yield Specimen(programme.id, "reminder", "step", reminder.text, filled, screening.sources, step)
    yield Specimen(programme.id, "reminder.neutral", "answer", reminder.neutral, neutral, screening.sources)


def _advice_specimens(content: Content) -> Iterator[Specimen]:
    service = content.regions[REGION_IDS[0]].model_copy(update=LONGEST_SERVICE)
    for group, language in product(AdviceGroup, Language):
        advice = content.advice[group]
        calls = content.calls[language].names(PHONE, service, content.national)
        table = group.value if language is Language.DANISH else f"{group.value}.{language}"
        for when, template in zip(("doctor_open", "doctor_closed"), advice.forms(language), strict=True):
            filled = render(template, clinic=LONGEST_CLINIC, phone=PHONE, **calls)
            yield Specimen(
                "advice",
                f"{table}.{when}",
                "advice",
                template,
                filled,
                advice.sources,
                red=group.is_red,
                language=language,
            )


def _text_findings(specimen: Specimen, sources: Mapping[str, SourceDocument]) -> Iterator[Finding]:
    for name, rule in RULES.items():
        for problem in rule(specimen):
            yield Finding(specimen.place, specimen.name, name, problem)
    for problem in _unregistered(specimen.sources, sources):
        yield Finding(specimen.place, specimen.name, "source", problem)


def _sheet_findings(content: Content) -> Iterator[Finding]:
    for exercise in content.exercises.values():
        yield from (Finding("exercises", *problem) for problem in exercise_problems(exercise))
        for offer in exercise.offers:
            if offer.programme not in content.programmes:
                yield Finding("exercises", exercise.id, "programme", f"there is no programme '{offer.programme}'")
    yield from (Finding("sheet", *problem) for problem in handout_problems(content.handout, content.programmes))
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
    yield from _figure_findings(figures(programme))


def _figure_findings(row: Figures) -> Iterator[Finding]:
    if row.longest_gap > LONGEST_GAP:
        problem = f"{row.longest_gap} days without a screening; at most {LONGEST_GAP}"
        yield Finding(row.programme, "", "screening-gap", problem)
    if row.segments > MEAN_SEGMENTS_ONE_COURSE:
        problem = f"{row.segments:.2f} segments per text; at most {MEAN_SEGMENTS_ONE_COURSE}"
        yield Finding(row.programme, "", "mean-segments", problem)
    if row.lix > MEAN_LIX:
        yield Finding(row.programme, "", "mean-lix", f"mean LIX {row.lix:.1f}; at most {MEAN_LIX}")


def _mean_findings(programmes: Iterable[Programme]) -> Iterator[Finding]:
    mean = mean_segments(programmes)
    if mean > MEAN_SEGMENTS:
        yield Finding("all", "", "mean-segments", f"{mean:.2f} segments per text; at most {MEAN_SEGMENTS}")
