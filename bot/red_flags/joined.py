"""Words run together ("jegkanikketisse"), taken apart again when every part is a known word."""

from __future__ import annotations

from collections.abc import Callable, Collection

SHORTEST = 13
"""Letters a word must have before it is tried; Danish compounds below that are left alone."""
_LONGEST = 120
_LONGEST_PART = 18
_ONE_LETTER = frozenset("ia")


class Splitter:
    """Takes run-together words apart with a fixed list of known words.

    `is_word`: says that a word means something as it stands (a compound of the vocabulary), so it is left alone.
    """

    def __init__(self, known: Collection[str], is_word: Callable[[str], bool]) -> None:
        self._is_word = is_word
        self._known = frozenset(word for word in known if (len(word) > 1 or word in _ONE_LETTER) and word.isalpha())

    def split(self, word: str) -> list[str]:
        """The parts, or the word alone. Fewest parts win, and a split into many short ones is not believed."""
        if not SHORTEST <= len(word) <= _LONGEST or not word.isalpha() or self._is_word(word):
            return [word]
        best: list[list[str] | None] = [[]] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - _LONGEST_PART), end):
                before = best[start]
                if before is None or word[start:end] not in self._known:
                    continue
                held = best[end]
                if held is None or len(before) + 1 < len(held):
                    best[end] = [*before, word[start:end]]
        parts = best[-1]
        if parts is None or len(parts) < 3 or len(word) / len(parts) < 2.5:
            return [word]
        return parts
