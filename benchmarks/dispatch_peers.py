"""What dispatch is measured against, each a process: the same texts to the same provider by simpler means.

`bare`: our own gateway with nothing around it, no database, no record: the ceiling of any worker of one process.
`loop`: a row and a commit for each text, Twilio's ordinary client in threads: what one would write first.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from benchmarks.processes import own_usage, say
from benchmarks.rows import BODY, SENDER, phone_of
from core.crypto import Keyring
from core.db import make_engine, session_factory
from core.gateway import Outbound
from core.gateway.twilio import TwilioGateway
from core.models import Message, MessageState
from core.settings import Settings, load_settings
from scheduler.dispatch import send_all

Begin = Callable[[], None]


def bare(settings: Settings, texts: int, senders: int, begin: Begin) -> None:
    batch = [Outbound(number, phone_of(number), BODY.format(number=number), SENDER) for number in range(1, texts + 1)]

    async def run() -> None:
        gateway = TwilioGateway(settings)
        begin()
        await send_all(gateway, batch, asyncio.Semaphore(senders))
        await gateway.close()

    asyncio.run(run())


class _Redirected(TwilioHttpClient):
    """The client's ordinary transport, sent to another address."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        asked = urlsplit(url)
        redirected = urlunsplit((self._base.scheme, self._base.netloc, asked.path, asked.query, ""))
        return super().request(method, redirected, *args, **kwargs)


def loop(settings: Settings, texts: int, senders: int, begin: Begin) -> None:
    engine = make_engine(settings.database_url, Keyring(settings.encryption_key_list))
    sessions = session_factory(engine)
    with sessions() as session:
        ids = session.scalars(select(Message.id).order_by(Message.id).limit(texts)).all()
    mine = threading.local()

    def client() -> Client:
        if not hasattr(mine, "client"):
            http = _Redirected(settings.twilio_base_url)
            mine.client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)
        found: Client = mine.client
        return found

    def send(message_id: int) -> None:
        with sessions() as session:
            message = session.get_one(Message, message_id)
            to, body, is_sent = message.to_phone, message.body, message.state == MessageState.SENT
        if is_sent:
            return
        callback = f"{settings.public_url}/sms/status?message={message_id}"
        created = client().messages.create(to=to, body=body, from_=SENDER, status_callback=callback)
        with sessions() as session:
            message = session.get_one(Message, message_id)
            message.state, message.provider_id = MessageState.SENT, created.sid
            session.commit()

    begin()
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(send, ids))
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=("bare", "loop"))
    parser.add_argument("--texts", type=int, required=True)
    parser.add_argument("--senders", type=int, required=True)
    wanted = parser.parse_args()
    before = own_usage()

    def begin() -> None:
        nonlocal before
        before = own_usage()
        say("ready")
        sys.stdin.readline()

    {"bare": bare, "loop": loop}[wanted.peer](load_settings(), wanted.texts, wanted.senders, begin)
    after = own_usage()
    say(asdict(after) | {"cpu": after.cpu - before.cpu})


if __name__ == "__main__":
    main()
