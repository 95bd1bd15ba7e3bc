"""That a signal to stop is never slept through, whenever it comes and whichever thread it comes to."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from bot.stopping import stoppable


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_wait_ends_it_at_once(signum: signal.Signals) -> None:
    with stoppable() as wait:
        os.kill(os.getpid(), signum)
        wait()


def test_a_signal_that_comes_to_another_thread_ends_the_wait() -> None:
    """The main thread's sleep is not interrupted then, and no handler runs until it wakes."""
    is_over = threading.Event()
    other = threading.Thread(target=is_over.wait)
    other.start()
    try:
        with stoppable() as wait:
            assert other.ident is not None
            threading.Timer(0.05, signal.pthread_kill, (other.ident, signal.SIGTERM)).start()
            wait()
    finally:
        is_over.set()
        other.join()


def test_another_signal_does_not_end_it() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    try:
        with stoppable() as wait:
            os.kill(os.getpid(), signal.SIGUSR1)
            os.kill(os.getpid(), signal.SIGTERM)
            wait()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == [signal.SIGUSR1]


def test_after_the_block_the_signals_are_as_before() -> None:
    before = [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)]
    with stoppable():
        pass
    assert [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)] == before
