"""docs/content.md: the table from source fact to text, for a reader who wants to check it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from messages.facts import Fact, Facts, Service, claimed, is_accounted_for, sections, steps_by_name
from messages.lint_adapting import forms_of, rules_of
from messages.loader import Content
from messages.red_flag_schema import Flag
from messages.schema import Source, Step

_HEAD = """\
# From source fact to text

Made by `make content` from `messages/facts.toml`, the programmes, `advice.toml` and `red_flags.toml`; a test fails when
it is out of date, when a fact is not accounted for, when a step does not exist, and when no fact claims a text.
Patients read Danish, so the texts stand here in Danish, without the clinic's name in front. The neutral text is for
clinics whose texts name no illness, body part or symptom.
"""


def content_table(facts: Facts, content: Content, flags: Mapping[str, Flag]) -> str:
    """The whole page, in Markdown."""
    return "\n".join(_lines(facts, content, flags)) + "\n"


def share(facts: Facts) -> str:
    """How much of the table is accounted for, in one line."""
    done = sum(is_accounted_for(fact) for fact in facts.fact)
    left_out = sum(bool(fact.left_out) for fact in facts.fact)
    percent = 100 * done / len(facts.fact)
    return f"{done} of {len(facts.fact)} facts accounted for ({percent:.0f} %), {left_out} with something left out"


def _lines(facts: Facts, content: Content, flags: Mapping[str, Flag]) -> Iterator[str]:
    steps = steps_by_name(content)
    yield _HEAD
    yield f"{share(facts)}.\n"
    yield "| Theme | Fact | Sources | Becomes |\n|---|---|---|---|"
    for fact in facts.fact:
        cells = (fact.theme, fact.says, _sources(fact, steps, flags), _becomes(fact, steps))
        yield f"| {' | '.join(cells)} |"
    yield "\n## Texts that no fact asks for\n"
    for service in facts.service:
        yield f"- {service.says} {_named(service, steps)}"
    yield "\n## The documents\n"
    for name, document in content.sources.items():
        yield f"- **{name}** {document.title}. {document.kind}. {document.publisher}."
    for programme in content.programmes.values():
        yield f"\n## {programme.name} (`{programme.id}`, version {programme.version})\n"
        yield "| Day | Step | Text | Neutral text | Sources |\n|---|---|---|---|---|"
        for step in programme.steps:
            shown = f"{_texts(step, neutral=False)} | {_texts(step, neutral=True)}"
            yield f"| {step.day} | {step.id} | {shown} | {_cited(step.sources)} |"
    yield "\n## How a course adapts\n"
    yield "The first rule that holds is followed; each stands once, with the programmes that follow it.\n"
    yield "| Rule | When | Text | Neutral text | Sources |\n|---|---|---|---|---|"
    for _, rule in rules_of(content):
        followed = ", ".join(name for name, item in content.programmes.items() if rule in content.rules_of(item))
        amber = f"amber: `{rule.flag}`"
        text, neutral = (_without_name(text or amber) for text in (rule.text, rule.neutral))
        form = f"<br>Exercises: {rule.form}" if rule.form else ""
        same = "the same" if text == neutral else neutral
        yield f"| {rule.id}<br>{followed} | {rule.reason} | {text}{form} | {same} | {_cited(rule.sources)} |"


def _texts(step: Step, *, neutral: bool) -> str:
    """The step as usual, easier and harder, as far as it has these."""
    if neutral and step.neutral == step.text:
        return "the same"
    return "<br>".join(_without_name(step.template(form, neutral=neutral)) for _, form in forms_of(step))


def _without_name(text: str) -> str:
    return text.removeprefix("{klinik}: ")


def _cited(sources: Iterable[Source]) -> str:
    return "<br>".join(f"{source.document}: {source.section}" for source in sources)


def _sources(fact: Fact, steps: Mapping[str, Step], flags: Mapping[str, Flag]) -> str:
    found = sections(fact, steps, flags)
    return "<br>".join(f"{source.document}: {source.section}" for source in found) or "outside the documents"


def _becomes(fact: Fact, steps: Mapping[str, Step]) -> str:
    parts = [
        _named(fact, steps),
        f"Flags: {', '.join(f'`{flag}`' for flag in fact.flags)}" if fact.flags else "",
        f"Advice: {', '.join(f'`{group}`' for group in fact.advice)}" if fact.advice else "",
        *fact.rules,
        f"**Left out.** {fact.left_out}" if fact.left_out else "",
    ]
    return "<br>".join(part for part in parts if part)


def _named(claim: Fact | Service, steps: Mapping[str, Step]) -> str:
    """Steps by programme; the many screenings of one as "tjek-uge-1 ... tjek-uge-12"."""
    by_programme: dict[str, list[str]] = {}
    for name in claimed(claim, steps):
        programme, _, step = name.partition(":")
        by_programme.setdefault(programme, []).append(step)
    return "<br>".join(f"{programme}: {', '.join(_short(ids))}" for programme, ids in by_programme.items())


def _short(ids: list[str]) -> list[str]:
    screenings = [name for name in ids if name.startswith("tjek-")]
    others = [f"`{name}`" for name in ids if name not in screenings]
    return [f"`{screenings[0]}` to `{screenings[-1]}`", *others] if len(screenings) > 1 else [f"`{i}`" for i in ids]
