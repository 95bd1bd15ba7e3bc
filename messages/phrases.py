"""Pure: the grammar of the phrases that rules and concepts are written in (see messages/red_flag_schema.py)."""

from __future__ import annotations

import re
from collections.abc import Mapping

OPERATORS = frozenset({"...", "+"})
REFERENCE = re.compile(r"\{([^{}]*)\}")
_NO_PART = re.compile(r"\\[1-9]|\(\?")
"""What cannot stand in an expression that is tried together with others: it would mean something else there."""


def check_phrases(owner: str, phrases: tuple[str, ...], known: set[str]) -> None:
    """Raises ValueError, naming `owner` and the phrase, for one that is not well formed or names no known concept."""
    for phrase in phrases:
        unknown = set(REFERENCE.findall(phrase)) - known
        if unknown:
            raise ValueError(f"{owner}: {phrase!r} refers to {sorted(unknown)}, which is not a concept")
        for sequence in re.split(r" &&? |^&&? ?| ?&&?$", phrase):
            _check_sequence(owner, phrase, sequence.split())


def _check_sequence(owner: str, phrase: str, elements: list[str]) -> None:
    if not elements or elements[0] in OPERATORS or elements[-1] in OPERATORS:
        raise ValueError(f"{owner}: {phrase!r} has nothing before or after one of its signs")
    for word in (word for element in elements if element not in OPERATORS for word in element.split("|")):
        if not word.strip("=*"):
            raise ValueError(f"{owner}: {phrase!r} has an empty word")
        if word.startswith("re:"):
            if _NO_PART.search(word):
                raise ValueError(f"{owner}: {phrase!r} refers back or has (?...), which one word does not need")
            try:
                re.compile(word[3:])
            except re.error as error:
                raise ValueError(f"{owner}: {phrase!r} is not a regular expression ({error})") from error


def in_order(concepts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The concepts' ids so that each stands after those its words are built on; ValueError names one that is built on
    itself.
    """
    done: dict[str, None] = {}
    under_way: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in under_way:
            raise ValueError(f"concept {name}: built on itself ({' > '.join([*under_way, name])})")
        under_way.append(name)
        for phrase in concepts[name]:
            for part in REFERENCE.findall(phrase):
                visit(part)
        under_way.pop()
        done[name] = None

    for name in concepts:
        visit(name)
    return list(done)
