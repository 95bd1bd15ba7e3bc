"""What the simulated telephone network does to a text, and the checker as the simulation uses it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bot.red_flags import Checker, Triage
from bot.red_flags.reader import load_reader
from bot.simulate.behaviour import Network
from core.gateway import Outbound, SendError, Verdict
from messages.red_flag_schema import load_rules

REFUSED = "21614"
NOT_SENT = "20429"


class SimulatedNetwork:
    """A gateway that loses a few texts in all the ways a real one does. `dice_of`: by telephone number."""

    name = "simulation"

    def __init__(
        self, network: Network, dice_of: Callable[[str], Random | None], on_accepted: Callable[[Outbound], None]
    ) -> None:
        self._network = network
        self._dice_of = dice_of
        self._on_accepted = on_accepted

    async def send(self, outbound: Outbound) -> str:
        """Raises SendError as often as behaviour.toml says."""
        dice = self._dice_of(outbound.to)
        drawn = dice.random() if dice is not None else 1.0
        for chance, verdict, code in (
            (self._network.unknown, Verdict.UNKNOWN, "timeout"),
            (self._network.not_sent, Verdict.NOT_SENT, NOT_SENT),
            (self._network.refused, Verdict.REFUSED, REFUSED),
        ):
            if drawn < chance:
                raise SendError(verdict, code)
            drawn -= chance
        self._on_accepted(outbound)
        return f"SM{outbound.message_id:032d}"

    async def close(self) -> None:
        return None


class BreakingCheckerError(Exception):
    """What a fault inside the checker looks like."""


class RememberingChecker(Checker):
    """The real checker, which reads each text under each question once: simulated patients repeat themselves."""

    def __init__(self) -> None:
        super().__init__(load_rules(), load_reader())
        self._read: dict[tuple[str, str | None], Triage] = {}
        self.breaks_next = False

    def check(self, text: str, question: str | None = None) -> Triage:
        """Raises BreakingCheckerError once after `breaks_next` was set."""
        if self.breaks_next:
            self.breaks_next = False
            raise BreakingCheckerError
        if (text, question) not in self._read:
            self._read[text, question] = super().check(text, question)
        return self._read[text, question]
