"""The shape of advice.toml: what a red or amber reply is answered with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator, model_validator

from messages.schema import Frozen, Source

ADVICE_PLACEHOLDERS = frozenset({"klinik", "telefon", "laege", "vagt", "livslinien", "giftlinjen"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
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


def _checked(template: str) -> str:
    unknown = set(_PLACEHOLDER.findall(template)) - ADVICE_PLACEHOLDERS
    if unknown:
        raise ValueError(f"unknown placeholder {sorted(unknown)}; known are {sorted(ADVICE_PLACEHOLDERS)}")
    if not template.startswith("{klinik}: "):
        raise ValueError("the text must begin with the clinic's name: '{klinik}: '")
    if not _CALLABLE.search(template):
        raise ValueError("the text must name a number to call: 112 or one of the telephone placeholders")
    return template


class Advice(Frozen):
    """Two finished answers: while the patient's own doctor is open (weekdays 8-16), and at other times."""

    doctor_open: Annotated[str, StringConstraints(min_length=20, strip_whitespace=True)]
    doctor_closed: Annotated[str, StringConstraints(min_length=20, strip_whitespace=True)]
    sources: tuple[Source, ...] = ()
    outside_sources: str = ""

    @field_validator("sources", mode="before")
    @classmethod
    def _list_to_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("doctor_open", "doctor_closed")
    @classmethod
    def _names_clinic_and_number(cls, value: str) -> str:
        return _checked(value)

    @model_validator(mode="after")
    def _says_where_it_comes_from(self) -> Advice:
        if not self.sources and not self.outside_sources:
            raise ValueError("an advice text needs sources, or says in outside_sources what it rests on")
        return self


class AdviceFile(BaseModel):
    """The shape of advice.toml: one table for each group, none missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: Mapping[AdviceGroup, Advice]

    @model_validator(mode="after")
    def _complete(self) -> AdviceFile:
        missing = [group.value for group in AdviceGroup if group not in self.group]
        if missing:
            raise ValueError(f"no advice for {missing}")
        for group, advice in self.group.items():
            if group.is_red and not all("112" in text for text in (advice.doctor_open, advice.doctor_closed)):
                raise ValueError(f"the red group {group.value} must name 112")
        return self
