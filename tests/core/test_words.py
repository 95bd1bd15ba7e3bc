"""What a statement says itself, and what it is given each time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from core.models import Message, MessageState, Patient


def _written(*conditions: object) -> tuple[str, dict[str, object]]:
    compiled = select(Message.id).where(*conditions).compile(dialect=sqlite.dialect())  # type: ignore[arg-type]
    return str(compiled).split("WHERE ")[1], dict(compiled.params)


def test_a_state_stands_in_the_statement_itself() -> None:
    assert _written(Message.state == MessageState.PLANNED) == ("message.state = 'planned'", {})
    assert _written(Message.state != MessageState.PLANNED) == ("message.state != 'planned'", {})


def test_several_states_stand_in_the_statement_themselves() -> None:
    states = (MessageState.PLANNED, MessageState.HELD)
    assert _written(Message.state.in_(states)) == ("message.state IN ('planned', 'held')", {})
    assert _written(Message.state.not_in(states)) == ("(message.state NOT IN ('planned', 'held'))", {})


def test_text_from_outside_is_never_part_of_a_statement() -> None:
    written, given = _written(Message.step_id == "uge-1' OR 1=1", Patient.region.in_(["x' OR 1=1"]))
    assert "OR" not in written
    assert set(map(str, given.values())) == {"uge-1' OR 1=1", '["x\' OR 1=1"]'}
