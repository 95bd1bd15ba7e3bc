"""Which process of the web side takes a connection."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn, ThreadWorker

from bot import server
from bot.server import THREADS, FairWorker


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[FairWorker]:
    """A worker that listens; its threads do nothing until they are told."""
    monkeypatch.setattr(ThreadWorker, "set_accept_enabled", _note)
    monkeypatch.setattr(ThreadWorker, "enqueue_req", lambda *_: None)
    monkeypatch.setattr(ThreadWorker, "finish_request", lambda *_: None)
    config = Config()
    config.set("threads", THREADS)
    worker = FairWorker(0, 0, [], SimpleNamespace(), 60, config, SimpleNamespace())
    worker.set_accept_enabled(enabled=True)
    yield worker
    worker.tmp.close()


def _note(worker: Any, enabled: bool) -> None:
    worker._accepting = enabled


def take(worker: FairWorker, requests: int) -> None:
    for _ in range(requests):
        worker.enqueue_req(object())


def answer(worker: FairWorker) -> None:
    worker.finish_request(object(), Future())


def test_a_process_with_a_free_thread_listens(listening: FairWorker) -> None:
    take(listening, THREADS - 1)
    assert listening._accepting


def test_a_process_whose_threads_are_all_taken_leaves_new_connections_to_another(listening: FairWorker) -> None:
    take(listening, THREADS)
    assert not listening._accepting


def test_it_listens_again_once_a_thread_is_free(listening: FairWorker) -> None:
    take(listening, THREADS)
    answer(listening)
    assert listening._accepting


def test_gunicorn_cannot_make_a_full_process_listen(listening: FairWorker) -> None:
    take(listening, THREADS)
    listening.set_accept_enabled(enabled=True)
    assert not listening._accepting


def test_a_process_that_is_told_to_stop_does_not_listen_again(listening: FairWorker) -> None:
    take(listening, THREADS)
    listening.alive = False
    answer(listening)
    assert not listening._accepting


def test_connections_are_kept_while_a_thread_is_free(listening: FairWorker) -> None:
    """Else those that have one would be served before those that wait for one."""
    take(listening, THREADS - 1)
    assert listening.max_keepalived >= THREADS
    take(listening, 1)
    assert listening.max_keepalived == 0
    answer(listening)
    assert listening.max_keepalived >= THREADS


def test_a_process_whose_parent_is_gone_stops_listening(listening: FairWorker) -> None:
    take(listening, THREADS)
    listening.ppid = -1
    listening.log = SimpleNamespace(info=lambda *_: None)
    assert not listening.is_parent_alive()
    answer(listening)
    assert not listening._accepting


def test_those_that_wait_when_it_is_told_to_stop_are_taken_and_later_ones_refused(
    listening: FairWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[TConn] = []
    monkeypatch.setattr(ThreadWorker, "enqueue_req", lambda _, conn: taken.append(conn))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        listening.sockets = [listener]
        with socket.create_connection(address), socket.create_connection(address):
            listening.alive = False
            listening.set_accept_enabled(enabled=False)
            assert len(taken) == 2
            for conn in taken:
                conn.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)


def test_a_client_that_falls_silent_in_a_request_gives_its_thread_back(
    listening: FairWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SILENT_FOR", 1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"GET / HTTP/1.1\r\n")
        listening.log = SimpleNamespace(exception=lambda *_: None)
        conn = TConn(listening.cfg, ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
        assert listening.handle(conn) is False
