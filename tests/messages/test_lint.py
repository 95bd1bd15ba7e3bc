"""The shipped texts keep to the rules, and every rule can catch its breach."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from messages.advice_schema import AdviceGroup
from messages.languages import Language
from messages.lint import Finding, figures, lint, mean_segments, rows
from messages.lint_adapting import forms_of, rules_of
from messages.lint_rules import RULES
from messages.loader import Content, load_content
from messages.programme_schema import Programme
from messages.regions import NUMBER_MAX, SERVICE_MAX
from messages.render import CLINIC_NAME_UNITS, render
from messages.schema import Step, Variant
from messages.sms import measure
from messages.specimens import LONGEST_CLINIC, LONGEST_SERVICE

SHIPPED = load_content()
STEPS = [
    pytest.param(programme, step, id=f"{programme.id}:{step.id}")
    for programme in SHIPPED.programmes.values()
    for step in programme.steps
]


def with_steps(programme_id: str, change: Mapping[str, Mapping[str, object]]) -> Content:
    """The shipped content with some fields of some steps changed, unchecked."""
    programme = SHIPPED.programmes[programme_id]
    steps = tuple(step.model_copy(update=change.get(step.id, {})) for step in programme.steps)
    changed = programme.model_copy(update={"steps": steps})
    return dataclasses.replace(SHIPPED, programmes=MappingProxyType({programme_id: changed}))


def with_reminder(programme_id: str, reminder: Variant | None) -> Content:
    programme = SHIPPED.programmes[programme_id].model_copy(update={"reminder": reminder})
    return dataclasses.replace(SHIPPED, programmes=MappingProxyType({programme_id: programme}))


def found(content: Content, rule: str) -> list[Finding]:
    return [finding for finding in lint(content) if finding.rule == rule]


def test_the_shipped_content_has_no_finding() -> None:
    assert lint(SHIPPED) == []


@pytest.mark.parametrize("mode", ["ordinary", "neutral"])
def test_there_is_a_row_for_both_forms_of_every_text_and_none_has_a_problem(mode: str) -> None:
    table = [row for row in rows(SHIPPED) if row.mode in {mode, "both"}]
    steps = sum(len(list(forms_of(step))) for programme in SHIPPED.programmes.values() for step in programme.steps)
    steps += sum(rule.text is not None for _, rule in rules_of(SHIPPED))
    answers = len(type(SHIPPED.replies.answers).model_fields)
    reminders = len(SHIPPED.programmes)
    assert len(table) == steps + reminders + 2 * len(AdviceGroup) * len(Language) + answers
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


def spoil_advice(group: AdviceGroup, text: str) -> Content:
    advice = SHIPPED.advice[group].model_copy(update={"doctor_open": text})
    return dataclasses.replace(SHIPPED, advice=MappingProxyType({**SHIPPED.advice, group: advice}))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("red-advice", "{klinik}: Ring 112."),
        ("red-advice", "{klinik}: Ring til {laege}. Vent ikke på svar fra os."),
        ("soothing", "{klinik}: Det er sjældent farligt. Ring 112. Vent ikke på svar fra os."),
    ],
)
def test_red_advice_is_held_to_its_rules(rule: str, text: str) -> None:
    findings = found(spoil_advice(AdviceGroup.FEVER, text), rule)
    assert [finding.step for finding in findings] == ["fever.doctor_open"]


GOOD_ENDINGS = {"en": "Call 112. Do not wait for us.", "de": "Rufen Sie 112 an. Warten Sie nicht auf uns."}


@pytest.mark.parametrize(
    ("language", "rule", "text"),
    [
        ("en", "alphabet", "Come – now."),
        ("en", "length", "Go for a walk. " * 30),
        (
            "en",
            "lix",
            "Deteriorating neurological symptoms necessitate immediate professional consultation elsewhere. " * 2,
        ),
        ("en", "link", "See www.example.com today."),
        ("en", "promise", "The pain will soon be gone."),
        ("en", "diagnosis", "It is a slipped disc."),
        ("en", "medicine", "Take 2 tablets."),
        ("en", "signs", "Hurry!"),
        ("en", "signs", "See a doctor asap."),
        ("en", "soothing", "This is rarely serious."),
        ("de", "length", "Gehen Sie hinaus. " * 30),
        ("de", "link", "Lesen Sie mehr auf beispiel.de heute."),
        ("de", "promise", "Sie werden wieder gesund."),
        ("de", "diagnosis", "Das ist die Bandscheibe."),
        ("de", "medicine", "Nehmen Sie 2 Tabletten."),
        ("de", "signs", "Eilen Sie!"),
        ("de", "signs", "Rufen Sie ggf. an."),
        ("de", "soothing", "Das ist harmlos."),
    ],
)
def test_a_rule_catches_its_breach_in_english_and_german(language: str, rule: str, text: str) -> None:
    findings = found(spoil_translation(language, f"{{klinik}}: {text} {GOOD_ENDINGS[language]}"), rule)
    assert {finding.step for finding in findings} == {f"fever.{language}.doctor_open"}


@pytest.mark.parametrize(("language", "text"), [("en", "Call 112."), ("de", "Rufen Sie 112 an. Vent ikke på os.")])
def test_red_advice_must_say_not_to_wait_in_its_own_language(language: str, text: str) -> None:
    findings = found(spoil_translation(language, f"{{klinik}}: {text}"), "red-advice")
    assert [finding.step for finding in findings] == [f"fever.{language}.doctor_open"]


def spoil_translation(language: str, text: str) -> Content:
    fever = SHIPPED.advice[AdviceGroup.FEVER]
    forms = getattr(fever, language).model_copy(update={"doctor_open": text})
    advice = fever.model_copy(update={language: forms})
    return dataclasses.replace(SHIPPED, advice=MappingProxyType({**SHIPPED.advice, AdviceGroup.FEVER: advice}))


def test_an_answer_may_not_soothe() -> None:
    answers = SHIPPED.replies.answers.model_copy(update={"noted": "{klinik}: Det er helt almindeligt."})
    content = dataclasses.replace(SHIPPED, replies=SHIPPED.replies.model_copy(update={"answers": answers}))
    assert [finding.step for finding in found(content, "soothing")] == ["noted"]


def test_two_texts_on_one_day_are_found() -> None:
    findings = found(with_steps("akut-laend", {"gaa-en-tur": {"day": 2}}), "one-a-day")
    assert [finding.step for finding in findings] == ["gaa-en-tur"]


def test_five_texts_in_seven_days_are_found() -> None:
    crowded = with_steps("akut-laend", {"familie-og-arbejde": {"day": 7}})  # days 1, 2, 4, 6, 7, 8
    assert [finding.step for finding in found(crowded, "too-often")] == ["tjek-uge-1", "udsigt"]


def test_a_course_must_end_with_its_closing() -> None:
    programme = SHIPPED.programmes["langvarig"].model_copy(update={"steps": SHIPPED.programmes["langvarig"].steps[:-1]})
    content = dataclasses.replace(SHIPPED, programmes=MappingProxyType({"langvarig": programme}))
    assert [finding.step for finding in found(content, "closing")] == ["fremgang-uge-12"]


def test_a_course_that_is_too_thin_is_found() -> None:
    programme = SHIPPED.programmes["langvarig"]
    thin = programme.model_copy(update={"steps": programme.steps[:12]})
    content = dataclasses.replace(SHIPPED, programmes=MappingProxyType({"langvarig": thin}))
    assert [finding.problem for finding in found(content, "course-length")] == ["12 texts; a course has 20 to 36"]


@pytest.mark.parametrize("neutral", [False, True])
def test_the_figures_of_every_course_keep_to_what_is_promised(neutral: bool) -> None:
    for row in (figures(programme, neutral=neutral) for programme in SHIPPED.programmes.values()):
        assert 20 <= row.texts <= 36
        assert row.most_segments <= 2
        assert row.lix <= 25
        assert row.most_lix <= 30
        assert row.longest_sentence <= 15
        assert row.longest_gap <= 7
    assert mean_segments(SHIPPED.programmes.values(), neutral=neutral) <= 1.3


def test_eight_days_without_a_screening_are_found() -> None:
    late = with_steps("langvarig", {"tjek-uge-5": {"day": 30}})
    assert [finding.problem for finding in found(late, "screening-gap")] == ["8 days without a screening; at most 7"]


def test_a_course_of_long_texts_is_found() -> None:
    long = "{klinik}: " + "Gå en tur i dag og en i morgen. " * 8
    course = SHIPPED.programmes["langvarig"]
    content = with_steps("langvarig", {step.id: {"text": long} for step in course.steps})
    assert [finding.programme for finding in found(content, "mean-segments")] == ["langvarig", "all"]


def test_a_course_that_is_hard_to_read_is_found() -> None:
    hard = "{klinik}: Fortsæt aktiviteten langsomt. Bevægelse hjælper."
    course = SHIPPED.programmes["langvarig"]
    content = with_steps("langvarig", {step.id: {"text": hard} for step in course.steps})
    assert [finding.step for finding in found(content, "mean-lix")] == [""]


TELLING = (
    "Rygsmerter er sjældent farlige.", "Hold ryggen ret.", "Det er din lænd.", "Stræk nakken.", "Hvor ondt har du?",
    "Har du smerter i dag.", "Bøj benet.", "Begge ben er svage.", "Du har svært ved at tisse.", "Har du fået feber.",
    "Tag din medicin.", "Du bliver skannet, og en scanning viser det.", "Lav din øvelse hver dag.",
    "Gør øvelserne for dig selv.", "Mister du følelsen, så ring.", "Er du trist.", "Mærk i skridtet.",
    "Afføringen er ændret.", "Det er en nerve.", "Du er sygemeldt.", "Din behandling er slut.", "Bøj i knæene.",
    "Det er blæren.", "Kan du lade vandet.", "Du får smertestillende.",
)  # fmt: skip
UNTELLING = (
    "Gå en kort tur hver dag.", "Vælg noget, du er tryg ved.", "Brug trygheden.", "Lav øvelse 2 på dit ark.",
    "Lav en øvelse fra dit ark.", "Lav øvelserne på dit ark.", "Ring til din læge eller lægevagten.",
    "Sluk alarmen og stå op.", "Skriv det til os.", "Det kan tage tid.", "Hvor slemt er det lige nu.",
)  # fmt: skip


@pytest.mark.parametrize("sentence", TELLING)
def test_a_neutral_text_may_not_tell_of_body_symptom_or_illness(sentence: str) -> None:
    findings = found(with_steps("akut-laend", {"udsigt": {"neutral": f"{{klinik}}: {sentence}"}}), "neutral")
    assert {(finding.programme, finding.step) for finding in findings} == {("akut-laend", "udsigt")}


@pytest.mark.parametrize("sentence", UNTELLING)
def test_a_neutral_text_may_say_what_everybody_says(sentence: str) -> None:
    assert found(with_steps("akut-laend", {"udsigt": {"neutral": f"{{klinik}}: {sentence}"}}), "neutral") == []


def test_an_ordinary_text_may_name_the_back() -> None:
    assert found(with_steps("akut-laend", {"udsigt": {"text": "{klinik}: Hold ryggen i gang."}}), "neutral") == []


@pytest.mark.parametrize(
    ("language", "text"), [("en", "The pain needs a doctor. Call 112."), ("de", "Ihr Fieber: Rufen Sie 112 an.")]
)
def test_neutral_advice_is_held_to_it_in_every_language(language: str, text: str) -> None:
    wording = SHIPPED.advice[AdviceGroup.FEVER].neutral
    assert wording is not None
    forms = getattr(wording, language).model_copy(update={"doctor_open": f"{{klinik}}: {text}"})
    neutral = wording.model_copy(update={language: forms})
    fever = SHIPPED.advice[AdviceGroup.FEVER].model_copy(update={"neutral": neutral})
    content = dataclasses.replace(SHIPPED, advice=MappingProxyType({**SHIPPED.advice, AdviceGroup.FEVER: fever}))
    assert [finding.step for finding in found(content, "neutral")] == [f"fever.{language}.doctor_open"]


def test_an_answer_that_all_clinics_send_is_held_to_it_as_well() -> None:
    answers = SHIPPED.replies.answers.model_copy(update={"better": "{klinik}: Godt, at ryggen er bedre."})
    content = dataclasses.replace(SHIPPED, replies=SHIPPED.replies.model_copy(update={"answers": answers}))
    assert [finding.step for finding in found(content, "neutral")] == ["better"]


@pytest.mark.parametrize("needed", ['feltet "Ring straks"', "dit ark", "JA eller NEJ", "ring straks til lægen"])
def test_a_neutral_screening_must_lead_to_the_list_on_the_sheet(needed: str) -> None:
    step = next(step for step in SHIPPED.programmes["nerverod-nakke"].steps if step.id == "tjek-uge-2")
    content = with_steps("nerverod-nakke", {"tjek-uge-2": {"neutral": step.neutral.replace(needed, "noget")}})
    problem = f"in the neutral form: the screening must ask about '{needed}'"
    assert [finding.problem for finding in found(content, "screening")] == [problem]


def test_a_neutral_welcome_must_tell_to_keep_the_sheet() -> None:
    step = SHIPPED.programmes["langvarig"].steps[0]
    content = with_steps("langvarig", {"velkomst": {"neutral": step.neutral.replace("Gem arket", "Læs arket")}})
    assert [finding.step for finding in found(content, "welcome")] == ["velkomst"]


def test_an_exercise_that_is_not_on_the_first_sheet_is_found() -> None:
    content = with_steps("nerverod-laend", {"oevelse-mave": {"requires": None}})
    assert [finding.step for finding in found(content, "sheet")] == ["oevelse-mave"]


def test_every_rule_has_a_text_that_breaks_it() -> None:
    assert {rule for rule, _, _ in BAD_TEXTS} | {"red-advice", "neutral"} == set(RULES)
