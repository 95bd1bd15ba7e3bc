"""What the linear half of the second reader looks at: pieces of words, words, and the concepts the rules found.

Training and reading use the same functions, so that the model never meets a feature it was not trained on. Features of
one kind together weigh the same in a short reply as in a long one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
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
Hashes = NDArray[np.uint32]


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
    """Features of one kind: which weight each stands for, and the token of the stretch it stands on (0 is the first).
    `value`: of each of them."""

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
        places = np.repeat(np.arange(len(found)), [len(some) for some in found])
        return _even(np.concatenate([*found, _NONE]), places)

    @cached_property
    def signs(self) -> list[Placed]:
        """All but the pieces: words, stems beside each other, concepts."""
        concepts = _concepts(self.reading, self.start, self.end)
        return [
            _word_groups(self.tokens, self.reading.question),
            _stem_pairs(self.tokens),
            Placed(
                np.array([_INDEX[name] for name in concepts], dtype=np.int64),
                np.array([*concepts.values()], dtype=np.int64) - self.start,
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


def _word_groups(tokens: list[Token], question: str | None) -> Placed:
    """Runs of one to three words, the question standing before the first."""
    row = np.array([_WORD[f"q:{question}"], *[_WORD[token.word] for token in tokens]], dtype=np.uint32)
    two = _mixed(row[:-1], row[1:])
    weights = np.concatenate([_mixed(_ALONE, row), two, _mixed(two[:-1], row[2:])])
    return _even(_kept(weights), _group_places(len(row)))


@lru_cache(maxsize=128)
def _group_places(count: int) -> Numbers:
    """On which token each run of so many words begins; the question stands on the first."""
    place = np.maximum(np.arange(count) - 1, 0)
    return np.concatenate([place, place[: max(0, count - 1)], place[: max(0, count - 2)]])


def _stem_pairs(tokens: list[Token]) -> Placed:
    """Stems, and pairs of stems a few words apart in one sentence: what survives another word order."""
    places = [place for place, token in enumerate(tokens) if token.is_word]
    stems = np.array([_STEM[tokens[place].word] for place in places], dtype=np.uint32)
    first, second = _pairs(len(places))
    sentence = np.array([tokens[place].sentence for place in places], dtype=np.int64)
    together = sentence[first] == sentence[second]
    first, second = first[together], second[together]
    weights = np.concatenate([_mixed(_STEM_ALONE, stems), _mixed(_mixed(_STEM_PAIR, stems)[first], stems[second])])
    place = np.array(places, dtype=np.int64)
    return _even(_kept(weights), np.concatenate([place, place[first]]))


@lru_cache(maxsize=128)
def _pairs(count: int) -> tuple[Numbers, Numbers]:
    """Of so many words the numbers of all that stand at most a few apart: the first and the second of each pair."""
    near = [(one, one + apart) for apart in range(1, _PAIRED_STEMS + 1) for one in range(count - apart)]
    table = np.array(near, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


def _hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


_ALONE, _STEM_ALONE, _STEM_PAIR = np.array([[1], [2], [3]], dtype=np.uint32)
"""What stands before a single word or stem, so that each kind has weights of its own."""
_FACTORS = tuple(np.array([factor], dtype=np.uint32) for factor in (0x9E3779B1, 0x85EBCA6B, 0x27D4EB2F))
_SHIFT, _KEPT = np.uint32(15), np.uint32(_MASK)
PIECES = Memory(_pieces)
"""The weights of the pieces of a word."""
_NONE = np.array([], dtype=np.int64)
_INDEX = Memory(lambda name: _hash(name) & _MASK)
_WORD = Memory(_hash)
_STEM = Memory(lambda word: _hash(stem(word)))


def _mixed(one: Hashes, other: Hashes) -> Hashes:
    """One number for two in this order; what runs over 32 bits is let go. Cheaper than to spell them out and hash the
    letters."""
    mixed = one * _FACTORS[0]
    mixed = mixed + other * _FACTORS[1]
    mixed += _FACTORS[2]
    mixed ^= mixed >> _SHIFT
    return mixed


def _kept(mixed: Hashes) -> Numbers:
    """The weights that mixed numbers stand for."""
    return (mixed & _KEPT).astype(np.int64)


def _concepts(reading: Reading, start: int, end: int) -> dict[str, int]:
    """The question, and each concept, denied or not, with the token of the reply where it stands first.

    Which rules fired is left out on purpose: the rules know the replies they were written from, and a model that leans
    on them is sure where it should not be. Pairs of concepts and their cues were tried and told nothing more.
    """
    names: dict[str, int] = {}
    for told in reading.told:
        first = told.occurrence.first
        if start <= first < end:
            names.setdefault(f"c{told.signed}", first)
    names.setdefault(f"q{reading.question}", start)
    return names
