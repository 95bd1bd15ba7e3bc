"""Ctrl-C and a supervisor's SIGTERM: a process that runs for good is asked to stop, and finishes what it does."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Inside the block both signals only ask to stop; the function given waits until one has. In the main thread alone.

    A signal leaves a byte in a socket the moment it comes, whichever thread it comes to. An event set by a handler may
    be set too late: Python runs handlers between two steps of the main thread, which may be asleep by then for good.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.settimeout(0)
        bell = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        handlers = [(signum, signal.signal(signum, lambda *_: None)) for signum in STOPS]

        def wait() -> None:
            while reader.recv(1)[0] not in STOPS:
                pass

        try:
            yield wait
        finally:
            for signum, handler in handlers:
                signal.signal(signum, handler)
            signal.set_wakeup_fd(bell)
