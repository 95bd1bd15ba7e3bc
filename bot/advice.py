"""Which advice a red or amber reply is answered with, and the finished text. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.phone import display
from messages.advice_schema import AdviceGroup
from messages.languages import Language
from messages.loader import Content
from messages.red_flag_schema import shipped_flags
from messages.regions import Region
from messages.render import render


@dataclass(frozen=True)
class CallPlace:
    """Whom this patient can call: the out-of-hours service where the patient is, and the own doctor.

    `region`: from regions.toml, or the clinic's corrected copy. `doctor_phone`: 8 digits or E.164, None if unknown.
    """

    region: Region
    doctor_phone: str | None = None


def choose_group(level: str, flags: Collection[str]) -> AdviceGroup:
    """The worst advice group for a triage level ("red" or "amber") and its flags.

    Which flag has which group stands in red_flags.toml. A red level never gets amber advice and an amber one never
    red, whatever the flags. Raises ValueError for another level: a green reply gets no advice.
    """
    known = shipped_flags()
    groups = {known[flag].advice if flag in known else None for flag in flags}
    if level == "red":
        return next((group for group in AdviceGroup if group.is_red and group in groups), AdviceGroup.RED)
    if level != "amber":
        raise ValueError(f"no advice for level {level!r}: advice answers red and amber replies")
    if not groups:
        return AdviceGroup.UNCLEAR
    if AdviceGroup.AMBER_DOCTOR in groups:
        return AdviceGroup.AMBER_DOCTOR
    for alone in (AdviceGroup.AMBER_CONTACT, AdviceGroup.UNCLEAR):
        if groups == {alone}:
            return alone
    return AdviceGroup.AMBER


def advice_text(
    content: Content,
    *,
    group: str,
    clinic: str,
    place: CallPlace,
    doctor_open: bool,
    clinic_phone: str,
    language: Language = Language.DANISH,
    neutral: bool = False,
) -> str:
    """The finished GSM-7 text, at most 2 segments.

    `group`: an AdviceGroup or its value. `doctor_open`: own doctors answer now (weekdays 8-16; the caller decides).
    `clinic_phone`: 8 digits or E.164. `neutral`: names no illness, body part or symptom.
    Raises ValueError for an unknown group.
    """
    while_open, otherwise = content.advice[AdviceGroup(group)].wording(neutral=neutral).forms(language)
    doctor = display(place.doctor_phone) if place.doctor_phone else None
    return render(
        while_open if doctor_open else otherwise,
        clinic=clinic,
        phone=display(clinic_phone),
        **content.calls[language].names(doctor, place.region, content.national),
    )
