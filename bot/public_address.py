"""Does the provider reach us? We ask ourselves from outside, signed as the provider signs, about no text at all."""

from __future__ import annotations

from enum import StrEnum
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog

from bot.signature import sign

TIMEOUT = 5.0
INBOUND, STATUS = "/sms/inbound", "/sms/status"
NO_TEXT = f"{STATUS}?message=0"
"""No text has the number 0, and a status nobody knows moves none: the answer is 204 and nothing has happened."""
FIELDS = {"MessageStatus": "rygbot-test", "MessageSid": "rygbot-test"}
_FORBIDDEN, _NO_CONTENT = 403, 204

log = structlog.get_logger(__name__)


class Reached(StrEnum):
    """What came of asking. REFUSED: somebody is there, and takes our signature for a wrong one.

    UNKNOWN: without the shared secret nobody can ask."""

    YES = "yes"
    REFUSED = "refused"
    STRANGER = "stranger"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class _NoRedirect(HTTPRedirectHandler):
    """The provider does not follow a redirect with what it posts either."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def reach(public_url: str, token: str) -> Reached:
    """Post to our own status address. Takes at most TIMEOUT seconds: hold no transaction meanwhile."""
    if not token:
        return Reached.UNKNOWN
    url = public_url + NO_TEXT
    signature = sign(token, url, {name: [value.encode()] for name, value in FIELDS.items()})
    request = Request(url, urlencode(FIELDS).encode(), {"X-Twilio-Signature": signature})  # noqa: S310 - the operator's
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT) as response:
            status = response.status
    except HTTPError as error:
        status = error.code
        error.close()
    except (URLError, OSError, ValueError) as error:
        log.info("public address not reached", error=type(error).__name__)
        return Reached.NOBODY
    if status == _FORBIDDEN:
        return Reached.REFUSED
    return Reached.YES if status == _NO_CONTENT else Reached.STRANGER
