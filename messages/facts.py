"""The table from source fact to text: what every fact of the clinical documents became, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from messages.advice_schema import AdviceGroup
from messages.loader import SHIPPED, Content, load_toml
from messages.red_flag_schema import Flag
from messages.schema import Frozen, Source, Step

Sentence = Annotated[str, StringConstraints(min_length=10)]
StepPattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9*-]+:[a-z0-9*-]+$")]
Named = Mapping[str, Step]
"""Steps by "programme:step"."""


class _Claim(Frozen):
    says: Sentence
    steps: tuple[StepPattern, ...] = ()


class Fact(_Claim):
    """One fact and what became of it; see the head of facts.toml."""

    theme: Annotated[str, StringConstraints(min_length=3)]
    sources: tuple[str, ...]
    flags: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    rules: tuple[Sentence, ...] = ()
    left_out: str = ""
    where: tuple[Source, ...] = ()


class Service(_Claim):
    """Steps that no fact asks for."""


class Facts(Frozen):
    """facts.toml."""

    fact: Annotated[tuple[Fact, ...], Field(min_length=1)]
    service: tuple[Service, ...]


def load_facts(folder: Path | None = None) -> Facts:
    """Reads facts.toml of `folder` (default: the one that ships). Raises ContentError."""
    return load_toml((SHIPPED if folder is None else folder) / "facts.toml", Facts)


def steps_by_name(content: Content) -> dict[str, Step]:
    return {f"{programme.id}:{step.id}": step for programme in content.programmes.values() for step in programme.steps}


def claimed(claim: _Claim, steps: Named) -> list[str]:
    """The names of the steps that a fact stands for, in the order of the programmes."""
    return [name for name in steps if any(fnmatchcase(name, pattern) for pattern in claim.steps)]


def is_accounted_for(fact: Fact) -> bool:
    return bool(fact.steps or fact.flags or fact.advice or fact.left_out)


def sections(fact: Fact, steps: Named, flags: Mapping[str, Flag]) -> list[Source]:
    """Where the fact stands: the sections that its steps and flags name, in its own documents, and `where`."""
    named = [source for name in claimed(fact, steps) for source in steps[name].sources]
    named += [
        Source.model_validate({"document": source.document, "section": source.section})
        for flag in fact.flags
        if flag in flags
        for source in flags[flag].sources
        if source.document in fact.sources
    ]
    found = dict.fromkeys([*fact.where, *(source for source in named if source.document in fact.sources)])
    return sorted(found, key=lambda source: fact.sources.index(source.document))


def problems(facts: Facts, content: Content, flags: Mapping[str, Flag]) -> Iterator[str]:
    """One sentence for each fault of the table; none means that every fact and every text is accounted for."""
    steps = steps_by_name(content)
    for fact in facts.fact:
        for problem in _of_fact(fact, content, steps, flags):
            yield f"facts.toml, {fact.theme}: {problem}"
    spoken_for = {name for claim in (*facts.fact, *facts.service) for name in claimed(claim, steps)}
    for name in steps:
        if name not in spoken_for:
            yield f"facts.toml: no fact claims the text {name}"


def _of_fact(fact: Fact, content: Content, steps: Named, flags: Mapping[str, Flag]) -> Iterator[str]:
    yield from _of_claims(fact, steps)
    for flag in fact.flags:
        if flag not in flags:
            yield f"red_flags.toml has no flag {flag}"
    for group in fact.advice:
        if group not in set(AdviceGroup):
            yield f"advice.toml has no group {group}"
    for source in fact.where:
        if source.section not in content.sources[source.document].sections:
            yield f"sources.toml has no section '{source.section}' in {source.document}"
    named = {source.document for source in sections(fact, steps, flags)}
    for document in fact.sources:
        if document not in named:
            yield f"no section of {document} is named"


def _of_claims(fact: Fact, steps: Named) -> Iterator[str]:
    if not is_accounted_for(fact):
        yield "became neither a step, a flag nor an advice, and is not left out with a reason"
    for pattern in fact.steps:
        if not any(fnmatchcase(name, pattern) for name in steps):
            yield f"there is no step {pattern}"
    for name in claimed(fact, steps):
        if not {source.document for source in steps[name].sources} & set(fact.sources):
            yield f"the step {name} cites none of {', '.join(fact.sources)}"
