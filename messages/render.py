"""Fills a template with the clinic's name and what else it names. Pure."""

from __future__ import annotations

from messages.sms import shorten, to_gsm7

CLINIC_NAME_UNITS = 30
"""The longest clinic name a text is written for, in septets. A longer one is cut, so that no text grows."""


def render(template: str, *, clinic: str, phone: str, **values: str) -> str:
    """The finished GSM-7 text.

    `clinic`: the name as patients know it. `phone`: the clinic's number as shown ("12 34 56 78"). `values`: what
    the template names besides (`tal`, `laege`, `vagt` ...). Raises KeyError for a placeholder without a value.
    """
    return to_gsm7(template.format_map({"klinik": name_in_text(clinic), "telefon": phone, **values}))


def name_in_text(clinic: str) -> str:
    """A clinic's name as it stands in a text: in GSM-7 letters, and no longer than a text has room for."""
    return shorten(to_gsm7(clinic).strip(), CLINIC_NAME_UNITS)
