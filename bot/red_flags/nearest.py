"""Labelled replies that are like a given one: so that staff can see what the second reader has learnt from.

The replies are invented (tests/corpus); tools/train_reader.py packs them into messages/red_flags_replies.bin.
"""

from __future__ import annotations

import json
import re
import zlib
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


@dataclass(frozen=True)
class Labelled:
    """An invented reply and the level its writer gave it."""

    text: str
    level: Level


class Neighbours:
    """Finds replies that share many rare words with a text."""

    def __init__(self, replies: Iterable[Labelled]) -> None:
        self._replies = list(replies)
        words = [_words(reply.text) for reply in self._replies]
        seen: dict[str, int] = defaultdict(int)
        for some in words:
            for word in some:
                seen[word] += 1
        self._rare = {word: log(1 + len(words) / count) for word, count in seen.items()}
        self._lengths = [self._length(some) for some in words]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, some in enumerate(words):
            for word in some:
                self._holding[word].append(number)

    def nearest(self, text: str, level: Level, count: int = 2) -> tuple[Labelled, ...]:
        """At most `count` replies of this level, the likest first; none when nothing is much alike."""
        words = _words(text[:_MOST_LETTERS])
        shared: dict[int, float] = defaultdict(float)
        for word in words:
            for number in self._holding.get(word, ()):
                shared[number] += self._rare[word] ** 2
        whole = self._length(words)
        likeness = {
            number: weight / (whole * self._lengths[number])
            for number, weight in shared.items()
            if self._replies[number].level is level
        }
        ranked = sorted(likeness, key=lambda number: (-likeness[number], number))[:count]
        return tuple(self._replies[number] for number in ranked if likeness[number] >= _ALIKE)

    def _length(self, words: Iterable[str]) -> float:
        return sqrt(sum(self._rare.get(word, 0.0) ** 2 for word in words)) or 1.0


def _words(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(normalise(text).text))


def pack(replies: Iterable[Labelled]) -> bytes:
    """The bytes of REPLIES_FILE."""
    return zlib.compress(json.dumps([[r.text, r.level.value] for r in replies]).encode(), 9)


@lru_cache(maxsize=1)
def load_neighbours() -> Neighbours:
    """The shipped replies, read when they are first asked for: only people who want an explanation need them."""
    rows = json.loads(zlib.decompress(REPLIES_FILE.read_bytes()))
    return Neighbours(Labelled(text, Level(level)) for text, level in rows)
