"""Patterns: the small notation of red_flags.toml, compiled and looked for in a text.

`{concept}` any of its words · a space: soon after · `+`: directly after · `...`: later in the sentence · `&`: in the
same sentence, either order · `&&`: anywhere in the message. See messages/red_flag_schema.py for words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.red_flags.lexicon import Lexicon
from bot.red_flags.tokens import Token

NEAR = 3
"""Words and marks that may stand between two elements written with a space."""
FAR = 8
"""The same for elements written with `...`."""
SENTENCE_REACH = 14
"""The same for elements written with `&`."""
_MOST_MATCHES = 200
"""Matches of one pattern that are followed up in one text; more say nothing new."""


@dataclass(frozen=True)
class Occurrence:
    """Tokens first..last (both included). `core`: tokens whose denial denies it; `used`: denials inside."""

    first: int
    last: int
    core: frozenset[int]
    used: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Step:
    """One element of a sequence: alternatives ("{concept}" or word keys) and its greatest distance from the last."""

    names: tuple[str, ...]
    reach: int


@dataclass(frozen=True)
class Pattern:
    """Groups of sequences: parts[i][j] with j joined by `&` and i by `&&`."""

    source: str
    parts: tuple[tuple[tuple[Step, ...], ...], ...]
    names: tuple[tuple[str, ...], ...]
    """The alternatives of every element."""
    needs: frozenset[str]
    """What must be in a text before the pattern is worth trying: the elements without an alternative."""


class Scene:
    """One text as the patterns see it: where each concept or word stands. Filled in by concepts.py."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.found: dict[str, list[Occurrence]] = {}

    def add(self, name: str, occurrence: Occurrence) -> None:
        self.found.setdefault(name, []).append(occurrence)

    def of(self, names: tuple[str, ...]) -> list[Occurrence]:
        if len(names) == 1:
            return self.found.get(names[0], [])
        merged = [occurrence for name in names for occurrence in self.found.get(name, ())]
        return sorted(merged, key=lambda occurrence: occurrence.first)

    def has(self, names: tuple[str, ...]) -> bool:
        return any(name in self.found for name in names)

    def same_sentence(self, one: int, other: int) -> bool:
        return self.tokens[one].sentence == self.tokens[other].sentence


def compile_pattern(source: str, lexicon: Lexicon, *, exact: bool = False) -> Pattern:
    """Read one line of the notation; the words in it become part of the lexicon.

    `exact`: plain words stand for themselves alone, without their inflections, as idioms need.
    """
    parts = tuple(
        tuple(_sequence(sequence, lexicon, exact=exact) for sequence in part.split(" & "))
        for part in source.split(" && ")
    )
    names = tuple(step.names for part in parts for sequence in part for step in sequence)
    return Pattern(source, parts, names, frozenset(one for one, *others in names if not others))


def _sequence(source: str, lexicon: Lexicon, *, exact: bool) -> tuple[Step, ...]:
    steps: list[Step] = []
    reach = NEAR
    phrase = "{" not in source and "..." not in source
    for element in source.split():
        if element in ("...", "+"):
            reach = FAR if element == "..." else 0
            continue
        names = tuple(_name(name, lexicon, exact=exact) for name in element.split("|") if name)
        steps.append(Step(names, 0 if phrase else reach))
        reach = NEAR
    if not steps:
        raise ValueError(f"empty pattern in {source!r}")
    return tuple(steps)


def _name(name: str, lexicon: Lexicon, *, exact: bool) -> str:
    if name.startswith("{"):
        return name
    plain = exact and not name.startswith(("=", "re:")) and "*" not in name
    return lexicon.add(f"={name}" if plain else name)


def find(pattern: Pattern, scene: Scene) -> Iterator[Occurrence]:
    """Every place where the pattern holds (the nearest ones first in the text), at most a few hundred."""
    if not (scene.found.keys() >= pattern.needs and all(scene.has(names) for names in pattern.names)):
        return
    rest: list[Occurrence] = []
    for part in pattern.parts[1:]:
        found = next(_part(part, scene), None)
        if found is None:
            return
        rest.append(found)
    for first in islice(_part(pattern.parts[0], scene), _MOST_MATCHES):
        yield _merge([first, *rest]) if rest else first


def _part(sequences: tuple[tuple[Step, ...], ...], scene: Scene) -> Iterator[Occurrence]:
    if len(sequences) == 1:
        yield from _follow(sequences[0], scene)
        return
    others = [list(_follow(sequence, scene)) for sequence in sequences[1:]]
    for first in _follow(sequences[0], scene):
        near = [_nearest(first, candidates, scene) for candidates in others]
        if all(found is not None for found in near):
            yield _merge([first, *(found for found in near if found is not None)])


def _nearest(anchor: Occurrence, candidates: list[Occurrence], scene: Scene) -> Occurrence | None:
    low, high = anchor.first - SENTENCE_REACH, anchor.last + SENTENCE_REACH
    best: tuple[int, Occurrence] | None = None
    start = _first_from(candidates, low)
    for index in range(start, len(candidates)):
        other = candidates[index]
        if other.first > high:
            break
        gap = max(anchor.first, other.first) - min(anchor.last, other.last)
        if gap > 0 and scene.same_sentence(anchor.first, other.first) and (best is None or gap < best[0]):
            best = (gap, other)
    return best[1] if best else None


def _follow(steps: tuple[Step, ...], scene: Scene) -> Iterator[Occurrence]:
    pools = [scene.of(step.names) for step in steps]
    for first in pools[0]:
        chain = _extend([first], 1, steps, pools, scene)
        if chain is not None:
            yield _merge(chain) if len(chain) > 1 else first


def _extend(
    chain: list[Occurrence], index: int, steps: tuple[Step, ...], pools: list[list[Occurrence]], scene: Scene
) -> list[Occurrence] | None:
    if index == len(steps):
        return chain
    last = chain[-1].last
    pool = pools[index]
    for position in range(_first_from(pool, last + 1), len(pool)):
        candidate = pool[position]
        if candidate.first > last + 1 + steps[index].reach:
            break
        if scene.same_sentence(last, candidate.first):
            longer = _extend([*chain, candidate], index + 1, steps, pools, scene)
            if longer is not None:
                return longer
    return None


def _first_from(pool: list[Occurrence], token: int) -> int:
    low, high = 0, len(pool)
    while low < high:
        middle = (low + high) // 2
        if pool[middle].first < token:
            low = middle + 1
        else:
            high = middle
    return low


def _merge(chain: list[Occurrence]) -> Occurrence:
    return Occurrence(
        min(part.first for part in chain),
        max(part.last for part in chain),
        frozenset().union(*(part.core for part in chain)),
        frozenset().union(*(part.used for part in chain)),
    )
