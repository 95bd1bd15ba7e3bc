"""Fourth stage: what is denied, and what is past, imagined or about somebody else.

A denial inside the symptom ("kan ikke tisse") belongs to the symptom and never cancels it. A denial before it
("ingen problemer med at tisse") cancels it. Past, imagined, long known and other people's symptoms only go down to
amber, since these are the judgements that reading machines get wrong most often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.red_flags.concepts import Meaning
from bot.red_flags.index import Index
from bot.red_flags.lexicon import Lexicon
from bot.red_flags.notation import compile_pattern
from bot.red_flags.patterns import Occurrence, Pattern, Scene, find_any
from bot.red_flags.remember import Memory
from bot.red_flags.tokens import Token
from messages.red_flag_schema import RedFlagRules

_NEAR_REACH = 5
_LIST_REACH = 9
_SHORT_CHUNK = 5
_IN_CLAUSE = frozenset({"other_person", "as_it_should"})
"""Kinds of cue that reach over their own clause only, not over the sentence."""


@dataclass(frozen=True)
class Context:
    """The denials and cues of the rules, compiled."""

    denials: Index[str]
    """How far each reaches: "near", "list" or "outer"."""
    stops: frozenset[str]
    restarts: frozenset[str]
    modals: frozenset[str]
    doubles: frozenset[str]
    cues: Index[CompiledCue]


@dataclass(frozen=True)
class CompiledCue:
    """What one cue says of a symptom; not where one of the other patterns stands in the same sentence or clause."""

    id: str
    kind: str
    unless: tuple[Pattern, ...]


def build_context(rules: RedFlagRules, lexicon: Lexicon) -> Context:
    """Compile the negation tables and cues; their words become part of the lexicon."""
    negation = rules.negation
    reaches = (("near", negation.near), ("list", negation.list), ("outer", negation.outer))
    return Context(
        denials=Index((reach, compile_pattern(phrase, lexicon)) for reach, phrases in reaches for phrase in phrases),
        stops=frozenset(lexicon.add(word) for word in negation.stops),
        restarts=frozenset(lexicon.add(word) for word in negation.restarts),
        doubles=frozenset(lexicon.add(word) for word in negation.doubles),
        modals=frozenset(lexicon.add(word) for word in negation.modals),
        cues=Index(_cues(rules, lexicon)),
    )


def _cues(rules: RedFlagRules, lexicon: Lexicon) -> Iterator[tuple[CompiledCue, Pattern]]:
    for cue in rules.cues:
        unless = tuple(compile_pattern(pattern, lexicon, exact=True) for pattern in cue.unless)
        compiled = CompiledCue(cue.id, cue.kind, unless)
        for pattern in cue.patterns:
            yield compiled, compile_pattern(pattern, lexicon, exact=True)


class Denials:
    """For each token, which denials govern it."""

    def __init__(self, scene: Scene, context: Context, meanings: Memory[Meaning]) -> None:
        self._by: dict[int, set[int]] = {}
        self._outer: set[int] = set()
        self._meanings = meanings
        seen: dict[str, list[Occurrence]] = {"near": [], "list": [], "outer": []}
        for reach, occurrence in context.denials.find(scene):
            seen[reach].append(occurrence)
        near, over_lists = ({occurrence.last for occurrence in seen[reach]} for reach in ("near", "list"))
        self._negators = near | over_lists
        self._lists = frozenset(over_lists)
        for index in sorted(over_lists):
            if not self._without_after_not(scene, context, index, near):
                self._spread(scene, context, index, _LIST_REACH, over_commas=True)
        for index in sorted(near):
            self._spread(scene, context, index, _NEAR_REACH, over_commas=False)
            self._look_back(scene, context, index)
        for occurrence in seen["outer"]:
            self._outer.update(self._rest_of_sentence(scene, context, occurrence))

    def cancels(self, occurrence: Occurrence) -> bool:
        """Is the symptom denied, by a denial that is not itself part of it?"""
        core, used = occurrence.core, occurrence.used
        if not (self._outer.isdisjoint(core) and self._outer.isdisjoint(used)):
            return True
        if self._by.keys().isdisjoint(core):
            return False
        return any(not denials.issubset(used) for token in core if (denials := self._by.get(token)))

    def _is(self, token: Token, words: frozenset[str]) -> bool:
        return not words.isdisjoint(self._meanings[token.word].names)

    def _spread(self, scene: Scene, context: Context, index: int, reach: int, *, over_commas: bool) -> None:
        here = scene.tokens[index]
        clause = here.clause
        for position in range(index + 1, min(index + 1 + reach, len(scene.tokens))):
            token = scene.tokens[position]
            if token.sentence != here.sentence or self._is(token, context.stops):
                return
            if position in (self._lists if over_commas else self._negators):
                return
            if token.clause != clause:
                if not over_commas or not self._goes_on(scene, context, position):
                    return
                clause = token.clause
            self._by.setdefault(position, set()).add(index)

    def _without_after_not(self, scene: Scene, context: Context, index: int, near: set[int]) -> bool:
        """ "Kan ikke gå uden at benet svigter": two denials, so the symptom is there."""
        if not self._is(scene.tokens[index], context.doubles):
            return False
        before = range(max(0, index - _LIST_REACH), index)
        return any(p in near and scene.tokens[p].sentence == scene.tokens[index].sentence for p in before)

    def _goes_on(self, scene: Scene, context: Context, position: int) -> bool:
        """An enumeration goes on over a comma when what follows is short and has no verb of its own."""
        clause = scene.tokens[position].clause
        for token in scene.tokens[position : position + _SHORT_CHUNK + 1]:
            if token.clause != clause:
                return True
            if self._is(token, context.restarts):
                return False
        return position + _SHORT_CHUNK + 1 >= len(scene.tokens)

    def _look_back(self, scene: Scene, context: Context, index: int) -> None:
        """A denial governs the verb before it ("foden hænger ikke"), and at the end of its clause all that stood
        before the verb ("feber har jeg ikke").
        """
        here = scene.tokens[index]
        after = scene.tokens[index + 1] if index + 1 < len(scene.tokens) else None
        ends = after is None or after.clause != here.clause or not after.is_word
        reach = _NEAR_REACH if ends else 3
        for position in range(index - 1, max(-1, index - reach), -1):
            token = scene.tokens[position]
            if token.clause != here.clause or self._is(token, context.modals):
                return
            self._by.setdefault(position, set()).add(index)
            if not ends and not self._is(token, context.restarts):
                return

    def _rest_of_sentence(self, scene: Scene, context: Context, occurrence: Occurrence) -> list[int]:
        rest: list[int] = []
        for position in range(occurrence.last + 1, len(scene.tokens)):
            token = scene.tokens[position]
            if token.sentence != scene.tokens[occurrence.first].sentence:
                break
            if self._is(token, context.stops):
                break
            rest.append(position)
        return rest


@dataclass(frozen=True)
class Cues:
    """The cues of a text: kinds by the sentence they reach over, and the narrow ones by clause."""

    by_sentence: dict[int, set[str]]
    by_clause: dict[int, set[str]]

    def over(self, scene: Scene, occurrence: Occurrence) -> set[str]:
        """The kinds of cue that lower a symptom seen there."""
        if not self.by_sentence and not self.by_clause:
            return set()
        first, last = scene.tokens[occurrence.first], scene.tokens[occurrence.last]
        kinds = set(self.by_sentence.get(first.sentence, ()))
        for clause in {first.clause, last.clause}:
            kinds |= self.by_clause.get(clause, set())
        return kinds


def cues_in(scene: Scene, context: Context) -> Cues:
    """What in the text says that a symptom is past, imagined, long known or another's."""
    cues = Cues({}, {})
    spared: dict[str, set[int]] = {}
    for cue, seen in context.cues.find(scene):
        narrow = cue.kind in _IN_CLAUSE
        if cue.id not in spared:
            spared[cue.id] = {_where(scene, other, narrow=narrow) for other in find_any(cue.unless, scene)}
        place = _where(scene, seen, narrow=narrow)
        if place not in spared[cue.id]:
            (cues.by_clause if narrow else cues.by_sentence).setdefault(place, set()).add(cue.kind)
    return cues


def _where(scene: Scene, occurrence: Occurrence, *, narrow: bool) -> int:
    token = scene.tokens[occurrence.first]
    return token.clause if narrow else token.sentence
