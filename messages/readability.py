"""How easy a Danish text is to read. Pure."""

from __future__ import annotations

import re

LONG_WORD_LETTERS = 7
"""LIX counts words of more than six letters as long."""

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?]+(?:\s|$)|\n+")
_LETTERS = re.compile(r"[^\W\d_]")


def words(text: str) -> list[str]:
    """The words and numbers of a text, in order."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences that hold at least one word. A colon ends none, so lists are not flattered."""
    return [part for part in (piece.strip() for piece in _SENTENCE_END.split(text)) if words(part)]


def lix(text: str) -> float:
    """Words per sentence + the percentage of words of more than six letters (Björnsson). 0 for no words.

    24 and below is very easy, 25-34 easy, 35-44 medium, 45-54 hard, 55 and above very hard.
    """
    found = words(text)
    if not found:
        return 0.0
    long = sum(len(_LETTERS.findall(word)) >= LONG_WORD_LETTERS for word in found)
    return len(found) / len(sentences(text)) + 100 * long / len(found)
