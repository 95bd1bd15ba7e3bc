"""Pure: the red-flag rules as a clinician reads them: flags with their rules, and the word lists they are built on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from messages.advice_schema import AdviceGroup
from messages.phrases import OPERATORS, REFERENCE
from messages.red_flag_schema import Concept, Cue, Flag, RedFlagRules, Rule, shipped_rules


@dataclass(frozen=True)
class Part:
    """A stretch of a pattern: words as they stand in the file, or a whole word list, named by its first word."""

    text: str
    word_list: str = ""


Pattern = tuple[Part, ...]


@dataclass(frozen=True)
class RuleEntry:
    """One rule. `questions`: it only holds for an answer to one of these."""

    id: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True)
class FlagEntry:
    """One flag. `advice`: the group a reply with this flag alone is answered with. `word_lists`: those its rules are
    built on, directly or through others.
    """

    flag: Flag
    advice: AdviceGroup
    rules: tuple[RuleEntry, ...]
    word_lists: frozenset[str]
    _text: Searchable

    def holds(self, word: str) -> bool:
        return self._text.holds(word)


@dataclass(frozen=True)
class WordList:
    """Words that mean the same for the rules; `name` is the first of them."""

    id: str
    name: str
    words: tuple[Pattern, ...]
    _text: Searchable

    def holds(self, word: str) -> bool:
        return self._text.holds(word)


@dataclass(frozen=True)
class Wordings:
    """Wording that weakens a finding: `name` says how."""

    name: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True)
class Rulebook:
    """All there is to read about one version of the rules. `lowering`: by kind of cue. `harmless`: look-alikes."""

    version: str
    rule_count: int
    flags: tuple[FlagEntry, ...]
    word_lists: tuple[WordList, ...]
    lowering: tuple[Wordings, ...]
    harmless: tuple[Wordings, ...]

    def search(self, query: str) -> Rulebook:
        """What holds every word of the query: flags by name, meaning, examples, rules and vocabulary; word lists."""
        asked = query.casefold().split()
        flags = tuple(entry for entry in self.flags if all(entry.holds(word) for word in asked))
        lists = tuple(entry for entry in self.word_lists if all(entry.holds(word) for word in asked))
        return replace(self, flags=flags, word_lists=lists, lowering=(), harmless=())

    def only(self, flags: Iterable[str]) -> Rulebook:
        """The flags named and the word lists behind them."""
        named = frozenset(flags)
        kept = tuple(entry for entry in self.flags if entry.flag.id in named)
        used = frozenset(name for entry in kept for name in entry.word_lists)
        lists = tuple(entry for entry in self.word_lists if entry.id in used)
        return replace(self, flags=kept, word_lists=lists, lowering=(), harmless=())


@dataclass(frozen=True)
class Searchable:
    """Text to search in, with the beginnings and endings that stand for longer words ("toiletpapir*")."""

    text: str
    beginnings: tuple[str, ...]
    endings: tuple[str, ...]

    def holds(self, word: str) -> bool:
        return word in self.text or word.startswith(self.beginnings) or word.endswith(self.endings)


@cache
def shipped_rulebook() -> Rulebook:
    """The rules the product runs by, made to be read. Raises RulesError."""
    return rulebook(shipped_rules())


def rulebook(rules: RedFlagRules) -> Rulebook:
    concepts = {concept.id: concept for concept in rules.concepts}
    cues = sorted(rules.cues, key=_kind)
    return Rulebook(
        version=rules.rule_version,
        rule_count=sum(len(flag.rules) for flag in rules.flags),
        flags=tuple(_flag(flag, concepts) for flag in rules.flags),
        word_lists=tuple(_word_list(concept, concepts) for concept in rules.concepts),
        lowering=tuple(_lowering(kind, tuple(group), concepts) for kind, group in groupby(cues, key=_kind)),
        harmless=tuple(
            Wordings(guard.reason, _patterns(guard.patterns, concepts), _patterns(guard.unless_inside, concepts))
            for guard in rules.guards
        ),
    )


def _kind(cue: Cue) -> str:
    return cue.kind


def _flag(flag: Flag, concepts: Mapping[str, Concept]) -> FlagEntry:
    phrases = [phrase for rule in flag.rules for phrase in rule.patterns]
    told = (flag.name, flag.meaning, flag.id, *flag.examples, *(source.section for source in flag.sources))
    words = [word for name in sorted(_used(phrases, concepts)) for word in concepts[name].words]
    return FlagEntry(
        flag=flag,
        advice=flag.advice,
        rules=tuple(_rule(rule, concepts) for rule in flag.rules),
        word_lists=_used([*phrases, *(phrase for rule in flag.rules for phrase in rule.unless)], concepts),
        _text=_searchable(told, [*phrases, *words]),
    )


def _rule(rule: Rule, concepts: Mapping[str, Concept]) -> RuleEntry:
    return RuleEntry(
        rule.id, _patterns(rule.patterns, concepts), _patterns(rule.unless, concepts), tuple(rule.question)
    )


def _word_list(concept: Concept, concepts: Mapping[str, Concept]) -> WordList:
    text = _searchable((), concept.words)
    return WordList(concept.id, _name(concept.id, concepts), _patterns(concept.words, concepts), text)


def _lowering(kind: str, cues: tuple[Cue, ...], concepts: Mapping[str, Concept]) -> Wordings:
    patterns = tuple(phrase for cue in cues for phrase in cue.patterns)
    unless = tuple(phrase for cue in cues for phrase in cue.unless)
    return Wordings(kind, _patterns(patterns, concepts), _patterns(unless, concepts))


def _used(phrases: Iterable[str], concepts: Mapping[str, Concept]) -> frozenset[str]:
    """The word lists the phrases are built on, and those that these are built on."""
    used: set[str] = set()
    waiting = [name for phrase in phrases for name in REFERENCE.findall(phrase)]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += [inner for word in concepts[name].words for inner in REFERENCE.findall(word)]
    return frozenset(used)


def _searchable(told: Iterable[str], phrases: Iterable[str]) -> Searchable:
    words = [word for phrase in phrases for element in phrase.split() for word in element.casefold().split("|")]
    return Searchable(
        text="\n".join([*(text.casefold() for text in told), *(word.strip("=*") for word in words), *phrases]),
        beginnings=tuple(word[:-1].lstrip("*") for word in words if word.endswith("*") and len(word) > 3),
        endings=tuple(word[1:] for word in words if word.startswith("*") and not word.endswith("*") and len(word) > 3),
    )


def _patterns(phrases: Iterable[str], concepts: Mapping[str, Concept]) -> tuple[Pattern, ...]:
    return tuple(_pattern(phrase, concepts) for phrase in phrases)


def _pattern(phrase: str, concepts: Mapping[str, Concept]) -> Pattern:
    parts = []
    for index, text in enumerate(REFERENCE.split(phrase.replace("...", "…"))):
        if index % 2:
            parts.append(Part(_name(text, concepts), text))
        elif text:
            parts.append(Part(text))
    return tuple(parts)


def _name(word_list: str, concepts: Mapping[str, Concept]) -> str:
    """A word list is called by its first word: "kan ikke" says more than "cannot"."""
    words = concepts[word_list].words
    first = next((word for word in words if "re:" not in word), words[0])
    elements = (element.split("|")[0] for element in first.split() if element not in OPERATORS)
    said = (REFERENCE.sub(lambda inner: _name(inner[1], concepts), element).strip("=*") for element in elements)
    return " ".join(word for word in said if word.strip("&"))
