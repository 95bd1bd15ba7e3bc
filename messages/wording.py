"""The finished text of a step, a rule or an answer, in the form that a clinic has chosen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from messages.exercise_schema import Exercise, number_of
from messages.render import render
from messages.reply_schema import Replies
from messages.rule_schema import Rule
from messages.schema import NUMBER, Form, Step, Variant


@dataclass(frozen=True)
class Voice:
    """In whose name a text speaks, and how.

    `clinic`: the name as patients know it. `phone`: as shown ("12 34 56 78"). `neutral`: the form that names no
    illness, body part or symptom.
    """

    clinic: str
    phone: str
    neutral: bool = False


def step_text(exercises: Mapping[str, Exercise], programme: str, step: Step, voice: Voice, form: Form = "usual") -> str:
    """The text of a step of a programme, in the form that the patient's exercises have. Raises LookupError when the
    programme has not the step's exercise.
    """
    numbers = {NUMBER: str(number_of(exercises, programme, step.exercise))} if step.exercise else {}
    return render(step.template(form, neutral=voice.neutral), clinic=voice.clinic, phone=voice.phone, **numbers)


def reminder_text(reminder: Variant, voice: Voice) -> str:
    """The text that asks a screening again."""
    return render(reminder.neutral if voice.neutral else reminder.text, clinic=voice.clinic, phone=voice.phone)


def rule_text(rule: Rule, voice: Voice) -> str:
    """The text that a rule answers with. Raises ValueError for a rule that sends none."""
    template = rule.neutral if voice.neutral else rule.text
    if template is None:
        raise ValueError(f"the rule {rule.id} has no text")
    return render(template, clinic=voice.clinic, phone=voice.phone)


def answer_text(replies: Replies, name: str, voice: Voice, **values: str) -> str:
    """The text of the bot's answer `name`. Raises AttributeError when there is none, KeyError for a missing value."""
    return render(replies.form(name, neutral=voice.neutral), clinic=voice.clinic, phone=voice.phone, **values)
