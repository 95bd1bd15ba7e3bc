"""Every text a patient may receive, filled in as it is judged: longest clinic name, real-looking numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from messages.advice_schema import Advice, AdviceGroup
from messages.exercise_schema import Exercise
from messages.languages import Language
from messages.lint_rules import Form, Specimen
from messages.loader import Content
from messages.regions import NUMBER_MAX, REGION_IDS, SERVICE_MAX
from messages.render import CLINIC_NAME_UNITS, render
from messages.reply_schema import LONGEST_VALUES
from messages.schema import Programme, Step
from messages.wording import Voice, answer_text, step_text

LONGEST_CLINIC = "Fysioterapien ved Nørre Allé 12"[:CLINIC_NAME_UNITS]
PHONE = "12 34 56 78"
LONGEST_SERVICE = {"service": "Lægevagttelefonen"[:SERVICE_MAX], "number": "70 11 07 0707"[:NUMBER_MAX]}


def specimens(content: Content) -> Iterator[Specimen]:
    """Both forms of every text; one where they are the same."""
    for programme in content.programmes.values():
        for step in programme.steps:
            yield from _of_step(content.exercises, programme, step)
    for group, language in product(AdviceGroup, Language):
        for form in _forms(differ=content.advice[group].neutral is not None):
            yield from _of_advice(content, group, language, form)
    for name in type(content.replies.answers).model_fields:
        for form in _forms(differ=name in content.replies.neutral):
            yield _of_answer(content, name, form)


def _forms(*, differ: bool) -> tuple[Form, ...]:
    return ("ordinary", "neutral") if differ else ("both",)


def _voice(form: Form) -> Voice:
    return Voice(LONGEST_CLINIC, PHONE, neutral=form == "neutral")


def _of_step(exercises: Mapping[str, Exercise], programme: Programme, step: Step) -> Iterator[Specimen]:
    for form in _forms(differ=step.text != step.neutral):
        filled = step_text(exercises, programme.id, step, _voice(form))
        template = step.form(neutral=form == "neutral")
        yield Specimen(programme.id, step.id, "step", template, filled, step.sources, step, form=form)


def _of_answer(content: Content, name: str, form: Form) -> Specimen:
    template = content.replies.form(name, neutral=form == "neutral")
    filled = answer_text(content.replies, name, _voice(form), **LONGEST_VALUES)
    return Specimen("answers", name, "answer", template, filled, form=form)


def _of_advice(content: Content, group: AdviceGroup, language: Language, form: Form) -> Iterator[Specimen]:
    advice: Advice = content.advice[group]
    service = content.regions[REGION_IDS[0]].model_copy(update=LONGEST_SERVICE)
    calls = content.calls[language].names(PHONE, service, content.national)
    table = group.value if language is Language.DANISH else f"{group.value}.{language}"
    templates = advice.wording(neutral=form == "neutral").forms(language)
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
            form=form,
        )
