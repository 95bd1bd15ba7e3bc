"""The running demo, spoken to over HTTP: telephones, clock, and the product behind them."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from sqlalchemy import select

from bot.demo import script
from bot.demo.pace import upcoming
from bot.demo.run import listen
from bot.demo.stage import Demo, make_settings
from core.models import Alert, Message, Reply
from core.phone import display
from core.settings import Settings
from tests.bot.demo.conftest import Visitor

RED = "kan ikke mærke mig selv i skridtet"


def _reply(visitor: Visitor, person: script.Person, text: str) -> tuple[int, dict[str, Any]]:
    return visitor.post("/demo/reply", {"patient": visitor.phone(person.name)["id"], "text": text})


def _settle(demo: Demo) -> None:
    """Do what the ticks do, now, instead of waiting for them."""
    demo.pace.go_to(demo.clock.now())


def test_opening_the_demo_logs_the_visitor_in_and_the_inbox_is_open(visitor: Visitor) -> None:
    inbox = visitor.get("/")
    assert script.WORSE.name in inbox
    assert script.SILENT.name in inbox
    assert script.STAFF_NAME in inbox


def test_the_state_shows_five_telephones_with_their_past(visitor: Visitor) -> None:
    state = visitor.state()
    assert [phone["name"] for phone in state["phones"]][:2] == [script.STEADY.name, script.WORSE.name]
    assert len(state["phones"]) >= len(script.PEOPLE)
    assert any(text["mine"] for text in visitor.texts(script.STEADY.name))
    assert visitor.texts(script.NEW.name)[0]["body"].startswith(f"{script.CLINIC_NAME}: ")


def test_texts_the_page_has_seen_are_not_sent_again(visitor: Visitor) -> None:
    version = visitor.state()["version"]
    assert '"texts"' not in visitor.get(f"/demo/state?v={version}")


def test_a_red_reply_goes_through_the_signed_webhook_to_advice_and_the_inbox(visitor: Visitor, demo: Demo) -> None:
    status, _ = _reply(visitor, script.STEADY, RED)
    assert status == 200
    with demo.runtime.sessions() as session:
        reply = session.scalars(select(Reply).order_by(Reply.id.desc()).limit(1)).one()
        assert reply.body == RED
        colours = session.scalars(select(Alert.colour).where(Alert.reply_id == reply.id)).all()
        assert colours == ["red"]
    _settle(demo)
    written, advice = visitor.texts(script.STEADY.name)[-2:]
    assert (written["mine"], written["body"]) == (True, RED)
    assert display(script.STEADY.doctor_phone) in advice["body"]
    inbox = visitor.get("/")
    assert inbox.index(script.STEADY.name) < inbox.index(script.WORSE.name)
    assert "<mark" in inbox[: inbox.index(script.WORSE.name)]
    assert visitor.state()["slow"]


def test_next_goes_to_the_question_whether_the_doctor_was_reached_and_then_slowly(visitor: Visitor, demo: Demo) -> None:
    _reply(visitor, script.REFERRED, RED)
    before = demo.clock.now()
    visitor.post("/demo/clock", {"do": "next", "patient": visitor.phone(script.REFERRED.name)["id"]})
    assert demo.clock.now() - before == timedelta(minutes=45)
    assert "læge" in visitor.texts(script.REFERRED.name)[-1]["body"]
    assert visitor.state()["slow"]


def test_stop_ends_the_course_and_the_page_says_so(visitor: Visitor, demo: Demo) -> None:
    _reply(visitor, script.WORSE, "STOP")
    _settle(demo)
    with demo.runtime.sessions() as session:
        assert upcoming(session, demo.clock.now(), visitor.phone(script.WORSE.name)["id"]) is None
    assert "afmeldt" in visitor.phone(script.WORSE.name)["coming"]


def test_next_brings_the_next_text_at_exactly_its_time(visitor: Visitor, demo: Demo) -> None:
    patient = visitor.phone(script.NEW.name)["id"]
    with demo.runtime.sessions() as session:
        following = upcoming(session, demo.clock.now(), patient)
    assert following
    before = len(visitor.texts(script.NEW.name))
    status, state = visitor.post("/demo/clock", {"do": "next", "patient": patient})
    assert status == 200
    assert demo.clock.now() == following.due_at
    assert len(visitor.texts(script.NEW.name)) == before + 1
    assert state["paused"]


def test_a_receipt_reaches_the_text_it_is_for(visitor: Visitor, demo: Demo) -> None:
    _reply(visitor, script.NEW, "Tak for hjælpen")
    _settle(demo)
    demo.carrier.settle()
    with demo.runtime.sessions() as session:
        newest = session.scalars(select(Message).where(Message.kind == "answer").order_by(Message.id.desc())).first()
        assert newest
        assert newest.state == "delivered"


def test_the_clock_is_paused_resumed_and_set(visitor: Visitor) -> None:
    assert visitor.post("/demo/clock", {"do": "resume"})[1]["paused"] is False
    assert visitor.post("/demo/clock", {"do": "pause"})[1]["paused"] is True
    status, state = visitor.post("/demo/clock", {"do": "speed", "daySeconds": 60})
    assert (status, state["daySeconds"], state["slow"]) == (200, 60, False)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/demo/reply", {"patient": 1, "text": "  "}),
        ("/demo/reply", {"patient": 1, "text": "a" * 2000}),
        ("/demo/reply", {"patient": 10**30, "text": "hej"}),
        ("/demo/reply", {"patient": "1", "text": "hej"}),
        ("/demo/reply", {"patient": 1, "text": 7}),
        ("/demo/reply", ["hej"]),
        ("/demo/clock", {"do": "speed", "daySeconds": 0}),
        ("/demo/clock", {"do": "speed", "daySeconds": [20]}),
        ("/demo/clock", {"do": "back"}),
        ("/demo/clock", None),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(visitor: Visitor, path: str, sent: object) -> None:
    status, answer = visitor.post(path, sent)
    assert status == 400
    assert answer["error"].endswith(".")


def test_a_post_without_the_pages_token_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/demo/clock", {"do": "pause"}, token="")[0] == 400


def test_a_taken_port_is_told_in_a_sentence(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(click.ClickException, match=f"port {port} cannot be used .*choose another with --port"):
        listen(port)


SECOND_ACCOUNT = [name.upper() for name in Settings.model_fields if name.startswith("twilio_fallback_")]


def test_the_environment_of_a_real_installation_does_not_reach_the_demo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("GATEWAY=twilio\nTWILIO_ACCOUNT_SID=AC1\n")
    monkeypatch.chdir(tmp_path)
    for name in (
        "DATABASE_URL",
        "GATEWAY",
        "PUBLIC_URL",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_FROM",
        "LOG_FORMAT",
        *SECOND_ACCOUNT,
    ):
        monkeypatch.setenv(name, "of a real installation")
    settings = make_settings(Path("var"), 8001)
    assert (settings.gateway, settings.public_url) == ("simulator", "http://127.0.0.1:8001")
    assert not settings.twilio_account_sid
    assert "real installation" not in repr(settings.model_dump())


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_demo_cleanly_and_a_new_start_is_fresh(tmp_path: Path, signum: signal.Signals) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as held:
        port = held.getsockname()[1]
    old = tmp_path / "var" / f"demo-{port}" / "rygbot.db"
    old.parent.mkdir(parents=True)
    old.write_text("left by another demo")
    start = f"from bot.demo.run import run_demo; run_demo(port={port}, day_seconds=20)"
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", start],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        shown = ""
        while "Ctrl-C" not in shown and (line := process.stdout.readline()):
            shown += line
        process.send_signal(signum)
        shown += process.stdout.read()
    assert process.returncode == 0
    assert "Traceback" not in shown
    assert f"http://127.0.0.1:{port}/demo" in shown
    assert script.STAFF_EMAIL in shown
    assert shown.rstrip().endswith("Demoen er slut.")
    with closing(sqlite3.connect(old)) as database:
        assert database.execute("SELECT count(*) FROM patient").fetchone() == (len(script.PEOPLE),)
