"""The shape of advice.toml: what a red or amber reply is answered with, in each language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from messages.languages import Language
from messages.regions import CheckedNumber, NationalNumbers
from messages.schema import Frozen, Source, begins_with_the_clinic, named_in, only

ADVICE_PLACEHOLDERS = frozenset({"klinik", "telefon", "laege", "vagt", "livslinien", "giftlinjen"})
_CALLABLE = re.compile(r"112|\{(?:telefon|laege|vagt|livslinien|giftlinjen)\}")


class AdviceGroup(StrEnum):
    """Which advice a reply gets; red groups stand first, the worst at the top."""

    EMERGENCY = "emergency"
    OVERDOSE = "overdose"
    SUICIDAL = "suicidal"
    CAUDA_EQUINA = "cauda_equina"
    WEAKNESS = "weakness"
    FEVER = "fever"
    TRAUMA = "trauma"
    PAIN = "pain"
    RED = "red"
    CONTACT_MISSED = "contact_missed"
    AMBER_DOCTOR = "amber_doctor"
    AMBER = "amber"
    AMBER_CONTACT = "amber_contact"
    UNCLEAR = "unclear"

    @property
    def is_red(self) -> bool:
        return self not in _AMBER


_AMBER = frozenset({AdviceGroup.AMBER_DOCTOR, AdviceGroup.AMBER, AdviceGroup.AMBER_CONTACT, AdviceGroup.UNCLEAR})


def _sends_to_somebody(template: str) -> str:
    if not _CALLABLE.search(template):
        raise ValueError("the text must name a number to call: 112 or one of the telephone placeholders")
    return template


Template = Annotated[
    str,
    StringConstraints(min_length=20, strip_whitespace=True),
    AfterValidator(only(ADVICE_PLACEHOLDERS)),
    AfterValidator(begins_with_the_clinic),
    AfterValidator(_sends_to_somebody),
]


class Forms(Frozen):
    """Two finished answers: while the patient's own doctor is open (weekdays 8-16), and at other times."""

    doctor_open: Template
    doctor_closed: Template


class Wording(Forms):
    """The Danish forms, and the same in other languages."""

    en: Forms
    de: Forms

    @model_validator(mode="after")
    def _sends_to_the_same_in_every_language(self) -> Wording:
        for language in (Language.ENGLISH, Language.GERMAN):
            _sends_to_the_same(self.forms(language), self.forms(), f"{language}.")
        return self

    def forms(self, language: Language = Language.DANISH) -> tuple[str, str]:
        """The templates while the patient's own doctor is open, and at other times."""
        said = {Language.DANISH: self, Language.ENGLISH: self.en, Language.GERMAN: self.de}[language]
        return said.doctor_open, said.doctor_closed


def _sends_to_the_same(forms: tuple[str, str], model: tuple[str, str], place: str) -> None:
    for when, other, text in zip(("doctor_open", "doctor_closed"), forms, model, strict=True):
        if _CALLABLE.findall(other) != (wanted := _CALLABLE.findall(text)):
            raise ValueError(f"{place}{when} must name the same to call in the same order: {wanted}")


class Advice(Wording):
    """What is said and where it comes from. `neutral`: the same without naming an illness, a body part or a symptom;
    None when the ordinary wording names none."""

    neutral: Wording | None = None
    sources: tuple[Source, ...] = ()
    outside_sources: str = ""

    @model_validator(mode="after")
    def _says_where_it_comes_from(self) -> Advice:
        if not self.sources and not self.outside_sources:
            raise ValueError("an advice text needs sources, or says in outside_sources what it rests on")
        return self

    @model_validator(mode="after")
    def _sends_to_the_same_in_both_wordings(self) -> Advice:
        if self.neutral is not None:
            _sends_to_the_same(self.neutral.forms(), self.forms(), "neutral.")
        return self

    def wording(self, *, neutral: bool) -> Wording:
        """The one place where the wording of advice is chosen."""
        return self.neutral if neutral and self.neutral is not None else self


def _names(*wanted: str) -> AfterValidator:
    def check(template: str) -> str:
        if sorted(named_in(template)) != sorted(wanted):
            raise ValueError(f"must hold {sorted(wanted)} in braces, each once, and nothing else")
        return template

    return AfterValidator(check)


class Calls(Frozen):
    """How those who can be called are named in one language, as it stands after "ring til"."""

    laege: Annotated[str, _names("nummer")]
    laege_uden_nummer: Annotated[str, _names()]
    vagt: Annotated[str, _names("navn", "nummer")]
    livslinien: Annotated[str, _names("navn", "nummer")]
    giftlinjen: Annotated[str, _names("navn", "nummer")]

    def names(self, doctor: str | None, service: CheckedNumber, national: NationalNumbers) -> dict[str, str]:
        """What the placeholders of an advice text are filled with. `doctor`: the number as shown, None if unknown."""
        return {
            "laege": self.laege.format(nummer=doctor) if doctor else self.laege_uden_nummer,
            "vagt": self.vagt.format(navn=service.service, nummer=service.number),
            "livslinien": self.livslinien.format(navn=national.lifeline.service, nummer=national.lifeline.number),
            "giftlinjen": self.giftlinjen.format(navn=national.poison.service, nummer=national.poison.number),
        }


class AdviceFile(BaseModel):
    """The shape of advice.toml: one table for each language and each group, none missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: Mapping[Language, Calls]
    group: Mapping[AdviceGroup, Advice]

    @model_validator(mode="after")
    def _complete(self) -> AdviceFile:
        missing = [name.value for name in Language if name not in self.call]
        missing += [group.value for group in AdviceGroup if group not in self.group]
        if missing:
            raise ValueError(f"nothing for {missing}")
        for group, advice in self.group.items():
            if group.is_red and not all("112" in text for text in advice.forms()):
                raise ValueError(f"the red group {group.value} must name 112")
        return self
