"""A line to the provider: an event loop, and what was opened inside it, for code that runs in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar


class Closing(Protocol):
    async def close(self) -> None: ...


T = TypeVar("T", bound=Closing)
R = TypeVar("R")


class Line(Generic[T]):
    """The loop runs in a thread of its own, so that texts leave while the caller is at the database. Whoever made a
    line closes it, when nothing is under way on it.
    """

    def __init__(self, open_end: Callable[[], T]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)
        self._thread.start()
        try:
            self.end = self._do(_opened(open_end)).result()
        except BaseException:
            self._hang_up()
            raise

    def begin(self, work: Callable[[T], Coroutine[Any, Any, R]]) -> Future[R]:
        """Begin something at the other end; the future tells what came of it."""
        return self._do(work(self.end))

    def run(self, work: Callable[[T], Coroutine[Any, Any, R]]) -> R:
        """Do something at the other end and wait for it."""
        return self.begin(work).result()

    def close(self) -> None:
        self._do(self.end.close()).result()
        self._hang_up()

    def _do(self, work: Coroutine[Any, Any, R]) -> Future[R]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _hang_up(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _opened(open_end: Callable[[], T]) -> T:
    """A gateway is made inside the loop that will carry it."""
    return open_end()
