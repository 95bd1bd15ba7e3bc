"""The rules by which a course adapts: what is good is read, what is bad stops the start or is found by the lint."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from types import MappingProxyType

import pytest
from pydantic import ValidationError

from messages.exercise_schema import number_of
from messages.lint import Finding, lint
from messages.loader import SHIPPED, Content, ContentError, load_content
from messages.rule_schema import Rule, When
from messages.schema import Step
from messages.wording import Voice, step_text

CONTENT = load_content()
RULE = {
    "id": "en-regel",
    "when": {"exercise": "missed"},
    "reason": "øvelsen er sprunget over",
    "text": "{klinik}: Tak for dit svar.",
    "neutral": "{klinik}: Tak for dit svar.",
    "sources": [{"document": "S4", "section": "Egenhåndtering"}],
}
OWN = """
[[rule]]
id = "{id}"
when = {{ activity = "missed", in_a_row = 3 }}
reason = "gåturen er sprunget over tre gange"
flag = "{flag}"
sources = [{{ document = "S4", section = "Egenhåndtering" }}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content that a test may spoil."""
    copy = tmp_path / "content"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "red_flags.toml"))
    return copy


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def error_of(folder: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_content(folder)
    return str(caught.value)


def test_every_programme_follows_rules() -> None:
    followed = [CONTENT.rules_of(programme) for programme in CONTENT.programmes.values()]
    assert all("sprunget-over" in {rule.id for rule in rules} for rules in followed)


@pytest.mark.parametrize("programme", sorted(CONTENT.programmes))
@pytest.mark.parametrize("instructed", [True, False])
def test_after_two_questions_about_exercise_or_walks_there_are_still_easier_texts_to_come(
    programme: str, *, instructed: bool
) -> None:
    steps = [step for step in CONTENT.programmes[programme].steps if instructed or step.requires is None]
    asked = [step.day for step in steps if step.question in {"exercise", "activity"}]
    assert [step.id for step in steps if step.easier and step.day > asked[1]]
    assert len(asked) + sum(step.question == "pain" for step in steps) >= 4


def test_a_programmes_own_rules_are_tried_first(folder: Path) -> None:
    with (folder / "programmes" / "hekseskud.toml").open("a", encoding="utf-8") as file:
        file.write(OWN.format(id="min-egen", flag="distress"))
    content = load_content(folder)
    own, other = (content.rules_of(content.programmes[name]) for name in ("hekseskud", "akut-laend"))
    assert [rule.id for rule in own][:2] == ["min-egen", "smerter-stiger"]
    assert "min-egen" not in {rule.id for rule in other}


def test_a_rule_that_does_not_exist_stops_the_start(folder: Path) -> None:
    spoil(folder / "programmes" / "hekseskud.toml", '"glemt"', '"glmt"')
    assert error_of(folder) == "hekseskud.toml: rules: rules.toml has no rule ['glmt']."


def test_a_rule_named_twice_stops_the_start(folder: Path) -> None:
    spoil(folder / "programmes" / "hekseskud.toml", '"glemt"', '"glemt", "usikker"')
    assert error_of(folder) == "hekseskud.toml: rules named twice: ['usikker']."


def test_an_own_rule_with_the_name_of_a_shared_one_stops_the_start(folder: Path) -> None:
    path = folder / "programmes" / "hekseskud.toml"
    spoil(path, '"smerter-stiger", ', "")
    with path.open("a", encoding="utf-8") as file:
        file.write(OWN.format(id="smerter-stiger", flag="distress"))
    assert error_of(folder) == "hekseskud.toml: rule: rules.toml has rules of the same name: ['smerter-stiger']."


def test_a_bad_rule_is_named_with_its_field_and_the_reason(folder: Path) -> None:
    spoil(folder / "rules.toml", "{klinik}: Tak for dit svar. Få minutter", "{navn}: Tak for dit svar. Få minutter")
    assert error_of(folder) == (
        "rules.toml: rule 'mangler-tid', field text: unknown placeholder ['navn']; known are ['klinik', 'telefon']."
    )


def test_an_exercise_that_the_programme_does_not_offer_stops_the_start(folder: Path) -> None:
    spoil(folder / "programmes" / "hekseskud.toml", 'exercise = "mave"', 'exercise = "nerve"')
    assert error_of(folder) == (
        "hekseskud.toml: step 'oevelse-mave', field exercise: "
        "the programme 'hekseskud' does not offer the exercise 'nerve'."
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "no answer can set this rule off"),
        ({"form": "easier"}, "no answer can set this rule off"),
        ({"exercise": "done", "activity": "missed"}, "both must be done, or both missed"),
        ({"pain_at_most": 3, "in_a_row": 2}, "in_a_row counts answers about exercise or activity"),
        ({"pain_at_most": 3, "pain_at_least": 5}, "no number is at least 5 and at most 3"),
        ({"exercise": "done", "pain": "unknown", "pain_at_most": 3}, "cannot be compared"),
        ({"exercise": "now and then"}, "Input should be 'done' or 'missed'"),
        ({"weather": "rain"}, "Extra inputs are not permitted"),
    ],
)
def test_a_condition_that_cannot_be_met_is_refused(values: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        When.model_validate(values)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"flag": "worsening"}, "either answers with a text or raises to amber"),
        ({"text": None, "neutral": None}, "either answers with a text or raises to amber"),
        ({"neutral": None}, "text and neutral belong together"),
        ({"text": None, "neutral": None, "flag": "worsening", "form": "easier"}, "neither asks nor changes"),
        ({"reason": "Øvelsen er sprunget over."}, "should match pattern"),
        ({"sources": []}, "at least 1 item"),
    ],
)
def test_a_rule_that_does_not_do_one_thing_is_refused(values: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Rule.model_validate(RULE | values)


def with_rules(*rules: Rule) -> Content:
    programme = CONTENT.programmes["langvarig"].model_copy(update={"rules": (), "own_rules": rules})
    return dataclasses.replace(CONTENT, programmes=MappingProxyType({**CONTENT.programmes, "langvarig": programme}))


def problems(content: Content, rule: str) -> list[str]:
    return [finding.problem for finding in lint(content) if finding.rule == rule]


@pytest.mark.parametrize(
    ("values", "law", "problem"),
    [
        ({"text": None, "neutral": None, "flag": "fever"}, "flag", "red_flags.toml has no amber flag 'fever'"),
        ({"form": "easier"}, "at-most", "a rule that changes the exercises must say how often: at_most"),
        ({"when": {"barrier": "time"}}, "never-asked", "no text asks about ['barrier']"),
        ({"asks": "barrier"}, "no-answer", "asks what is in the way, and no rule answers"),
        ({"text": "{klinik}: Har du det godt?"}, "question", "asks something, but names no question kind"),
        ({"asks": "pain", "text": "{klinik}: Har du ondt?"}, "question", "must ask for a number from 0 to 10"),
        (
            {"text": "{klinik}: Det er ufarligt. Det går over."},
            "soothing",
            "soothes in a question or an answer: 'ufarlig'",
        ),
        ({"text": "Klinikken siger tak for dit svar."}, "clinic-first", "must begin with '{klinik}: '"),
    ],
)
def test_the_lint_holds_rules_to_the_same_law(values: dict[str, object], law: str, problem: str) -> None:
    assert problem in problems(with_rules(Rule.model_validate(RULE | values)), law)


def changed(step_id: str, **values: object) -> Content:
    programme = CONTENT.programmes["hekseskud"]
    steps = tuple(step.model_copy(update=values) if step.id == step_id else step for step in programme.steps)
    course = programme.model_copy(update={"steps": steps})
    return dataclasses.replace(CONTENT, programmes=MappingProxyType({**CONTENT.programmes, "hekseskud": course}))


PLAIN = "{klinik}: Lav din øvelse. Stop, hvis det gør klart mere ondt."
UNNUMBERED = "oevelse-mave must say which exercise on the sheet it is: {nummer}"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"easier": None}, "an exercise needs an easier form"),
        (
            {"exercise": None, "easier": None, "harder": None, "text": PLAIN, "neutral": PLAIN},
            "an exercise must name the one of exercises.toml that it tells of",
        ),
        ({"text": "{klinik}: Lig ned. Stop, hvis det gør ondt."}, UNNUMBERED),
    ],
)  # fmt: skip
def test_an_exercise_without_its_number_or_its_forms_is_found(values: dict[str, object], problem: str) -> None:
    assert Finding("hekseskud", "oevelse-mave", "exercise", problem) in lint(changed("oevelse-mave", **values))


def test_the_forms_are_held_to_the_same_law_as_the_text() -> None:
    step = next(step for step in CONTENT.programmes["hekseskud"].steps if step.id == "oevelse-mave")
    assert step.easier is not None
    loud = step.easier.model_copy(update={"text": "{klinik}: Øvelse {nummer}! Stop, hvis det gør ondt."})
    found = [finding for finding in lint(changed("oevelse-mave", easier=loud)) if finding.rule == "signs"]
    assert [finding.step for finding in found] == ["oevelse-mave.easier"]


def test_the_number_in_a_text_is_the_one_on_the_sheet() -> None:
    assert number_of(CONTENT.exercises, "nerverod-laend", "nerve") == 3
    with pytest.raises(LookupError, match="does not offer the exercise 'nerve'"):
        number_of(CONTENT.exercises, "hekseskud", "nerve")


def test_a_step_without_a_form_of_its_own_keeps_its_text() -> None:
    nerve = next(step for step in CONTENT.programmes["nerverod-laend"].steps if step.id == "oevelse-nerve")
    said = [
        step_text(CONTENT.exercises, "nerverod-laend", nerve, Voice("Klinikken", "1"), form)
        for form in ("usual", "easier", "harder")
    ]
    assert said[0] == said[2] != said[1]
    assert said[0].startswith("Klinikken: Øvelse 3 på dit ark: ")


STEP = {
    "id": "et-skridt",
    "day": 3,
    "purpose": "activity",
    "text": "{klinik}: Gå en tur.",
    "neutral": "{klinik}: Gå en tur.",
    "sources": RULE["sources"],
}
FORM = {"text": "{klinik}: Gå en kort tur.", "neutral": "{klinik}: Kom lidt i gang."}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"purpose": "information", "easier": FORM}, "only exercise and activity"),
        ({"text": "{klinik}: Lav øvelse {nummer}."}, "the step must name it"),
        ({"easier": FORM | {"neutral": "{klinik}: Se nummer {nummer}."}}, "the step must name it"),
        ({"easier": {"text": FORM["text"]}}, "Field required"),
    ],
)
def test_a_step_whose_forms_do_not_fit_is_refused(values: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Step.model_validate(STEP | values)
