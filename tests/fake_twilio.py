"""A local HTTP server that answers as Twilio's Messages API does, for the real client to talk to."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

from core.crypto import new_key
from core.settings import Settings

ACCOUNT = "AC" + "0" * 32
TOKEN = "twilio-auth-token"


@dataclass(frozen=True)
class Request:
    sid: str
    form: dict[str, str]
    authorised: bool


@dataclass(frozen=True)
class Behaviour:
    """What the next request is met with; a status of 0 drops the connection, -1 never answers."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class FakeTwilio:
    """Every accepted text stands in `requests`, in order: the provider's book."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._next: list[Behaviour] = []
        self._released = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def refuse(self, status: int, code: int, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"code": code, "message": "refused", "more_info": "", "status": status})
        self._next.append(Behaviour(status, body, tuple((headers or {}).items())))

    def answer_with(self, status: int, body: str) -> None:
        self._next.append(Behaviour(status, body))

    def hang_up(self) -> None:
        """Take the next text and drop the connection without an answer."""
        self._next.append(Behaviour(0))

    def stay_silent(self) -> None:
        """Take the next text and answer nothing until the server closes."""
        self._next.append(Behaviour(-1))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, form: dict[str, str], authorised: bool) -> tuple[Request, Behaviour | None]:
        with self._lock:
            request = Request(f"SM{len(self.requests) + 1:032x}", form, authorised)
            self.requests.append(request)
            return request, self._next.pop(0) if self._next else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                given = self.headers.get("Authorization", "").removeprefix("Basic ")
                authorised = base64.b64decode(given).decode() == f"{ACCOUNT}:{TOKEN}"
                request, behaviour = fake._take(dict(parse_qsl(body, keep_blank_values=True)), authorised)
                if behaviour is None:
                    self._answer(Behaviour(201, json.dumps(_resource(request))))
                elif behaviour.status == 0:
                    self.close_connection = True
                elif behaviour.status == -1:
                    fake._released.wait(30)
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


def _resource(request: Request) -> dict[str, object]:
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": request.form.get("Body", ""),
        "date_created": "Mon, 23 Nov 2026 09:00:00 +0000",
        "date_sent": None,
        "date_updated": "Mon, 23 Nov 2026 09:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": request.form.get("From"),
        "messaging_service_sid": request.form.get("MessagingServiceSid"),
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": request.sid,
        "status": "queued",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{request.sid}/Media.json"},
        "to": request.form.get("To"),
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{request.sid}.json",
    }


def twilio_settings(base_url: str, database_url: str = "sqlite:///unused.db", **overrides: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "gateway": "twilio",
        "public_url": "https://rygbot.example",
        "secret_key": "s" * 40,
        "encryption_keys": new_key(),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_from": "+4552512345",
        "twilio_base_url": base_url,
        **overrides,
    }
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]
