"""The provider's status callbacks, signed as Twilio signs them, at the address the text itself carried."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from bot.app import create_app
from bot.signature import sign
from tests.faults.bench import Bench
from tests.twilio_book import TOKEN, Entry


def report(web: Flask, entry: Entry, *statuses: str) -> None:
    """Tell the product, over its own web side, how far a text has come."""
    client = web.test_client()
    parts = urlsplit(entry.callback)
    for status in statuses:
        fields = {"MessageSid": entry.sid, "MessageStatus": status}
        signature = sign(TOKEN, entry.callback, {name: [value.encode()] for name, value in fields.items()})
        answer = client.post(
            f"{parts.path}?{parts.query}",
            data=urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        )
        assert answer.status_code in {200, 204}, answer.status_code


def post_text(bench: Bench, fields: dict[str, str]) -> TestResponse:
    """A patient's text, handed over by the provider."""
    public = bench.world.runtime.settings.public_url
    signature = sign(TOKEN, f"{public}/sms/inbound", {name: [value.encode()] for name, value in fields.items()})
    return (
        create_app(bench.world.runtime)
        .test_client()
        .post(
            "/sms/inbound",
            data=urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        )
    )
