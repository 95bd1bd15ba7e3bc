"""The demo put together: settings of its own, a fresh database with a past, and the parts the pages work with."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot import worker
from bot.demo.carrier import Carrier
from bot.demo.clock import VirtualClock, starting_point
from bot.demo.pace import Pace
from bot.demo.phones import Phones
from bot.demo.seed import HURRY, add_clinic, play_past
from bot.runtime import Runtime, make_runtime, utc_now
from core import db
from core.crypto import new_key
from core.gateway.simulator import SimulatedText, SimulatorGateway
from core.settings import Settings

SPEEDS = (5.0, 20.0, 60.0)
"""Real seconds a day may take, as offered on the page."""
PAST = timedelta(days=14)
"""The clock is made so long before the demo's present; the script's first visit lies well inside, holidays or not."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Demo:
    """What the demo's pages need. `run` tells a page that was left open that this is another demo than its own."""

    run: str
    password: str
    speeds: tuple[float, ...]
    runtime: Runtime
    clock: VirtualClock
    phones: Phones
    pace: Pace
    carrier: Carrier

    @property
    def address(self) -> str:
        return f"{self.runtime.settings.public_url}/demo"


def make_settings(folder: Path, port: int) -> Settings:
    """Complete in themselves: neither the environment nor a .env of a real installation reaches the demo."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'rygbot.db'}",
        gateway="simulator",
        public_url=f"http://127.0.0.1:{port}",
        secret_key=secrets.token_urlsafe(48),
        encryption_keys=new_key(),
        twilio_account_sid="",
        twilio_auth_token=secrets.token_hex(16),
        twilio_messaging_service_sid="",
        twilio_from="",
        twilio_base_url="",
        twilio_region="",
        twilio_edge="",
        twilio_fallback_account_sid="",
        twilio_fallback_auth_token="",
        twilio_fallback_messaging_service_sid="",
        twilio_fallback_from="",
        twilio_fallback_base_url="",
        twilio_fallback_region="",
        twilio_fallback_edge="",
        heartbeat_url="",
        spool_dir=folder / "spool",
        log_format="console",
        inbox_poll_seconds=1,
    )


@contextmanager
def set_up(folder: Path, port: int, day_seconds: float) -> Iterator[Demo]:
    """A demo with its past week behind it and nothing running yet. Raises OSError when the folder cannot be used."""
    _remove_old(folder)
    settings = make_settings(folder, port)
    db.upgrade(settings.database_url)
    present = starting_point(utc_now())
    clock = VirtualClock(present - PAST, day_seconds, time.monotonic)
    runtime = make_runtime(settings, clock.now)
    phones = Phones()
    carrier = Carrier(settings.public_url, settings.twilio_auth_token)
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    with runtime.sessions() as session:
        staff = add_clinic(session, password, clock.now())
        session.commit()
    play_past(runtime, clock, phones, staff_id=staff.id, present=present)

    def on_accepted(text: SimulatedText) -> None:
        phones.arrived(text.to, text.body, clock.now())
        clock.keep_slow()
        carrier.deliver(text)

    dispatcher = worker.make_dispatcher(
        runtime, lambda: SimulatorGateway(on_accepted=on_accepted), senders=4, late_after=HURRY
    )
    speeds = tuple(sorted({*SPEEDS, day_seconds}))
    try:
        yield Demo(
            run=secrets.token_hex(8),
            password=password,
            speeds=speeds,
            runtime=runtime,
            clock=clock,
            phones=phones,
            pace=Pace(runtime, dispatcher, clock),
            carrier=carrier,
        )
    finally:
        carrier.close()
        dispatcher.close()
        runtime.engine.dispose()


def _remove_old(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("rygbot.db", "rygbot.db-wal", "rygbot.db-shm"):
        (folder / name).unlink(missing_ok=True)
