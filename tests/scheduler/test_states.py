"""The table of a text's states, and that nothing gets round it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.delivery import RECEIPTS
from core.models import Message, MessageEvent, MessageState
from scheduler.states import ALLOWED, TABLE, Cause, Transition, as_markdown, lines, reason_of
from scheduler.transitions import shift_one
from tests.world import World

ROOT = Path(__file__).parents[2]
THE_WRITER = ROOT / "scheduler" / "transitions.py"
FINAL = {
    MessageState.DELIVERED,
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.EXPIRED,
    MessageState.CANCELLED,
}
PROVED_NOT_SENT = {Cause.ABSENT, Cause.NOT_SENT, Cause.STAFF_AGAIN}
REACHED = {MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED}


def test_every_state_can_be_left_or_is_final() -> None:
    assert {state for state in MessageState if not ALLOWED[state]} == FINAL


def test_every_state_is_reached_by_some_line_but_the_one_rows_are_made_in() -> None:
    assert {line.target for line in TABLE} == set(MessageState)


def test_no_step_stands_in_the_table_twice() -> None:
    steps = [(line.source, line.target, line.cause) for line in TABLE]
    assert len(steps) == len(set(steps))


def test_every_cause_leads_somewhere_and_every_line_says_who_why_and_what_staff_read() -> None:
    assert {line.cause for line in TABLE} == set(Cause)
    assert all(line.by and line.guard and line.reason for line in TABLE)


def test_what_is_final_is_left_only_upward_on_proof_that_the_text_was_sent_after_all() -> None:
    left = [line for line in TABLE if line.source in FINAL]
    assert {line.target for line in left} == {MessageState.SENT, MessageState.DELIVERED}
    assert all(line.only_tried for line in left)


@given(st.lists(st.sampled_from(TABLE), max_size=40))
def test_no_way_through_the_table_sends_a_text_again_that_was_not_proved_unsent(steps: list[Transition]) -> None:
    state, in_doubt, reached = MessageState.PLANNED, False, False
    for step in steps:
        if step.source is not state:
            continue
        if step.target is MessageState.SENDING:
            assert not in_doubt
            assert not reached
        state = step.target
        in_doubt = state in {MessageState.SENDING, MessageState.UNKNOWN} and step.cause not in PROVED_NOT_SENT
        reached = reached or state in REACHED


def test_every_receipt_has_its_line() -> None:
    for target in RECEIPTS.values():
        assert lines(Cause.RECEIPT, target)
        assert lines(Cause.FOUND, target)


def test_a_step_that_is_not_in_the_table_is_an_error(world: World) -> None:
    world.enrol()
    with world.session() as session, pytest.raises(ValueError, match="no text becomes"):
        shift_one(session, 1, Cause.HOLD, MessageState.SENT, now=world.clock())


def test_a_move_from_the_wrong_state_changes_nothing_and_writes_no_history(world: World) -> None:
    world.enrol()
    world.drain()
    (sent,) = world.messages(MessageState.SENT)
    with world.session() as session, session.begin():
        assert not shift_one(session, sent.id, Cause.RELEASE, MessageState.PLANNED, now=world.clock())
        assert not shift_one(session, sent.id, Cause.CANCEL, MessageState.CANCELLED, now=world.clock())
    assert [message.id for message in world.messages(MessageState.SENT)] == [sent.id]
    assert [step.cause for step in history(world, sent.id)] == ["claim", "accepted"]


def test_the_history_tells_every_step_with_its_time_and_who_it_was(world: World) -> None:
    world.enrol()
    world.drain()
    (sent,) = world.messages(MessageState.SENT)
    claimed, accepted = history(world, sent.id)
    assert (claimed.source, claimed.target, claimed.detail) == ("planned", "sending", sent.claimed_by)
    assert (accepted.source, accepted.target) == ("sending", "sent")
    assert claimed.at == accepted.at == world.clock()


def test_a_batch_writes_the_history_of_each_of_its_rows(world: World) -> None:
    enrolment_id = world.enrol()
    waiting = len(world.messages(MessageState.PLANNED, MessageState.HELD))
    world.write("kan ikke tisse")
    held = {message.id for message in world.messages(MessageState.HELD) if message.enrolment_id == enrolment_id}
    with world.session() as session:
        told = session.scalars(
            select(MessageEvent.message_id).where(MessageEvent.cause == Cause.HOLD, MessageEvent.detail == "red")
        ).all()
    assert set(told) == {row for row in held if "red" in [step.detail for step in history(world, row)]}
    assert 0 < len(told) <= waiting


def test_a_late_proof_needs_a_try(world: World) -> None:
    world.enrol()
    untried = world.messages(MessageState.PLANNED)[0]
    with world.session() as session, session.begin():
        assert not shift_one(session, untried.id, Cause.RECEIPT, MessageState.DELIVERED, now=world.clock())
        session.get_one(Message, untried.id).attempts = 1
        session.flush()
        assert shift_one(session, untried.id, Cause.RECEIPT, MessageState.DELIVERED, now=world.clock())


def test_the_history_goes_with_its_text(world: World) -> None:
    world.enrol()
    world.drain()
    (sent,) = world.messages(MessageState.SENT)
    with world.session() as session, session.begin():
        session.execute(Message.__table__.delete().where(Message.id == sent.id))  # type: ignore[attr-defined]
    assert history(world, sent.id) == []


def test_staff_read_a_reason_in_danish() -> None:
    assert reason_of("unknown", "planned", "absent") == "findes ikke i teleselskabets liste, sendes igen"
    assert reason_of("sent", "teleported", "magic") == "teleported"


def test_the_table_in_the_documentation_is_the_one_in_the_code() -> None:
    text = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
    assert as_markdown() in text, "run: python -m tools.delivery_table"


def test_no_other_module_writes_the_state_of_a_text() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{line}"
        for package in ("bot", "scheduler", "core", "messages")
        for path in (ROOT / package).rglob("*.py")
        if path != THE_WRITER
        for line in state_writes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert offenders == []


@pytest.mark.parametrize(
    "code",
    [
        "update(Message).values(state=MessageState.SENT)",
        "update(Message).values(state=target)",
        "update(Message).values({'state': MessageState.SENT})",
        "message.state = MessageState.SENT",
        "row.state = 'sent'",
        "Message(state=MessageState.SENT)",
        "setattr(message, 'state', MessageState.SENT)",
        "session.execute(update(Message), [{'id': 1, 'state': MessageState.SENT}])",
    ],
)
def test_the_search_for_other_writers_finds_them(code: str) -> None:
    assert list(state_writes(ast.parse(code)))


def test_the_search_for_other_writers_lets_readers_and_other_tables_be() -> None:
    code = (
        "update(Alert).values(state=AlertState.OPEN)\nenrolment.state = EnrolmentState.ACTIVE\n"
        "update(Mail).where(x).values(state=MessageState.SENT)\nmail.state = MessageState.SENT\n"
        "Message(state=MessageState.PLANNED)\nselect(Message).where(Message.state == MessageState.SENT)\n"
    )
    assert list(state_writes(ast.parse(code))) == []


OTHER_TABLES = ("AlertState", "EnrolmentState", "ImportState")


def state_writes(tree: ast.AST) -> Iterator[int]:
    """Lines that could write the state of a text: anything that gives `state` a value not plainly another table's."""
    for node in ast.walk(tree):
        for value in _given_to_state(node):
            words = ast.unparse(value)
            if not words.startswith(OTHER_TABLES) and not _is_a_copy(node, words):
                yield node.lineno  # type: ignore[attr-defined]


def _given_to_state(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        targets = [target for target in node.targets if isinstance(target, ast.Attribute) and target.attr == "state"]
        yield from [node.value for target in targets if ast.unparse(target.value) != "mail"]
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in {"values", "Message"} and "update(Mail)" not in ast.unparse(node.func):
            yield from (word.value for word in node.keywords if word.arg == "state")
        if name == "setattr" and len(node.args) == 3 and ast.unparse(node.args[1]) == "'state'":
            yield node.args[2]
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "state" and "MessageState" in ast.unparse(value):
                yield value


def _is_a_copy(node: ast.AST, words: str) -> bool:
    """A row is made planned, and no other way."""
    if isinstance(node, ast.Dict):  # of a row of an INSERT, which says when the text was made
        is_new = "created_at" in [key.value for key in node.keys if isinstance(key, ast.Constant)]
    else:
        is_new = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message"
    return is_new and words == "MessageState.PLANNED"


def history(world: World, message_id: int) -> list[MessageEvent]:
    with world.session() as session:
        return list(
            session.scalars(select(MessageEvent).where(MessageEvent.message_id == message_id).order_by(MessageEvent.id))
        )
