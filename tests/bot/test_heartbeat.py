"""Signs of life: who is told when the worker, or something it does, falls silent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot import worker
from bot.app import create_app
from bot.heartbeat import FRESH, STUCK_AFTER, TICK, UNTOUCHED, beat, nobody_sends, ping
from bot.receive import Inbound
from bot.runtime import utc_now
from bot.spooling import spool_of, spool_text
from core.settings import SettingsError, load_settings
from tests.world import MONDAY, PHONE, SENDER, World, make_world

TROUBLE = "Rygbot sender ingen"


def sign(world: World, name: str = "worker", *, ago: timedelta = timedelta(0)) -> None:
    with world.session() as session, session.begin():
        beat(session, world.clock() - ago, name)


def silent(world: World) -> bool:
    with world.session() as session:
        return nobody_sends(session, world.clock(), world.clock())


def metrics(world: World) -> str:
    return create_app(world.runtime, wall_clock=world.clock).test_client().get("/metrics").get_data(as_text=True)


def ready(world: World) -> tuple[int, str]:
    response = create_app(world.runtime, wall_clock=world.clock).test_client().get("/readyz")
    return response.status_code, response.get_data(as_text=True)


@contextmanager
def monitor() -> Iterator[tuple[str, list[str]]]:
    """Somebody outside who listens for pings."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ping/1?status=up", heard
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_worker_that_fell_silent_is_told_everywhere(world: World) -> None:
    sign(world, ago=FRESH + timedelta(seconds=1))
    assert silent(world)
    assert ready(world)[0] == 503
    assert "rygbot_worker_heartbeat_age_seconds 61.0" in metrics(world)


def test_a_worker_that_lives_is_told_too(world: World) -> None:
    sign(world)
    assert not silent(world)
    assert ready(world)[0] == 200
    assert "rygbot_worker_heartbeat_age_seconds 0.0" in metrics(world)


def test_a_worker_that_never_came_is_trouble_once_texts_wait(world: World) -> None:
    assert not silent(world)
    assert "rygbot_worker_heartbeat_age_seconds -1.0" in metrics(world)
    world.enrol()
    assert not silent(world)
    world.clock.now += UNTOUCHED + timedelta(seconds=1)
    assert silent(world)


def test_a_tick_that_hangs_is_named(world: World) -> None:
    sign(world)
    sign(world, TICK + "sweep", ago=STUCK_AFTER + timedelta(seconds=1))
    sign(world, TICK + "settle")
    status, told = ready(world)
    assert status == 503
    assert "sweep" in told
    assert "settle" not in told
    assert "rygbot_stuck_ticks 1.0" in metrics(world)


def test_a_tick_leaves_its_sign_only_when_it_has_come_to_its_end(world: World) -> None:
    def broken() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        worker.in_turn(world.runtime, "broken", 10, broken)
    worker.in_turn(world.runtime, "good", 10, lambda: None)
    with world.session() as session:
        from core.models import Heartbeat

        assert session.get(Heartbeat, TICK + "broken") is None
        assert session.get(Heartbeat, TICK + "good") is not None


def test_of_two_workers_one_does_what_is_due(world: World) -> None:
    done: list[str] = []
    for name in ("one", "two"):
        worker.in_turn(world.runtime, "tidy", 10, lambda name=name: done.append(name))  # type: ignore[misc]
    assert done == ["one"]
    world.clock.forward(seconds=10)
    worker.in_turn(world.runtime, "tidy", 10, lambda: done.append("two"))
    assert done == ["one", "two"]


def test_a_monitor_is_pinged_while_all_is_well_and_not_otherwise(sqlite_url: str) -> None:
    with monitor() as (url, heard):
        world = make_world(sqlite_url, heartbeat_url=url)
        assert not worker.tell(world.runtime)
        assert heard == []
        with world.session() as session, session.begin():
            beat(session, utc_now())
        assert worker.tell(world.runtime)
        assert heard == ["/ping/1?status=up"]
        world.close()


def test_a_monitor_that_does_not_answer_harms_nothing() -> None:
    with monitor() as (url, _):
        pass
    assert not ping(url)


def test_only_a_worker_with_an_address_pings(sqlite_url: str) -> None:
    for url, pings in (("", False), ("https://monitor.example/ping", True)):
        world = make_world(sqlite_url, heartbeat_url=url)
        assert ("ping" in [job.name for job in worker.jobs(world.runtime, world.dispatcher)]) is pings
        world.close()


def test_a_heartbeat_address_that_is_none_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTBEAT_URL", "monitor")
    with pytest.raises(SettingsError, match="HEARTBEAT_URL: must be a web address"):
        load_settings(_env_file=None, secret_key="s" * 40, encryption_keys="x")


def test_what_waits_on_disk_and_what_cannot_be_read_is_counted(world: World) -> None:
    spool_text(world.runtime, Inbound("SM1", PHONE, SENDER, "hej"), MONDAY)
    spool_of(world.runtime).put({"kind": "letter"})
    assert "rygbot_spool_waiting 2.0" in metrics(world)
    world.drain()
    told = metrics(world)
    assert "rygbot_spool_waiting 0.0" in told
    assert "rygbot_spool_set_aside 1.0" in told
