"""Telephone numbers: any spelling a clinic or Twilio uses, stored as E.164, shown the Danish way."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

HOME = "DK"
_CHANNEL = re.compile(r"^(whatsapp|messenger|rcs|sms|tel):", re.IGNORECASE)


def parse(text: str) -> str | None:
    """E.164 of a valid number, or None. Danish without country code; `0045`, `+45`, spaces, dots accepted."""
    try:
        number = phonenumbers.parse(text.strip(), HOME)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def from_sender(address: str) -> str | None:
    """E.164 of an inbound sender, with any channel prefix (`whatsapp:`) taken off; None for names, short codes."""
    bare = _CHANNEL.sub("", address.strip())
    return parse(bare) if bare.startswith("+") else None


def display(e164: str) -> str:
    """`12 34 56 78` for Danish numbers, international form for others; anything unparsable as it stands."""
    try:
        number = phonenumbers.parse(e164, HOME)
    except NumberParseException:
        return e164
    if number.country_code == 45:
        digits = str(number.national_number)
        return " ".join(digits[i : i + 2] for i in range(0, len(digits), 2)) if len(digits) == 8 else digits
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
