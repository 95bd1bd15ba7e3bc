from __future__ import annotations

import threading

from scheduler.clock import LONGEST_PAUSE, Job, Ticker, _guarded


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


def test_a_job_that_fails_again_and_again_is_asked_ever_more_seldom_until_it_does_not() -> None:
    now = 0.0
    asked: list[float] = []
    broken = True

    def job() -> None:
        asked.append(now)
        if broken:
            raise RuntimeError("the database is away")

    run = _guarded(Job("send", 0.5, job), lambda: now)
    while now < 200:
        run()
        now += 0.5
    assert asked[:5] == [0.0, 1.0, 3.0, 7.0, 15.0]
    assert asked[-1] - asked[-2] == LONGEST_PAUSE
    broken = False
    now = 300.0
    for _ in range(3):
        run()
    assert asked[-3:] == [300.0, 300.0, 300.0]
