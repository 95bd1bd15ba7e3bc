"""Third stage: the concepts of red_flags.toml found in a text, with look-alike wording set aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from bot.red_flags.index import Index, Sieve
from bot.red_flags.lexicon import Lexicon
from bot.red_flags.notation import compile_pattern
from bot.red_flags.patterns import Occurrence, Pattern, Scene, find, find_any
from bot.red_flags.remember import Memory
from bot.red_flags.tokens import Token
from messages.red_flag_schema import RedFlagRules

_DENIALS = frozenset({"{neg}", "{none}"})
"""The concepts that mean "not" and "no"; where a pattern uses them, the denial is part of the symptom."""
_PLACE = attrgetter("first", "last")

_JUST_BEFORE = 3
"""How many words before a guard its `unless_inside` still counts: "ikke har kunnet tisse"."""


class Meaning(NamedTuple):
    """Of a word its keys and the concepts it stands for, in braces, so that no word can be taken for a concept.
    `denies`: it says "not" or "no".
    """

    names: tuple[str, ...]
    denies: bool


@dataclass(frozen=True)
class Vocabulary:
    """All concepts and guards of the rules, compiled; built once."""

    lexicon: Lexicon
    meanings: Memory[Meaning]
    phrases: Index[str]
    """Concepts made of several words, each after those that it is built on."""
    guards: Index[CompiledGuard]


@dataclass(frozen=True)
class CompiledGuard:
    """Wording to set aside, unless one of these patterns stands inside it."""

    id: str
    unless_inside: tuple[Pattern, ...]


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

    def meaning(word: str) -> Meaning:
        keys = lexicon.keys(word)
        names = keys.union(*(words.get(key, ()) for key in keys))
        return Meaning(tuple(sorted(names)), not _DENIALS.isdisjoint(names))

    return Vocabulary(lexicon, Memory(meaning), Index(phrases), Index(_guards(rules, lexicon)))


def _guards(rules: RedFlagRules, lexicon: Lexicon) -> Iterator[tuple[CompiledGuard, Pattern]]:
    for guard in rules.guards:
        unless_inside = tuple(compile_pattern(one, lexicon, exact=True) for one in guard.unless_inside)
        compiled = CompiledGuard(guard.id, unless_inside)
        for pattern in guard.patterns:
            yield compiled, compile_pattern(pattern, lexicon, exact=True)


def read_scene(tokens: list[Token], vocabulary: Vocabulary) -> tuple[Scene, bool]:
    """The concepts of a text; also, whether guards held: their words were set aside before concepts were formed."""
    words = _words(tokens, vocabulary)
    scene = Scene(tokens, dict(words))
    _add_phrases(scene, vocabulary.phrases)
    aside = _set_aside(scene, vocabulary.guards)
    if not aside:
        return scene, False
    touched = {name for index in aside for name in vocabulary.meanings[tokens[index].word].names}
    for name in touched:
        words[name] = [here for here in words[name] if here.first not in aside]
    scene = Scene(tokens, {name: here for name, here in words.items() if here})
    _add_phrases(scene, vocabulary.phrases)
    return scene, True


def _set_aside(scene: Scene, guards: Index[CompiledGuard]) -> set[int]:
    """The tokens of all wording that a guard holds harmless."""
    aside: set[int] = set()
    against: dict[str, list[int]] = {}
    for guard, seen in guards.find(scene):
        if guard.id not in against:
            against[guard.id] = [other.first for other in find_any(guard.unless_inside, scene)]
        if not any(seen.first - _JUST_BEFORE <= other <= seen.last for other in against[guard.id]):
            aside.update(range(seen.first, seen.last + 1))
    return aside


def _words(tokens: list[Token], vocabulary: Vocabulary) -> dict[str, list[Occurrence]]:
    """Where each word and each concept of a single word stands."""
    found: dict[str, list[Occurrence]] = {}
    for index, token in enumerate(tokens):
        names, denies = vocabulary.meanings[token.word]
        if not names:
            continue
        one = (index,)
        here = Occurrence(index, index, (), one) if denies else Occurrence(index, index, one)
        for name in names:
            if name in found:
                found[name].append(here)
            else:
                found[name] = [here]
    return found


def _add_phrases(scene: Scene, phrases: Index[str]) -> None:
    """Form the concepts made of several words. One that is formed may complete those that are built on it."""
    found = scene.found
    sieve = Sieve(phrases, found.keys())
    forming = ""
    for number in sieve:
        concept, pattern = phrases.entries[number]
        if forming and forming != concept:
            _tidy(found, forming)
            forming = ""
        fresh = find(pattern, scene)
        if not fresh:
            continue
        if concept not in found:
            found[concept] = []
            sieve.add(concept)
        if concept != forming:
            found[concept] = list(found[concept])
            forming = concept
        found[concept] += fresh
    if forming:
        _tidy(found, forming)


def _tidy(found: dict[str, list[Occurrence]], concept: str) -> None:
    found[concept] = sorted(dict.fromkeys(found[concept]), key=_PLACE)
