"""Holds the forms of the exercises and the rules by which a course adapts to what they must keep to. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from messages.loader import Content
from messages.programme_schema import Programme
from messages.red_flag_schema import shipped_flags
from messages.rule_schema import Rule
from messages.schema import NUMBER, Form, Purpose, Step

SHARED = "rules"
"""Where the rules of rules.toml stand in a list of texts; a programme's own stand with the programme."""

Problem = tuple[str, str, str, str]
"""Programme or file, step or rule, which law, what is wrong."""


def forms_of(step: Step) -> Iterator[tuple[str, Form]]:
    """The forms that a step has, each by its name: "gaa-en-tur", "gaa-en-tur.easier" ..."""
    yield step.id, "usual"
    if step.easier is not None:
        yield f"{step.id}.easier", "easier"
    if step.harder is not None:
        yield f"{step.id}.harder", "harder"


def rules_of(content: Content) -> Iterator[tuple[str, Rule]]:
    """Every rule once, with the place it stands in."""
    yield from ((SHARED, rule) for rule in content.rules.values())
    for programme in content.programmes.values():
        yield from ((programme.id, rule) for rule in programme.own_rules)


def adapting_problems(content: Content) -> Iterator[Problem]:
    """What is wrong with the exercises' forms and with the rules as a whole."""
    for programme in content.programmes.values():
        for step in programme.steps:
            for problem in _of_exercise(step):
                yield programme.id, step.id, "exercise", problem
        yield from ((programme.id, *problem) for problem in _of_questions(content, programme))
    amber = {name for name, flag in shipped_flags().items() if flag.level == "amber"}
    for place, rule in rules_of(content):
        if rule.flag is not None and rule.flag not in amber:
            yield place, rule.id, "flag", f"red_flags.toml has no amber flag '{rule.flag}'"
        if rule.form is not None and rule.at_most is None and rule.when.barrier is None:
            yield place, rule.id, "at-most", "a rule that changes the exercises must say how often: at_most"


def _of_exercise(step: Step) -> Iterator[str]:
    if step.purpose is not Purpose.EXERCISE:
        return
    if step.exercise is None:
        yield "an exercise must name the one of exercises.toml that it tells of"
    if step.easier is None:
        yield "an exercise needs an easier form"
    for name, form in forms_of(step):
        if any(f"{{{NUMBER}}}" not in step.template(form, neutral=neutral) for neutral in (False, True)):
            yield f"{name} must say which exercise on the sheet it is: {{{NUMBER}}}"


def _of_questions(content: Content, programme: Programme) -> Iterator[tuple[str, str, str]]:
    """Each question that a rule waits for is asked, and each one that a rule asks has a rule for its answer."""
    asked: set[str] = {step.question for step in programme.steps if step.question is not None}
    rules = content.rules_of(programme)
    asked |= {rule.asks for rule in rules if rule.asks is not None}
    for rule in rules:
        if not rule.when.questions & asked:
            yield rule.id, "never-asked", f"no text asks about {sorted(rule.when.questions)}"
        if rule.asks == "barrier" and not any(other.when.barrier for other in rules):
            yield rule.id, "no-answer", "asks what is in the way, and no rule answers"
