"""First stage: one plain spelling of a text, with a map back to the original characters.

Handled here: compatibility forms (full-width, mathematical letters), combining marks, zero-width characters, broken
encodings ("fÃ¥"), HTML entities, case, letters held down ("heeelt") and æ/ø/å written as ae/oe/aa. The plain
spelling uses ae/oe/aa throughout, so that a vocabulary and a text meet whichever way either was typed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
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
_ENTITY = "&#?[a-zA-Z0-9]{2,8};"
_BROKEN = re.compile(f"Ã[\u0080-\u00bf€-™Œœ˜¸†‡…‰Šš]|{_ENTITY}")
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
    starts: Sequence[int]
    ends: Sequence[int]


def fold(word: str) -> str:
    """A single word or phrase of a vocabulary in the plain spelling that texts are compared in."""
    return normalise(word).text.strip()


def fold_all(words: Sequence[str]) -> list[str]:
    """Each of many words as `fold` gives it, in less time; none of them may hold a line break."""
    if not words:
        return []
    return [word.strip() for word in normalise("\n".join(words)).text.split("\n")]


def normalise(text: str) -> Normalised:
    """The plain spelling of any string; never raises, and takes time in proportion to its length."""
    odd = _odd_words(text)
    if not odd:
        return _at_once(text, 0, len(text))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for first, last in odd:
        for plain in _at_once(text, done, first), piece_by_piece(text, first, last):
            out.append(plain.text)
            starts += plain.starts
            ends += plain.ends
        done = last
    return Normalised("".join(out), starts, ends)


def _odd_words(text: str) -> list[tuple[int, int]]:
    """Where words stand, each with the space before it, whose characters may change their neighbours: combining marks,
    letters of two alphabets, broken encodings. None of that reaches over a space. The last goes on to the end.
    """
    words: list[tuple[int, int]] = []
    done = 0
    for match in _ODD.finditer(text):
        if match.start() < done:
            continue
        first = max(text.rfind(" ", done, match.start()), done)
        last = text.find(" ", match.end())
        if words and first == done:
            first, _ = words.pop()
        done = len(text) if last < 0 else last
        words.append((first, done))
    return [*words, (len(text), len(text))] if words else words


def _at_once(text: str, begin: int, stop: int) -> Normalised:
    """The plain spelling of a stretch without odd words; its places are those in the whole text."""
    letters = text[begin:stop].translate(_ONE_FOR_ONE)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in _WIDE_OR_HELD.finditer(letters):
        first, last = match.span()
        piece = _SPELT_OUT.get(letters[first], letters[first])
        out += letters[done:first], piece
        starts += range(begin + done, begin + first)
        starts += [begin + first] * len(piece)
        ends += range(begin + done + 1, begin + first + 1)
        ends += [begin + last] * len(piece)
        done = last
    if not done:
        return Normalised(letters, range(begin, stop), range(begin + 1, stop + 1))
    out.append(letters[done:])
    starts += range(begin + done, stop)
    ends += range(begin + done + 1, stop + 1)
    return Normalised("".join(out), starts, ends)


def piece_by_piece(text: str, begin: int, stop: int) -> Normalised:
    """The same for any stretch, character by character: slower."""
    pieces = _let_go(_untangle_alphabets(_plain_pieces(text, begin, stop)))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in pieces:
        out.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    return Normalised("".join(out), starts, ends)


def _let_go(pieces: list[Piece]) -> list[Piece]:
    """A letter held down, three times or more, counts as one."""
    result: list[Piece] = []
    for _, run in groupby(pieces, key=lambda piece: piece[0]):
        same = list(run)
        if len(same) >= 3 and same[0][0].isalpha():
            same = [(same[0][0], same[0][1], same[-1][2])]
        result.extend(same)
    return result


def _plain_pieces(text: str, begin: int, stop: int) -> list[Piece]:
    """(plain characters, start, end) for each original character or broken group of them."""
    pieces: list[Piece] = []
    position = begin
    for match in _BROKEN.finditer(text, begin, stop):
        pieces.extend(_single_characters(text, position, match.start()))
        repaired = _REPAIR.get(match.group()) or html.unescape(match.group())
        pieces.append((_plain(repaired), match.start(), match.end()))
        position = match.end()
    pieces.extend(_single_characters(text, position, stop))
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


@lru_cache(4096)
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


# The quick way: letters and marks that stand for themselves whatever stands beside them, which is nearly every reply.
# Each becomes one character, so that letters held down show; those that are written with several are spelt out then.

_EASY = "\x00-\x7f\xa0-\xc2\xc4-\u017f\u2000-\u205f€☀-➿\ufe0f\U0001f300-\U0001faff"
"""Latin letters but for Ã, punctuation, emoji. What lies beyond U+2060 here stands for itself."""
_ODD = re.compile(f"[^{_EASY}]+|{_ENTITY}")


def _tables() -> tuple[dict[int, str], dict[str, str]]:
    """What each such character becomes, one for one, and what those are spelt out as that stand for several or none."""
    table: dict[int, str] = {}
    spelt_out: dict[str, str] = {}
    same_as = {"ae": "æ", "oe": "ø", "aa": "å", "ss": "ß"}
    for char in map(chr, range(0x2060)):
        if not _ODD.match(char):
            piece = _plain(char)
            one = piece if len(piece) == 1 else same_as.get(piece, char.lower())
            table[ord(char)] = one
            if one != piece:
                spelt_out[one] = piece
    return table, spelt_out


_ONE_FOR_ONE, _SPELT_OUT = _tables()
_LETTERS = "".join(sorted({one for one in _ONE_FOR_ONE.values() if _SPELT_OUT.get(one, one).isalpha()}))
_WIDE_OR_HELD = re.compile(f"([{_LETTERS}])\\1\\1+|[{re.escape(''.join(_SPELT_OUT))}]")
