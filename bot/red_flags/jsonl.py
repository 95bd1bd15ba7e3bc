"""The checker for people and scripts: JSON lines in and out, and one judgement explained in Danish."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from bot.red_flags.checker import SECOND_READER, Checker, check_safely
from bot.red_flags.model import UNCLEAR, Evidence, Level, Triage
from bot.red_flags.nearest import load_neighbours
from messages.languages import Language
from messages.red_flag_schema import Flag, QuestionKind, shipped_flags

_QUESTIONS = frozenset(get_args(QuestionKind))
_HEADLINES = {
    Level.RED: "RØD: patienten skal kontakte læge nu.",
    Level.AMBER: "GUL: en fra klinikken skal læse svaret.",
    Level.GREEN: "GRØN: almindeligt svar, intet at reagere på.",
}
_LOWERED = {
    "past": "ser ud til at være forbi",
    "hypothetical": "noget, patienten forestiller sig",
    "other_person": "ser ud til at handle om en anden",
    "long_known": "ser ud til at være gammelt og kendt",
    "as_it_should": "patienten kalder det normalt",
}


def triage_lines(lines: Iterable[str], checker: Checker) -> Iterator[str]:
    """For each line `{"id", "text", "question"}` a line `{"id", "level", "flags", "evidence"}`, in the same order.

    `question` may be left out. A line that cannot be read gives `{"id", "error"}` with an English sentence, and a
    reply that broke the checker is amber with the flag "unclear" and an "error"; neither stops the rest. Empty lines
    are passed over.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield json.dumps(_answer(line, number, checker), ensure_ascii=False)


def _answer(line: str, number: int, checker: Checker) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as error:
        return {"id": None, "error": f"line {number} is not JSON: {error}"}
    if not isinstance(item, dict):
        return {"id": None, "error": f"line {number} must be an object with id and text"}
    identity, text, question = item.get("id"), item.get("text"), item.get("question")
    if not isinstance(text, str):
        return {"id": identity, "error": f"line {number} has no text"}
    if question is not None and question not in _QUESTIONS:
        return {"id": identity, "error": f"line {number}: unknown question; known are {', '.join(sorted(_QUESTIONS))}"}
    triage, failure = check_safely(checker, text, question)
    answer: dict[str, Any] = {
        "id": identity,
        "level": triage.level.value,
        "flags": list(triage.flags),
        "evidence": [_as_dict(item) for item in triage.evidence],
    }
    return answer if failure is None else {**answer, "error": f"the checker failed: {type(failure).__name__}"}


def _as_dict(item: Evidence) -> dict[str, Any]:
    return {"flag": item.flag, "start": item.start, "end": item.end, "text": item.text, "rule": item.rule}


def explain(triage: Triage, text: str, language: Language) -> str:
    """The judgement of a text in Danish, a few lines: level, findings, the patient's own words, the rule and its
    source, and for the second reader the labelled replies that are most like it.

    `language`: of the reply, and so of the advice it is answered with.
    """
    lines = [_HEADLINES[triage.level]]
    flags = shipped_flags()
    for item in triage.evidence:
        rule, _, lowered = item.rule.partition("/")
        flag = flags.get(item.flag)
        if rule == SECOND_READER:
            guess = f" ({flag.name})" if flag and item.flag != UNCLEAR else ""
            lines.append(
                f"- Ord, der kan betyde noget alvorligt{guess}: »{item.text}« (vejet af statistik, ikke af en regel)"
            )
            continue
        name = flag.name if flag else "Svar på spørgsmålet"
        line = f"- {name}: »{item.text}« (regel {rule}{_sources(flag)})"
        lines.append(f"{line}, {_LOWERED[lowered]}" if lowered in _LOWERED else line)
    if any(item.rule == SECOND_READER for item in triage.evidence):
        alike = load_neighbours().nearest(text, triage.level)
        lines += [f"- Ligner et opdigtet svar, som den har lært af: »{reply.text}«" for reply in alike]
    if triage.level is Level.AMBER and not triage.evidence:
        lines.append("- Svaret kunne ikke læses af maskinen.")
    if triage.level is not Level.GREEN:
        lines.append(f"Rådet sendes på {language.danish_name}.")
    lines.append(f"Regler: version {triage.rule_version}")
    return "\n".join(lines)


def _sources(flag: Flag | None) -> str:
    if flag is None:
        return ""
    documents = ("almen litteratur" if s.document == "literature" else s.document for s in flag.sources)
    return "; kilde " + ", ".join(dict.fromkeys(documents))
