"""Advice and its translations are held to the rules."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from messages.advice_schema import AdviceGroup
from messages.loader import Content
from tests.messages.altered import SHIPPED, found


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
