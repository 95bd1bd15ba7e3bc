"""Every text a patient may receive, filled in as it is judged: longest clinic name, real-looking numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from messages.advice_schema import Advice, AdviceGroup
from messages.exercise_schema import Exercise
from messages.languages import Language
from messages.lint_adapting import forms_of, rules_of
from messages.lint_rules import Mode, Specimen
from messages.loader import Content
from messages.programme_schema import Programme
from messages.regions import NUMBER_MAX, REGION_IDS, SERVICE_MAX
from messages.render import CLINIC_NAME_UNITS, render
from messages.reply_schema import LONGEST_VALUES
from messages.rule_schema import Rule
from messages.schema import Purpose, Step
from messages.wording import Voice, answer_text, reminder_text, rule_text, step_text

LONGEST_CLINIC = "Fysioterapien ved Nørre Allé 12"[:CLINIC_NAME_UNITS]
PHONE = "12 34 56 78"
LONGEST_SERVICE = {"service": "Lægevagttelefonen"[:SERVICE_MAX], "number": "70 11 07 0707"[:NUMBER_MAX]}


def specimens(content: Content) -> Iterator[Specimen]:
    """Both forms of every text; one where they are the same."""
    for programme in content.programmes.values():
        for step in programme.steps:
            yield from _of_step(content.exercises, programme, step)
        yield from _of_reminder(programme)
    for place, rule in rules_of(content):
        yield from _of_rule(place, rule)
    for group, language in product(AdviceGroup, Language):
        for mode in _modes(differ=content.advice[group].neutral is not None):
            yield from _of_advice(content, group, language, mode)
    for name in type(content.replies.answers).model_fields:
        for mode in _modes(differ=name in content.replies.neutral):
            yield _of_answer(content, name, mode)
    for text in content.ready_texts.values():
        for mode in _modes(differ=text.neutral is not None):
            template = text.template(neutral=mode == "neutral")
            filled = render(template, clinic=LONGEST_CLINIC, phone=PHONE)
            yield Specimen("templates", text.id, "answer", template, filled, mode=mode)


def _modes(*, differ: bool) -> tuple[Mode, ...]:
    return ("ordinary", "neutral") if differ else ("both",)


def _voice(mode: Mode) -> Voice:
    return Voice(LONGEST_CLINIC, PHONE, neutral=mode == "neutral")


def _of_step(exercises: Mapping[str, Exercise], programme: Programme, step: Step) -> Iterator[Specimen]:
    """The step itself, and its easier and harder form by the names "ID.easier", "ID.harder"."""
    for name, form in forms_of(step):
        ordinary, neutral = (step.template(form, neutral=is_neutral) for is_neutral in (False, True))
        for mode in _modes(differ=ordinary != neutral):
            filled = step_text(exercises, programme.id, step, _voice(mode), form)
            template = neutral if mode == "neutral" else ordinary
            yield Specimen(programme.id, name, "step", template, filled, step.sources, step, mode=mode)


def _of_reminder(programme: Programme) -> Iterator[Specimen]:
    """A reminder asks what the screenings ask: its text is held to all that they are held to."""
    if (reminder := programme.reminder) is None:
        return
    screening = next(step for step in reversed(programme.steps) if step.purpose is Purpose.SCREENING)
    step = screening.model_copy(update={"id": "reminder", "text": reminder.text, "neutral": reminder.neutral})
    for mode in _modes(differ=True):
        template = step.template(neutral=mode == "neutral")
        filled = reminder_text(reminder, _voice(mode))
        yield Specimen(programme.id, "reminder", "step", template, filled, screening.sources, step, mode=mode)


def _of_rule(place: str, rule: Rule) -> Iterator[Specimen]:
    if rule.text is None or rule.neutral is None:
        return
    for mode in _modes(differ=rule.text != rule.neutral):
        template = rule.neutral if mode == "neutral" else rule.text
        filled = rule_text(rule, _voice(mode))
        yield Specimen(place, rule.id, "rule", template, filled, rule.sources, asks=rule.asks, mode=mode)


def _of_answer(content: Content, name: str, mode: Mode) -> Specimen:
    template = content.replies.form(name, neutral=mode == "neutral")
    filled = answer_text(content.replies, name, _voice(mode), **LONGEST_VALUES)
    return Specimen("answers", name, "answer", template, filled, mode=mode)


def _of_advice(content: Content, group: AdviceGroup, language: Language, mode: Mode) -> Iterator[Specimen]:
    advice: Advice = content.advice[group]
    service = content.regions[REGION_IDS[0]].model_copy(update=LONGEST_SERVICE)
    calls = content.calls[language].names(PHONE, service, content.national)
    table = group.value if language is Language.DANISH else f"{group.value}.{language}"
    templates = advice.wording(neutral=mode == "neutral").forms(language)
    for when, template in zip(("doctor_open", "doctor_closed"), templates, strict=True):
        yield Specimen(
            "advice",
            f"{table}.{when}",
            "advice",
            template,
            render(template, clinic=LONGEST_CLINIC, phone=PHONE, **calls),
            advice.sources,
            red=group.is_red,
            language=language,
            mode=mode,
        )
