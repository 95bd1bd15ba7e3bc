"""The web side under gunicorn: threads, no restarts by count, an engine of its own in each process."""

from __future__ import annotations

import errno
import gc
import socket
import struct
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from bot.app import create_app
from bot.runtime import make_runtime
from bot.spooling import keep_draining
from core import log
from core.settings import load_settings

THREADS = 3
"""In each process. They take turns at one interpreter: with more of them nothing is answered sooner, and the slowest
answers come later.
"""
SILENT_FOR = 10
"""Seconds that a client may take to go on with a request, or to take its answer: it keeps a thread all the while."""


class FairWorker(ThreadWorker):
    """Takes a new connection only while one of its threads is free: the others are left to another process.

    Else chance would share the connections out, and the texts of the fuller process would wait beside an idle one. A
    client that keeps its connection while all threads are taken is let go after its answer, and comes back to whoever
    is free then, behind those that have waited longer.
    """

    alive: bool
    _under_way = 0
    _most_kept = 0
    _is_closed = False

    @property
    def max_keepalived(self) -> int:
        """How many connections may wait for their client's next request; the thread that answers one asks."""
        return self._most_kept if self._under_way < THREADS else 0

    @max_keepalived.setter
    def max_keepalived(self, most: int) -> None:
        self._most_kept = most

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn calls it so
        super().set_accept_enabled(enabled and self.alive and self._under_way < THREADS)
        if not self.alive and not self._is_closed:
            self._is_closed = True
            self._take_the_last()

    def _take_the_last(self) -> None:
        """Those that wait for a free thread are answered before the process stops; whoever comes later is refused."""
        for listener in self.sockets:
            listener.settimeout(0)
            before = -1
            while before < self.nr_conns < self.worker_connections:
                before = self.nr_conns
                self.accept(listener)
            listener.close()

    def is_parent_alive(self) -> bool:
        """A process that its parent has left stops, as if it had been told to."""
        is_alive: bool = super().is_parent_alive()
        if not is_alive:
            self.alive = False
        return is_alive

    def handle(self, conn: Any) -> Any:
        """In a thread, which a client that falls silent in the middle of a request gives back."""
        for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, direction, struct.pack("ll", SILENT_FOR, 0))
        return super().handle(conn)

    def enqueue_req(self, conn: Any) -> None:
        """A request, or a connection that is about to bring one, goes to the threads."""
        self._under_way += 1
        self.set_accept_enabled(self.alive)
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """A thread is free again."""
        self._under_way -= 1
        super().finish_request(conn, fs)
        self.set_accept_enabled(self.alive)


class _Server(BaseApplication):
    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Runs in each process after the fork, so that no database connection is shared."""
        settings = load_settings()
        log.configure(settings.log_format)
        runtime = make_runtime(settings)
        threading.Thread(target=keep_draining, args=(runtime, threading.Event()), name="spool", daemon=True).start()
        app = create_app(runtime)
        # Rules, texts and code are no garbage: to look through them now and then would hold up a request.
        gc.collect()
        gc.freeze()
        return app


def serve_forever(*, host: str, port: int, processes: int) -> None:
    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": processes,
            "threads": THREADS,
            "worker_class": FairWorker,
            "timeout": 60,
            "graceful_timeout": 20,
            "control_socket_disable": True,
            "loglevel": "warning",
        }
    ).run()


def port_is_taken(host: str, port: int) -> bool:
    """Whether another program listens there already. Raises OSError for a host this machine does not have."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
        return False
