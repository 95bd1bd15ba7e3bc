"""How a reply looks to the network: a row of words, each a handful of letter groups and the concepts it belongs to.

Training and reading use these functions, so that the network never meets an input it was not trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from bot.red_flags.features import Reading
from bot.red_flags.remember import Memory
from bot.red_flags.tokens import stem

ROWS = 1 << 15
"""Rows of the network's table; row 0 stands for nothing."""
GROUPS = 32
"""Letter groups that describe a word, at most."""
CONCEPTS = 6
"""Concepts that are told of one word, at most."""
_MOST_LETTERS = 24


@dataclass(frozen=True)
class Encoded:
    """A stretch of a reply. `words`: the question, then each word; `concepts`: rows of each of them."""

    words: tuple[str, ...]
    concepts: tuple[tuple[int, ...], ...]


def row(name: str) -> int:
    """The row of the table that stands for a name; two names may share one."""
    return 1 + crc32(name.encode("utf-8", "surrogatepass")) % (ROWS - 1)


def word_rows(word: str) -> tuple[int, ...]:
    """The rows that describe a word by how it is written: itself, its stem, its runs of 3 to 5 letters."""
    edged = f" {word[:_MOST_LETTERS]} "
    names = [f"w{word}", f"s{stem(word)}"]
    names += [edged[start : start + size] for size in (3, 4, 5) for start in range(len(edged) - size + 1)]
    return tuple(row(name) for name in dict.fromkeys(names))[:GROUPS]


_CONCEPT_ROWS = Memory(lambda signed: row(f"c{signed}"))


def encode(reading: Reading, start: int, end: int) -> Encoded:
    """The words start:end of a reply with the question before them, and the concepts found at each, denied or not."""
    told: dict[int, set[int]] = {}
    for one in reading.told:
        for position in range(max(one.occurrence.first, start), min(one.occurrence.last + 1, end)):
            told.setdefault(position, set()).add(_CONCEPT_ROWS[one.signed])
    words = (f"q:{reading.question}", *(token.word for token in reading.scene.tokens[start:end]))
    places = range(start, start + len(words) - 1)
    concepts = ((), *(tuple(sorted(told.get(place, ())))[:CONCEPTS] for place in places))
    return Encoded(words, concepts)
