"""A telephone company on this machine: takes texts as Twilio does, after a delay, and keeps a book of them.

python -m benchmarks.provider --delay 0.05 prints its address and serves until its standard input closes. It is written
for speed alone, as a process of its own, so that it does not bound what is measured against it (see `ceiling`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-for-benchmarks"
CREATED = {
    "account_sid": ACCOUNT,
    "api_version": "2010-04-01",
    "body": "En tekst, som er blevet modtaget.",
    "date_created": "Mon, 23 Nov 2026 09:00:00 +0000",
    "date_sent": None,
    "date_updated": "Mon, 23 Nov 2026 09:00:00 +0000",
    "direction": "outbound-api",
    "error_code": None,
    "error_message": None,
    "from": "+4552512345",
    "messaging_service_sid": None,
    "num_media": "0",
    "num_segments": "1",
    "price": None,
    "price_unit": None,
    "sid": "@",
    "status": "queued",
    "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/@/Media.json"},
    "to": "+4520000000",
    "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/@.json",
}
_TEMPLATE = json.dumps(CREATED).encode()
_SID_LENGTH = 34
_HEAD = b"HTTP/1.1 201 CREATED\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
    len(_TEMPLATE) + _TEMPLATE.count(b"@") * (_SID_LENGTH - 1)
)


Book = list[tuple[float, bytes]]


@dataclass(frozen=True)
class Taken:
    """One text in the provider's book. `at`: seconds since 1970; `message`: our number for it, -1 without one."""

    at: float
    sid: str
    message: int
    to: str


class _Connection(asyncio.Protocol):
    """One client's connection, one request at a time."""

    def __init__(self, book: Book, delay: float) -> None:
        self._book = book
        self._delay = delay
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data = self._data + data if self._data else data
        head, found, body = self._data.partition(b"\r\n\r\n")
        if not found:
            return
        if head.startswith(b"GET"):
            self._show(next((show for path, show in _SHOWN.items() if head.startswith(path)), _nothing))
            return
        if len(body) < _length(head):
            return
        self._data = b""
        self._book.append((time.time(), body))
        answer = _HEAD + _TEMPLATE.replace(b"@", b"SM%032x" % len(self._book))
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer)
        else:
            self._transport.write(answer)

    def _show(self, what: Callable[[Book], object]) -> None:
        self._data = b""
        shown = json.dumps(what(self._book)).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(shown) + shown
        )


def _count(book: Book) -> int:
    return len(book)


def _rows(book: Book) -> list[tuple[float, str]]:
    return [(at, body.decode()) for at, body in book]


def _nothing(_book: Book) -> dict[str, object]:
    """A page of what we ask Twilio to look up; a worker does so now and then."""
    return {"messages": [], "next_page_uri": None, "page": 0, "page_size": 50}


_SHOWN: dict[bytes, Callable[[Book], object]] = {b"GET /count": _count, b"GET /book": _rows}


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0])


class Provider:
    """The provider's process, as seen from the benchmark."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.url = url

    @property
    def pid(self) -> int:
        return self._process.pid

    def book(self) -> list[Taken]:
        """Every text taken so far, in the order they came."""
        with urlopen(f"{self.url}/book", timeout=60) as answer:
            rows = json.load(answer)
        return [_taken(number, at, body) for number, (at, body) in enumerate(rows, start=1)]

    def count(self) -> int:
        """How many texts it has taken."""
        with urlopen(f"{self.url}/count", timeout=60) as answer:
            return int(answer.read())

    def settings(self) -> dict[str, str]:
        """The environment of a process that shall send through this provider."""
        return {
            "GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "+4552512345",
            "TWILIO_BASE_URL": self.url,
        }


def _taken(number: int, at: float, body: str) -> Taken:
    fields = parse_qs(body)
    callback = parse_qs(urlsplit(fields.get("StatusCallback", [""])[0]).query)
    return Taken(at, f"SM{number:032x}", int(callback.get("message", ["-1"])[0]), fields["To"][0])


@contextmanager
def provider(delay: float = 0.0) -> Iterator[Provider]:
    """`delay`: seconds from a text's arrival to its acceptance."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.provider", "--delay", str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Provider(process, process.stdout.readline().strip())
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def ceiling(texts: int, connections: int) -> float:
    """Texts a second that the provider takes from a client that does nothing else."""
    with provider() as target:
        return asyncio.run(_hammer(target.url, texts, connections))


async def _hammer(url: str, texts: int, connections: int) -> float:
    parts = urlsplit(url)
    body = b"To=%2B4520000000&Body=En+tekst&StatusCallback=http%3A%2F%2Fx%2Fsms%2Fstatus%3Fmessage%3D1"
    request = b"POST /Messages.json HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def one(share: int) -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for _ in range(share):
            writer.write(request)
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(_TEMPLATE) + _TEMPLATE.count(b"@") * (_SID_LENGTH - 1))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(texts // connections) for _ in range(connections)))
    return texts // connections * connections / (time.perf_counter() - began)


async def _serve(delay: float) -> None:
    book: Book = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(book, delay), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A telephone company on this machine.")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds until a text is accepted")
    asyncio.run(_serve(parser.parse_args(arguments).delay))


if __name__ == "__main__":
    main()
