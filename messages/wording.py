"""The finished text of a step or an answer, in the form that a clinic has chosen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from messages.exercise_schema import Exercise, number_of
from messages.render import render
from messages.reply_schema import Replies
from messages.schema import Step


@dataclass(frozen=True)
class Voice:
    """In whose name a text speaks, and how.

    `clinic`: the name as patients know it. `phone`: as shown ("12 34 56 78"). `neutral`: the form that names no
    illness, body part or symptom.
    """

    clinic: str
    phone: str
    neutral: bool = False


def step_text(exercises: Mapping[str, Exercise], programme: str, step: Step, voice: Voice) -> str:
    """The text of a step of a programme. Raises LookupError when the programme has not the step's exercise."""
    numbers = {"nummer": str(number_of(exercises, programme, step.exercise))} if step.exercise else {}
    return render(step.form(neutral=voice.neutral), clinic=voice.clinic, phone=voice.phone, **numbers)


def answer_text(replies: Replies, name: str, voice: Voice, **values: str) -> str:
    """The text of the bot's answer `name`. Raises AttributeError when there is none, KeyError for a missing value."""
    return render(replies.form(name, neutral=voice.neutral), clinic=voice.clinic, phone=voice.phone, **values)
