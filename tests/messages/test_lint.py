"""The shipped texts keep to the rules, and every rule can catch its breach."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from messages.advice_schema import AdviceGroup
from messages.languages import Language
from messages.lint import lint, rows
from messages.lint_adapting import forms_of, rules_of
from messages.lint_rules import RULES
from messages.programme_schema import Programme
from messages.regions import NUMBER_MAX, SERVICE_MAX
from messages.render import CLINIC_NAME_UNITS, render
from messages.schema import Step, Variant
from messages.sms import measure
from messages.specimens import LONGEST_CLINIC, LONGEST_SERVICE
from tests.messages.altered import SHIPPED, found, with_reminder, with_steps

STEPS = [
    pytest.param(programme, step, id=f"{programme.id}:{step.id}")
    for programme in SHIPPED.programmes.values()
    for step in programme.steps
]


def test_the_shipped_content_has_no_finding() -> None:
    assert lint(SHIPPED) == []


@pytest.mark.parametrize("mode", ["ordinary", "neutral"])
def test_there_is_a_row_for_both_forms_of_every_text_and_none_has_a_problem(mode: str) -> None:
    table = [row for row in rows(SHIPPED) if row.mode in {mode, "both"}]
    steps = sum(len(list(forms_of(step))) for programme in SHIPPED.programmes.values() for step in programme.steps)
    steps += sum(rule.text is not None for _, rule in rules_of(SHIPPED))
    answers = len(type(SHIPPED.replies.answers).model_fields)
    reminders = len(SHIPPED.programmes)
    ready = len(SHIPPED.ready_texts)
    assert len(table) == steps + reminders + 2 * len(AdviceGroup) * len(Language) + answers + ready
    assert not [row for row in table if row.problems]


def test_advice_has_a_row_in_every_language() -> None:
    names = {row.step for row in rows(SHIPPED) if row.programme == "advice"}
    assert {"fever.doctor_open", "fever.en.doctor_open", "fever.de.doctor_closed"} < names


@pytest.mark.parametrize(("programme", "step"), STEPS)
def test_every_step_fits_with_the_longest_clinic_name(programme: Programme, step: Step) -> None:
    for form in (step.text, step.neutral):
        cost = measure(render(form, clinic=LONGEST_CLINIC, phone="12 34 56 78", nummer="2"))
        assert cost.encoding == "GSM-7"
        assert cost.segments <= 2


@pytest.mark.parametrize("programme", SHIPPED.programmes.values(), ids=lambda programme: programme.id)
def test_most_texts_are_one_segment_with_a_name_of_fifteen_letters(programme: Programme) -> None:
    name, phone = "Rygklinikken 12", "12 34 56 78"
    texts = [step.text for step in programme.steps]
    costs = [measure(render(text, clinic=name, phone=phone, nummer="2")) for text in texts]
    assert sum(cost.segments for cost in costs) / len(costs) <= 1.5


def test_the_names_used_for_measuring_are_the_longest_allowed() -> None:
    assert len(LONGEST_CLINIC) == CLINIC_NAME_UNITS
    assert len(LONGEST_SERVICE["service"]) == SERVICE_MAX
    assert len(LONGEST_SERVICE["number"]) == NUMBER_MAX


def test_nerve_glides_are_only_for_those_who_were_taught_them() -> None:
    glides = [step for step in SHIPPED.programmes["nerverod-laend"].steps if step.id == "oevelse-nerve"]
    assert [step.requires for step in glides] == ["instructed"]


def test_the_neck_programme_describes_no_exercise() -> None:
    assert not [step for step in SHIPPED.programmes["nerverod-nakke"].steps if step.purpose == "exercise"]


@pytest.mark.parametrize("programme", SHIPPED.programmes.values(), ids=lambda programme: programme.id)
def test_the_neutral_name_tells_no_diagnosis(programme: Programme) -> None:
    assert programme.neutral_name == "Sms-forløb efter dit besøg"


BAD_TEXTS = [
    ("alphabet", "udsigt", "{klinik}: Det går – langsomt."),
    ("length", "udsigt", "{klinik}: " + "Gå en tur. " * 30),
    (
        "lix",
        "udsigt",
        "{klinik}: " + "Rygsmerternes udviklingsforløb varierer individuelt afhængigt af belastning. " * 3,
    ),
    ("sentence", "udsigt", "{klinik}: Gå en tur og gå en tur og gå en tur og gå en tur og gå."),
    ("clinic-first", "udsigt", "Hej fra {klinik}: Gå en tur."),
    ("link", "udsigt", "{klinik}: Læs mere på www.sundhed.dk i dag."),
    ("link", "udsigt", "{klinik}: Læs mere på sundhed.dk i dag."),
    ("promise", "udsigt", "{klinik}: Smerterne er snart væk."),
    ("promise", "udsigt", "{klinik}: Du bliver rask igen."),
    ("promise", "udsigt", "{klinik}: Det er ikke farligt."),
    ("diagnosis", "udsigt", "{klinik}: Et hekseskud gør ondt."),
    ("diagnosis", "udsigt", "{klinik}: Det er en diskusprolaps."),
    ("medicine", "udsigt", "{klinik}: Tag 2 tabletter om dagen."),
    ("medicine", "udsigt", "{klinik}: Du kan tage Panodil."),
    ("signs", "udsigt", "{klinik}: Godt gået!"),
    ("signs", "udsigt", "{klinik}: Gå fx en tur."),
    ("signs", "gang-uge-8", "{klinik}: Har du gået? Hvor langt? Svar JA eller NEJ."),
    ("signs", "udsigt", "{klinik}: Skriv dit cpr."),
    ("soothing", "tjek-uge-2", "{klinik}: Det er sjældent alvorligt. Har du ny feber?"),
    ("soothing", "smerte-uge-10", "{klinik}: Smerte er ikke tegn på skade. Hvor ondt har du fra 0 til 10?"),
    ("welcome", "velkomst", "{klinik}: Hej. Vi læser svar døgnet rundt. Ved livsfare: ring 112. Svar STOP."),
    ("welcome", "velkomst", "{klinik}: Hej. Vi læser ikke døgnet rundt. Ved livsfare: ring 112."),
    ("welcome", "velkomst", "{klinik}: Hej. Vi læser ikke døgnet rundt. Svar STOP."),
    ("screening", "tjek-uge-2", "{klinik}: Har du nye problemer med at tisse? Svar JA eller NEJ."),
    ("question", "smerte-uge-10", "{klinik}: Hvor ondt har du i dag?"),
    ("question", "gang-uge-8", "{klinik}: Har du været ude at gå?"),
    ("question", "gang-uge-8", "{klinik}: Skriv, om du har gået. Svar JA eller NEJ."),
    ("question", "fremgang-uge-2", "{klinik}: Hvordan går det nu?"),
    ("question", "soevn", "{klinik}: Sover du godt?"),
    ("question", "udsigt", "{klinik}: Går det godt?"),
    ("exercise", "oevelse-mave", "{klinik}: Lig på ryggen. Træk navlen ind."),
]


@pytest.mark.parametrize(("rule", "step", "text"), BAD_TEXTS)
def test_a_rule_catches_its_breach(rule: str, step: str, text: str) -> None:
    findings = found(with_steps("akut-laend", {step: {"text": text}}), rule)
    assert [(finding.programme, finding.step) for finding in findings] == [("akut-laend", step)] * len(findings)
    assert findings


def test_a_reminder_that_leaves_out_a_sign_is_caught() -> None:
    text = "{klinik}: Er noget af dette nyt? Problemer med at tisse eller med afføring. Feber. Svar JA eller NEJ."
    shipped = SHIPPED.programmes["akut-laend"].reminder
    assert shipped is not None
    changed = with_reminder("akut-laend", shipped.model_copy(update={"text": text}))
    problems = [(finding.step, finding.problem) for finding in found(changed, "screening")]
    assert problems == [
        ("reminder", f"the screening must ask about '{sign}'") for sign in ("mellem benene", "svagt ben")
    ]


def test_the_neutral_form_of_a_reminder_is_held_to_the_rules_too() -> None:
    text = SHIPPED.programmes["akut-laend"].reminder
    assert text is not None
    changed = with_reminder("akut-laend", Variant(text=text.text, neutral="{klinik}: Har du et hekseskud?"))
    (finding,) = found(changed, "diagnosis")
    assert finding.step == "reminder"
    assert finding.problem.startswith("in the neutral form: ")


def test_a_programme_without_a_reminder_is_found() -> None:
    assert [finding.programme for finding in found(with_reminder("hekseskud", None), "reminder")] == ["hekseskud"]


def test_sjaeldent_farlig_may_be_said() -> None:
    text = "{klinik}: Rygsmerter er sjældent farlige."
    assert found(with_steps("akut-laend", {"udsigt": {"text": text}}), "promise") == []


@pytest.mark.parametrize("word", ["svag arm", "klodset hånd", "usikker gang"])
def test_the_neck_screening_must_ask_about_arm_hand_and_gait(word: str) -> None:
    text = SHIPPED.programmes["nerverod-nakke"].steps[1].text.replace(word, "noget")
    findings = found(with_steps("nerverod-nakke", {"tjek-uge-1": {"text": text}}), "screening")
    assert [finding.problem for finding in findings] == [f"the screening must ask about '{word}'"]


def test_an_unregistered_source_is_found() -> None:
    content = dataclasses.replace(SHIPPED, sources=MappingProxyType({}))
    assert {finding.rule for finding in lint(content)} == {"source"}


def test_an_answer_may_not_soothe() -> None:
    answers = SHIPPED.replies.answers.model_copy(update={"noted": "{klinik}: Det er helt almindeligt."})
    content = dataclasses.replace(SHIPPED, replies=SHIPPED.replies.model_copy(update={"answers": answers}))
    assert [finding.step for finding in found(content, "soothing")] == ["noted"]


def test_every_rule_has_a_text_that_breaks_it() -> None:
    assert {rule for rule, _, _ in BAD_TEXTS} | {"red-advice", "neutral"} == set(RULES)
