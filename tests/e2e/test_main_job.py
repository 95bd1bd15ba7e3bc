"""The main job from end to end: the real Twilio client, real HTTP, real pages, a real browser.

Only the time is told, and the provider answers on this machine.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, quote_from_bytes, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from bot import worker
from bot.app import create_app
from bot.signature import sign
from core.models import MessageState
from scheduler.recording import Tally
from tests.fake_twilio import FakeTwilio
from tests.twilio_book import ACCOUNT
from tests.twilio_book import TOKEN as TWILIO_TOKEN
from tests.world import PASSWORD, PHONE, SENDER, World, make_world

RED = "kan ikke mærke mig selv i skridtet"


class Clinic:
    """The product as it runs in a clinic: web, worker, and a provider that calls back."""

    def __init__(self, world: World, provider: FakeTwilio) -> None:
        self.world = world
        self.provider = provider
        self._sender = ThreadPoolExecutor(1)
        self._dispatcher = self._sender.submit(
            lambda: worker.make_dispatcher(world.runtime, worker.gateway_factory(world.runtime), senders=4)
        ).result()

    @property
    def url(self) -> str:
        return self.world.runtime.settings.public_url

    def send(self) -> Tally:
        """Let the worker send what is due; in a thread of its own, as the browser's driver holds this one's loop."""
        return self._sender.submit(worker.drain, self.world.runtime, self._dispatcher).result()

    def receipts(self, *statuses: str) -> None:
        """The provider reports on the newest text, at the address that the text itself carried."""
        request = self.provider.requests[-1]
        for status in statuses:
            self.post(request.form["StatusCallback"], MessageSid=request.sid, MessageStatus=status)

    def write(self, body: str, sid: str = "SM" + "a" * 32) -> int:
        """The patient's text, handed over as Twilio does it."""
        return self.post(f"{self.url}/sms/inbound", MessageSid=sid, From=PHONE, To=SENDER, Body=body, NumMedia="0")

    def post(self, url: str, **fields: str) -> int:
        raw = {name: [value.encode()] for name, value in fields.items()}
        body = "&".join(f"{name}={quote_from_bytes(value)}" for name, (value,) in raw.items())
        headers = {
            "X-Twilio-Signature": sign(TWILIO_TOKEN, url, raw),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with urlopen(Request(url, body.encode(), headers)) as answer:
            status: int = answer.status
            return status

    def close(self) -> None:
        self._sender.submit(self._dispatcher.close).result()
        self._sender.shutdown()


@contextmanager
def _web(world: World) -> Iterator[World]:
    """Serve the world's pages; its public address becomes the one they are served at."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    settings = world.runtime.settings.model_copy(update={"public_url": f"http://127.0.0.1:{server.server_port}"})
    world.runtime = replace(world.runtime, settings=settings)
    server.app = create_app(world.runtime, wall_clock=world.clock)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with FakeTwilio() as provider:
        world = make_world(
            database_url,
            gateway="twilio",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TWILIO_TOKEN,
            twilio_from=SENDER,
            twilio_base_url=provider.url,
            inbox_poll_seconds=1,
        )
        world.add_clinic()
        world.add_staff()
        with _web(world):
            clinic = Clinic(world, provider)
            yield clinic
            clinic.close()
        world.close()


def log_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("E-mail").fill("mette@vest.example")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    expect(page.get_by_role("heading", name="Indbakke")).to_be_visible()


def enrol(page: Page, url: str) -> None:
    page.goto(f"{url}/tilmeld")
    page.get_by_label("Navn eller initialer").fill("Karen Sørensen")
    page.get_by_label("Mobilnummer").fill("20 12 34 56")
    page.get_by_label("Forløb", exact=True).select_option("nerverod-laend")
    page.get_by_label("Region, hvor patienten bor").select_option("syddanmark")
    page.get_by_label("Egen læges telefon").fill("65 12 34 56")
    page.get_by_label("Samtykke").check()
    page.get_by_role("button", name="Tilmeld").click()
    expect(page.get_by_role("heading", name="Den første uge")).to_be_visible()


def test_a_patient_is_enrolled_followed_and_a_red_flag_caught(clinic: Clinic, page: Page) -> None:
    log_in(page, clinic.url)
    enrol(page, clinic.url)

    clinic.send()
    (welcome,) = clinic.provider.requests
    assert welcome.form["To"] == PHONE
    assert welcome.form["Body"].startswith("Rygklinik Vest: ")
    assert "STOP" in welcome.form["Body"]
    assert "112" in welcome.form["Body"]
    assert parse_qs(urlsplit(welcome.form["StatusCallback"]).query) == {
        "message": [str(clinic.world.messages(MessageState.SENT)[0].id)]
    }
    clinic.receipts("delivered", "sent", "queued")
    assert clinic.world.messages()[0].state == MessageState.DELIVERED

    page.goto(clinic.url)
    expect(page.get_by_text("Ingen svar venter")).to_be_visible()
    assert clinic.write(RED) == 200
    assert clinic.write(RED) == 200
    clinic.send()
    advice = clinic.provider.requests[-1].form["Body"]
    assert len(clinic.provider.requests) == 2
    assert "65 12 34 56" in advice
    assert "70 11 07 07" in advice
    assert "112" in advice

    card = page.locator("article", has_text="Karen Sørensen")
    expect(card).to_contain_text("RØD", timeout=5000)
    expect(card).to_contain_text(RED)
    expect(card.locator("mark", has_text="skridtet")).to_be_visible()
    expect(card).to_contain_text("70 11 07 07")
    expect(page).to_have_title("(1) Indbakke · Rygbot")

    page.reload()  # just after a card has come in the page takes no click: it might be meant for another
    card.get_by_label("Note om Karen Sørensen").fill("ringer op nu")
    card.get_by_role("button", name="Kvittér").click()
    expect(card).to_contain_text("Du har kvitteret")
    card.get_by_label("Udfald for Karen Sørensen").select_option("sent_to_doctor")
    card.get_by_role("button", name="Afslut").click()
    expect(page.get_by_text("Ingen svar venter")).to_be_visible()
    assert [alert.outcome for alert in clinic.world.alerts()] == ["sent_to_doctor"]
