"""What the lint says of neutral texts."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from messages.advice_schema import AdviceGroup
from tests.messages.altered import SHIPPED, found, with_steps

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
