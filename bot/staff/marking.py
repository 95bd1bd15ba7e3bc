"""Pure: a reply cut into pieces, so that a template can mark the words that raised a flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

UNNAMED_FLAG = "Uklart svar"


@dataclass(frozen=True)
class Piece:
    """A stretch of the reply; `flags` are the Danish names of what it raised, none for ordinary words."""

    text: str
    flags: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return ", ".join(self.flags)


def flag_name(flag: str, names: Mapping[str, str]) -> str:
    return names.get(flag, UNNAMED_FLAG)


def pieces(body: str, evidence: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[Piece, ...]:
    """The whole reply in order, its text unchanged. Overlapping spans share their piece; bad spans are left out."""
    spans = [
        (int(item["start"]), min(int(item["end"]), len(body)), flag_name(str(item["flag"]), names))
        for item in evidence
        if 0 <= int(item["start"]) < int(item["end"]) and int(item["start"]) < len(body)
    ]
    edges = sorted({0, len(body), *(edge for start, end, _ in spans for edge in (start, end))})
    cut = []
    for start, end in pairwise(edges):
        flags = dict.fromkeys(name for first, last, name in spans if first <= start and end <= last)
        cut.append(Piece(body[start:end], tuple(flags)))
    return tuple(cut)
