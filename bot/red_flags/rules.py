"""Fifth stage: the rules of each flag held against what was found in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bot.red_flags.index import Index
from bot.red_flags.lexicon import Lexicon
from bot.red_flags.notation import compile_pattern
from bot.red_flags.patterns import Occurrence, Pattern, Scene, find_any
from messages.red_flag_schema import RedFlagRules


@dataclass(frozen=True)
class CompiledRule:
    """One rule ready to run."""

    flag: str
    red: bool
    id: str
    suspects: bool
    unless: tuple[Pattern, ...]
    question: tuple[str, ...]
    never_lowered_by: frozenset[str]


class Finding(NamedTuple):
    """A rule that held at one place in the text, before context has been weighed."""

    rule: CompiledRule
    occurrence: Occurrence


def compile_rules(rules: RedFlagRules, lexicon: Lexicon) -> Index[CompiledRule]:
    """All rules of all flags; their words become part of the lexicon."""
    return Index(_patterns(rules, lexicon))


def _patterns(rules: RedFlagRules, lexicon: Lexicon) -> Iterator[tuple[CompiledRule, Pattern]]:
    for flag in rules.flags:
        for rule in flag.rules:
            compiled = CompiledRule(
                flag=flag.id,
                red=flag.level == "red",
                id=rule.id,
                suspects=rule.suspects,
                unless=tuple(compile_pattern(pattern, lexicon) for pattern in rule.unless),
                question=rule.question,
                never_lowered_by=frozenset(flag.never_lowered_by),
            )
            for pattern in rule.patterns:
                yield compiled, compile_pattern(pattern, lexicon)


def findings(rules: Index[CompiledRule], scene: Scene, question: str | None) -> Iterator[Finding]:
    """Everything the rules see in the text."""
    held_back: dict[str, set[int]] = {}
    for rule, occurrence in rules.find(scene):
        if rule.question and question not in rule.question:
            continue
        if rule.id not in held_back:
            held_back[rule.id] = {scene.tokens[found.first].sentence for found in find_any(rule.unless, scene)}
        if scene.tokens[occurrence.first].sentence not in held_back[rule.id]:
            yield Finding(rule, occurrence)
