"""Second stage: words, their light Danish stems, and the sentences and clauses they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.red_flags.joined import Splitter
from bot.red_flags.normalise import Normalised
from bot.red_flags.remember import Memory

ENGLISH_FROM = 2
"""English words a reply holds before it is read as English."""

_TOKEN = re.compile(r"[^\W\d_]\w*(?:[?\ufffd]\w+)*(?:'\w+)?|\d+(?:[.,:]\d+)*|[^\w\s]|\n+|_")
_SENTENCE_END = frozenset(".!?\n;") | {"punktum", "udraabstegn", "spoergsmaalstegn"}
_CLAUSE_END = frozenset(",:()-/") | {"komma"}
_CLAUSE_START = frozenset(
    "men dog derimod bortset undtagen undtaget ellers selvom skoent imens mens fordi but aber".split()
)
_ENDINGS = ("ernes", "erne", "enes", "ene", "ens", "ets", "ers", "er", "en", "et", "es", "e", "t", "s")


@dataclass(slots=True)
class Token:
    """One word or mark. `word` is in plain spelling, mended shorthand included; start:end is the original span.

    Never changed once made; not declared frozen because that makes it four times as dear to make.
    """

    word: str
    start: int
    end: int
    sentence: int
    clause: int
    is_word: bool


class _Role(NamedTuple):
    """What a word or mark does to the text around it."""

    starts_clause: bool
    ends_clause: bool
    ends_sentence: bool
    is_english: bool


class _Form(NamedTuple):
    """What a written word or mark is wherever it stands. `length`: of what was written; no `role`: just a word."""

    length: int
    word: str
    is_word: bool
    role: _Role | None


def stem(word: str) -> str:
    """A light Danish stem: inflections off while at least four letters are left (three at the first cut)."""
    least = 3
    for _ in range(2):
        if not word.endswith(_ENDINGS):
            return word
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= least:
                word = word[: -len(ending)]
                break
        else:
            return word
        least = 4
    return word


class Tokeniser:
    """Cuts texts into tokens. `spelling` gives the plain word for shorthand and dialect ("ik": "ikke"); `splitter`
    takes words apart that were run together. A text with several words of `english` is read as English: then what is
    in `not_in_english` ("it" for "ikke") is not mended.
    """

    def __init__(
        self,
        spelling: Mapping[str, str],
        splitter: Splitter | None = None,
        english: frozenset[str] = frozenset(),
        not_in_english: frozenset[str] = frozenset(),
    ) -> None:
        in_english = {word: plain for word, plain in spelling.items() if word not in not_in_english}
        self._danish = Memory(lambda raw: _forms(raw, spelling, splitter, english))
        self._english = Memory(lambda raw: _forms(raw, in_english, splitter, frozenset()))

    def tokens(self, text: Normalised) -> list[Token]:
        tokens, english = _tokens(text, self._danish)
        return tokens if english < ENGLISH_FROM else _tokens(text, self._english)[0]


def _tokens(text: Normalised, forms: Memory[tuple[_Form, ...]]) -> tuple[list[Token], int]:
    """The tokens, and how many words were English; once that is enough, the rest is left."""
    tokens: list[Token] = []
    starts, ends = text.starts, text.ends
    sentence = clause = english = 0
    for match in _TOKEN.finditer(text.text):
        end = match.start()
        for length, word, is_word, role in forms[match[0]]:
            first, end = starts[end], end + length
            if role is None:
                tokens.append(Token(word, first, ends[end - 1], sentence, clause, is_word))
                continue
            clause += role.starts_clause
            tokens.append(Token(word, first, ends[end - 1], sentence, clause, is_word))
            clause += role.ends_clause
            sentence += role.ends_sentence
            english += role.is_english
        if english >= ENGLISH_FROM:
            break
    return tokens, english


def _forms(
    written: str, spelling: Mapping[str, str], splitter: Splitter | None, english: frozenset[str]
) -> tuple[_Form, ...]:
    """The word or mark, or the words it was run together from."""
    return tuple(_form(part, spelling, english) for part in (splitter.split(written) if splitter else [written]))


def _form(written: str, spelling: Mapping[str, str], english: frozenset[str]) -> _Form:
    word = "\n" if written[0] == "\n" else written
    mended = spelling.get(word, word)
    ends_sentence = word in _SENTENCE_END
    ends_clause = ends_sentence or word in _CLAUSE_END
    is_word = (word[0].isalnum() and not ends_clause) or mended != word
    role = _Role(word in _CLAUSE_START, ends_clause, ends_sentence, mended in english)
    return _Form(len(written), mended, is_word, role if any(role) else None)
