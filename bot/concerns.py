"""Pure: an answer that names no symptom may still be one for a person to read: "det samme" after six weeks.

Which answers these are stands in messages/replies.toml. The checker has read the reply first; nothing it is sure of,
and nothing that a rule has seen, is lowered here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.answers import Answer
from bot.red_flags import SECOND_READER, Evidence, Level, Triage, worst

_CHECKER_TAKES: Mapping[str, str | None] = {
    "sleep": "activity",
    "mood": "activity",
    "work": "activity",
    "progress": "open",
    "barrier": "exercise",
    "reached_doctor": None,
    "stop_reason": None,
    "staff_asked": "open",
}
"""Any yes-or-no question that is no screening reads alike."""


class Concern(Protocol):
    """`said`: answers (yes, no, better, same, worse) that a person must read. `flag`: what they are filed under."""

    @property
    def said(self) -> Sequence[str]: ...
    @property
    def flag(self) -> str: ...


def for_checker(question: str | None) -> str | None:
    """The kind of question the checker takes this for: it tells apart what it was trained on. None: no question."""
    return _CHECKER_TAKES.get(question, question) if question is not None else None


def weigh(text: str, question: str | None, answer: Answer, triage: Triage, concerns: Mapping[str, Concern]) -> Triage:
    """The triage, raised to amber where the answer to `question` calls for it. A red one stays as it is."""
    concern = concerns.get(question) if question is not None else None
    if concern is None or triage.level is Level.RED or said_to(question, answer) not in concern.said:
        return triage
    if concern.flag in triage.flags:
        return triage
    evidence = Evidence(concern.flag, 0, len(text), text, f"answer_{question}")
    return replace(
        triage,
        level=worst(triage.level, Level.AMBER),
        flags=(*triage.flags, concern.flag),
        evidence=(*triage.evidence, evidence),
    )


def settle(triage: Triage, *, understood: bool) -> Triage:
    """The triage, without a doubt of statistics alone about a reply of which every word is understood: a wish about the
    texts, a plain answer.

    A red one, and what a rule has seen, stay as they are.
    """
    doubted = (
        triage.level is Level.AMBER
        and bool(triage.evidence)
        and all(item.rule == SECOND_READER for item in triage.evidence)
    )
    if not (understood and doubted):
        return triage
    return replace(triage, level=Level.GREEN, flags=(), evidence=())


def said_to(question: str | None, answer: Answer) -> str | None:
    """The answer in one word: yes, no, better, same or worse. None when it says none of them.

    To how it goes, a "nej" beside "bedre" belongs to the sentence ("nej, det er blevet bedre").
    """
    if question == "progress" and answer.progress is not None:
        return answer.progress
    return None if answer.yes is None else "yes" if answer.yes else "no"
