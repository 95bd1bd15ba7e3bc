"""The vocabulary compiled for look-up: which entries of the word lists a single token can be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.red_flags.normalise import fold
from bot.red_flags.tokens import stem
from bot.red_flags.typos import SHORTEST, Mender, slips, typed_twice

_LONGEST_WORD = 60


@dataclass
class Lexicon:
    """Maps a token to the word entries it matches. `key` is the entry as written, folded ("=kraft", "tiss*")."""

    exact: dict[str, set[str]] = field(default_factory=dict)
    stems: dict[str, set[str]] = field(default_factory=dict)
    beginnings: dict[str, str] = field(default_factory=dict)
    endings: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    expressions: dict[str, re.Pattern[str]] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    _mender: Mender = field(default_factory=Mender)
    _lengths: list[int] = field(default_factory=list)
    _any_ending: tuple[str, ...] = ()
    _any_expression: re.Pattern[str] = re.compile("(?!)")

    def add(self, word: str) -> str:
        """Take in one word entry; returns its key."""
        key = self._known.get(word)
        if key is None:
            key = self._known[word] = self._take_in(word)
        return key

    def _take_in(self, word: str) -> str:
        if word.startswith("re:"):
            self.expressions[word] = re.compile(word[3:])
            return word
        key = fold(word)
        bare = key.strip("=*")
        if key.startswith("*") and key.endswith("*"):
            self.parts[bare] = key
        elif key.endswith("*"):
            self.beginnings[bare] = key
        elif key.startswith("*"):
            self.endings[bare] = key
        else:
            self.exact.setdefault(bare, set()).add(key)
            if not key.startswith("="):
                self.stems.setdefault(stem(bare), set()).add(key)
        return key

    def learn_spelling(self, ordinary: Iterable[str]) -> None:
        """Call once after all words are added: misspelt long words are then led back to the vocabulary."""
        words = set(self.exact) | set(self.beginnings) | {part for part in self.parts if len(part) >= 7}
        self._mender = Mender(words, (fold(word) for word in ordinary))
        self._lengths = sorted({len(beginning) for beginning in self.beginnings})
        self._any_ending = tuple(self.endings)
        self._any_expression = re.compile("|".join(f"(?:{key[3:]})" for key in self.expressions) or "(?!)")

    def words(self) -> frozenset[str]:
        """All whole words of the vocabulary."""
        return frozenset(self.exact)

    def keys(self, word: str) -> frozenset[str]:
        """The entries that a token's word matches; a misspelt long word matches what it was meant to be."""
        known = self._direct(word)
        if word not in self.exact and not self._mender.is_ordinary(word) and len(word) <= _LONGEST_WORD:
            candidates = slips(word) if not known else typed_twice(word)
            known |= next((keys for slip in candidates if (keys := self._exactly(slip))), frozenset())
        if not known:
            meant = self._mender.mend(word)
            known = self._direct(meant) if meant else known
        return known

    def _exactly(self, word: str) -> frozenset[str]:
        """The entries for a whole word as it stands; for short words inflections and compounds are too wide a net."""
        return self._direct(word) if len(word) >= SHORTEST else frozenset(self.exact.get(word, ()))

    def _direct(self, word: str) -> frozenset[str]:
        found = {*self.exact.get(word, ()), *self.stems.get(stem(word), ())}
        if len(word) <= _LONGEST_WORD:
            for length in self._lengths:
                if length > len(word):
                    break
                if (key := self.beginnings.get(word[:length])) is not None:
                    found.add(key)
            if word.endswith(self._any_ending):
                found |= {key for ending, key in self.endings.items() if word.endswith(ending)}
            for part, key in self.parts.items():
                if part in word:
                    found.add(key)
            if self._any_expression.fullmatch(word):
                found |= {key for key, pattern in self.expressions.items() if pattern.fullmatch(word)}
        return frozenset(found)
