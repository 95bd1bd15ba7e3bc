"""A gateway that reaches no network: telephones as lists of texts, for the demo and for trying things out."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from core.gateway import Outbound


@dataclass(frozen=True)
class SimulatedText:
    """A text that arrived on a simulated telephone."""

    provider_id: str
    message_id: int
    to: str
    body: str


class SimulatorBook:
    """What the simulated telephones received, in the order it arrived. Safe to share between threads."""

    def __init__(self) -> None:
        self._texts: list[SimulatedText] = []
        self._lock = threading.Lock()

    def add(self, text: SimulatedText) -> None:
        with self._lock:
            self._texts.append(text)

    def texts(self, to: str | None = None) -> list[SimulatedText]:
        with self._lock:
            return [text for text in self._texts if to is None or text.to == to]


class SimulatorGateway:
    """Accepts everything, writes it in the book, and tells `on_accepted` (the demo sends a receipt from there)."""

    name = "simulator"

    def __init__(
        self, book: SimulatorBook | None = None, on_accepted: Callable[[SimulatedText], None] | None = None
    ) -> None:
        self._book = book if book is not None else SimulatorBook()
        self._on_accepted = on_accepted

    async def send(self, outbound: Outbound) -> str:
        text = SimulatedText(f"SM{uuid.uuid4().hex}", outbound.message_id, outbound.to, outbound.body)
        self._book.add(text)
        if self._on_accepted is not None:
            self._on_accepted(text)
        return text.provider_id

    async def close(self) -> None:
        return None
