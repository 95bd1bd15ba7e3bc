"""Misspellings: a long unknown word one or two letters from a word of the vocabulary is taken for it.

Short words are not guessed at but for slips of the thumb that leave no other word behind: a letter typed twice, one of
a double letter forgotten, two neighbours swapped. Nor are ordinary words guessed at that happen to lie close ("tisse"
and "disse", "feber" and "peber"): with them one letter makes a different meaning, not a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

SHORTEST = 7
"""Letters a word must have before it is led back to another one."""
SHORTEST_TO_CHANGE = 4
"""Letters a word must have before a letter is added or two are swapped."""
_VOWELS = frozenset("aeiouyæøå")
_TWO_EDITS_FROM = 10
_LONGEST = 30


def slips(word: str) -> Iterator[str]:
    """What may have been meant when the thumb slipped once, the likeliest first. For words of any length."""
    yield from typed_twice(word)
    if len(word) < SHORTEST_TO_CHANGE:
        return
    for place, letter in enumerate(word):
        if letter not in _VOWELS:
            yield word[:place] + letter + word[place:]
    for place in range(len(word) - 1):
        if word[place] != word[place + 1]:
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def typed_twice(word: str) -> Iterator[str]:
    """The word with one of two equal neighbours left out; æ, ø and å stand as two letters here."""
    for place in range(len(word) - 1):
        if word[place] == word[place + 1]:
            yield word[:place] + word[place + 1 :]
    for letter in ("ae", "oe", "aa"):
        if letter * 2 in word:
            yield word.replace(letter * 2, letter, 1)


class Mender:
    """Leads a misspelt word back to the vocabulary; the time per word does not grow with the vocabulary."""

    def __init__(self, vocabulary: Iterable[str] = (), ordinary: Iterable[str] = ()) -> None:
        self._ordinary = frozenset(ordinary)
        self._near: dict[str, tuple[str, ...]] = {}
        for word in sorted(set(vocabulary)):
            if SHORTEST - 1 <= len(word) <= _LONGEST and word.isalpha():
                for form in one_letter_less(word):
                    self._near[form] = (*self._near.get(form, ()), word)

    def is_ordinary(self, word: str) -> bool:
        return word in self._ordinary

    def mend(self, word: str) -> str | None:
        """The word that was meant, or None when it is short, ordinary, or near nothing."""
        if not SHORTEST <= len(word) <= _LONGEST or word in self._ordinary:
            return None
        best: tuple[int, str] | None = None
        for form in one_letter_less(word):
            for candidate in self._near.get(form, ()):
                limit = 2 if min(len(word), len(candidate)) >= _TWO_EDITS_FROM else 1
                edits = distance(word, candidate, limit)
                if edits <= limit and (best is None or (edits, candidate) < best):
                    best = (edits, candidate)
        return best[1] if best else None


def one_letter_less(word: str) -> set[str]:
    """The word itself and each form with one letter left out: two words one slip apart have one of these in common."""
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
