"""SMS text: the GSM 03.38 alphabet, and how many segments a text costs. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters that take one septet."""

GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that take two septets: an escape and the character itself."""

GSM7 = GSM7_BASIC | GSM7_EXTENSION

_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_JOINED = {"GSM-7": 153, "UCS-2": 67}  # six octets of every joined segment are the header that joins them

_REPLACEMENTS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"),
        **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009", " "),
        **dict.fromkeys("\u200a\u202f\u205f\u3000\t", " "),
        **dict.fromkeys("\u2028\u2029\u0085\u000b", "\n"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\ufe0e\ufe0f", None),
        "\u2026": "...",
        "\u00d7": "x",
        "\u00f7": "/",
        "\u0152": "OE",
        "\u0153": "oe",
        "\u0141": "L",
        "\u0142": "l",
        "\u0110": "D",
        "\u0111": "d",
        "\u00d0": "D",
        "\u00f0": "d",
        "\u00de": "Th",
        "\u00fe": "th",
        "\u0131": "i",
    }
)

Encoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True)
class Measure:
    """What a text costs. `units`: septets (GSM-7) or 16-bit code units (UCS-2), without headers and padding."""

    encoding: Encoding
    segments: int
    units: int


def to_gsm7(text: str) -> str:
    """The text in GSM-7 letters: what the alphabet has stays; other letters lose accents or become "?"."""
    composed = unicodedata.normalize("NFC", text).translate(_REPLACEMENTS)
    if GSM7.issuperset(composed):
        return composed
    return "".join(char if char in GSM7 else _nearest(char) for char in composed)


def measure(text: str) -> Measure:
    """Encoding and exact number of segments; an escape or surrogate pair is never split over two segments.

    An empty text is one (empty) segment.
    """
    if GSM7.issuperset(text):
        if len(text) <= _SINGLE["GSM-7"] and GSM7_EXTENSION.isdisjoint(text):
            return Measure("GSM-7", 1, len(text))  # most texts
        return _measured("GSM-7", [2 if char in GSM7_EXTENSION else 1 for char in text])
    return _measured("UCS-2", [2 if ord(char) > 0xFFFF else 1 for char in text])


def shorten(text: str, units: int) -> str:
    """The longest beginning of a text that takes at most `units` septets (GSM-7) or code units (UCS-2)."""
    while measure(text).units > units:
        text = text[:-1]
    return text.rstrip()


def _nearest(char: str) -> str:
    parts = unicodedata.normalize("NFKD", char).replace("\u2044", "/")  # "½" is "1/2", not "12"
    if len(parts) == 1 and unicodedata.combining(char):
        return ""
    kept = "".join(part for part in parts if part in GSM7)
    return kept if kept.strip() else "?"


def _measured(encoding: Encoding, widths: list[int]) -> Measure:
    units = sum(widths)
    if units <= _SINGLE[encoding]:
        return Measure(encoding, 1, units)
    segments, used = 1, 0
    for width in widths:
        if used + width > _JOINED[encoding]:
            segments, used = segments + 1, 0
        used += width
    return Measure(encoding, segments, units)
