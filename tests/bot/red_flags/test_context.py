"""Denial, time, person: what cancels a symptom, what lowers it, and what does neither."""

import pytest

from bot.red_flags import Checker, Level


@pytest.mark.parametrize(
    "text",
    [
        "ingen problemer med at tisse",
        "Ingen feber, ingen svaghed og intet følelsesløst",
        "Hverken feber, svaghed eller problemer på toilettet",
        "Foden hænger ikke",
        "Det sover ikke i skridtet",
        "Jeg er fri for feber og kulderystelser",
        "Benet er ikke svagt længere",
        "Nej, ikke svag, ikke problem med toilet, ikke feber",
        "feber har jeg ikke",
    ],
)
def test_a_denied_symptom_is_green(checker: Checker, text: str) -> None:
    assert checker.check(text).level is Level.GREEN


@pytest.mark.parametrize(
    "text",
    [
        "kan ikke tisse",
        "kan ikke længere holde på vandet",
        "kan hverken tisse eller komme af med afføring",
        "mærker ikke når jeg tørrer mig",
        "ingen kraft i foden",
        "ingen følelse i skridtet",
        "Benet vil ikke bære mig",
        "jeg ikke kan tisse",
    ],
)
def test_a_denial_inside_the_symptom_is_the_symptom(checker: Checker, text: str) -> None:
    assert checker.check(text).level is Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "Nej til alt, men benet giver efter på trappen",
        "Ingen feber, men jeg kan ikke tisse",
        "Alt er normalt bortset fra at det sover i skridtet",
        "Nej. Kan ikke tisse.",
        "Kan ikke gå til postkassen uden at benet giver efter",
    ],
)
def test_a_denial_ends_where_the_confession_begins(checker: Checker, text: str) -> None:
    assert checker.check(text, "screening").level is Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "For ti år siden kunne jeg ikke tisse",
        "Hvis benet svigter, ringer jeg",
        "Min svigermor er inkontinent",
        "Jeg har altid været lidt følelsesløs i skridtet, det er som altid",
    ],
)
def test_past_imagined_known_or_anothers_symptom_is_never_red(checker: Checker, text: str) -> None:
    triage = checker.check(text)
    assert triage.level is not Level.RED


def test_a_lowered_symptom_is_amber_and_says_why(checker: Checker) -> None:
    triage = checker.check("For ti år siden kunne jeg ikke tisse")
    assert triage.level is Level.AMBER
    assert triage.flags == ("unclear",)
    assert triage.evidence[0].rule.endswith("/past")


def test_an_old_symptom_that_is_back_is_red(checker: Checker) -> None:
    assert checker.check("Feberen var væk i går, men i aften har jeg 39,2 igen").level is Level.RED


def test_a_relative_who_writes_about_the_patient_counts_as_the_patient(checker: Checker) -> None:
    assert checker.check("Min mand går hos jer. Han kan ikke lade vandet siden i går").level is Level.RED
