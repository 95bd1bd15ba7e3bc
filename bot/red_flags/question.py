"""Sixth stage: the reply as an answer to what was asked last.

Yes to the screening is red even without a symptom in it; a pain score of 8 or more is amber. Words for yes, no and
numbers come from the rules; what the answer means is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.red_flags.context import Denials
from bot.red_flags.model import UNCLEAR, Level
from bot.red_flags.patterns import Scene
from bot.red_flags.scores import pain_score

HIGH_PAIN = 8
"""The lowest pain score (0-10) that staff must see."""
_SHORT = 4
_SHORT_NO = 6
"""Words of an answer whose last one, a no, is about all of them."""
_CORRECTION = 2
"""Words of an answer that may have been taken back: "ja nej" is for a human, "nej ja nej" answers item by item."""

Reading = tuple[str, Level, int, int]
"""Flag ("" when the answer itself names none), level, first and last token."""


@dataclass(frozen=True)
class Answers:
    """Number words for scores."""

    numbers: Mapping[str, int]


def read_answer(
    scene: Scene, denials: Denials, question: str | None, answers: Answers, *, denied: bool
) -> list[Reading]:
    """What the reply says as an answer. `denied`: the text has already been understood as something else."""
    words = [index for index, token in enumerate(scene.tokens) if token.is_word]
    if question == "screening":
        return _screening(scene, denials, words, denied=denied)
    if question == "pain":
        return _pain(scene, words, answers, denied=denied)
    return []


def _pain(scene: Scene, words: list[int], answers: Answers, *, denied: bool) -> list[Reading]:
    score = pain_score([token.word for token in scene.tokens[:60]], answers.numbers)
    if score is None:
        understood = denied or scene.has(("{all_well}", "{other_topic}", "{none}", "{neg}", "{no}"))
        short = scene.tokens and len(words) <= _SHORT
        return [(UNCLEAR, Level.AMBER, 0, len(scene.tokens) - 1)] if short and not understood else []
    if score < HIGH_PAIN or not words:
        return []
    return [("high_pain", Level.AMBER, words[0], words[min(len(words), 3) - 1])]


def _screening(scene: Scene, denials: Denials, words: list[int], *, denied: bool) -> list[Reading]:
    named = _named_item(scene, denials, words) or _yes_in_words(scene, denials, words)
    if named is not None:
        return [named]
    yes = _first(scene, "{yes}")
    if yes is None or not words:
        return _unclear(scene, words, denied=denied)
    if _item_by_item(scene, words):
        return [("", Level.RED, words[0], words[-1])]
    return _yes_beside_others(scene, words, yes, denied=denied)


def _yes_beside_others(scene: Scene, words: list[int], yes: int, *, denied: bool) -> list[Reading]:
    """A yes (its first token) with other words, which may say nothing, take it back or be about something else."""
    negative = _first(scene, "{no}")
    reassuring = scene.has(("{all_well}",)) or scene.has(("{neg}",))
    if negative is not None and _plain_yes(scene) and len(words) <= _SHORT and not reassuring:
        return [(UNCLEAR, Level.AMBER, 0, len(scene.tokens) - 1)]
    filler = {occurrence.first for occurrence in scene.of(("{filler}", "{yes}"))}
    others = [index for index in words if index not in filler]
    corrected = negative is not None and negative > yes
    if not others and not corrected:
        return [("", Level.RED, yes, yes)]
    ends_in_yes = len(words) <= _SHORT and words[-1] in _plain_yes(scene)
    if negative is not None or reassuring or denied or (yes != words[0] and not ends_in_yes):
        return []
    if scene.has(("{other_topic}",)) or any(scene.tokens[index].word[0].isdigit() for index in others):
        return []
    if scene.has(("{none}",)) and len(words) <= _SHORT:
        return [(UNCLEAR, Level.AMBER, 0, len(scene.tokens) - 1)]
    return [("", Level.RED, yes, yes)]


def answers_no(scene: Scene, question: str | None) -> bool:
    """Does a short answer to the screening end in a plain no: "begge dele nej", "ja. hov, jeg mente nej"?"""
    words = [index for index, token in enumerate(scene.tokens) if token.is_word]
    if question != "screening" or not words or len(words) > _SHORT_NO or scene.has(("{yes_in_words}",)):
        return False
    return words[-1] in {occurrence.first for occurrence in scene.of(("{no}",))}


def _item_by_item(scene: Scene, words: list[int]) -> bool:
    """Nothing but yes and no, one for each thing that was asked about: "nej nej ja nej", "n j"."""
    yes = _plain_yes(scene)
    answers = yes | {occurrence.first for occurrence in scene.of(("{no}",))}
    stands = len(words) > _CORRECTION or words[-1] in yes
    return bool(yes) and stands and answers.issuperset(words)


def _plain_yes(scene: Scene) -> set[int]:
    """Where a yes stands that cannot be a mere filler, as "tak" or "jo" can."""
    filler = {occurrence.first for occurrence in scene.of(("{filler}",))}
    return {occurrence.first for occurrence in scene.of(("{yes}",))} - filler


def _unclear(scene: Scene, words: list[int], *, denied: bool) -> list[Reading]:
    """A short reply to the screening that says neither yes nor no, nor anything else that was understood."""
    understood = denied or scene.has(("{no}", "{deny}", "{all_well}", "{other_topic}"))
    if understood or not scene.tokens or len(words) > _SHORT:
        return []
    return [(UNCLEAR, Level.AMBER, 0, len(scene.tokens) - 1)]


def _named_item(scene: Scene, denials: Denials, words: list[int]) -> Reading | None:
    """An answer that points at an item of the question: "nr 2", "begge dele", "det med skridtet", "kun feber"."""
    for name in ("{screening_choice}", "{screening_item}"):
        for occurrence in scene.of((name,)):
            if denials.cancels(occurrence):
                continue
            pointed = name == "{screening_choice}" or len(words) <= _SHORT
            refused = scene.has(("{no}", "{none}")) and not _excepted(scene, occurrence.first)
            if pointed and not scene.has(("{all_well}",)) and not refused:
                return ("", Level.RED, occurrence.first, occurrence.last)
    return None


def _excepted(scene: Scene, index: int) -> bool:
    """ "Nej til alt undtagen benet": what follows such a word is what the no leaves out."""
    return any(index - _SHORT <= occurrence.last < index for occurrence in scene.of(("{except}",)))


def _yes_in_words(scene: Scene, denials: Denials, words: list[int]) -> Reading | None:
    """A yes said in a sentence ("det må jeg svare bekræftende på"), or a no that is taken back ("nej, eller jo")."""
    for occurrence in scene.of(("{yes_in_words}",)):
        if not denials.cancels(occurrence):
            return ("", Level.RED, occurrence.first, occurrence.last)
    no, yes = _first(scene, "{no}"), scene.of(("{yes}",))
    if no is None or not yes or not scene.has(("{changed_mind}",)):
        return None
    last = yes[-1].first
    filler = {occurrence.first for occurrence in scene.of(("{filler}",))}
    ends = all(index in filler for index in words if index > last)
    return ("", Level.RED, last, last) if no < last and ends else None


def _first(scene: Scene, name: str) -> int | None:
    found = scene.of((name,))
    return found[0].first if found else None
