"""First stage: one plain spelling of a text, with a map back to the original characters.

Handled here: compatibility forms (full-width, mathematical letters), combining marks, zero-width characters, broken
encodings ("fÃ¥"), HTML entities, case, letters held down ("heeelt") and æ/ø/å written as ae/oe/aa. The plain
spelling uses ae/oe/aa throughout, so that a vocabulary and a text meet whichever way either was typed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby

_FOLD = {
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "ä": "ae",
    "ö": "oe",
    "ü": "y",
    "ß": "ss",
    "ł": "l",
    "ı": "i",
    "’": "'",
    "‘": "'",
    "´": "'",
    "`": "'",
    "–": "-",
    "—": "-",
    "°": " ",
}
_HOMOGLYPHS = str.maketrans("аеорсухіјѕԁ", "aeopcyxijsd")  # Cyrillic letters that look Latin
_BROKEN = re.compile("Ã[\u0080-\u00bf€-™Œœ˜¸†‡…‰Šš]|&#?[a-zA-Z0-9]{2,8};")
_REPAIR = {"Ã¥": "å", "Ã¦": "æ", "Ã¸": "ø", "Ã…": "å", "Ã†": "æ", "Ã˜": "ø", "Ã©": "é", "Ã¤": "ä", "Ã¶": "ö"}
_MIXED = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-zæøå]")

Piece = tuple[str, int, int]
"""Plain characters and the span of original characters they came from."""


@dataclass(frozen=True)
class Normalised:
    """A text in plain spelling; character i of `text` came from the original characters starts[i]:ends[i]."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where the plain characters start:end stand in the original text."""
        return self.starts[start], self.ends[end - 1]


def fold(word: str) -> str:
    """A single word or phrase of a vocabulary in the plain spelling that texts are compared in."""
    return normalise(word).text.strip()


def normalise(text: str) -> Normalised:
    """The plain spelling of any string; never raises, and takes time in proportion to its length."""
    pieces = _let_go(_untangle_alphabets(_plain_pieces(text)))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in pieces:
        out.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    return Normalised("".join(out), tuple(starts), tuple(ends))


def _let_go(pieces: list[Piece]) -> list[Piece]:
    """A letter held down, three times or more, counts as one."""
    result: list[Piece] = []
    for _, run in groupby(pieces, key=lambda piece: piece[0]):
        same = list(run)
        if len(same) >= 3 and same[0][0].isalpha():
            same = [(same[0][0], same[0][1], same[-1][2])]
        result.extend(same)
    return result


def _plain_pieces(text: str) -> list[Piece]:
    """(plain characters, start, end) for each original character or broken group of them."""
    pieces: list[Piece] = []
    position = 0
    for match in _BROKEN.finditer(text):
        pieces.extend(_single_characters(text, position, match.start()))
        repaired = _REPAIR.get(match.group()) or html.unescape(match.group())
        pieces.append((_plain(repaired), match.start(), match.end()))
        position = match.end()
    pieces.extend(_single_characters(text, position, len(text)))
    return pieces


def _single_characters(text: str, start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    for index in range(start, end):
        char = text[index]
        if unicodedata.combining(char) and pieces and pieces[-1][0]:
            before, first, _ = pieces[-1]
            joined = unicodedata.normalize("NFC", text[first] + char) if first == index - 1 else before
            pieces[-1] = (_plain(joined) if len(joined) == 1 else before, first, index + 1)
        else:
            pieces.append((_plain(char), index, index + 1))
    return pieces


def _plain(char: str) -> str:
    if char in "\n\r":
        return "\n"
    if "\ud800" <= char[:1] <= "\udfff" or unicodedata.category(char[:1] or " ") == "Cc":
        return " "
    if unicodedata.category(char[:1]) == "Cf":
        return ""
    plain = unicodedata.normalize("NFKC", char).lower()
    return "".join(_FOLD.get(letter) or _without_marks(letter) for letter in plain)


def _without_marks(letter: str) -> str:
    """The bare letter under accents of other languages ("ę", "ş"); æ, ø and å have been dealt with."""
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))


def _untangle_alphabets(pieces: list[Piece]) -> list[Piece]:
    """Cyrillic look-alikes inside a word that is otherwise Latin become the Latin letters."""
    if not any(_CYRILLIC.match(piece) for piece, _, _ in pieces):
        return pieces
    result = list(pieces)
    joined = "".join(piece[:1] or "\u200b" for piece, _, _ in pieces)
    for word in _MIXED.finditer(joined):
        if _CYRILLIC.search(word.group()) and _LATIN.search(word.group()):
            for index in range(word.start(), word.end()):
                piece, start, end = result[index]
                result[index] = (piece.translate(_HOMOGLYPHS), start, end)
    return result
