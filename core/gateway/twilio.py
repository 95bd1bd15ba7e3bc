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

from core.accounts import FIRST, Account
from core.deadline import Deadline
from core.gateway import PERMANENT_CODES, TOO_LATE, Found, Outbound, Received, SendError, UnreadableError, Verdict
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
            raise SendError(Verdict.NOT_SENT, TOO_LATE)
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
            wait = _seconds(response.headers.get("Retry-After"))
            raise SendError(Verdict.NOT_SENT, "429", wait, is_providers=True)
        return response


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None


class TwilioGateway:
    """Sends through a messaging service when one is set, else from the clinic's own number; a spare account from its
    own. Without an account it is the first of the settings.
    """

    def __init__(self, settings: Settings, name: str = FIRST) -> None:
        account = settings.twilio_account(name)
        self.name = account.name
        self._account = account
        self._transport = _Transport(account.base_url)
        self._client = Client(
            account.sid,
            account.token,
            http_client=self._transport,
            region=account.region or None,
            edge=account.edge or None,
            environment={},
        )
        # The client imports what it needs when first asked, for a third of a second: not while a text waits.
        self._messages = self._client.messages
        self._service = account.service
        self._callback = f"{settings.public_url}/sms/status"

    @property
    def sender(self) -> str | None:
        """See core.gateway.several."""
        return self._account.sender

    async def send(self, outbound: Outbound) -> str:
        """Raises SendError; an answer that never came, or made no sense, is UNKNOWN."""
        _deadline.set(outbound.deadline)
        try:
            created = await self._messages.create_async(
                to=outbound.to,
                body=outbound.body,
                status_callback=f"{self._callback}?{urlencode({'message': outbound.message_id})}",
                **_sender(self._account, outbound),
            )
        except (TwilioRestException, TwilioServiceException) as error:
            raise _refusal(int(error.status), str(error.code or error.status)) from error
        except (ClientConnectorError, ConnectTimeout) as error:
            raise SendError(Verdict.NOT_SENT, "no connection", is_providers=True) from error
        except (ClientError, TimeoutError, OSError) as error:
            raise SendError(Verdict.UNKNOWN, "no answer", is_providers=True) from error
        except (TwilioException, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SendError(Verdict.UNKNOWN, "unreadable answer", is_providers=True) from error
        if not created.sid:
            raise SendError(Verdict.UNKNOWN, "answer without a sid", is_providers=True)
        return str(created.sid)

    async def find(self, to: str, since: datetime, until: datetime) -> list[Found]:
        """Read whole, without Twilio's filter by date: that is by the day it was sent, which a queued text has not."""
        records = await self._list(to=to)
        return [
            Found(
                provider_id=str(record.sid),
                to=str(record.to),
                sender="" if self._account.sender else str(record.from_ or ""),
                body=record.body or "",
                status=str(record.status),
                error_code=str(record.error_code) if record.error_code else None,
                created_at=record.date_created,
                gateway=self.name,
            )
            for record in records
            if _went_out(record) and self._is_ours(record) and since <= record.date_created <= until
        ]

    async def received(self, number: str, since: datetime) -> list[Received]:
        """Twilio's filter goes by whole days; the rest is left out here. What came to a messaging service's numbers is
        asked for by the service."""
        of_service = number == self._service
        to = {} if of_service else {"to": number}
        records = await self._list(date_sent_after=since.strftime("%Y-%m-%d"), **to)
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
            if not _went_out(record)
            and record.date_created >= since
            and (not of_service or record.messaging_service_sid == self._service)
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
        """With a messaging service its texts are ours, and those from a spare account's number; else whose number it
        is, the caller knows."""
        if self._service:
            return bool(record.messaging_service_sid == self._service)
        return not self._account.is_spare or record.from_ == self._account.number

    async def close(self) -> None:
        await self._transport.close()


def _went_out(record: Any) -> bool:
    return str(record.direction).startswith("outbound")


def _sender(account: Account, outbound: Outbound) -> dict[str, str]:
    if account.service:
        return {"messaging_service_sid": account.service}
    return {"from_": account.number if account.is_spare else outbound.sender or account.number}


def _refusal(status: int, code: str) -> SendError:
    if code in PERMANENT_CODES:
        return SendError(Verdict.REFUSED, code)
    if status >= SERVER_ERROR or status == REQUEST_TIMEOUT:
        return SendError(Verdict.UNKNOWN, code, is_providers=True)
    # Any other refusal is about us (a full queue, a setting): nothing was sent, and the recipient is not to blame.
    return SendError(Verdict.NOT_SENT, code)
