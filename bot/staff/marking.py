"""Pure: a reply cut into pieces, so that a template can mark the words that raised a flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.red_flags import SECOND_READER

UNNAMED_FLAG = "Uklart svar"
SECOND_READER_WORDS = "Ord, der kan betyde noget alvorligt"
SECOND_READER_FLAG = "Mulig alarm: læs hele svaret"
YES_TO_SCREENING = "Ja til spørgsmålet"
"""Red without a named flag: a bare yes, or the second reader's finding."""


@dataclass(frozen=True)
class Piece:
    """A stretch of the reply; `flags` are the Danish names of what it raised, none for ordinary words."""

    text: str
    flags: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return ", ".join(self.flags)


def _name(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a marked stretch means, for the reader of the page."""
    if item.get("rule") == SECOND_READER:
        return SECOND_READER_WORDS
    if not item["flag"]:
        return YES_TO_SCREENING
    return names.get(str(item["flag"]), UNNAMED_FLAG)


def flag_names(
    flags: Sequence[str], evidence: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[str, ...]:
    """The Danish names of all that was found, the unnamed findings last."""
    found = dict.fromkeys(names.get(flag, UNNAMED_FLAG) for flag in flags)
    if any(item.get("rule") == SECOND_READER for item in evidence):
        found[SECOND_READER_FLAG] = None
    if any(not item["flag"] and item.get("rule") != SECOND_READER for item in evidence):
        found[YES_TO_SCREENING] = None
    return tuple(found)


def pieces(body: str, evidence: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[Piece, ...]:
    """The whole reply in order, its text unchanged. Overlapping spans share their piece, equal neighbours are one; bad
    spans are left out.
    """
    spans = [
        (int(item["start"]), min(int(item["end"]), len(body)), _name(item, names))
        for item in evidence
        if 0 <= int(item["start"]) < int(item["end"]) and int(item["start"]) < len(body)
    ]
    edges = sorted({0, len(body), *(edge for start, end, _ in spans for edge in (start, end))})
    cut: list[Piece] = []
    for start, end in pairwise(edges):
        flags = tuple(dict.fromkeys(name for first, last, name in spans if first <= start and end <= last))
        if cut and cut[-1].flags == flags:
            cut[-1] = Piece(cut[-1].text + body[start:end], flags)
        else:
            cut.append(Piece(body[start:end], flags))
    return tuple(cut)
