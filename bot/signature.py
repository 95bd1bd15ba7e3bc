"""Is this request from Twilio? Signed over the public address, the raw query string and every form field."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

DEFAULT_PORTS = {"https": 443, "http": 80}

Fields = Mapping[str, Sequence[bytes]]


def sign(token: str, url: str, fields: Fields) -> str:
    """Twilio's signature of a form request: HMAC-SHA1 over the address and each field's name and value, sorted.

    Fields are raw bytes: a body in broken UTF-8 is signed as it was sent.
    """
    text = url.encode("utf-8", "surrogateescape")
    for name in sorted(fields):
        for value in sorted(set(fields[name])):
            text += name.encode("utf-8", "surrogateescape") + value
    return base64.b64encode(hmac.new(token.encode(), text, hashlib.sha1).digest()).decode("ascii")


def is_signed(token: str, public_url: str, path: str, query: bytes, fields: Fields, signature: str) -> bool:
    """Whether `signature` fits. Twilio signs with or without the default port, so both are tried."""
    given = signature.encode("utf-8", "surrogateescape")
    fits = False
    for url in _addresses(public_url, path, query):
        fits |= hmac.compare_digest(sign(token, url, fields).encode(), given)
    return fits


def _addresses(public_url: str, path: str, query: bytes) -> Iterable[str]:
    parts = urlsplit(public_url)
    tail = (parts.path.rstrip("/") + path, query.decode("utf-8", "surrogateescape"), "")
    host = parts.hostname or ""
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    for netloc in dict.fromkeys((parts.netloc, host, f"{host}:{port}")):
        yield urlunsplit((parts.scheme, netloc, *tail))
