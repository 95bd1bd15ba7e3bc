"""Patterns, and the places of a text where they hold. notation.py compiles them from red_flags.toml."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from operator import attrgetter, or_

from bot.red_flags.tokens import Token

SENTENCE_REACH = 14
"""Words and marks that may stand between two sequences joined by `&`."""
SHORT = 200
"""Words and marks of a text that is not worth dividing into its sentences."""
_FEW = 12
"""Occurrences that are looked at one by one."""
_MOST_MATCHES = 200
"""Matches of one pattern that are followed up in one text; more say nothing new."""


@dataclass(slots=True, unsafe_hash=True)
class Occurrence:
    """Tokens first..last (both included). `core`: tokens whose denial denies it; `used`: denials inside. Both sorted.

    Never changed once made; not declared frozen because that makes it four times as dear to make.
    """

    first: int
    last: int
    core: tuple[int, ...]
    used: tuple[int, ...] = ()


_FIRST = attrgetter("first")


Names = tuple[str, ...]
"""What an element of a pattern goes by: "{concept}" or word keys, each as good as the other."""


@dataclass(slots=True)
class Part:
    """Sequences that stand in the same sentence, in any order. `names`: of all their elements, one sequence after the
    other. `reaches`: for each sequence, how far each element may stand from the one before it.
    """

    names: tuple[Names, ...]
    reaches: tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class Pattern:
    """Parts that stand anywhere in the same text. `source`: the line of the notation."""

    source: str
    parts: tuple[Part, ...]
    names: tuple[Names, ...] = field(init=False)
    """Those of every element, once each."""
    needs: frozenset[str] = field(init=False)
    """What must be in a text before the pattern is worth trying: the elements that go by one name only."""

    def __post_init__(self) -> None:
        self.names = tuple(dict.fromkeys(names for part in self.parts for names in part.names))
        self.needs = frozenset(one for one, *others in self.names if not others)


Pools = list[list[Occurrence]]
"""For each of several elements its occurrences, in reading order."""


class Scene:
    """One text as the patterns see it: where each concept or word stands. Filled in by concepts.py.

    An occurrence stands within one sentence. Once a name has been looked for, it gets no more of them.
    """

    def __init__(self, tokens: list[Token], found: dict[str, list[Occurrence]]) -> None:
        self.tokens = tokens
        self.found = found
        self.sentence_of = [token.sentence for token in tokens]
        self._sentences: dict[str, int] = {}
        self._places: dict[str, tuple[dict[int, int], dict[int, int]]] = {}

    def has(self, names: Names) -> bool:
        return not self.found.keys().isdisjoint(names)

    def of(self, names: Names) -> list[Occurrence]:
        """All occurrences of any of the names, in reading order."""
        if len(names) == 1:
            return self.found.get(names[0], [])
        return sorted([here for name in names for here in self.found.get(name, ())], key=_FIRST)

    def within(self, sentence: int, names: Names) -> list[Occurrence]:
        """The same in one sentence."""
        if len(names) == 1:
            first, stop = self._places.get(names[0]) or self._divide(names[0])
            return self.found[names[0]][first[sentence] : stop[sentence]] if sentence in first else []
        each = [self.within(sentence, (name,)) for name in names if name in self.found]
        return sorted(chain.from_iterable(each), key=_FIRST)

    def sentences_with(self, elements: tuple[Names, ...]) -> int:
        """The sentences that have every element, as bits."""
        common = -1
        for names in elements:
            have = 0
            for name in names:
                if name in self.found:
                    have |= self._sentences.get(name) or self._as_bits(name)
            common &= have
            if not common:
                break
        return common

    def _as_bits(self, name: str) -> int:
        sentences = {self.sentence_of[here.first] for here in self.found[name]}
        bits = self._sentences[name] = reduce(or_, [1 << sentence for sentence in sentences])
        return bits

    def _divide(self, name: str) -> tuple[dict[int, int], dict[int, int]]:
        """For each sentence where its occurrences of a name begin and end among all of them."""
        first: dict[int, int] = {}
        stop: dict[int, int] = {}
        for place, here in enumerate(self.found[name]):
            sentence = self.sentence_of[here.first]
            if sentence not in stop:
                first[sentence] = place
            stop[sentence] = place + 1
        self._places[name] = first, stop
        return first, stop


def find(pattern: Pattern, scene: Scene) -> list[Occurrence]:
    """Every place where the pattern holds (the nearest ones first in the text), at most a few hundred."""
    found = _places(pattern.parts[0], scene, _MOST_MATCHES)
    for part in pattern.parts[1:]:
        elsewhere = _places(part, scene, 1)
        if not elsewhere:
            return []
        found = [_merge(here, elsewhere[0]) for here in found]
    return found


def find_any(patterns: tuple[Pattern, ...], scene: Scene) -> Iterator[Occurrence]:
    """Every place where one of the patterns holds."""
    for pattern in patterns:
        if pattern.needs <= scene.found.keys():
            yield from find(pattern, scene)


def _places(part: Part, scene: Scene, most: int) -> list[Occurrence]:
    """The first `most` places where a part holds. In a long text only the sentences that have all its steps are gone
    through.
    """
    if len(part.names) == 1:
        return scene.of(part.names[0])[:most]
    if len(scene.tokens) <= SHORT:
        return _match(part, [scene.of(names) for names in part.names], scene)[:most]
    common = scene.sentences_with(part.names)
    found: list[Occurrence] = []
    while common and len(found) < most:
        sentence = (common & -common).bit_length() - 1
        common ^= 1 << sentence
        found += _match(part, [scene.within(sentence, names) for names in part.names], scene)
    return found[:most]


def _match(part: Part, pools: Pools, scene: Scene) -> list[Occurrence]:
    """Where the first sequence stands with one of each of the others near."""
    anchors = _follow(part.reaches[0], pools, scene)
    if not anchors or len(part.reaches) == 1:
        return anchors
    others: Pools = []
    begin = len(part.reaches[0])
    for reaches in part.reaches[1:]:
        others.append(_follow(reaches, pools[begin : begin + len(reaches)], scene))
        begin += len(reaches)
    found: list[Occurrence] = []
    for anchor in anchors:
        near = [nearest for candidates in others if (nearest := _nearest(anchor, candidates, scene))]
        if len(near) == len(others):
            found.append(reduce(_merge, near, anchor))
    return found


def _nearest(anchor: Occurrence, candidates: list[Occurrence], scene: Scene) -> Occurrence | None:
    sentence = scene.sentence_of[anchor.first]
    low, high = anchor.first - SENTENCE_REACH, anchor.last + SENTENCE_REACH
    best: tuple[int, Occurrence] | None = None
    for other in _about(candidates, low, high):
        if not low <= other.first <= high or scene.sentence_of[other.first] != sentence:
            continue
        gap = max(anchor.first, other.first) - min(anchor.last, other.last)
        if gap > 0 and (best is None or gap < best[0]):
            best = (gap, other)
    return best[1] if best else None


def _follow(reaches: tuple[int, ...], pools: Pools, scene: Scene) -> list[Occurrence]:
    """Where elements stand one after the other, each within reach of the one before."""
    if len(reaches) == 1:
        return pools[0]
    found: list[Occurrence] = []
    for first in pools[0]:
        rest = _rest(1, first.last, reaches, pools, scene)
        if rest:
            found.append(_merge(first, rest))
    return found


def _rest(index: int, last: int, reaches: tuple[int, ...], pools: Pools, scene: Scene) -> Occurrence | None:
    """The elements from `index` on, after the token `last`, as one: the nearest occurrences of them, if any."""
    furthest = last + 1 + reaches[index]
    for candidate in _about(pools[index], last + 1, furthest):
        if not last < candidate.first <= furthest or scene.sentence_of[candidate.first] != scene.sentence_of[last]:
            continue
        if index + 1 == len(reaches):
            return candidate
        rest = _rest(index + 1, candidate.last, reaches, pools, scene)
        if rest:
            return _merge(candidate, rest)
    return None


def _about(pool: list[Occurrence], low: int, high: int) -> list[Occurrence]:
    """Those that begin at one of the tokens low..high; of a few all, since looking is quicker than searching."""
    if len(pool) < _FEW:
        return pool
    return pool[bisect_left(pool, low, key=_FIRST) : bisect_right(pool, high, key=_FIRST)]


def _merge(one: Occurrence, other: Occurrence) -> Occurrence:
    if other.first < one.first:
        one, other = other, one
    core, used = one.core + other.core, one.used + other.used
    if other.first <= one.last:
        core, used = tuple(sorted({*core})), tuple(sorted({*used}))
    return Occurrence(one.first, max(one.last, other.last), core, used)
