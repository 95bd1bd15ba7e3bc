"""By which gateway the next texts go, and what their fate tells about it: the claim and the circuits put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from core.deadline import Deadline
from scheduler.circuits import FAILURES, Standing, close_circuit, open_circuit, probe_failed, standing, take_probe
from scheduler.claims import Batch, Limits, Seen, take
from scheduler.picking import LAST
from scheduler.ways import Plan, Ways

Senders = Mapping[str, str | None]
"""By gateway, what all clinics' texts go from; None when each clinic's go from its own number."""


class Exchange:
    """One worker's view of its gateways. `senders`: None when nothing limits how fast texts may go."""

    def __init__(self, ways: Ways, senders: Senders | None) -> None:
        self._ways = ways
        self._senders = senders
        self._owed: defaultdict[str, int] = defaultdict(int)
        self._open: set[str] = set()

    def claim(
        self,
        session: Session,
        worker: str,
        size: int,
        now: datetime,
        deadline: Deadline,
        seen: Seen,
        *,
        is_any_away: bool,
        up_to: int = LAST,
    ) -> tuple[Batch, Plan]:
        """Claim what the gateways in use may take. With none in use, one text at most, and only when it is time to
        try one of them: the most urgent, since nothing else goes. Beside one in use the least urgent tries.

        `is_any_away`: whether a gateway is left alone.
        """
        found = standing(session, self._ways.names, now) if is_any_away else Standing(tuple(self._ways.names))
        self._learn(found)
        probe = self._probe(found)
        if not found.usable and probe is None:
            return Batch([]), Plan(())
        first = found.usable[0] if found.usable else str(probe)
        most = size if found.usable else 1
        batch = take(session, worker, most, now, deadline, self._limits(first), up_to=up_to, seen=seen)
        if probe is None or not batch.texts:
            return batch, Plan(found.usable)
        text = batch.probe_text if found.usable else batch.texts[0].message_id
        if text is not None and take_probe(session, probe, now):
            return batch, Plan(found.usable, probe, text)
        if not found.usable:  # another worker tries it
            session.rollback()
            return Batch([]), Plan(())
        return batch, Plan(found.usable)

    @property
    def has_news(self) -> bool:
        """Whether there is anything to note: as a rule all gateways are well, and were."""
        return bool(self._open) or any(record.failed >= FAILURES for record in self._ways.records.values())

    def note(self, session: Session, plan: Plan, now: datetime) -> None:
        """Write down what a finished batch has shown, if anything has changed."""
        for name, record in self._ways.records.items():
            answered, record.answered = record.answered, False
            if name in self._open and answered:
                close_circuit(session, name)
                self._open.discard(name)
            elif name in self._open and plan.probe == name and record.failed:
                probe_failed(session, name, record.code, now)
            elif name not in self._open and record.failed >= FAILURES:
                open_circuit(session, name, record.code, now)
                self._open.add(name)

    def _learn(self, found: Standing) -> None:
        """What another worker found to answer again is not held against it here."""
        for name in self._open - set(found.open):
            self._ways.records[name].failed = 0
        self._open = set(found.open)

    def _probe(self, found: Standing) -> str | None:
        """The first that it is time to try, if it is one that would be asked before those in use."""
        names = self._ways.names
        before = names[: names.index(found.usable[0])] if found.usable else names
        return next((name for name in found.probes if name in before), None)

    def _limits(self, gateway: str) -> Limits | None:
        return None if self._senders is None else Limits(self._senders[gateway], self._owed)
