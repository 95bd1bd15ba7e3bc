from __future__ import annotations

import threading

from scheduler.clock import Job, Ticker


def test_a_job_that_raises_is_called_again() -> None:
    called = threading.Semaphore(0)

    def broken() -> None:
        called.release()
        raise RuntimeError("broken tick")

    ticker = Ticker([Job("broken", 0.01, broken)])
    ticker.start()
    assert called.acquire(timeout=10)
    assert called.acquire(timeout=10)
    ticker.stop()


def test_stopping_waits_for_what_is_under_way() -> None:
    started, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        may_end.wait(10)
        ended.set()

    ticker = Ticker([Job("slow", 0.01, slow)])
    ticker.start()
    assert started.wait(10)
    stopper = threading.Thread(target=ticker.stop)
    stopper.start()
    may_end.set()
    stopper.join(10)
    assert ended.is_set()
    assert not stopper.is_alive()
