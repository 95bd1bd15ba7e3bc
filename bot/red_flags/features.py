"""What the linear half of the second reader looks at: pieces of words, words, and the concepts the rules found.

Training and reading use the same functions, so that the model never meets a feature it was not trained on. Features of
one kind together weigh the same in a short reply as in a long one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.red_flags.context import Denials
from bot.red_flags.patterns import Occurrence, Scene
from bot.red_flags.remember import Memory
from bot.red_flags.tokens import Token, stem

BITS = 18
"""The model has 2**BITS weights; two features that meet in one weight share it."""
_MASK = (1 << BITS) - 1
_MOST_LETTERS = 40
_PAIRED_STEMS = 5
_CONCEPT_WEIGHT = 0.3

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """A concept the rules found in a reply. `signed`: its name, with a minus when it is denied."""

    signed: str
    occurrence: Occurrence


@dataclass(frozen=True)
class Reading:
    """A reply as the rules' first stages have read it: what the second reader starts from."""

    scene: Scene
    denials: Denials
    question: str | None

    @cached_property
    def told(self) -> list[Told]:
        """Every concept that was found, wherever it stands."""
        return [
            Told(f"{name}-" if self.denials.cancels(occurrence) else name, occurrence)
            for name, occurrences in self.scene.found.items()
            if name.startswith("{")
            for occurrence in occurrences
        ]


@dataclass(frozen=True)
class Placed:
    """Features of one kind: which weight each stands for, and the token it stands on. `value`: of each of them."""

    weights: Numbers
    places: Numbers
    value: float


@dataclass(frozen=True)
class Stretch:
    """The tokens start:end of a reply with their features, each looked for once. Linear in the number of tokens."""

    reading: Reading
    start: int
    end: int

    @cached_property
    def tokens(self) -> list[Token]:
        return self.reading.scene.tokens[self.start : self.end]

    @property
    def features(self) -> list[Placed]:
        """Every feature, kind by kind."""
        return [self.pieces, *self.signs]

    @property
    def pieces(self) -> Placed:
        """The pieces of the words."""
        found = [PIECES[token.word] for token in self.tokens]
        places = np.repeat(np.arange(self.start, self.start + len(found)), [len(some) for some in found])
        return _even(np.concatenate([*found, _NONE]), places)

    @cached_property
    def signs(self) -> list[Placed]:
        """All but the pieces: words, stems beside each other, concepts."""
        concepts = list(_concepts(self.reading, self.start, self.end))
        return [
            _word_groups(self.tokens, self.start, self.reading.question),
            _stem_pairs(self.tokens, self.start),
            Placed(
                np.array([_INDEX[name] for name, _ in concepts], dtype=np.int64),
                np.array([place for _, place in concepts], dtype=np.int64),
                _CONCEPT_WEIGHT,
            ),
        ]


def even(count: int) -> float:
    """The value of each of so many features of one kind."""
    return float(count**-0.5) if count else 0.0


def _even(weights: Numbers, places: Numbers) -> Placed:
    return Placed(weights, places, even(len(weights)))


def _pieces(word: str) -> Numbers:
    """Runs of 2 to 5 letters inside a word with its edges: what survives a typo or a compound."""
    edged = f" {word[:_MOST_LETTERS]} "
    runs = (edged[start : start + size] for size in range(2, 6) for start in range(len(edged) - size + 1))
    return np.array([_hash(f"p{run}") & _MASK for run in runs], dtype=np.int64)


def _word_groups(tokens: list[Token], start: int, question: str | None) -> Placed:
    """Runs of one to three words, the question standing before the first."""
    row = np.array([_WORD[f"q:{question}"], *(_WORD[token.word] for token in tokens)], dtype=np.uint64)
    two = _mixed(row[:-1], row[1:])
    groups = (_mixed(np.uint64(1), row), two, _mixed(two[:-1], row[2:]))
    place = np.maximum(np.arange(len(row)) - 1, 0) + start
    return _even(_weights(groups), np.concatenate([place[: len(some)] for some in groups]))


def _stem_pairs(tokens: list[Token], start: int) -> Placed:
    """Stems, and pairs of stems a few words apart in one sentence: what survives another word order."""
    words = [(place, token.sentence, _STEM[token.word]) for place, token in enumerate(tokens, start) if token.is_word]
    table = np.array(words, dtype=np.int64).reshape(-1, 3)
    place, sentence, stems = table[:, 0], table[:, 1], table[:, 2].astype(np.uint64)
    first = _mixed(np.uint64(3), stems)
    found, places = [_mixed(np.uint64(2), stems)], [place]
    for apart in range(1, min(_PAIRED_STEMS, len(stems) - 1) + 1):
        together = sentence[:-apart] == sentence[apart:]
        found.append(_mixed(first[:-apart], stems[apart:])[together])
        places.append(place[:-apart][together])
    return _even(_weights(found), np.concatenate(places))


def _hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


_FACTORS = (np.uint64(0x9E3779B1), np.uint64(0x85EBCA6B), np.uint64(0x27D4EB2F))
_LOW, _SHIFT, _KEPT = np.uint64(0xFFFFFFFF), np.uint64(15), np.uint64(_MASK)
PIECES = Memory(_pieces)
"""The weights of the pieces of a word."""
_NONE = np.array([], dtype=np.int64)
_INDEX = Memory(lambda name: _hash(name) & _MASK)
_WORD = Memory(_hash)
_STEM = Memory(lambda word: _hash(stem(word)))


def _mixed(one: NDArray[np.uint64] | np.uint64, other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The weight that stands for two numbers in this order; cheaper than to spell them out and hash the letters."""
    mixed = (one * np.uint64(0x9E3779B1) + other * np.uint64(0x85EBCA6B) + np.uint64(0x27D4EB2F)) & np.uint64(
        0xFFFFFFFF
    )
    return (mixed ^ (mixed >> np.uint64(15))) & np.uint64(_MASK)


def _weights(groups: Iterable[NDArray[np.uint64]]) -> Numbers:
    return np.concatenate(list(groups)).astype(np.int64)


def _concepts(reading: Reading, start: int, end: int) -> Iterable[tuple[str, int]]:
    """The question, and each concept, denied or not, where it stands first.

    Which rules fired is left out on purpose: the rules know the replies they were written from, and a model that leans
    on them is sure where it should not be. Pairs of concepts and their cues were tried and told nothing more.
    """
    names: dict[str, int] = {}
    for told in reading.told:
        first = told.occurrence.first
        if start <= first < end:
            names.setdefault(f"c{told.signed}", first)
    names.setdefault(f"q{reading.question}", start)
    return names.items()
