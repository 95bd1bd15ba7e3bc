"""A local HTTP server that answers as Twilio's Messages API does, for the real client to talk to."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.twilio_book import ACCOUNT, TOKEN, Entry, resource

NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    sid: str
    form: dict[str, str]
    authorised: bool


@dataclass(frozen=True)
class Behaviour:
    """What the next request is met with; a status of 0 drops the connection, -1 never answers.

    `accepted`: whether the text stands in the book all the same. `late`: only once `accept_late` is called.
    """

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    accepted: bool = True
    late: bool = False


@dataclass
class FakeTwilio:
    """Every text handed over stands in `requests`, in order; what was accepted stands in `book`, with what came in.

    `page_limit`: the most entries a page holds, whatever is asked for. `now`: the provider's clock. `account`: whose it
    is; `ids`: what the ids of its texts begin with. `unanswered`: how many requests it has taken and is still silent
    about.
    """

    page_limit: int = 1000
    now: Callable[[], datetime] = lambda: NOON
    requests: list[Request] = field(default_factory=list)
    book: list[Entry] = field(default_factory=list)
    list_requests: int = 0
    unanswered: int = 0
    on_request: Callable[[Request], None] | None = None
    on_list: Callable[[dict[str, str]], None] | None = None
    account: str = ACCOUNT
    token: str = TOKEN
    ids: str = "SM"
    _next: list[Behaviour] = field(default_factory=list)
    _next_lists: list[Behaviour] = field(default_factory=list)
    _late: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._released = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def list_path(self) -> str:
        return f"/2010-04-01/Accounts/{self.account}/Messages.json"

    def _is_authorised(self, header: str) -> bool:
        return base64.b64decode(header.removeprefix("Basic ")).decode() == f"{self.account}:{self.token}"

    @property
    def sent(self) -> list[Entry]:
        """What the provider accepted from us."""
        return [entry for entry in self.book if entry.direction == "outbound-api"]

    def refuse(self, status: int, code: int, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"code": code, "message": "refused", "more_info": "", "status": status})
        self._next.append(Behaviour(status, body, tuple((headers or {}).items()), accepted=False))

    def fail_after_accepting(self, status: int = 500) -> None:
        body = json.dumps({"code": 20500, "message": "broken", "more_info": "", "status": status})
        self._next.append(Behaviour(status, body))

    def answer_with(self, status: int, body: str) -> None:
        self._next.append(Behaviour(status, body))

    def hang_up(self, *, accepted: bool = True) -> None:
        """Drop the connection without an answer; the text is taken all the same, or was not."""
        self._next.append(Behaviour(0, accepted=accepted))

    def hang_up_and_accept_late(self) -> None:
        self._next.append(Behaviour(0, late=True))

    def accept_late(self) -> None:
        """What was put off by `hang_up_and_accept_late` enters the book now."""
        with self._lock:
            self.book += [replace(entry, at=self.now()) for entry in self._late]
            self._late.clear()

    def stay_silent(self) -> None:
        """Take the next text and answer nothing until the server closes."""
        self._next.append(Behaviour(-1))

    def refuse_list(self, status: int = 503, times: int = 1) -> None:
        """Let reading the list fail."""
        body = json.dumps({"code": 20503, "message": "not now", "more_info": "", "status": status})
        self._next_lists += [Behaviour(status, body)] * times

    def stay_silent_about_lists(self) -> None:
        self._next_lists.append(Behaviour(-1))

    def text_came_in(self, sid: str, sender: str, to: str, body: str, at: datetime, media: int = 0) -> None:
        """A patient's text whose webhook may or may not be called."""
        self.book.append(Entry(sid, to, sender, body, at, direction="inbound", status="received", media=media))

    def set_status(self, sid: str, status: str, error_code: int | None = None) -> None:
        self.book = [
            replace(entry, status=status, error_code=error_code) if entry.sid == sid else entry for entry in self.book
        ]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, form: dict[str, str], authorised: bool) -> tuple[Entry, Behaviour | None]:
        with self._lock:
            request = Request(f"{self.ids}{len(self.requests) + 1:0{34 - len(self.ids)}x}", form, authorised)
            self.requests.append(request)
            behaviour = self._next.pop(0) if self._next else None
            entry = Entry(
                sid=request.sid,
                to=form.get("To", ""),
                sender=form.get("From", ""),
                body=form.get("Body", ""),
                at=self.now(),
                callback=form.get("StatusCallback", ""),
                service=form.get("MessagingServiceSid"),
            )
            if behaviour is not None and behaviour.late:
                self._late.append(entry)
            elif behaviour is None or behaviour.accepted:
                self.book.append(entry)
        if self.on_request is not None:
            self.on_request(request)
        return entry, behaviour

    def _list(self, asked: dict[str, str]) -> Behaviour:
        """Newest first, in pages that go on after the last entry of the one before, as Twilio's do."""
        if self.on_list is not None:
            self.on_list(asked)
        with self._lock:
            self.list_requests += 1
            if self._next_lists:
                return self._next_lists.pop(0)
            entries = sorted(self.book, key=lambda entry: (entry.at, entry.sid), reverse=True)
        since = asked.get("DateSent>", "")
        wanted = [
            entry
            for entry in entries
            if entry.to == asked.get("To", entry.to) and (not since or f"{entry.at:%Y-%m-%d}" >= since)
        ]
        if token := asked.get("PageToken"):
            wanted = wanted[[f"PA{entry.sid}" for entry in wanted].index(token) + 1 :]
        size = min(int(asked.get("PageSize", 50)), self.page_limit)
        page, rest = wanted[:size], wanted[size:]
        following = {**asked, "PageToken": f"PA{page[-1].sid}"} if rest else {}
        answer = {
            "messages": [resource(entry) for entry in page],
            "next_page_uri": f"{self.list_path}?{urlencode(following)}" if rest else None,
            "page": 0,
            "page_size": size,
            "start": 0,
            "end": len(page),
            "uri": self.list_path,
            "first_page_uri": self.list_path,
            "previous_page_uri": None,
        }
        return Behaviour(200, json.dumps(answer))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path != fake.list_path or not fake._is_authorised(self.headers.get("Authorization", "")):
                    self._answer(Behaviour(404, "{}"))
                else:
                    self._meet(fake._list(dict(parse_qsl(parts.query))))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                entry, behaviour = fake._take(form, fake._is_authorised(self.headers.get("Authorization", "")))
                self._meet(behaviour or Behaviour(201, json.dumps(resource(entry))))

            def _meet(self, behaviour: Behaviour) -> None:
                if behaviour.status == -1:
                    fake.unanswered += 1
                    fake._released.wait(30)
                    fake.unanswered -= 1
                if behaviour.status <= 0:
                    self.close_connection = True
                else:
                    self._answer(behaviour)

            def _answer(self, behaviour: Behaviour) -> None:
                payload = behaviour.body.encode()
                self.send_response(behaviour.status)
                for name, value in (*behaviour.headers, ("Content-Type", "application/json")):
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *args: object) -> None:
                return None

        return Handler
