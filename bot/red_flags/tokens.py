"""Second stage: words, their light Danish stems, and the sentences and clauses they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from bot.red_flags.foreign import Dictionary, Foreign
from bot.red_flags.joined import Splitter
from bot.red_flags.normalise import Normalised
from bot.red_flags.remember import Memory

ENGLISH_FROM = 2
"""English words a reply holds before it is read as English."""

_TOKEN = re.compile(r"[^\W\d_]\w*(?:[?\ufffd]\w+)*(?:'\w+)?|\d+(?:[.,:]\d+)*|[^\w\s]|\n+|_")
_WORD = re.compile(r"[^\W\d_]\w*")
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
    is_foreign: bool


class _Form(NamedTuple):
    """What a written word or mark is wherever it stands. `length`: of what was written, 0 for a second word that is
    read in its place; no `role`: just a word.
    """

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
    in `not_in_english` ("it" for "ikke") is not mended. A text in a language of `foreign` is read in Danish words.
    """

    def __init__(
        self,
        spelling: Mapping[str, str],
        splitter: Splitter | None = None,
        english: frozenset[str] = frozenset(),
        not_in_english: frozenset[str] = frozenset(),
        foreign: Foreign | None = None,
    ) -> None:
        foreign = foreign or Foreign({})
        in_english = {word: plain for word, plain in spelling.items() if word not in not_in_english}
        self._foreign = foreign
        self._danish = Memory(lambda raw: _forms(raw, spelling, splitter, english, foreign))
        self._english = Memory(lambda raw: _forms(raw, in_english, splitter))
        self._by_dictionary = {
            language: Memory(partial(_foreign_forms, dictionary=some))
            for language, some in foreign.dictionaries.items()
        }

    def tokens(self, text: Normalised) -> list[Token]:
        tokens, english, foreign = _tokens(text, self._danish)
        if english >= ENGLISH_FROM:
            return _tokens(text, self._english)[0]
        if foreign and (language := self._foreign.language(_WORD.findall(text.text))):
            return _tokens(text, self._by_dictionary[language])[0]
        return tokens


def _tokens(text: Normalised, forms: Memory[tuple[_Form, ...]]) -> tuple[list[Token], int, int]:
    """The tokens, and how many words were English and of other languages; once English is enough, the rest is left."""
    tokens: list[Token] = []
    starts, ends = text.starts, text.ends
    sentence = clause = english = foreign = 0
    for match in _TOKEN.finditer(text.text):
        end = match.start()
        first = starts[end]
        for length, word, is_word, role in forms[match[0]]:
            if length:
                first, end = starts[end], end + length
            if role is None:
                tokens.append(Token(word, first, ends[end - 1], sentence, clause, is_word))
                continue
            clause += role.starts_clause
            tokens.append(Token(word, first, ends[end - 1], sentence, clause, is_word))
            clause += role.ends_clause
            sentence += role.ends_sentence
            english += role.is_english
            foreign += role.is_foreign
        if english >= ENGLISH_FROM:
            break
    return tokens, english, foreign


def _forms(
    written: str,
    spelling: Mapping[str, str],
    splitter: Splitter | None,
    english: frozenset[str] = frozenset(),
    foreign: Foreign | None = None,
) -> tuple[_Form, ...]:
    """The word or mark, or the words it was run together from."""
    parts = splitter.split(written) if splitter else [written]
    return tuple(_form(part, spelling.get(part, part), english, foreign) for part in parts)


def _foreign_forms(written: str, dictionary: Dictionary) -> tuple[_Form, ...]:
    """The Danish words to read in its place; none where Danish has no place for it, itself when it is not known."""
    danish = dictionary.danish(written)
    if danish is None:
        return (_form(written, written),)
    forms = [_form(word, word) for word in danish]
    return tuple(form._replace(length=0 if place else len(written)) for place, form in enumerate(forms))


def _form(written: str, mended: str, english: frozenset[str] = frozenset(), foreign: Foreign | None = None) -> _Form:
    word = "\n" if written[0] == "\n" else mended
    ends_sentence = word in _SENTENCE_END or written in _SENTENCE_END
    ends_clause = ends_sentence or written in _CLAUSE_END
    is_word = (written[0].isalnum() and not ends_clause) or mended != written
    is_foreign = foreign is not None and foreign.tells(written) is not None
    role = _Role(written in _CLAUSE_START, ends_clause, ends_sentence, word in english, is_foreign)
    return _Form(len(written), word, is_word, role if any(role) else None)
