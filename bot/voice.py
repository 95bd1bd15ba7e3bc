"""How a clinic's texts speak."""

from __future__ import annotations

from core.models import Clinic
from core.phone import display
from messages.wording import Voice


def voice_of(clinic: Clinic) -> Voice:
    return Voice(clinic.name, display(clinic.phone), neutral=clinic.neutral)
