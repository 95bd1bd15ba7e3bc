"""Every act that is written into the audit log has Danish words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.staff import acts

CODE = Path(bot.__file__).parent
Place = tuple[str, str]
"""A module, and the name of a function in it."""


def modules() -> dict[str, ast.Module]:
    return {str(path.relative_to(CODE)): ast.parse(path.read_text("utf-8")) for path in sorted(CODE.rglob("*.py"))}


def functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))


def calls_in(function: ast.FunctionDef) -> Iterator[tuple[str, ast.Call]]:
    """What is called, by its last name; of all that are called `record`, the audit log's alone."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            owner = getattr(node.func.value, "id", "") if isinstance(node.func, ast.Attribute) else ""
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called != "record" or owner == "audit":
                yield called, node


def action_of(call: ast.Call, place: int) -> ast.expr:
    """The action among a call's arguments; `place` where it stands when it is not named."""
    return next((keyword.value for keyword in call.keywords if keyword.arg == "action"), None) or call.args[place]


def recorders(code: dict[str, ast.Module]) -> dict[Place, int]:
    """Functions that write down the act they are handed, with its place among their arguments.

    They begin with `audit.record` and `audit.record_views`; whoever hands their own `action` on to one is one too.
    """
    known: dict[Place, int] = {("audit.py", "record"): 0, ("audit.py", "record_views"): 0}
    while True:
        more = {
            (where, function.name): [argument.arg for argument in function.args.args].index("action")
            for where, module in code.items()
            for function in functions(module)
            if (where, function.name) not in known and _hands_on(function, where, known)
        }
        if not more:
            return known
        known |= more


def _hands_on(function: ast.FunctionDef, where: str, known: dict[Place, int]) -> bool:
    for called, call in calls_in(function):
        place = place_of(called, where, known)
        if place is not None:
            action = action_of(call, place)
            if isinstance(action, ast.Name) and action.id == "action":
                return True
    return False


def place_of(called: str, where: str, known: dict[Place, int]) -> int | None:
    """The place of the action in a call from a module: of its own function of that name, or of another's public one."""
    if (where, called) in known:
        return known[where, called]
    others = [place for (_, name), place in known.items() if name == called and not name.startswith("_")]
    return others[0] if others else None


def written() -> Iterator[tuple[str, str]]:
    """Where each act is written down, and what it may be, as a regular expression."""
    code = modules()
    known = recorders(code)
    for where, module in code.items():
        for function in functions(module):
            for called, call in calls_in(function):
                place = place_of(called, where, known)
                if place is None:
                    continue
                action = action_of(call, place)
                found = patterns(action)
                is_handed_on = (where, function.name) in known
                assert found or is_handed_on, f"{where}:{call.lineno}: the action cannot be read from the code"
                yield from ((f"{where}:{call.lineno}", pattern) for pattern in found)


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
    found = list(written())
    assert len(found) > 50
    for where, pattern in found:
        assert any(re.fullmatch(pattern, known) for known in acts.WORDS), f"{where}: no Danish words for {pattern}"


def test_no_words_are_left_of_acts_that_no_longer_exist() -> None:
    found = [pattern for _, pattern in written()]
    assert [known for known in acts.WORDS if not any(re.fullmatch(pattern, known) for pattern in found)] == []


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
