"""What the checker answers with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

UNCLEAR = "unclear"
"""The flag of what a human must read: perhaps past or another's, not understood, or the checker broke."""


class Level(StrEnum):
    """How serious a reply is. RED: a doctor now. AMBER: clinic staff must look. GREEN: an ordinary reply."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"

    @property
    def rank(self) -> int:
        """0 green, 1 amber, 2 red."""
        return (Level.GREEN, Level.AMBER, Level.RED).index(self)


def worst(*levels: Level) -> Level:
    """The most serious of the levels; GREEN when there are none."""
    return max(levels, key=lambda level: level.rank, default=Level.GREEN)


@dataclass(frozen=True)
class Evidence:
    """Why a flag was raised: the words text[start:end] of the original reply, and the rule that read them."""

    flag: str
    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True)
class Triage:
    """The judgement of one reply. `flags` stand in order of seriousness; `rule_version` names the rules used."""

    level: Level
    flags: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    rule_version: str


def in_order(flags: Iterable[str]) -> tuple[str, ...]:
    """Flags once each, in the order they were first seen."""
    return tuple(dict.fromkeys(flags))
