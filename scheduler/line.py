"""A line to the provider: an event loop, and what was opened inside it, for code that runs in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar


class Closing(Protocol):
    async def close(self) -> None: ...


T = TypeVar("T", bound=Closing)
R = TypeVar("R")


class Line(Generic[T]):
    """Used by one thread at a time; whoever made it closes it."""

    def __init__(self, open_end: Callable[[], T]) -> None:
        self._loop = asyncio.new_event_loop()
        self._end = self._loop.run_until_complete(_opened(open_end))

    def run(self, work: Callable[[T], Coroutine[Any, Any, R]]) -> R:
        """Do something at the other end and wait for it."""
        return self._loop.run_until_complete(work(self._end))

    def close(self) -> None:
        self._loop.run_until_complete(self._end.close())
        self._loop.close()


async def _opened(open_end: Callable[[], T]) -> T:
    """A gateway is made inside the loop that will carry it."""
    return open_end()
