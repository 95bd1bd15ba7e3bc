"""Pure: replies that staff marked as lines of the labelled corpus, without what names the patient.

What is replaced: e-mail addresses, every number of eight digits or more (telephone and CPR numbers, however they are
spaced), and the patient's own name. Other people's names stay: the words are still health data.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from bot.red_flags import Level
from core.states import Verdict
from messages.schema import QuestionKind

NAME, NUMBER, MAIL = "[navn]", "[nummer]", "[mail]"
QUESTIONS = frozenset(get_args(QuestionKind))
"""The questions a corpus knows; a reply to any other stands there as one to none."""
ACCEPTED: Mapping[Verdict, tuple[Level, ...]] = {
    Verdict.SHOULD_BE_RED: (Level.RED,),
    Verdict.SHOULD_BE_AMBER: (Level.AMBER,),
    Verdict.SHOULD_NOT_BE_RED: (Level.GREEN, Level.AMBER),
    Verdict.SHOULD_BE_GREEN: (Level.GREEN,),
}
"""The levels that agree with a verdict, the label first."""

_AT = re.compile(r" ?@ ?(?=[\w-]+\.\w)")
_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"\d(?:[\W_]{0,5}\d){7,}")
_LETTERS = re.compile(r"[^\W\d_]+")
_SAME_NAME = re.compile(rf"{re.escape(NAME)}(?:[\W_]{{0,2}}{re.escape(NAME)})+")
_SPELLINGS = {"æ": "(?:æ|ae|ä|e)", "ø": "(?:ø|oe|ö|o)", "å": "(?:å|aa|a)", "é": "[ée]", "ü": "(?:ü|ue|y|u)"}
_ANSWERS = frozenset({"JA", "NEJ"})
"""Initials that are what our own texts ask for: replacing them would take the answer away, and they name nobody."""
_SHORT = 2


@dataclass(frozen=True)
class Judged:
    """A reply as it was read, and what staff say of it: verdicts with their notes.

    `number`: names the line. `name`: the patient's, to be taken out. `level`, `flags`, `rule_version`: the reading.
    """

    number: int
    question: str | None
    text: str
    name: str
    level: str
    flags: tuple[str, ...]
    rule_version: str
    verdicts: tuple[tuple[Verdict, str], ...]


def corpus_lines(marked: Iterable[Judged], flag_levels: Mapping[str, str]) -> list[str]:
    """One JSON object a line, in the schema of tests/corpus; a reply without words is left out.

    `flag_levels`: each flag's own level, "red" or "amber". Raises ValueError for a reply without a verdict.
    """
    return [json.dumps(_line(reply, flag_levels), ensure_ascii=False) for reply in marked if reply.text.strip()]


def redact(text: str, name: str) -> str:
    """The text with e-mail addresses, long numbers and the patient's name replaced, and fit for a UTF-8 file."""
    clean = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    clean = _WORD.sub(lambda word: MAIL if "@" in word[0].strip("@") else word[0], _AT.sub("@", clean))
    clean = _NUMBER.sub(NUMBER, clean)
    pattern = _name_pattern(name)
    return _SAME_NAME.sub(NAME, pattern.sub(NAME, clean)) if pattern else clean


def _line(reply: Judged, flag_levels: Mapping[str, str]) -> dict[str, Any]:
    verdicts = sorted({verdict for verdict, _ in reply.verdicts}, key=_severity)
    accept = list(dict.fromkeys(level for verdict in verdicts for level in ACCEPTED[verdict]))
    label = accept[0]
    kept = [flag for flag in reply.flags if Level(flag_levels.get(flag, Level.AMBER)).rank <= label.rank]
    notes = (" ".join(redact(note, reply.name).split()) for _, note in reply.verdicts)
    said = ", ".join(verdict.value for verdict in verdicts)
    why = [f"staff: {said}", f"read {reply.level} by rules {reply.rule_version}", *(note for note in notes if note)]
    return {
        "id": f"M{reply.number}",
        "question": reply.question if reply.question in QUESTIONS else None,
        "text": redact(reply.text, reply.name),
        "level": label.value,
        "accept": [level.value for level in accept],
        "flags": kept,
        "tags": ["marked", f"read-{reply.level}", *(["disputed"] if len(verdicts) > 1 else [])],
        "why": "; ".join(why),
    }


def _severity(verdict: Verdict) -> int:
    """Worst first: where staff disagree, the label is the more serious one and the others are accepted."""
    return -ACCEPTED[verdict][0].rank


def _name_pattern(name: str) -> re.Pattern[str] | None:
    """Any part of the name as a word of its own, in any case and spelling; two letters only as they stand."""
    parts = _LETTERS.findall(unicodedata.normalize("NFC", name))
    capitalised = [part for part in parts if part[0].isupper()]  # "de" and "von" are words of the text, too
    wanted = {part for part in capitalised or parts if len(part) >= _SHORT and part not in _ANSWERS}
    if not wanted:
        return None
    choices = "|".join(_spelt(part) for part in sorted(wanted, key=len, reverse=True))
    return re.compile(rf"(?<![^\W\d_])(?:{choices})(?:['’]?s)?(?![^\W\d_])")


def _spelt(part: str) -> str:
    if len(part) <= _SHORT:
        return re.escape(part)
    letters = part.casefold().replace("aa", "å").replace("ae", "æ").replace("oe", "ø")
    return f"(?i:{''.join(_SPELLINGS.get(letter, re.escape(letter)) for letter in letters)})"
