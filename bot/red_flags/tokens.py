"""Second stage: words, their light Danish stems, and the sentences and clauses they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.red_flags.joined import Splitter
from bot.red_flags.normalise import Normalised

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W_](?:\w|(?<=\w)[?\ufffd](?=\w))*(?:'\w+)?|\n+|[^\w\s]|_")
_SENTENCE_END = frozenset(".!?\n;") | {"punktum", "udraabstegn", "spoergsmaalstegn"}
_CLAUSE_END = frozenset(",:()-/") | {"komma"}
_CLAUSE_START = frozenset(
    "men dog derimod bortset undtagen undtaget ellers selvom skoent imens mens fordi but aber".split()
)
_ENDINGS = ("ernes", "erne", "enes", "ene", "ens", "ets", "ers", "er", "en", "et", "es", "e", "t", "s")


@dataclass(frozen=True)
class Token:
    """One word or mark. `word` is in plain spelling, mended shorthand included; start:end is the original span."""

    word: str
    stem: str
    start: int
    end: int
    sentence: int
    clause: int
    is_word: bool


def stem(word: str) -> str:
    """A light Danish stem: inflections off while at least four letters are left (three at the first cut)."""
    least = 3
    for _ in range(2):
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= least:
                word = word[: -len(ending)]
                break
        else:
            return word
        least = 4
    return word


def tokenise(text: Normalised, spelling: Mapping[str, str], splitter: Splitter | None = None) -> list[Token]:
    """Tokens of a normalised text; `spelling` gives the plain word for shorthand and dialect ("ik": "ikke").
    `splitter` takes words apart that were run together.
    """
    tokens: list[Token] = []
    sentence = clause = 0
    for raw, first in _pieces(text, splitter):
        start, end = text.original_span(first, first + len(raw))
        word = "\n" if raw[0] == "\n" else raw
        if word in _CLAUSE_START:
            clause += 1
        mended = spelling.get(word, word)
        is_word = word[0].isalnum() and word not in _SENTENCE_END and word not in _CLAUSE_END
        is_word = is_word or mended != word
        tokens.append(Token(mended, stem(mended), start, end, sentence, clause, is_word))
        if word in _SENTENCE_END:
            sentence += 1
            clause += 1
        elif word in _CLAUSE_END:
            clause += 1
    return tokens


def _pieces(text: Normalised, splitter: Splitter | None) -> Iterator[tuple[str, int]]:
    """Each word or mark and where it begins in the normalised text."""
    for match in _TOKEN.finditer(text.text):
        position = match.start()
        for part in splitter.split(match.group()) if splitter else [match.group()]:
            yield part, position
            position += len(part)
