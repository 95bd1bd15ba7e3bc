"""Many patterns in order, and quickly those of them that a text may hold.

A text can only hold a pattern when it has all the pattern's elements, each under one of its names. That is asked of all
patterns at once: for each name there is a number with a bit for every pattern that it serves as first element, one for
those that it serves as second, and so on. So thousands of patterns cost a short reply little more than those it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView
from functools import reduce
from operator import and_
from typing import Any, Generic, TypeVar

from bot.red_flags.patterns import Occurrence, Pattern, Scene, find

Owner = TypeVar("Owner")


class Index(Generic[Owner]):
    """Patterns, each with what it belongs to, numbered in the order given."""

    def __init__(self, entries: Iterable[tuple[Owner, Pattern]]) -> None:
        self.entries = tuple(entries)
        self.shorter = [0] * max((len(pattern.names) for _, pattern in self.entries), default=1)
        """For each place the patterns that have no element there, as bits."""
        served: dict[str, dict[int, int]] = {}
        for number, (_, pattern) in enumerate(self.entries):
            for place in range(len(pattern.names), len(self.shorter)):
                self.shorter[place] |= 1 << number
            for place, name in ((place, name) for place, names in enumerate(pattern.names) for name in names):
                places = served.setdefault(name, {})
                places[place] = places.get(place, 0) | 1 << number
        self.served = {name: tuple(places.items()) for name, places in served.items()}
        """For each name the places where it serves, each with the patterns, as bits."""

    def find(self, scene: Scene) -> Iterator[tuple[Owner, Occurrence]]:
        """Every place where a pattern holds, pattern by pattern."""
        for number in Sieve(self, scene.found.keys()):
            owner, pattern = self.entries[number]
            for occurrence in find(pattern, scene):
                yield owner, occurrence


class Sieve:
    """The numbers of the patterns that have all their elements among the names of a text, lowest first. A name added
    while they are gone through lets through the patterns it completes that are still ahead.
    """

    def __init__(self, index: Index[Any], names: KeysView[str]) -> None:
        self._served = index.served
        self._have = list(index.shorter)
        for name in self._served.keys() & names:
            for place, patterns in self._served[name]:
                self._have[place] |= patterns
        self._possible = reduce(and_, self._have)

    def add(self, name: str) -> None:
        for place, patterns in self._served.get(name, ()):
            self._have[place] |= patterns
        self._possible = reduce(and_, self._have)

    def __iter__(self) -> Iterator[int]:
        number = 0
        while ahead := self._possible >> number:
            number += (ahead & -ahead).bit_length()
            yield number - 1
