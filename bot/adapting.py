"""Pure: a patient's answers so far and a programme's rules -> what the course does about how the patient does.

Red and amber have gone first: nothing here lowers a level. The rules stand in messages/rules.toml and the programmes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.answers import Answer
from bot.concerns import said_to
from bot.red_flags import Evidence, Level, Triage, worst
from messages.rule_schema import Rule, When
from messages.schema import Form

RECENT = timedelta(days=10)
"""How long a number for pain, and what was done, tell how the patient is now."""
_SAID = {"done": "yes", "missed": "no"}
_IN_WORDS = frozenset({"screening", "exercise", "activity", "progress", "sleep", "mood", "work"})


@dataclass(frozen=True)
class Said:
    """One answer of the patient. `value`: as `value_of` gives it. `at`: UTC. `rule`: id of the rule that followed."""

    question: str
    value: str
    at: datetime
    rule: str = ""


@dataclass(frozen=True)
class Adaptation:
    """What a rule does now. `form`: the one the exercises change to, None when they stay as they are."""

    rule: Rule
    form: Form | None

    @property
    def reason(self) -> str:
        """Why, in Danish, as staff read it."""
        return self.rule.reason


def value_of(question: str | None, answer: Answer) -> str | None:
    """What a reply says as the answer to `question`, in one word: "yes", "no", "better", "same", "worse", a number from
    "0" to "10", or what is in the way. None when it does not answer it.
    """
    if question == "pain":
        return None if answer.number is None else str(answer.number)
    if question == "barrier":
        return answer.barrier
    return said_to(question, answer) if question in _IN_WORDS else None


def adapt(rules: Sequence[Rule], history: Sequence[Said], form: Form) -> Adaptation | None:
    """The first rule that holds. `history`: oldest first; the last is the answer that has just come in."""
    newest = history[-1]
    for rule in rules:
        if newest.question not in rule.when.questions:
            continue
        times = sum(said.rule == rule.id for said in history)
        if (rule.at_most is None or times < rule.at_most) and _holds(rule.when, history, form):
            return Adaptation(rule, None if rule.form == form else rule.form)
    return None


def raised(triage: Triage, adaptation: Adaptation | None, text: str) -> Triage:
    """The triage, raised to amber where the rule says that a person must read the reply."""
    flag = adaptation.rule.flag if adaptation is not None else None
    if adaptation is None or flag is None:
        return triage
    evidence = Evidence(flag, 0, len(text), text, f"answer_{adaptation.rule.id}")
    return replace(
        triage,
        level=worst(triage.level, Level.AMBER),
        flags=(*(known for known in triage.flags if known != flag), flag),
        evidence=(*triage.evidence, evidence),
    )


def missed_in_a_row(history: Sequence[Said]) -> int:
    """How many of the last answers about exercise and walks were a no, one after the other."""
    count = 0
    for said in reversed([said for said in history if said.question in {"exercise", "activity"}]):
        if said.value != "no":
            break
        count += 1
    return count


def _holds(when: When, history: Sequence[Said], form: Form) -> bool:
    if when.form is not None and when.form != form:
        return False
    if when.barrier is not None and history[-1] != replace(history[-1], question="barrier", value=when.barrier):
        return False
    return _did(when, history) and _pain(when, history)


def _did(when: When, history: Sequence[Said]) -> bool:
    if not when.did:
        return True
    last = [said for said in history if said.question in when.did][-when.in_a_row :]
    if len(last) < when.in_a_row or last[-1].at <= history[-1].at - RECENT:
        return False
    return all(said.value == _SAID[when.did[said.question]] for said in last)


def _pain(when: When, history: Sequence[Said]) -> bool:
    told = [said for said in history if said.question == "pain"]
    recent = [int(said.value) for said in told if said.at > history[-1].at - RECENT]
    if when.pain == "unknown":
        return not recent
    if when.pain == "rising":
        last = [int(said.value) for said in told[-when.times :]]
        if len(last) < when.times or any(later <= earlier for earlier, later in pairwise(last)):
            return False
    if when.pain_at_most is None and when.pain_at_least is None:
        return True
    lowest, highest = when.pain_at_least or 0, 10 if when.pain_at_most is None else when.pain_at_most
    return bool(recent) and lowest <= recent[-1] <= highest
