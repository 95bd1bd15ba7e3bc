"""The gateways a text may go by, in order: the next is asked when the one before has proved that it took nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.gateway import TOO_LATE, Gateway, Outbound, SendError, Verdict
from scheduler.circuits import FAILURES

AWAY = "provider away"
"""The code of a text that was handed to nobody, because every gateway is left alone."""


@dataclass(frozen=True)
class Plan:
    """What a batch goes by. `usable`: gateways in order. `probe`: one that is left alone, tried by the text
    `probe_text` alone, before the others.
    """

    usable: tuple[str, ...]
    probe: str | None = None
    probe_text: int | None = None

    def of(self, message_id: int) -> tuple[str, ...]:
        if self.probe is not None and message_id == self.probe_text:
            return (self.probe, *(name for name in self.usable if name != self.probe))
        return self.usable


@dataclass
class Record:
    """What a gateway has shown since it was last looked at. `failed`: how often in a row, the provider's own fault."""

    answered: bool = False
    failed: int = 0
    code: str = ""


class Ways:
    """Made inside the loop that carries them. Counts in memory what is written down after each batch, so that one that
    is away is not called hundreds of times before the batch is over.
    """

    def __init__(self, gateways: Sequence[Gateway]) -> None:
        self._gateways = {gateway.name: gateway for gateway in gateways}
        self.records = {name: Record() for name in self._gateways}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._gateways)

    async def send(self, outbound: Outbound, plan: Plan | None = None) -> tuple[str, str]:
        """The provider's id of the accepted text, and which gateway took it. Raises SendError, which tells the gateway
        that was asked last; AWAY when none was.
        """
        lost: SendError | None = None
        for name in self.names if plan is None else plan.of(outbound.message_id):
            record = self.records[name]
            is_probe = plan is not None and plan.probe == name
            if record.failed >= FAILURES and not is_probe:
                continue
            if lost is not None and outbound.deadline is not None and outbound.deadline.is_over:
                break
            try:
                provider_id = await self._gateways[name].send(outbound)
            except SendError as error:
                error.gateway = name
                self._note(record, error)
                if not (error.is_providers and error.verdict is Verdict.NOT_SENT):
                    raise
                lost = error
            else:
                record.answered, record.failed = True, 0
                return provider_id, name
        raise lost if lost is not None else SendError(Verdict.NOT_SENT, AWAY)

    def _note(self, record: Record, error: SendError) -> None:
        if error.is_providers:
            record.failed += 1
            record.code = error.code
        elif error.verdict is not Verdict.UNKNOWN and error.code != TOO_LATE:
            record.answered, record.failed = True, 0

    async def close(self) -> None:
        for gateway in self._gateways.values():
            await gateway.close()


def as_ways(gateway: Gateway | Ways) -> Ways:
    return gateway if isinstance(gateway, Ways) else Ways([gateway])
