"""The shape of red_flags.toml: what a clinician writes, checked before anything is read with it.

Vocabulary stands in concepts (lists of words), meaning in rules (patterns over concepts). A word matches in every
inflection (in guards and cues only as it stands); `=word` matches only that form, `word*` a beginning, `*word` an
ending, `*word*` any part, `re:...` a regular expression over one word. A phrase of several words matches them side by
side. In a pattern `{concept}` stands for any of its words and `a|b` for either; a space means "soon after", `+`
"directly after", `...` "later in the same sentence", `&` "in the same sentence, in either order", `&&` "anywhere in
the message" (not in a concept, which stands within one sentence).
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from messages.advice_schema import AdviceGroup
from messages.dictionary_file import dictionary_digest
from messages.phrases import check_phrases, in_order

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60)]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
QuestionKind = Literal["screening", "pain", "exercise", "activity", "open", "reached_doctor"]
CueKind = Literal["past", "hypothetical", "other_person", "long_known", "as_it_should"]

RULES_FILE = Path(__file__).with_name("red_flags.toml")


class RulesError(ValueError):
    """The rules file cannot be used; the message names file, rule and reason."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleSource(Frozen):
    """Where a flag comes from: one of the five leaflets, or clinical literature that still needs a signature."""

    document: Literal["S0", "S1", "S2", "S3", "S4", "literature"]
    section: Annotated[str, StringConstraints(min_length=3)]


class Concept(Frozen):
    """A list of words or phrases that mean the same for the rules. A phrase may itself hold `{concepts}`."""

    id: Identifier
    note: str = ""
    words: tuple[Phrase, ...] = Field(min_length=1)


class Rule(Frozen):
    """Patterns that raise a flag. `unless`: concepts or patterns that hold it back when seen in the same sentence.

    `suspects`: the wording is often harmless, so that in a longer reply and alone it asks staff to look (amber); the
    second reader decides whether it is red.
    """

    id: Identifier
    suspects: bool = False
    patterns: tuple[Phrase, ...] = Field(min_length=1)
    unless: tuple[Phrase, ...] = ()
    question: tuple[QuestionKind, ...] = ()


class Flag(Frozen):
    """One finding: what it means, how serious it is, which advice answers it, and the rules that recognise it."""

    id: Identifier
    name: Annotated[str, StringConstraints(min_length=3)]
    meaning: Annotated[str, StringConstraints(min_length=10)]
    level: Literal["amber", "red"]
    advice: AdviceGroup
    sources: tuple[RuleSource, ...] = Field(min_length=1)
    never_lowered_by: tuple[CueKind, ...] = ()
    needs_sign_off: str = ""
    signed_off_by: str = ""
    examples: tuple[Phrase, ...] = ()
    counter_examples: tuple[Phrase, ...] = ()
    rules: tuple[Rule, ...] = Field(alias="rule", default=())

    @model_validator(mode="after")
    def _advice_is_as_serious(self) -> Flag:
        if self.advice.is_red != (self.level == "red"):
            raise ValueError(f"a flag of level {self.level} cannot be answered with the advice {self.advice.value}")
        return self

    @model_validator(mode="after")
    def _literature_needs_a_signature(self) -> Flag:
        only_literature = all(source.document == "literature" for source in self.sources)
        if only_literature and not (self.needs_sign_off or self.signed_off_by):
            raise ValueError("a flag from outside the leaflets needs a needs_sign_off note")
        return self


class Guard(Frozen):
    """Wording that only looks like a symptom; its words are set aside before the rules read the text.

    `unless_inside`: the guard does not hold when one of these stands inside it or just before ("kan jeg ikke mærke").
    """

    id: Identifier
    reason: Annotated[str, StringConstraints(min_length=3)]
    patterns: tuple[Phrase, ...] = Field(min_length=1)
    unless_inside: tuple[Phrase, ...] = ()


class Cue(Frozen):
    """Wording that says a symptom is not the patient's own present one; it lowers red to amber, never to green."""

    id: Identifier
    kind: CueKind
    patterns: tuple[Phrase, ...] = Field(min_length=1)
    unless: tuple[Phrase, ...] = ()


class Negation(Frozen):
    """Words that deny. `near` reach a few words on; `list` reach over an enumeration; `outer` deny a whole clause."""

    near: tuple[Phrase, ...]
    list: tuple[Phrase, ...]
    outer: tuple[Phrase, ...]
    stops: tuple[Phrase, ...]
    restarts: tuple[Phrase, ...]
    modals: tuple[Phrase, ...]
    doubles: tuple[Phrase, ...]


class RedFlagRules(Frozen):
    """The whole of red_flags.toml, and `digest`, the first characters of the SHA-256 of its content."""

    version: Annotated[int, Field(ge=1)]
    digest: str
    spelling: dict[str, str]
    ordinary_words: tuple[Phrase, ...]
    joined_words: tuple[Phrase, ...]
    english_words: tuple[Phrase, ...]
    not_in_english: tuple[Phrase, ...]
    not_foreign: tuple[Phrase, ...]
    numbers: dict[str, int]
    negation: Negation
    concepts: tuple[Concept, ...] = Field(alias="concept", min_length=1)
    guards: tuple[Guard, ...] = Field(alias="guard", default=())
    cues: tuple[Cue, ...] = Field(alias="cue", default=())
    flags: tuple[Flag, ...] = Field(alias="flag", min_length=1)

    @property
    def concepts_in_order(self) -> tuple[Concept, ...]:
        """The concepts, each after those it is built on."""
        by_id = {concept.id: concept for concept in self.concepts}
        return tuple(by_id[name] for name in in_order(self._words()))

    @property
    def rule_version(self) -> str:
        """What is stored with every triage: the declared version and the content of rules and dictionary, for instance
        "3-1f0a9c2be4d7"."""
        return f"{self.version}-{self.digest}"

    @model_validator(mode="after")
    def _hangs_together(self) -> RedFlagRules:
        known: set[str] = set()
        for concept in self.concepts:
            if concept.id in known:
                raise ValueError(f"concept {concept.id}: defined twice")
            known.add(concept.id)
        for concept in self.concepts:
            check_phrases(f"concept {concept.id}", concept.words, known)
            if any("&&" in phrase for phrase in concept.words):
                raise ValueError(f"concept {concept.id}: a concept stands within one sentence, && is for rules")
        in_order(self._words())
        seen: set[str] = set()
        for owner, rule_id, phrases in self._patterns():
            if rule_id in seen:
                raise ValueError(f"{owner}: the id {rule_id} is used twice")
            seen.add(rule_id)
            check_phrases(owner, phrases, known)
        return self

    def _words(self) -> dict[str, tuple[str, ...]]:
        return {concept.id: concept.words for concept in self.concepts}

    def _patterns(self) -> list[tuple[str, str, tuple[str, ...]]]:
        rows = [(f"guard {guard.id}", guard.id, guard.patterns + guard.unless_inside) for guard in self.guards]
        rows += [(f"cue {cue.id}", cue.id, cue.patterns + cue.unless) for cue in self.cues]
        for flag in self.flags:
            rows += [(f"flag {flag.id}, rule {r.id}", r.id, r.patterns + r.unless) for r in flag.rules]
        return rows


def load_rules(path: Path | None = None) -> RedFlagRules:
    """The rules of `path` (default: the ones shipped). RulesError says which file, which rule and why."""
    file = path or RULES_FILE
    try:
        raw = file.read_bytes()
        content = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise RulesError(f"{file.name}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError(f"{file.name}: {error}") from error
    digest = hashlib.sha256(raw.replace(b"\r\n", b"\n") + dictionary_digest().encode()).hexdigest()[:12]
    try:
        return RedFlagRules.model_validate({**content, "digest": digest})
    except ValidationError as error:
        raise RulesError(_sentences(file.name, content, error)) from error


@cache
def shipped_rules() -> RedFlagRules:
    """The rules the product runs by, read once. Raises RulesError."""
    return load_rules()


@cache
def shipped_flags() -> Mapping[str, Flag]:
    """Their flags by id."""
    return MappingProxyType({flag.id: flag for flag in shipped_rules().flags})


def _sentences(file: str, content: dict[str, object], error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        where: list[str] = []
        node: object = content
        for part in problem["loc"]:
            try:
                node = node[part]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                node = None
            name = node.get("id") if isinstance(node, dict) else None
            where.append(str(name or part))
        lines.append(f"{file}: {' > '.join(where) or 'rules'}: {problem['msg']}")
    return "\n".join(lines)
