"""Pure: the accounts that texts may go by, and what each is called where a text says which one took it."""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST, SECOND = "twilio", "twilio-fallback"


@dataclass(frozen=True)
class Account:
    """An account with the provider. `service`: a messaging service that texts go through. `number`: what they go from
    without one. `is_spare`: it sends from its own number, never from a clinic's; nothing else goes by it.
    """

    name: str
    sid: str
    token: str = field(repr=False)
    service: str = ""
    number: str = ""
    base_url: str = ""
    region: str = ""
    edge: str = ""
    is_spare: bool = False

    @property
    def sender(self) -> str | None:
        """What all clinics' texts go from; None when each clinic's go from its own number."""
        return self.service or (self.number if self.is_spare else None) or None
