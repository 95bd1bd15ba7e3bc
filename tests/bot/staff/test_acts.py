"""Every act that is written into the audit log has Danish words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.staff import acts

RECORDERS = {
    "record": None, "audit_change": 3, "_record": 3, "trace": 0, "_trace": 0, "trace_of": 1, "changed": 0, "_audit": 2
}  # fmt: skip
"""Functions that write an act down, and the place of `action` among their arguments (None: by its name alone)."""
CODE = Path(bot.__file__).parent


def calls() -> Iterator[tuple[str, str, ast.expr]]:
    """Where, inside which function, and with what action each act is written down."""
    for path in sorted(CODE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and (action := _action(node)) is not None:
                    yield f"{path.relative_to(CODE)}:{node.lineno}", function.name, action


def _action(call: ast.Call) -> ast.expr | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in RECORDERS:
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
    place = RECORDERS[name]
    return named[0] if named else call.args[place] if place is not None and len(call.args) > place else None


def patterns(action: ast.expr) -> list[str]:
    """What the action may be, as regular expressions; [] when it was handed in from outside."""
    match action:
        case ast.Constant(value=str(value)):
            return [re.escape(value)]
        case ast.IfExp(body=one, orelse=other):
            return patterns(one) + patterns(other)
        case ast.JoinedStr(values=parts):
            return ["".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in parts)]
    return []


def test_every_act_in_the_code_has_danish_words() -> None:
    found = list(calls())
    assert len(found) > 30
    for where, function, action in found:
        written = patterns(action)
        assert written or function in RECORDERS, f"{where}: add {function} to RECORDERS"
        for pattern in written:
            assert any(re.fullmatch(pattern, known) for known in acts.WORDS), f"{where}: no Danish words for {pattern}"


def test_no_words_are_left_of_acts_that_no_longer_exist() -> None:
    written = [pattern for _, _, action in calls() for pattern in patterns(action)]
    assert [known for known in acts.WORDS if not any(re.fullmatch(pattern, known) for pattern in written)] == []


def test_no_act_stands_under_two_sorts() -> None:
    assert sum(len(words) for words in acts.BY_SORT.values()) == len(acts.WORDS)


def test_every_sort_has_a_word() -> None:
    assert set(acts.SORTS) == set(acts.Sort) == set(acts.BY_SORT)


def test_an_act_that_is_not_known_yet_is_shown_as_it_is_stored() -> None:
    assert acts.word_of("note.write") == "note.write"


@pytest.mark.parametrize(
    ("kind", "some"), [("set", "patient.view"), ("patient.view", "patient.view"), ("aendret", "alert.resolve")]
)
def test_a_choice_stands_for_acts(kind: str, some: str) -> None:
    assert some in acts.actions_of(kind)


@pytest.mark.parametrize("kind", ["", "x", "Set", "'; drop"])
def test_an_unknown_choice_stands_for_none(kind: str) -> None:
    assert acts.actions_of(kind) == ()
