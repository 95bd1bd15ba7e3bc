"""Misspellings: a long unknown word one or two letters from a word of the vocabulary is taken for it.

Short words are never guessed at, nor are ordinary words that happen to lie close ("tisse" and "disse", "feber" and
"peber"): with them one letter makes a different meaning, not a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 7
"""Letters a word must have before it is led back to another one."""
_TWO_EDITS_FROM = 10
_LONGEST = 30


class Mender:
    """Leads a misspelt word back to the vocabulary; the time per word does not grow with the vocabulary."""

    def __init__(self, vocabulary: Iterable[str] = (), ordinary: Iterable[str] = ()) -> None:
        self._ordinary = frozenset(ordinary)
        self._near: dict[str, list[str]] = {}
        for word in sorted(set(vocabulary)):
            if SHORTEST - 1 <= len(word) <= _LONGEST and word.isalpha():
                for form in _with_one_letter_less(word):
                    self._near.setdefault(form, []).append(word)

    def mend(self, word: str) -> str | None:
        """The word that was meant, or None when it is short, ordinary, or near nothing."""
        if not SHORTEST <= len(word) <= _LONGEST or word in self._ordinary:
            return None
        best: tuple[int, str] | None = None
        for form in _with_one_letter_less(word):
            for candidate in self._near.get(form, ()):
                limit = 2 if min(len(word), len(candidate)) >= _TWO_EDITS_FROM else 1
                edits = distance(word, candidate, limit)
                if edits <= limit and (best is None or (edits, candidate) < best):
                    best = (edits, candidate)
        return best[1] if best else None


def _with_one_letter_less(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def distance(one: str, other: str, limit: int) -> int:
    """Letters to insert, delete, replace or swap with a neighbour; `limit` + 1 when there are more than `limit`."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i] + [0] * len(other)
        for j, b in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], earlier[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
    return row[-1]
