"""What the second reader looks at: pieces of words, words, and the concepts the rules found, each as a number.

Training and reading use this one function, so that the model never meets a feature it was not trained on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from zlib import crc32

from bot.red_flags.context import Cues, Denials
from bot.red_flags.patterns import Scene
from bot.red_flags.tokens import Token, stem

BITS = 18
"""The model has 2**BITS weights a question; two features that meet in one weight share it."""
_MASK = (1 << BITS) - 1
_MOST_LETTERS = 40
_NEAR = 6
_PAIRED_STEMS = 5
_MOST_IN_SENTENCE = 60
_CONCEPT_WEIGHT = 0.3
_WORDS_REMEMBERED = 20_000

Placed = tuple[int, int]
"""Index of the weight, and the token it stands on."""
Weighted = tuple[int, float, int]
"""Index of the weight, value of the feature, first token it stands on."""


@dataclass(frozen=True)
class Reading:
    """A reply as the rules' first stages have read it: what the second reader starts from."""

    scene: Scene
    denials: Denials
    cues: Cues
    question: str | None


def features(reading: Reading, start: int, end: int) -> list[Weighted]:
    """Every feature of the tokens start:end of a reply. Linear in their number."""
    tokens = list(enumerate(reading.scene.tokens[start:end], start))
    return [
        *_scaled((piece, place) for place, token in tokens for piece in _pieces(token.word)),
        *_scaled(_word_groups(tokens, reading.question)),
        *_scaled(_stem_pairs(tokens)),
        *((_index(name), _CONCEPT_WEIGHT, first) for name, first in _concepts(reading, start, end)),
    ]


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _index(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) & _MASK


def _scaled(placed: Iterable[Placed]) -> list[Weighted]:
    """Each feature once; together they weigh the same in a short reply as in a long one."""
    first: dict[int, int] = {}
    for index, place in placed:
        first.setdefault(index, place)
    value = 1 / sqrt(len(first)) if first else 0.0
    return [(index, value, place) for index, place in first.items()]


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _pieces(word: str) -> tuple[int, ...]:
    """Runs of 2 to 5 letters inside a word with its edges: what survives a typo or a compound."""
    edged = f" {word[:_MOST_LETTERS]} "
    runs = (edged[start : start + size] for size in range(2, 6) for start in range(len(edged) - size + 1))
    return tuple(crc32(f"p{run}".encode("utf-8", "surrogatepass")) & _MASK for run in runs)


def _word_groups(tokens: list[tuple[int, Token]], question: str | None) -> Iterator[Placed]:
    """Runs of one to three words, the question standing before the first."""
    first = tokens[0][0] if tokens else 0
    row = [_hash(f"q:{question}"), *(_hash(token.word) for _, token in tokens)]
    for position, one in enumerate(row):
        place = first + max(position - 1, 0)
        yield _mixed(1, one), place
        if position + 1 < len(row):
            two = _mixed(one, row[position + 1])
            yield two, place
            if position + 2 < len(row):
                yield _mixed(two, row[position + 2]), place


def _stem_pairs(tokens: list[tuple[int, Token]]) -> Iterator[Placed]:
    """Stems, and pairs of stems a few words apart in one sentence: what survives another word order."""
    words = [(place, token.sentence, _stem(token.word)) for place, token in tokens if token.is_word]
    for rank, (place, sentence, one) in enumerate(words):
        yield _mixed(2, one), place
        for _, other_sentence, other in words[rank + 1 : rank + 1 + _PAIRED_STEMS]:
            if other_sentence != sentence:
                break
            yield _mixed(_mixed(3, one), other), place


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _stem(word: str) -> int:
    return _hash(stem(word))


def _mixed(one: int, other: int) -> int:
    """The weight that stands for two numbers in this order; cheaper than to spell them out and hash the letters."""
    mixed = (one * 0x9E3779B1 + other * 0x85EBCA6B + 0x27D4EB2F) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 15)) & _MASK


def _concepts(reading: Reading, start: int, end: int) -> Iterable[tuple[str, int]]:
    """Concepts, denied or not and under which cue, and pairs of them that stand near each other.

    Which rules fired is left out on purpose: the rules know the replies they were written from, and a model that leans
    on them is sure where it should not be.
    """
    scene = reading.scene
    placed: dict[int, list[tuple[int, str]]] = {}
    names: dict[str, int] = {}
    for name, occurrences in scene.found.items():
        if not name.startswith("{"):
            continue
        for occurrence in occurrences:
            if not start <= occurrence.first < end:
                continue
            signed = f"{name}-" if reading.denials.cancels(occurrence) else name
            names.setdefault(f"c{signed}", occurrence.first)
            for cue in reading.cues.over(scene, occurrence):
                names.setdefault(f"c{name}/{cue}", occurrence.first)
            placed.setdefault(scene.tokens[occurrence.first].sentence, []).append((occurrence.first, signed))
    for here in placed.values():
        for pair, position in _pairs(sorted(set(here))[:_MOST_IN_SENTENCE]):
            names.setdefault(pair, position)
    names.setdefault(f"q{reading.question}", start)
    return names.items()


def _pairs(ordered: list[tuple[int, str]]) -> Iterable[tuple[str, int]]:
    for rank, (position, one) in enumerate(ordered):
        for later, other in ordered[rank + 1 :]:
            if later - position > _NEAR:
                break
            if one != other:
                yield f"n{one}{other}", position
