"""Fifth stage: the rules of each flag held against what was found in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.red_flags.lexicon import Lexicon
from bot.red_flags.patterns import Occurrence, Pattern, Scene, compile_pattern, find
from messages.red_flag_schema import RedFlagRules


@dataclass(frozen=True)
class CompiledRule:
    """One rule ready to run."""

    flag: str
    red: bool
    id: str
    suspects: bool
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    question: tuple[str, ...]
    never_lowered_by: frozenset[str]


@dataclass(frozen=True)
class Finding:
    """A rule that held at one place in the text, before context has been weighed."""

    rule: CompiledRule
    occurrence: Occurrence


def compile_rules(rules: RedFlagRules, lexicon: Lexicon) -> tuple[CompiledRule, ...]:
    """All rules of all flags; their words become part of the lexicon."""
    return tuple(
        CompiledRule(
            flag=flag.id,
            red=flag.level == "red",
            id=rule.id,
            suspects=rule.suspects,
            patterns=tuple(compile_pattern(pattern, lexicon) for pattern in rule.patterns),
            unless=tuple(compile_pattern(pattern, lexicon) for pattern in rule.unless),
            question=rule.question,
            never_lowered_by=frozenset(flag.never_lowered_by),
        )
        for flag in rules.flags
        for rule in flag.rules
    )


def findings(rules: tuple[CompiledRule, ...], scene: Scene, question: str | None) -> Iterator[Finding]:
    """Everything the rules see in the text."""
    for rule in rules:
        if rule.question and question not in rule.question:
            continue
        held_back: set[int] | None = None
        for pattern in rule.patterns:
            for occurrence in find(pattern, scene):
                if held_back is None:
                    held_back = _sentences(rule.unless, scene)
                if scene.tokens[occurrence.first].sentence not in held_back:
                    yield Finding(rule, occurrence)


def _sentences(patterns: tuple[Pattern, ...], scene: Scene) -> set[int]:
    return {scene.tokens[found.first].sentence for pattern in patterns for found in find(pattern, scene)}
