"""The web side under gunicorn: threads, no restarts by count, an engine of its own in each process."""

from __future__ import annotations

import errno
import gc
import socket
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from bot.app import create_app
from bot.runtime import make_runtime
from bot.spooling import keep_draining
from core import log
from core.settings import load_settings

THREADS = 4
"""In each process. They take turns at one interpreter: eight were no quicker, and the slowest answers slower."""


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
            "worker_class": "gthread",
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
