"""Labelled replies that are like a given one: so that staff can see what the second reader has learnt from.

The replies are invented (tests/corpus); tools/train_reader.py packs them into messages/red_flags_replies.bin.
"""

from __future__ import annotations

import json
import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from pathlib import Path

import messages
from bot.red_flags.model import Level
from bot.red_flags.normalise import normalise
from bot.red_flags.tokens import stem

REPLIES_FILE = Path(messages.__file__).parent / "red_flags_replies.bin"
_WORD = re.compile(r"\w+")
_MOST_LETTERS = 2_000
_ALIKE = 0.25
"""The least likeness (0 to 1) worth showing."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An invented reply and the level its writer gave it."""

    text: str
    level: Level


class Neighbours:
    """Finds replies that share many rare words with a text."""

    def __init__(self, replies: Iterable[Labelled]) -> None:
        self._replies = list(replies)
        self._holding: dict[str, array[int]] = {}
        for number, reply in enumerate(self._replies):
            for word in _words(reply.text):
                self._holding.setdefault(word, array("I")).append(number)
        count = len(self._replies)
        self._rare = {word: log(1 + count / len(holding)) for word, holding in self._holding.items()}
        squares = array("d", bytes(8 * count))
        for word, holding in self._holding.items():
            for number in holding:
                squares[number] += self._rare[word] ** 2
        self._lengths = array("d", (sqrt(square) or 1.0 for square in squares))

    def nearest(self, text: str, level: Level, count: int = 2) -> tuple[Labelled, ...]:
        """At most `count` replies of this level, the likest first; none when nothing is much alike."""
        words = _words(text[:_MOST_LETTERS])
        shared: dict[int, float] = defaultdict(float)
        for word in words:
            for number in self._holding.get(word, ()):
                shared[number] += self._rare[word] ** 2
        whole = sqrt(sum(self._rare.get(word, 0.0) ** 2 for word in words)) or 1.0
        likeness = {
            number: weight / (whole * self._lengths[number])
            for number, weight in shared.items()
            if self._replies[number].level is level
        }
        ranked = sorted(likeness, key=lambda number: (-likeness[number], number))[:count]
        return tuple(self._replies[number] for number in ranked if likeness[number] >= _ALIKE)


def _words(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(normalise(text).text))


def pack(replies: Iterable[Labelled]) -> bytes:
    """The bytes of REPLIES_FILE. Green ones are left out: the second reader only raises."""
    rows = [[reply.text, reply.level.value] for reply in replies if reply.level is not Level.GREEN]
    return zlib.compress(json.dumps(rows).encode(), 9)


@lru_cache(maxsize=1)
def load_neighbours() -> Neighbours:
    """The shipped replies, read when they are first asked for: only people who want an explanation need them."""
    rows = json.loads(zlib.decompress(REPLIES_FILE.read_bytes()))
    return Neighbours(Labelled(text, Level(level)) for text, level in rows)
