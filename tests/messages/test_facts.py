"""Every fact of the clinical documents is accounted for, and every text stands on one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import MappingProxyType

import pytest

from messages.facts import Fact, Facts, load_facts, problems, steps_by_name
from messages.facts_table import content_table, share
from messages.loader import load_content
from messages.red_flag_schema import shipped_flags

SHIPPED = load_content()
FACTS = load_facts()
PAGE = Path(__file__).parents[2] / "docs" / "content.md"


def problems_of(fact: Fact) -> list[str]:
    """What is wrong with one fact that is put in front of the others."""
    facts = Facts(fact=(fact, *FACTS.fact), service=FACTS.service)
    return [problem.partition(": ")[2] for problem in problems(facts, SHIPPED, shipped_flags())]


def a_fact(**values: object) -> Fact:
    return Fact.model_validate({"theme": "A test", "says": "Something is so.", "sources": ["S4"], **values})


def test_every_fact_and_every_text_is_accounted_for() -> None:
    assert list(problems(FACTS, SHIPPED, shipped_flags())) == []
    assert len(FACTS.fact) == 43
    assert share(FACTS).startswith("43 of 43 facts accounted for (100 %)")


def test_the_page_is_up_to_date() -> None:
    made = content_table(FACTS, SHIPPED, shipped_flags())
    assert PAGE.read_text(encoding="utf-8") == made, "run `make content`"


def test_every_text_of_every_programme_stands_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for step in steps_by_name(SHIPPED).values():
        assert step.text.removeprefix("{klinik}: ") in page


WHERE = [{"document": "S4", "section": "Prognose"}]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"where": WHERE}, "became neither a step, a flag nor an advice, and is not left out with a reason"),
        ({"where": WHERE, "steps": ["akut-laend:findes-ikke"]}, "there is no step akut-laend:findes-ikke"),
        ({"where": WHERE, "steps": ["langvarig:udsigt"]}, "the step langvarig:udsigt cites none of S4"),
        ({"where": WHERE, "flags": ["nothing"]}, "red_flags.toml has no flag nothing"),
        ({"where": WHERE, "advice": ["nothing"]}, "advice.toml has no group nothing"),
        ({"left_out": "For a reason."}, "no section of S4 is named"),
        (
            {"left_out": "For a reason.", "where": [{"document": "S4", "section": "Findes ikke"}]},
            "sources.toml has no section 'Findes ikke' in S4",
        ),
    ],
)
def test_a_fault_of_a_fact_is_named(values: dict[str, object], problem: str) -> None:
    assert problems_of(a_fact(**values)) == [problem]


def test_a_text_that_no_fact_claims_is_named() -> None:
    programme = SHIPPED.programmes["langvarig"]
    new = programme.steps[2].model_copy(update={"id": "nyt"})
    longer = programme.model_copy(update={"steps": (*programme.steps, new)})
    content = dataclasses.replace(SHIPPED, programmes=MappingProxyType({**SHIPPED.programmes, "langvarig": longer}))
    assert list(problems(FACTS, content, shipped_flags())) == ["facts.toml: no fact claims the text langvarig:nyt"]
