"""Replies in other languages, word by word: the Danish words to read in their place.

Far from a translation. It lets the rules and the second reader, who know Danish best, see what a reply is about, in
the order it was written. A reply is read so only when its words are plainly of one of the languages of the dictionary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from bot.red_flags.normalise import fold_all
from messages.dictionary_file import NOTHING

_SHORTEST_TELLING = 3
"""Letters of a word that may tell a language."""
_LONG = 5
"""Letters of a beginning that may tell a language."""
SHORTEST_START = 3
"""Letters a word must share with a starred entry, at the least."""
_SURE = 2
"""Words that only one language has, from which a reply is in that language."""
_SHARE = 0.25
"""And so many of its words, at the least."""
_SHORT = 2
"""Words of a reply that is told by every one of them standing in the dictionary, though but one is telling."""

_SCRIPTS = {"uk": ("\u0400", "\u04ff"), "ar": ("\u0600", "\u06ff")}
"""First and last letter of the scripts that tell a language by themselves."""

Danish = tuple[str, ...]


class Dictionary:
    """One language: what to read in place of a word."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._exact: dict[str, Danish] = {}
        self._starts: dict[str, Danish] = {}
        meanings = sorted(set(entries.values()))
        plain = dict(zip(meanings, fold_all(meanings), strict=True))
        words = fold_all([written.rstrip("*") for written in entries])
        for (written, danish), word in zip(entries.items(), words, strict=True):
            place = self._starts if written.endswith("*") else self._exact
            place.setdefault(word, () if danish == NOTHING else tuple(plain[danish].split()))
        self._lengths = sorted({len(start) for start in self._starts}, reverse=True)

    def has(self, word: str) -> bool:
        """Whether the word stands in it as it is, or shares a long beginning with a starred entry."""
        return word in self._exact or any(word[:length] in self._starts for length in self._lengths if length >= _LONG)

    def danish_words(self) -> set[str]:
        """Every Danish word that stands in it."""
        return {word for words in (*self._exact.values(), *self._starts.values()) for word in words}

    def danish(self, word: str) -> Danish | None:
        """The Danish words, none where Danish has no place for it; None for a word that is not in the dictionary."""
        if (found := self._exact.get(word)) is not None:
            return found
        for length in self._lengths:
            if SHORTEST_START <= length <= len(word) and (found := self._starts.get(word[:length])) is not None:
                return found
        return None


class Foreign:
    """All languages of the dictionary. `home`: words that tell nothing of a language, for Danish, or another language
    that is read as it stands, has them too.
    """

    def __init__(self, entries: Mapping[str, Mapping[str, str]], home: Collection[str] = ()) -> None:
        self.dictionaries = {language: Dictionary(some) for language, some in entries.items()}
        danish = {word for some in self.dictionaries.values() for word in some.danish_words()}
        self._home = danish.union(home)

    def tells(self, word: str) -> str | None:
        """The language that alone has this word, or alone has words that begin so; None when there is none."""
        if (language := next((name for name in _SCRIPTS if _is_written_in(name, word)), None)) in self.dictionaries:
            return language
        if word in self._home or len(word) < _SHORTEST_TELLING:
            return None
        having = [name for name, some in self.dictionaries.items() if some.has(word)]
        return having[0] if len(having) == 1 else None

    def language(self, words: Sequence[str]) -> str | None:
        """The language of a reply, or None for Danish and all that is not plainly another one."""
        told = Counter(tell for word in {*words} if (tell := self.tells(word)) is not None)
        if not told:
            return None
        best, count = told.most_common(1)[0]
        if best in _SCRIPTS and 2 * sum(_is_written_in(best, word) for word in words) >= len(words):
            return best
        if len(words) <= _SHORT:
            return best if all(self.dictionaries[best].danish(word) is not None for word in words) else None
        return best if count >= _SURE and count >= _SHARE * len(words) else None


def _is_written_in(language: str, word: str) -> bool:
    first, last = _SCRIPTS[language]
    return first <= word[0] <= last
