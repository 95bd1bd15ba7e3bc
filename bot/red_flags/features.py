"""What the second reader looks at: pieces of words, words, and the concepts the rules found, each as a number.

Training and reading use this one function, so that the model never meets a feature it was not trained on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from zlib import crc32

from bot.red_flags.context import Cues, Denials
from bot.red_flags.patterns import Scene

BITS = 18
"""The model has 2**BITS weights; two features that meet in one weight share it."""
_MASK = (1 << BITS) - 1
_MOST_TOKENS = 120
"""Longer replies are read up to here: the rules read the rest."""
_NEAR = 6
_MOST_IN_SENTENCE = 60
_CONCEPT_WEIGHT = 0.3

Weighted = tuple[int, float, int]
"""Index of the weight, value of the feature, first token it stands on."""


@dataclass(frozen=True)
class Reading:
    """A reply as the rules' first stages have read it: what the second reader starts from."""

    scene: Scene
    denials: Denials
    cues: Cues
    question: str | None


def features(reading: Reading) -> list[Weighted]:
    """Every feature of a reply. Linear in the length of the text, bounded by the first tokens."""
    words = [token.word for token in reading.scene.tokens[:_MOST_TOKENS]]
    return [
        *_scaled(_pieces(words)),
        *_scaled(_word_groups(words, reading.question)),
        *((_index(name), _CONCEPT_WEIGHT, first) for name, first in _concepts(reading)),
    ]


def _index(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) & _MASK


def _scaled(named: Iterable[tuple[str, int]]) -> list[Weighted]:
    """Each name once; together they weigh the same in a short reply as in a long one."""
    once = dict.fromkeys(named)
    names: dict[str, int] = {}
    for name, first in once:
        names.setdefault(name, first)
    value = 1 / sqrt(len(names)) if names else 0.0
    return [(_index(name), value, first) for name, first in names.items()]


def _pieces(words: list[str]) -> Iterable[tuple[str, int]]:
    """Runs of 2 to 5 letters inside each word with its edges: what survives a typo or a compound."""
    for position, word in enumerate(words):
        edged = f" {word} "
        for size in range(2, 6):
            for start in range(len(edged) - size + 1):
                yield "p" + edged[start : start + size], position


def _word_groups(words: list[str], question: str | None) -> Iterable[tuple[str, int]]:
    """Runs of one to three words, the question standing before the first."""
    row = [f"q:{question}", *words]
    for position in range(len(row)):
        for size in range(1, 4):
            if position + size <= len(row):
                yield "w" + " ".join(row[position : position + size]), max(position - 1, 0)


def _concepts(reading: Reading) -> Iterable[tuple[str, int]]:
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
            signed = f"{name}-" if reading.denials.cancels(occurrence) else name
            names.setdefault(f"c{signed}", occurrence.first)
            for cue in reading.cues.over(scene, occurrence):
                names.setdefault(f"c{name}/{cue}", occurrence.first)
            placed.setdefault(scene.tokens[occurrence.first].sentence, []).append((occurrence.first, signed))
    for here in placed.values():
        for pair, position in _pairs(sorted(set(here))[:_MOST_IN_SENTENCE]):
            names.setdefault(pair, position)
    names.setdefault(f"q{reading.question}", 0)
    return names.items()


def _pairs(ordered: list[tuple[int, str]]) -> Iterable[tuple[str, int]]:
    for rank, (position, one) in enumerate(ordered):
        for later, other in ordered[rank + 1 :]:
            if later - position > _NEAR:
                break
            if one != other:
                yield f"n{one}{other}", position
