"""The web side as `rygbot serve` runs it, and a client that asks as many things at once as it is told."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks.peak import peak_megabytes
from benchmarks.processes import INBOUND_TOKEN, ROOT
from bot.signature import sign

START_SECONDS = 60
RYGBOT = Path(sys.executable).parent / "rygbot"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Web:
    """A running web side. `public_url` is what the provider signs."""

    port: int
    pid: int

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of CPU that its processes took up to now; 0 where the system does not tell."""
        return sum(map(_cpu, [self.pid, *_children(self.pid)]))

    def megabytes(self) -> float:
        """The largest size in memory that one of its processes had; 0 where the system does not tell."""
        return max(map(peak_megabytes, [self.pid, *_children(self.pid)]))


@contextmanager
def serving(told: Mapping[str, str], processes: int = 2) -> Iterator[Web]:
    """`rygbot serve` with these settings, answering. Raises TimeoutError when it does not start."""
    port = _free_port()
    words = [str(RYGBOT), "serve", "--port", str(port), "--processes", str(processes)]
    environment = {**told, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    started = subprocess.Popen(words, env=environment, cwd=ROOT)
    web = Web(port, started.pid)
    try:
        wait_for("rygbot serve", lambda: answers(web, "/healthz"))
        yield web
    finally:
        started.terminate()
        started.wait()


@contextmanager
def working(told: Mapping[str, str], web: Web, is_at_work: Callable[[], bool]) -> Iterator[None]:
    """`rygbot worker` beside a web side. Raises TimeoutError when it does not get to work."""
    environment = {**told, "PUBLIC_URL": web.public_url}
    started = subprocess.Popen([str(RYGBOT), "worker"], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_for("the worker", is_at_work)
        yield
    finally:
        started.terminate()
        started.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(what: str, is_there: Callable[[], bool]) -> None:
    """Raises TimeoutError after a minute."""
    deadline = time.monotonic() + START_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} has not started within {START_SECONDS} s")
        time.sleep(0.05)


def answers(web: Web, path: str) -> bool:
    """Whether a page is answered with success."""
    try:
        urlopen(f"{web.public_url}{path}", timeout=START_SECONDS).close()
    except OSError:
        return False
    return True


def signed_text(web: Web, sid: str, sender: str, to: str, body: str) -> bytes:
    """An inbound text as Twilio posts it, as the bytes of an HTTP request."""
    fields = {"MessageSid": sid, "From": sender, "To": to, "Body": body, "NumMedia": "0", "AccountSid": "AC" + "0" * 32}
    raw = {name: [value.encode()] for name, value in fields.items()}
    signature = sign(INBOUND_TOKEN, f"{web.public_url}/sms/inbound", raw)
    form = urlencode(fields).encode()
    head = (
        f"POST /sms/inbound HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    return head.encode() + form


def page(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def ask(web: Web, requests: Sequence[bytes], connections: int) -> tuple[list[float], float]:
    """Send all requests, so many under way at once: the seconds that each took, and all of them together.

    Raises RuntimeError for an answer that is no success.
    """
    return asyncio.run(_ask(web, requests, connections))


async def _ask(web: Web, requests: Sequence[bytes], connections: int) -> tuple[list[float], float]:
    times: list[float] = []
    waiting = iter(requests)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        for request in waiting:
            began = time.perf_counter()
            writer.write(request)
            closes = await _read_answer(reader)
            times.append(time.perf_counter() - began)
            if closes:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return times, time.perf_counter() - began


async def _read_answer(reader: asyncio.StreamReader) -> bool:
    """Read one answer to its end; whether the server closes the connection after it."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if status >= 300:
        raise RuntimeError(f"the web side answered {status}")
    if b"content-length:" in head:
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
    return b"connection: close" in head


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text(encoding="ascii").split()] if found.exists() else []


def _cpu(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
