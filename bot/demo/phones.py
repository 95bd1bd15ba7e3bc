"""The simulated telephones' screens: what arrived on each and what its owner wrote, with the virtual time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Bubble:
    """One text on a screen. `sent`: False when the patient's text did not get through."""

    id: int
    mine: bool
    body: str
    at: datetime
    sent: bool = True


class Phones:
    """All screens by E.164 number. Safe to share between threads; `version` changes with every change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._screens: dict[str, list[Bubble]] = {}
        self._version = 0

    @property
    def version(self) -> int:
        with self._lock:
            return self._version

    def arrived(self, number: str, body: str, at: datetime) -> None:
        """A text came in on a telephone."""
        self._add(number, body, at, mine=False)

    def written(self, number: str, body: str, at: datetime) -> int:
        """The owner wrote a text. Returns its number, for `failed`."""
        return self._add(number, body, at, mine=True)

    def failed(self, number: str, bubble_id: int) -> None:
        """The text the owner wrote did not get through."""
        with self._lock:
            screen = self._screens.get(number, [])
            screen[:] = [replace(one, sent=False) if one.id == bubble_id else one for one in screen]
            self._version += 1

    def screen(self, number: str) -> list[Bubble]:
        with self._lock:
            return list(self._screens.get(number, ()))

    def _add(self, number: str, body: str, at: datetime, *, mine: bool) -> int:
        with self._lock:
            self._version += 1
            self._screens.setdefault(number, []).append(Bubble(self._version, mine, body, at))
            return self._version
