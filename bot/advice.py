"""Which advice a red or amber reply is answered with, and the finished text. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.phone import display
from messages.advice_schema import AdviceGroup
from messages.loader import Content
from messages.regions import Region, own_doctor
from messages.render import render

_RED_GROUPS: tuple[tuple[AdviceGroup, frozenset[str]], ...] = (
    (AdviceGroup.EMERGENCY, frozenset({"emergency_other"})),
    (AdviceGroup.OVERDOSE, frozenset({"overdose"})),
    (AdviceGroup.SUICIDAL, frozenset({"suicidal"})),
    (
        AdviceGroup.CAUDA_EQUINA,
        frozenset({"bladder", "bowel", "saddle_anaesthesia", "sexual_dysfunction", "bilateral"}),
    ),
    (AdviceGroup.WEAKNESS, frozenset({"leg_weakness", "arm_weakness", "myelopathy"})),
    (AdviceGroup.FEVER, frozenset({"fever"})),
    (AdviceGroup.TRAUMA, frozenset({"trauma"})),
    (AdviceGroup.PAIN, frozenset({"unrelenting_pain"})),
)
_DOCTOR_FLAGS = frozenset({"cancer_weight_loss"})
_CONTACT_FLAGS = frozenset({"wants_contact", "question", "medication"})


@dataclass(frozen=True)
class CallPlace:
    """Whom this patient can call: the out-of-hours service where the patient is, and the own doctor.

    `region`: from regions.toml, or the clinic's corrected copy. `doctor_phone`: 8 digits or E.164, None if unknown.
    """

    region: Region
    doctor_phone: str | None = None

    @property
    def doctor(self) -> str:
        """As it stands after "ring til": "din egen læge på 12 34 56 78", or without a number."""
        return own_doctor(display(self.doctor_phone) if self.doctor_phone else None)


def choose_group(level: str, flags: Collection[str]) -> AdviceGroup:
    """The worst advice group for a triage level ("red" or "amber") and its flags.

    A red level never gets amber advice, whatever the flags. Raises ValueError for another level: a green reply
    gets no advice.
    """
    found = frozenset(flags)
    if level == "red":
        return next((group for group, named in _RED_GROUPS if found & named), AdviceGroup.RED)
    if level != "amber":
        raise ValueError(f"no advice for level {level!r}: advice answers red and amber replies")
    if found & _DOCTOR_FLAGS:
        return AdviceGroup.AMBER_DOCTOR
    if found and found <= _CONTACT_FLAGS:
        return AdviceGroup.AMBER_CONTACT
    if not found or found == {"unclear"}:
        return AdviceGroup.UNCLEAR
    return AdviceGroup.AMBER


def advice_text(
    content: Content, *, group: str, clinic: str, place: CallPlace, doctor_open: bool, clinic_phone: str
) -> str:
    """The finished GSM-7 text, at most 2 segments.

    `group`: an AdviceGroup or its value. `doctor_open`: own doctors answer now (weekdays 8-16; the caller decides).
    `clinic_phone`: 8 digits or E.164. Raises ValueError for an unknown group.
    """
    advice = content.advice[AdviceGroup(group)]
    return render(
        advice.doctor_open if doctor_open else advice.doctor_closed,
        clinic=clinic,
        phone=display(clinic_phone),
        laege=place.doctor,
        vagt=place.region.call,
        livslinien=content.national.lifeline.call,
        giftlinjen=content.national.poison.call,
    )
