"""Which advice a reply gets, and that it can always be read and acted on."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advice import CallPlace, advice_text, choose_group
from messages.advice_schema import AdviceGroup
from messages.languages import Language
from messages.loader import load_content
from messages.red_flag_schema import Flag, shipped_flags
from messages.regions import NUMBER_MAX, SERVICE_MAX, Region
from messages.sms import measure

CONTENT = load_content()
LONG_NAME = "Ørestadens Fysioterapi & Ryg 9"
DOCTOR = "+4512345678"
RED_FLAGS = {
    "emergency_other": AdviceGroup.EMERGENCY,
    "overdose": AdviceGroup.OVERDOSE,
    "suicidal": AdviceGroup.SUICIDAL,
    "bladder": AdviceGroup.CAUDA_EQUINA,
    "bowel": AdviceGroup.CAUDA_EQUINA,
    "saddle_anaesthesia": AdviceGroup.CAUDA_EQUINA,
    "sexual_dysfunction": AdviceGroup.CAUDA_EQUINA,
    "bilateral": AdviceGroup.CAUDA_EQUINA,
    "leg_weakness": AdviceGroup.WEAKNESS,
    "arm_weakness": AdviceGroup.WEAKNESS,
    "myelopathy": AdviceGroup.WEAKNESS,
    "fever": AdviceGroup.FEVER,
    "trauma": AdviceGroup.TRAUMA,
    "unrelenting_pain": AdviceGroup.PAIN,
}
AMBER_FLAGS = (
    "cancer_weight_loss no_improvement worsening radiating sensory fall high_pain sleep worried distress medication "
    "wants_contact question unclear"
).split()


def text(
    group: str,
    *,
    region: Region | None = None,
    doctor: str | None = DOCTOR,
    doctor_open: bool = True,
    language: Language = Language.DANISH,
) -> str:
    return advice_text(
        CONTENT,
        group=group,
        clinic=LONG_NAME,
        place=CallPlace(region or CONTENT.regions["syddanmark"], doctor),
        doctor_open=doctor_open,
        clinic_phone="+4587654321",
        language=language,
    )


@pytest.mark.parametrize(
    ("group", "region", "doctor_open", "doctor", "language"),
    list(product(AdviceGroup, CONTENT.regions.values(), [True, False], [DOCTOR, None], Language)),
    ids=lambda value: value.id if isinstance(value, Region) else str(value),
)
def test_every_advice_fits_in_two_segments_and_names_a_number(
    group: AdviceGroup, region: Region, doctor_open: bool, doctor: str | None, language: Language
) -> None:
    finished = text(group, region=region, doctor_open=doctor_open, doctor=doctor, language=language)
    cost = measure(finished)
    assert cost.encoding == "GSM-7"
    assert cost.segments <= 2
    assert re.search(r"\b112\b|\b1813\b|\b1818\b|\d\d \d\d \d\d \d\d", finished)
    assert "{" not in finished


@pytest.mark.parametrize("group", AdviceGroup)
@pytest.mark.parametrize("doctor_open", [True, False])
@pytest.mark.parametrize("language", Language)
def test_advice_fits_with_the_longest_service_a_clinic_may_enter(
    group: AdviceGroup, doctor_open: bool, language: Language
) -> None:
    longest = CONTENT.regions["syddanmark"].model_copy(
        update={"service": "L" * SERVICE_MAX, "number": ("70 " * NUMBER_MAX)[:NUMBER_MAX]}
    )
    assert measure(text(group, region=longest, doctor_open=doctor_open, language=language)).segments <= 2


@pytest.mark.parametrize("group", [group for group in AdviceGroup if group.is_red])
@pytest.mark.parametrize("doctor_open", [True, False])
def test_red_advice_names_112_and_says_not_to_wait(group: AdviceGroup, doctor_open: bool) -> None:
    finished = text(group, doctor_open=doctor_open)
    assert "112" in finished
    assert re.search("vent ikke på (svar fra )?os", finished, re.IGNORECASE)


WITH_DOCTOR = [g for g in AdviceGroup if g not in {AdviceGroup.EMERGENCY, AdviceGroup.OVERDOSE}]
RED_WITH_DOCTOR = [group for group in WITH_DOCTOR if group.is_red]


@pytest.mark.parametrize("group", WITH_DOCTOR)
def test_own_doctor_is_called_while_open(group: AdviceGroup) -> None:
    assert "din egen læge på 12 34 56 78" in text(group, doctor_open=True)


@pytest.mark.parametrize("group", RED_WITH_DOCTOR)
def test_red_advice_also_gives_the_service_when_the_doctor_does_not_answer(group: AdviceGroup) -> None:
    assert "lægevagten på 70 11 07 07" in text(group, doctor_open=True)


@pytest.mark.parametrize("group", WITH_DOCTOR)
def test_only_the_service_is_called_while_the_doctor_is_closed(group: AdviceGroup) -> None:
    finished = text(group, doctor_open=False)
    assert "lægevagten på 70 11 07 07" in finished
    assert "egen læge på" not in finished


def test_a_doctor_without_number_is_still_named() -> None:
    assert "Ring til din egen læge. Kommer" in text("red", doctor=None)


def test_a_number_of_eight_digits_is_shown_like_one_with_country_code() -> None:
    assert text("red", doctor="12345678") == text("red", doctor="+4512345678")


def test_danger_to_life_is_sent_to_112_alone() -> None:
    finished = text("emergency")
    assert re.findall(r"\d[\d ]*\d", finished.removeprefix(LONG_NAME)) == ["112"]


def test_an_overdose_gets_the_poison_line_and_112() -> None:
    finished = text("overdose")
    assert finished.index("112") < finished.index("Giftlinjen på 82 12 12 12")


def test_a_suicidal_patient_is_sent_to_112_and_a_doctor_before_the_lifeline() -> None:
    finished = text("suicidal")
    assert finished.index("112") < finished.index("egen læge") < finished.index("Livslinien på 70 201 201")


def test_a_patient_who_wants_contact_gets_the_clinics_number() -> None:
    assert "87 65 43 21" in text("amber_contact")


def test_the_text_for_capital_region_says_the_short_number() -> None:
    assert "Akuttelefonen på 1813" in text("red", region=CONTENT.regions["hovedstaden"], doctor_open=False)


@pytest.mark.parametrize(
    ("language", "doctor", "service"),
    [
        (Language.ENGLISH, "your doctor on 12 34 56 78", "the on-call doctor (lægevagten) on 70 11 07 07"),
        (Language.GERMAN, "Ihren Hausarzt (12 34 56 78)", "den Notdienst lægevagten (70 11 07 07)"),
    ],
)
def test_in_another_language_the_doctor_is_explained_and_the_service_keeps_its_danish_name(
    language: Language, doctor: str, service: str
) -> None:
    finished = text("red", language=language)
    assert finished.index(doctor) < finished.index(service) < finished.index("112")
    assert doctor not in text("red", language=language, doctor_open=False)


@pytest.mark.parametrize("group", AdviceGroup)
@pytest.mark.parametrize("doctor_open", [True, False])
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.GERMAN])
def test_every_language_names_the_same_numbers_in_the_same_order(
    group: AdviceGroup, doctor_open: bool, language: Language
) -> None:
    danish, other = (
        re.findall(r"\d[\d ]*\d", text(group, doctor_open=doctor_open, language=said).removeprefix(LONG_NAME))
        for said in (Language.DANISH, language)
    )
    assert other == danish


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(ValueError, match="blue"):
        text("blue")


@pytest.mark.parametrize(("flag", "group"), RED_FLAGS.items())
def test_a_red_flag_has_its_advice(flag: str, group: AdviceGroup) -> None:
    assert choose_group("red", [flag]) is group


@pytest.mark.parametrize("flag", shipped_flags().values(), ids=lambda flag: flag.id)
def test_a_flag_alone_is_answered_with_the_advice_that_stands_in_its_rules(flag: Flag) -> None:
    assert choose_group(flag.level, [flag.id]) is flag.advice


def test_the_flags_of_the_rules_are_the_ones_tested_here() -> None:
    assert set(shipped_flags()) == {*RED_FLAGS, *AMBER_FLAGS}


def test_red_without_a_known_flag_gets_the_general_red_advice() -> None:
    assert choose_group("red", []) is AdviceGroup.RED
    assert choose_group("red", ["a_flag_of_tomorrow"]) is AdviceGroup.RED


@given(st.sets(st.sampled_from([*RED_FLAGS, *AMBER_FLAGS])))
def test_the_worst_red_flag_decides_whatever_stands_beside_it(flags: set[str]) -> None:
    group = choose_group("red", flags)
    worst = min((list(AdviceGroup).index(RED_FLAGS[flag]) for flag in flags & set(RED_FLAGS)), default=None)
    assert group is (AdviceGroup.RED if worst is None else list(AdviceGroup)[worst])
    assert group.is_red


@given(st.sets(st.sampled_from([*RED_FLAGS, *AMBER_FLAGS])))
def test_amber_never_gets_red_advice(flags: set[str]) -> None:
    assert not choose_group("amber", flags).is_red


@pytest.mark.parametrize(
    ("flags", "group"),
    [
        ([], AdviceGroup.UNCLEAR),
        (["unclear"], AdviceGroup.UNCLEAR),
        (["wants_contact"], AdviceGroup.AMBER_CONTACT),
        (["question", "medication"], AdviceGroup.AMBER_CONTACT),
        (["question", "worsening"], AdviceGroup.AMBER),
        (["unclear", "sleep"], AdviceGroup.AMBER),
        (["high_pain"], AdviceGroup.AMBER),
        (["cancer_weight_loss", "question"], AdviceGroup.AMBER_DOCTOR),
    ],
)
def test_amber_advice_follows_what_the_patient_needs(flags: list[str], group: AdviceGroup) -> None:
    assert choose_group("amber", flags) is group


def test_a_green_reply_gets_no_advice() -> None:
    with pytest.raises(ValueError, match="green"):
        choose_group("green", [])
