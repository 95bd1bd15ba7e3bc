"""The provider's side of the line: what Twilio would post to our webhooks, signed as Twilio signs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import structlog

from bot.signature import sign
from core.gateway.simulator import SimulatedText

TIMEOUT = 10.0
ACCOUNT = "AC" + "0" * 32
POSTS_AT_ONCE = 2

log = structlog.get_logger()


class Carrier:
    """Posts patients' texts and receipts to the server of the demo, over HTTP as they would come from outside."""

    def __init__(self, public_url: str, token: str) -> None:
        self._public_url = public_url
        self._token = token
        self._pool = ThreadPoolExecutor(POSTS_AT_ONCE, thread_name_prefix="receipts")
        self._under_way: list[Future[bool]] = []
        self._opener = build_opener(ProxyHandler({}))  # a proxy in the environment knows nothing of this machine

    def text(self, sender: str, recipient: str, body: str) -> bool:
        """A patient's text. True when our webhook took it."""
        fields = {
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "AccountSid": ACCOUNT,
            "From": sender,
            "To": recipient,
            "Body": body,
            "NumMedia": "0",
        }
        return self._post("/sms/inbound", fields)

    def deliver(self, text: SimulatedText) -> None:
        """Report a text as delivered, a moment later and from another thread, as a provider does."""
        fields = {"MessageSid": text.provider_id, "AccountSid": ACCOUNT, "MessageStatus": "delivered", "To": text.to}
        receipt = self._pool.submit(self._post, f"/sms/status?message={text.message_id}", fields)
        self._under_way = [one for one in (*self._under_way, receipt) if not one.done()]

    def settle(self) -> None:
        """Wait until the receipts under way have been posted."""
        wait(self._under_way)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _post(self, path: str, fields: Mapping[str, str]) -> bool:
        url = self._public_url + path
        signature = sign(self._token, url, {name: [value.encode()] for name, value in fields.items()})
        request = Request(url, urlencode(fields).encode(), {"X-Twilio-Signature": signature})  # noqa: S310 - our own
        try:
            with self._opener.open(request, timeout=TIMEOUT):
                return True
        except HTTPError as error:
            log.warning("webhook refused", path=path.partition("?")[0], status=error.code)
            error.close()
        except (URLError, OSError) as error:
            log.warning("webhook could not be reached", path=path.partition("?")[0], error=type(error).__name__)
        return False
