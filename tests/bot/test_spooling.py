"""Webhooks while the database is away: onto the disk, and back in order once it is there again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from bot import inbound, receive
from bot.receive import Inbound
from bot.spooling import Receipt, drain_spool, keep_draining, spool_of, spool_receipt, spool_text
from core.models import MessageState, Reply
from tests.bot.test_inbound import post, text
from tests.world import MONDAY, PHONE, SENDER, World

RED = "jeg kan ikke tisse"


class Away(Session):
    """A database that is not there."""

    def connection(self, *_: object, **__: object) -> None:  # type: ignore[override]
        raise OperationalError("connect", {}, ConnectionRefusedError())

    def commit(self) -> None:
        raise OperationalError("commit", {}, ConnectionRefusedError())


@contextmanager
def database_away(world: World) -> Iterator[None]:
    there = world.runtime
    world.runtime = replace(there, sessions=sessionmaker(there.engine, class_=Away))
    yield
    world.runtime = there


def bodies(world: World) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Reply.body).order_by(Reply.id)))


def test_a_text_is_accepted_while_the_database_is_away_and_answered_when_it_is_back(world: World) -> None:
    world.enrol()
    with database_away(world):
        answer = post(world, text(RED))
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert spool_of(world.runtime).waiting() == 1
    world.drain()
    assert [alert.colour for alert in world.alerts()] == ["red"]
    assert len(world.advice()) == 1
    assert spool_of(world.runtime).waiting() == 0


def test_it_is_read_as_of_when_it_came(world: World) -> None:
    world.enrol()
    with database_away(world):
        post(world, text(RED))
    world.clock.forward(hours=2)
    drain_spool(world.runtime)
    with world.session() as session:
        assert session.scalars(select(Reply.received_at)).one() == MONDAY


def test_what_came_first_is_read_first_also_before_a_text_that_finds_the_database(world: World) -> None:
    world.enrol()
    with database_away(world):
        post(world, text("STOP", MessageSid="SM1"))
    post(world, text("START", MessageSid="SM2"))
    assert bodies(world) == ["STOP", "START"]
    assert world.patient().opted_out_at is None


def test_a_replay_of_a_spooled_text_is_one_text(world: World) -> None:
    world.enrol()
    with database_away(world):
        for _ in range(3):
            assert post(world, text(RED)).status_code == 200
    post(world, text(RED))
    world.drain()
    assert bodies(world) == [RED]
    assert len(world.alerts()) == 1


def test_while_the_database_stays_away_the_texts_wait(world: World) -> None:
    world.enrol()
    spool_text(world.runtime, Inbound("SM1", PHONE, SENDER, RED), MONDAY)
    with database_away(world):
        assert drain_spool(world.runtime) == 0
    assert drain_spool(world.runtime) == 1


def test_a_disk_that_is_full_too_sends_the_provider_to_the_fallback(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("core.spool._write_through", full)
    with database_away(world):
        assert post(world, text(RED)).status_code == 503


def test_a_receipt_waits_on_disk_too(world: World) -> None:
    world.enrol()
    world.drain()
    message = world.messages(MessageState.SENT)[0]
    fields = {"MessageSid": message.provider_id or "", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    with database_away(world):
        assert post(world, fields, path=f"/sms/status?message={message.id}").status_code == 200
    world.drain()
    assert world.messages()[0].state == MessageState.UNDELIVERED
    assert [alert.kind for alert in world.alerts()] == ["undelivered"]


def test_no_words_of_a_patient_stand_on_the_disk(world: World) -> None:
    with database_away(world):
        post(world, text(RED))
    for path in Path(world.runtime.settings.spool_dir).rglob("*"):
        assert not path.is_file() or (b"tisse" not in path.read_bytes() and b"20123456" not in path.read_bytes())


def test_a_text_the_database_will_never_take_is_set_aside_and_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol()
    for number, body in enumerate(("umulig", RED)):
        spool_text(world.runtime, Inbound(f"SM{number}", PHONE, SENDER, body), MONDAY)
    real = receive.keep

    def picky(session: Session, inbound_text: Inbound, *rest: object) -> int:
        if inbound_text.body == "umulig":
            raise DataError("insert", {}, ValueError())
        return real(session, inbound_text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.spooling.keep", picky)
    assert drain_spool(world.runtime) == 1
    assert bodies(world) == [RED]
    assert spool_of(world.runtime).set_aside() == 1


def test_a_record_of_another_version_is_set_aside(world: World) -> None:
    spool_of(world.runtime).put({"kind": "letter"})
    spool_of(world.runtime).put({"kind": "text", "surprise": 1})
    spool_receipt(world.runtime, Receipt(99, "SM1", "delivered", None))
    assert drain_spool(world.runtime) == 1
    assert spool_of(world.runtime).set_aside() == 2


def test_a_spool_that_cannot_be_drained_does_not_stop_a_text(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise OSError

    world.enrol()
    monkeypatch.setattr(inbound, "drain_spool", broken)
    assert post(world, text(RED)).status_code == 200
    assert [alert.colour for alert in world.alerts()] == ["red"]


def test_the_web_drains_at_its_start_without_a_worker(world: World) -> None:
    world.enrol()
    spool_text(world.runtime, Inbound("SM1", PHONE, SENDER, RED), MONDAY)
    stopped = threading.Event()
    stopped.set()
    keep_draining(world.runtime, stopped)
    assert bodies(world) == [RED]
