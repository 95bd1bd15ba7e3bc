"""Pure: which steps, texts, alerts and flags a run reached, out of all there are in the content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from bot.simulate.result import Result
from core.states import AlertKind
from messages.languages import Language
from messages.lint_adapting import rules_of
from messages.loader import Content
from messages.programme_schema import Programme
from messages.red_flag_schema import shipped_flags
from messages.schema import Step
from messages.sms import to_gsm7

PREFIX = "{klinik}: "
"""Every text a patient may receive begins with it, wherever in the content it stands."""
OTHER_FORMS = frozenset({"neutral", *(language.value for language in Language if language is not Language.DANISH)})
"""A text in another language, or in the neutral form, stands for the same branch as the ordinary Danish one."""
_PLACEHOLDER = re.compile(r"\\\{[^{}]*\\\}")

Name = tuple[str, str]


@dataclass(frozen=True)
class Coverage:
    """Kind ("step", "text", "alert", "flag") and name of everything there is, and of what a run reached."""

    all: frozenset[Name]
    reached: frozenset[Name]

    @property
    def missing(self) -> list[Name]:
        return sorted(self.all - self.reached)

    def __or__(self, other: Coverage) -> Coverage:
        return Coverage(self.all | other.all, self.reached | other.reached)


def coverage(content: Content, result: Result) -> Coverage:
    """Found in the content itself: what is new there is asked for without a word here."""
    texts = dict(_texts(content))
    reached: set[Name] = {("step", f"{programme}/{step}") for programme, step in result.steps}
    reached |= {("alert", kind) for _, _, kind in result.alerts}
    reached |= {("flag", flag) for flag in result.flags}
    patterns = [(name, _pattern(template)) for name, template in texts.items()]
    for body in result.bodies:
        reached |= {("text", name) for name, pattern in patterns if pattern.fullmatch(body)}
    everything = {
        ("step", f"{programme.id}/{step.id}") for programme in content.programmes.values() for step in programme.steps
    }
    everything |= {("text", name) for name in texts}
    everything |= {("alert", kind.value) for kind in AlertKind}
    everything |= {("flag", flag) for flag in shipped_flags()}
    return Coverage(frozenset(everything), frozenset(reached & everything))


def _texts(content: Content) -> Iterator[Name]:
    """Name and template of every text that is no step: answers, advice, what programmes add."""
    yield from _walk("replies", content.replies)
    yield from _walk("advice", content.advice)
    yield from _walk("rules", {rule.id: rule for _, rule in rules_of(content)})
    for programme in content.programmes.values():
        yield from _walk(programme.id, programme)


def _walk(name: str, part: object) -> Iterator[Name]:
    if isinstance(part, str) and part.startswith(PREFIX):
        yield name, part
    for key, value in _inside(part):
        yield from _walk(f"{name}.{key}", value)


def _inside(part: object) -> list[tuple[object, object]]:
    """What a part of the content is made of, steps left out."""
    if isinstance(part, Step):
        return []
    if isinstance(part, Programme):
        return [("reminder", part.reminder)]
    if isinstance(part, BaseModel):
        return [(field, getattr(part, field)) for field in type(part).model_fields if field not in OTHER_FORMS]
    if isinstance(part, Mapping):
        return list(part.items())
    if isinstance(part, tuple):
        return [(getattr(value, "id", number), value) for number, value in enumerate(part)]
    return []


def _pattern(template: str) -> re.Pattern[str]:
    """Any finished form of a template."""
    return re.compile(_PLACEHOLDER.sub("(?:.+?)", re.escape(to_gsm7(template))), re.DOTALL)
