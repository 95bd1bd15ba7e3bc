"""A bounded memory for what was found out about single words, so that common words are looked up once.

Words alone are kept, never a text: a fixed number of them, and none that is too long to be a word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

WORDS_KEPT = 16_384
LONGEST_KEPT = 60

T = TypeVar("T")


class Memory(dict[str, T]):
    """What `read` says of a word, which must always be the same: `memory[word]`. Full, it begins anew."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, word: str) -> T:
        answer = self._read(word)
        if len(word) <= LONGEST_KEPT:
            if len(self) >= WORDS_KEPT:
                self.clear()
            self[word] = answer
        return answer
