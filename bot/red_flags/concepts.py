"""Third stage: the concepts of red_flags.toml found in a text, with look-alike wording set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.red_flags.lexicon import Lexicon
from bot.red_flags.patterns import Occurrence, Pattern, Scene, compile_pattern, find
from bot.red_flags.tokens import Token
from messages.red_flag_schema import RedFlagRules

_DENIALS = frozenset({"{neg}", "{none}"})
"""The concepts that mean "not" and "no"; where a pattern uses them, the denial is part of the symptom."""

_JUST_BEFORE = 3
"""How many words before a guard its `unless_inside` still counts: "ikke har kunnet tisse"."""


@dataclass(frozen=True)
class Vocabulary:
    """All concepts and guards of the rules, compiled; built once."""

    lexicon: Lexicon
    words: dict[str, tuple[str, ...]]
    """For each word key the concepts it stands for, in braces, so that no word can be taken for a concept."""
    phrases: tuple[tuple[str, Pattern], ...]
    """Concepts made of several words, in the order of the file, so that later ones may build on earlier ones."""
    guards: tuple[CompiledGuard, ...]


@dataclass(frozen=True)
class CompiledGuard:
    """Wording to set aside, unless one of the other patterns stands inside it."""

    id: str
    patterns: tuple[Pattern, ...]
    unless_inside: tuple[Pattern, ...]

    def holds(self, scene: Scene) -> list[Occurrence]:
        """Where the guard holds in the text."""
        against = [seen.first for pattern in self.unless_inside for seen in find(pattern, scene)]
        return [
            seen
            for pattern in self.patterns
            for seen in find(pattern, scene)
            if not any(seen.first - _JUST_BEFORE <= other <= seen.last for other in against)
        ]


def build_vocabulary(rules: RedFlagRules) -> Vocabulary:
    """Compile concepts and guards. Rules and cues are compiled by their own stages with the same lexicon."""
    lexicon = Lexicon()
    words: dict[str, list[str]] = {}
    phrases: list[tuple[str, Pattern]] = []
    for concept in rules.concepts_in_order:
        name = f"{{{concept.id}}}"
        for entry in concept.words:
            if " " in entry or "{" in entry:
                phrases.append((name, compile_pattern(entry, lexicon)))
            else:
                words.setdefault(lexicon.add(entry), []).append(name)
    guards = tuple(
        CompiledGuard(
            guard.id,
            tuple(compile_pattern(pattern, lexicon, exact=True) for pattern in guard.patterns),
            tuple(compile_pattern(pattern, lexicon, exact=True) for pattern in guard.unless_inside),
        )
        for guard in rules.guards
    )
    return Vocabulary(lexicon, {key: tuple(ids) for key, ids in words.items()}, tuple(phrases), guards)


def read_scene(tokens: list[Token], vocabulary: Vocabulary) -> tuple[Scene, frozenset[str]]:
    """The concepts of a text. Also the guards that held: their words were set aside before concepts were formed."""
    scene = _with_words(tokens, vocabulary, frozenset())
    _add_phrases(scene, vocabulary.phrases)
    aside: set[int] = set()
    held: set[str] = set()
    for guard in vocabulary.guards:
        for occurrence in guard.holds(scene):
            held.add(guard.id)
            aside.update(range(occurrence.first, occurrence.last + 1))
    if not aside:
        return scene, frozenset()
    scene = _with_words(tokens, vocabulary, frozenset(aside))
    _add_phrases(scene, vocabulary.phrases)
    return scene, frozenset(held)


def _with_words(tokens: list[Token], vocabulary: Vocabulary, aside: frozenset[int]) -> Scene:
    scene = Scene(tokens)
    for index, token in enumerate(tokens):
        if index in aside:
            continue
        one = frozenset({index})
        keys = vocabulary.lexicon.keys(token.word)
        names = keys.union(*(vocabulary.words.get(key, ()) for key in keys))
        denies = not _DENIALS.isdisjoint(names)
        here = Occurrence(index, index, frozenset(), one) if denies else Occurrence(index, index, one)
        for name in names:
            scene.add(name, here)
    return scene


def _add_phrases(scene: Scene, phrases: Sequence[tuple[str, Pattern]]) -> None:
    changed: set[str] = set()
    for concept, pattern in phrases:
        for names in pattern.names:
            for name in names:
                if name in changed:
                    _tidy(scene, name)
                    changed.discard(name)
        fresh = list(find(pattern, scene))
        for occurrence in fresh:
            scene.add(concept, occurrence)
        if fresh:
            changed.add(concept)
    for name in changed:
        _tidy(scene, name)


def _tidy(scene: Scene, name: str) -> None:
    unique = dict.fromkeys(scene.found.get(name, ()))
    scene.found[name] = sorted(unique, key=lambda occurrence: (occurrence.first, occurrence.last))
