"""Twilio's Messages API through the real client's asynchronous transport. The only place that imports it."""

from __future__ import annotations

import base64
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    TCPConnector,
)
from aiohttp import ConnectionTimeoutError as ConnectTimeout
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from core.deadline import Deadline
from core.gateway import PERMANENT_CODES, Found, Outbound, Received, SendError, UnreadableError, Verdict
from core.settings import Settings

CONNECT_SECONDS = 5
TOTAL_SECONDS = 15
MAX_CONNECTIONS = 100
TOO_MANY_REQUESTS = 429
REQUEST_TIMEOUT = 408
SERVER_ERROR = 500
PAGE_SIZE = 1000
MOST_PAGES = 50
"""More than anybody gets; a list that never ends is one that cannot be read."""

_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class _Connector(TCPConnector):
    """Lets nothing begin after its deadline: asked last of all, when there is a connection and nothing is written."""

    async def connect(self, req: ClientRequest, *args: Any, **kwargs: Any) -> Any:
        connection = await super().connect(req, *args, **kwargs)
        deadline = _deadline.get()
        if deadline is not None and deadline.is_over:
            connection.close()
            raise SendError(Verdict.NOT_SENT, "too late to begin")
        return connection


class _Session:
    """One connection pool whose time-outs hold: the Twilio client says "no time-out" with every request."""

    def __init__(self) -> None:
        self._session = ClientSession(
            connector=_Connector(limit=MAX_CONNECTIONS),
            timeout=ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS),
        )

    async def request(self, **asked: Any) -> ClientResponse:
        del asked["timeout"]
        return await self._session.request(**asked)

    async def close(self) -> None:
        await self._session.close()


class _Transport(AsyncTwilioHttpClient):
    """The client's own transport with time-outs, one connection pool, and another base address if asked."""

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_connections=False)
        self._base = urlsplit(base_url) if base_url else None
        self.session = _Session()

    async def request(
        self,
        method: str,
        url: str,
        *args: Any,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **kwargs: Any,
    ) -> Response:
        headers = dict(headers or {})
        if auth is not None:
            # The client's own way of handing over credentials is leaving aiohttp.
            credentials = base64.b64encode(":".join(auth).encode()).decode("ascii")
            headers["Authorization"] = f"Basic {credentials}"
        if self._base is not None:
            asked = urlsplit(url)
            path = self._base.path.rstrip("/") + asked.path
            url = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        response: Response = await super().request(method, url, *args, headers=headers, **kwargs)
        if response.status_code == TOO_MANY_REQUESTS:
            raise SendError(Verdict.NOT_SENT, "429", _seconds(response.headers.get("Retry-After")))
        return response


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None


class TwilioGateway:
    """Sends through a messaging service when one is set, else from the clinic's own number."""

    name = "twilio"

    def __init__(self, settings: Settings) -> None:
        self._transport = _Transport(settings.twilio_base_url)
        self._client = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            http_client=self._transport,
            region=settings.twilio_region or None,
            edge=settings.twilio_edge or None,
            environment={},
        )
        # The client imports what it needs when first asked, for a third of a second: not while a text waits.
        self._messages = self._client.messages
        self._service = settings.twilio_messaging_service_sid
        self._from = settings.twilio_from
        self._callback = f"{settings.public_url}/sms/status"

    async def send(self, outbound: Outbound) -> str:
        """Raises SendError; an answer that never came, or made no sense, is UNKNOWN."""
        _deadline.set(outbound.deadline)
        sender = {"messaging_service_sid": self._service} if self._service else {"from_": outbound.sender or self._from}
        try:
            created = await self._messages.create_async(
                to=outbound.to,
                body=outbound.body,
                status_callback=f"{self._callback}?{urlencode({'message': outbound.message_id})}",
                **sender,
            )
        except (TwilioRestException, TwilioServiceException) as error:
            raise _refusal(int(error.status), str(error.code or error.status)) from error
        except (ClientConnectorError, ConnectTimeout) as error:
            raise SendError(Verdict.NOT_SENT, "no connection") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise SendError(Verdict.UNKNOWN, "no answer") from error
        except (TwilioException, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SendError(Verdict.UNKNOWN, "unreadable answer") from error
        if not created.sid:
            raise SendError(Verdict.UNKNOWN, "answer without a sid")
        return str(created.sid)

    async def find(self, to: str, since: datetime, until: datetime) -> list[Found]:
        """Read whole, without Twilio's filter by date: that is by the day it was sent, which a queued text has not."""
        records = await self._list(to=to)
        return [
            Found(
                provider_id=str(record.sid),
                to=str(record.to),
                sender="" if self._service else str(record.from_ or ""),
                body=record.body or "",
                status=str(record.status),
                error_code=str(record.error_code) if record.error_code else None,
                created_at=record.date_created,
            )
            for record in records
            if _went_out(record) and self._is_ours(record) and since <= record.date_created <= until
        ]

    async def received(self, number: str, since: datetime) -> list[Received]:
        """Twilio's filter goes by whole days; the rest is left out here."""
        records = await self._list(to=number, date_sent_after=since.strftime("%Y-%m-%d"))
        came = [
            Received(
                provider_id=str(record.sid),
                sender=str(record.from_ or ""),
                recipient=str(record.to),
                body=record.body or "",
                media_count=int(record.num_media or 0),
                at=record.date_created,
            )
            for record in records
            if not _went_out(record) and record.date_created >= since
        ]
        return sorted(came, key=lambda text: (text.at, text.provider_id))

    async def _list(self, **filters: str) -> list[Any]:
        """Every page of the list of messages. Raises UnreadableError."""
        records: list[Any] = []
        try:
            page = await self._client.messages.page_async(page_size=PAGE_SIZE, **filters)
            for _ in range(MOST_PAGES):
                records += page
                page = await page.next_page_async()
                if page is None:
                    break
            else:
                raise UnreadableError("too many pages")
            complete = all(isinstance(record.date_created, datetime) for record in records)
        except SendError as error:
            raise UnreadableError(error.code) from error
        except (TwilioException, ClientError, TimeoutError, OSError) as error:
            raise UnreadableError("no answer") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnreadableError("unreadable answer") from error
        if not complete:
            raise UnreadableError("a text without a date")
        return records

    def _is_ours(self, record: Any) -> bool:
        """With a messaging service its texts are ours; else whose number it is, the caller knows."""
        return not self._service or record.messaging_service_sid == self._service

    async def close(self) -> None:
        await self._transport.close()


def _went_out(record: Any) -> bool:
    return str(record.direction).startswith("outbound")


def _refusal(status: int, code: str) -> SendError:
    if code in PERMANENT_CODES:
        return SendError(Verdict.REFUSED, code)
    if status >= SERVER_ERROR or status == REQUEST_TIMEOUT:
        return SendError(Verdict.UNKNOWN, code)
    # Any other refusal is about us (a full queue, a setting): nothing was sent, and the recipient is not to blame.
    return SendError(Verdict.NOT_SENT, code)
