"""The whole reading of one reply, stage by stage; the worst finding decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.red_flags.concepts import Vocabulary, build_vocabulary, read_scene
from bot.red_flags.context import Context, Denials, build_context, cues_in
from bot.red_flags.features import Reading
from bot.red_flags.foreign import Foreign
from bot.red_flags.index import Index
from bot.red_flags.joined import Splitter
from bot.red_flags.model import UNCLEAR, Evidence, Level, Triage, in_order
from bot.red_flags.normalise import fold, normalise
from bot.red_flags.patterns import Scene
from bot.red_flags.question import Answers, answers_no, read_answer
from bot.red_flags.reader import Reader, Standing, load_reader
from bot.red_flags.rules import CompiledRule, Finding, compile_rules, findings
from bot.red_flags.tokens import Tokeniser
from messages.dictionary_file import load_dictionary
from messages.red_flag_schema import RedFlagRules, load_rules

SECOND_READER = "second_reader"
"""The rule named in evidence that the second reader gives."""
_PLAIN_REPLY = 10
"""Words of a reply that is short enough to mean what it says."""
_PLAIN_ANSWER = 6
"""Words and marks of a yes that stands for itself. In a longer reply it may belong to something else: "ja tak, alt er
fint": then it is a suspicion."""
_ENOUGH_WORDS = 2
"""A single word is left to the rules: it says too little to count words on."""
LONGEST_EVIDENCE = 1_600
"""Characters, as many as a text message can have. In a longer text a finding may span from its first word to its last;
then the evidence shows where it begins, so that thousands of findings do not hold thousands of copies of the text.
"""


@dataclass(frozen=True)
class _Judged:
    """What the rules found. `suspected`: red if the second reader agrees, else amber; `denied`: they understood a
    denial or an idiom in it; `plain`: the reply is so short that it has no room for much that makes it harmless."""

    red: list[Evidence]
    suspected: list[Evidence]
    amber: list[Evidence]
    reading: Reading
    denied: bool
    plain: bool

    @property
    def standing(self) -> Standing:
        return Standing(bool(self.suspected), bool(self.amber), self.denied, self.plain)


class Checker:
    """Reads replies by one version of the rules. Building it parses the rules; checking keeps no state."""

    def __init__(self, rules: RedFlagRules, reader: Reader | None = None) -> None:
        self.rule_version = rules.rule_version
        self._reader = reader
        self._vocabulary: Vocabulary = build_vocabulary(rules)
        lexicon = self._vocabulary.lexicon
        self._context: Context = build_context(rules, lexicon)
        self._rules: Index[CompiledRule] = compile_rules(rules, lexicon)
        self._answers = Answers({fold(word): number for word, number in rules.numbers.items()})
        lexicon.learn_spelling(rules.ordinary_words)
        spelling = {fold(key): fold(value) for key, value in rules.spelling.items()}
        joined = lexicon.words() | {fold(word) for word in rules.joined_words} | set(spelling)
        self._tokeniser = Tokeniser(
            spelling,
            Splitter(joined, lambda word: bool(lexicon.keys(word))),
            english=frozenset(fold(word) for word in rules.english_words),
            not_in_english=frozenset(fold(word) for word in rules.not_in_english),
            foreign=Foreign(load_dictionary(), home=frozenset(map(fold, rules.not_foreign))),
        )

    def check(self, text: str, question: str | None = None) -> Triage:
        """Level, flags and evidence of a reply. `question` is the kind of the last thing this patient was asked
        (screening, pain, exercise, activity, open, reached_doctor), or None.
        """
        judged = self._judge(text, question)
        red, amber = judged.red, [*judged.suspected, *judged.amber]
        if not red:
            red, second = self._second_reading(text, judged)
            amber = [*amber, *second]
        level = Level.RED if red else Level.AMBER if amber else Level.GREEN
        evidence = tuple(dict.fromkeys([*red, *amber]))
        flags = in_order(item.flag for item in evidence if item.flag)
        return Triage(level, flags, evidence, self.rule_version)

    def reading(self, text: str, question: str | None = None) -> Reading:
        """A reply as the rules read it: what the second reader is trained on and reads."""
        return self._judge(text, question).reading

    def _judge(self, text: str, question: str | None) -> _Judged:
        """What the rules alone make of a reply."""
        tokens = self._tokeniser.tokens(normalise(text))
        scene, guarded = read_scene(tokens, self._vocabulary)
        denials = Denials(scene, self._context, self._vocabulary.meanings)
        cues = cues_in(scene, self._context)
        red: list[Evidence] = []
        suspected: list[Evidence] = []
        amber: list[Evidence] = []
        denied = guarded
        for finding in findings(self._rules, scene, question):
            if denials.cancels(finding.occurrence):
                denied = True
                continue
            kinds = cues.over(scene, finding.occurrence) if finding.rule.red else set()
            lowering = sorted(kinds - finding.rule.never_lowered_by)
            evidence = _evidence(finding, scene, text, lowering)
            if not finding.rule.red or lowering:
                amber.append(evidence)
            else:
                (suspected if finding.rule.suspects else red).append(evidence)
        if not red:
            answer = read_answer(scene, denials, question, self._answers, denied=denied or bool(amber or suspected))
            for name, level, first, last in answer:
                evidence = _span(text, scene, first, last, name, f"answer_{question}")
                plain = len(scene.tokens) <= _PLAIN_ANSWER
                (amber if level is not Level.RED else red if plain else suspected).append(evidence)
        denied = denied or answers_no(scene, question)
        plain = sum(token.is_word for token in scene.tokens) <= _PLAIN_REPLY
        return _Judged(red, suspected, amber, Reading(scene, denials, question), denied, plain)

    def _second_reading(self, text: str, judged: _Judged) -> tuple[list[Evidence], list[Evidence]]:
        """Red and amber evidence of the second reader, which can only raise what the rules said. Without it, a
        suspicion in a short reply is red by itself."""
        scene = judged.reading.scene
        if self._reader is None or sum(token.is_word for token in scene.tokens) < _ENOUGH_WORDS:
            return judged.suspected if judged.plain else [], []
        opinion, window = self._reader.read(judged.reading)
        level = self._reader.level(opinion, judged.standing)
        found = judged.suspected or judged.amber
        if level is Level.GREEN or (level is Level.AMBER and found):
            return [], []
        if judged.suspected:
            return judged.suspected, []
        flag = opinion.red_flag if level is Level.RED else opinion.amber_flag or UNCLEAR
        telling = self._reader.telling(window, level)
        evidence = [_span(text, scene, token, token, flag, SECOND_READER) for token in telling]
        return (evidence, []) if level is Level.RED else ([], evidence)


def load_checker(path: Path | None = None) -> Checker:
    """A checker with the rules of `path` (default: the shipped ones) and the shipped second reader.

    Raises RulesError or ReaderError when they cannot be used.
    """
    return Checker(load_rules(path), load_reader())


def check_safely(checker: Checker, text: str, question: str | None = None) -> tuple[Triage, Exception | None]:
    """Like `check`, but a fault inside gives amber with the flag "unclear", so that a human reads the reply.

    The exception comes back beside it for the caller to log (its type, never the text).
    """
    try:
        return checker.check(text, question), None
    except Exception as error:  # noqa: BLE001 - promise 4: nothing falls off; the caller logs it
        return Triage(Level.AMBER, (UNCLEAR,), (), checker.rule_version), error


def _evidence(finding: Finding, scene: Scene, text: str, lowering: list[str]) -> Evidence:
    """Evidence of a finding; one that a cue lowered to amber names the cue after its rule: "leg_weak/past"."""
    flag = UNCLEAR if lowering else finding.rule.flag
    rule = "/".join([finding.rule.id, *lowering[:1]])
    return _span(text, scene, finding.occurrence.first, finding.occurrence.last, flag, rule)


def _span(text: str, scene: Scene, first: int, last: int, flag: str, rule: str) -> Evidence:
    start = scene.tokens[first].start
    end = min(scene.tokens[last].end, start + LONGEST_EVIDENCE)
    return Evidence(flag, start, end, text[start:end], rule)
