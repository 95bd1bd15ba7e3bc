"""The product between a real database and a provider with faults, some of it in processes that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot import worker
from core.models import Message, MessageState
from core.settings import Settings
from tests.fake_twilio import FakeTwilio
from tests.twilio_book import ACCOUNT, TOKEN, Entry
from tests.world import World, make_world

ROOT = Path(__file__).parents[2]
PATIENCE = 120
WENT = {MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED}


@dataclass
class Bench:
    """`world`: the product in this process, on the real Twilio client."""

    world: World
    provider: FakeTwilio
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def reconnect(self) -> None:
        """The worker in this process, with connections of its own."""
        if self.world._dispatcher is not None:
            self.world._dispatcher.close()
        if self.world._books is not None:
            self.world._books.close()
        runtime = self.world.runtime
        self.world._dispatcher = worker.make_dispatcher(runtime, worker.gateway_factory(runtime), senders=4)
        self.world._books = worker.make_books(runtime)

    def give_spool(self, folder: Path) -> None:
        """Another place for what cannot be stored."""
        runtime = self.world.runtime
        settings = runtime.settings.model_copy(update={"spool_dir": folder})
        self.world.runtime = replace(runtime, settings=settings)

    def start_worker(self, **told: str) -> subprocess.Popen[bytes]:
        """A worker that drains once, or goes on (LOOP); see tests.faults.worker_process."""
        return self.start("tests.faults.worker_process", **told)

    def start(self, module: str, **told: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=self._environment() | {"NOW": self.world.clock().isoformat(), "SIGNAL": "SIGKILL"} | told,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.running.append(process)
        return process

    def kill_worker(self, at: str, nth: int = 1) -> None:
        """Let a worker drain and die at a point."""
        process = self.start_worker(AT=at, NTH=str(nth))
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == -signal.SIGKILL, output.decode()

    def later(self, **time: float) -> None:
        """Let time pass and drain."""
        self.world.clock.forward(**time)
        self.world.drain()

    def recover(self) -> None:
        """Long enough for every lease to end and every text to settle."""
        for _ in range(4):
            self.later(minutes=3)

    def messages(self, *states: MessageState) -> list[Message]:
        return self.world.messages(*states)

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            if process.stdout is not None and not process.stdout.closed:
                process.communicate()
        self.world.close()

    def _environment(self) -> dict[str, str]:
        ours = {name.upper() for name in Settings.model_fields}
        settings = self.world.runtime.settings
        told = {name.upper(): str(getattr(settings, name)) for name in Settings.model_fields}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return kept | told | {"PYTHONPATH": str(ROOT)}


@contextmanager
def bench_on(database_url: str) -> Iterator[Bench]:
    with FakeTwilio() as provider:
        world = make_world(
            database_url,
            gateway="twilio",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_from="+4552512345",
            twilio_base_url=provider.url,
        )
        provider.now = world.clock
        world.add_clinic()
        bench = Bench(world, provider)
        bench.reconnect()
        try:
            yield bench
        finally:
            bench.close()


def message_of(entry: Entry) -> int:
    """Our own id, as it rides in the status callback of a text the provider took."""
    return int(parse_qs(urlsplit(entry.callback).query)["message"][0])


def books_agree(bench: Bench, *, due: int) -> None:
    """The provider's book and ours: so many texts were due, none is lost, none is doubled, each stands under its id."""
    taken = Counter(message_of(entry) for entry in bench.provider.sent)
    doubled = {message: count for message, count in taken.items() if count > 1}
    assert doubled == {}, "sent twice"
    ours = {message.id: message.provider_id for message in bench.messages() if message.state in WENT}
    assert ours == {message_of(entry): entry.sid for entry in bench.provider.sent}
    assert len(ours) == due, "lost"


def wait_for(is_so: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait for a condition, as long as the process lives."""
    for _ in range(PATIENCE * 20):
        if is_so():
            return
        if process is None:
            threading.Event().wait(0.05)
            continue
        try:
            output, _ = process.communicate(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the process ended with {process.returncode}: {output.decode()}")
    raise AssertionError("it never came to that")
