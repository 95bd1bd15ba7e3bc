"""The records of several accounts read as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.gateway import Book, Found, Received


class AccountBook(Book, Protocol):
    """`sender`: what all its texts go from and are answered to; None for the account of the clinics' own numbers."""

    @property
    def sender(self) -> str | None: ...


class SeveralBooks:
    """A text of unknown fate may have been handed to any of them: absent is only what is in none."""

    def __init__(self, books: Sequence[AccountBook]) -> None:
        self._books = tuple(books)

    async def find(self, to: str, since: datetime, until: datetime) -> list[Found]:
        """Raises UnreadableError when one of them cannot be read: nothing is proved then."""
        return [found for book in self._books for found in await book.find(to, since, until)]

    async def received(self, number: str, since: datetime) -> list[Received]:
        """From the account the number belongs to: the one that sends from it, else the first."""
        owner = next((book for book in self._books[1:] if book.sender == number), self._books[0])
        return await owner.received(number, since)

    async def close(self) -> None:
        for book in self._books:
            await book.close()
