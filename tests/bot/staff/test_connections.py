"""Whether texts can go out and come in: the address tried from outside, and a trial text to oneself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import func, select

from bot.public_address import Reached, reach
from bot.trial_text import MOST_AN_HOUR
from core.models import Alert, Audit, Circuit, Heartbeat, Message, MessageKind, MessageState, Reply
from tests.bot.staff.conftest import Desk, Sit
from tests.bot.staff.site import EMAIL, running
from tests.world import TOKEN, World, make_world

PAGE = "/indstillinger/forbindelser"
OWN = {"phone": "20 98 76 54", "own": "ja"}


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def shown(desk: Desk) -> str:
    return unescape(desk.text(PAGE))


def test_the_addresses_and_what_came_last_are_shown(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    with lite_world.session() as session, session.begin():
        session.add(Heartbeat(name="worker", at=lite_world.clock() - timedelta(minutes=2)))
    page = shown(admin)
    assert "https://rygbot.example/sms/inbound" in page
    assert "ingen endnu" in page
    assert "Står stille" in page
    lite_world.enrol()
    lite_world.write("NEJ")
    with lite_world.session() as session, session.begin():
        session.merge(Heartbeat(name="worker", at=lite_world.clock()))
        session.scalars(select(Message)).all()[0].settled_at = lite_world.clock()
    page = shown(admin)
    assert page.count("23-11-2026 kl. 10.00") == 2
    assert "Kører" in page


def test_our_own_address_is_reached_and_nothing_happens_to_anybody(sqlite_url: str) -> None:
    world = make_world(sqlite_url)
    world.add_clinic()
    world.enrol()
    with running(world) as site:
        assert reach(site.url, TOKEN) is Reached.REFUSED, "the signature is over another public address"
    world.close()


def test_the_administrator_is_told_that_the_address_works(sqlite_url: str, free_port: int) -> None:
    world = make_world(sqlite_url, public_url=f"http://127.0.0.1:{free_port}")
    world.add_clinic()
    world.add_staff(EMAIL)
    world.enrol()
    before = [(message.state, message.provider_id) for message in world.messages()]
    with running(world, free_port) as site:
        assert reach(site.url, TOKEN) is Reached.YES
        assert reach(site.url, "another token") is Reached.REFUSED
        desk = Desk(site.app)
        desk.log_in(EMAIL)
        assert "Adressen virker" in desk.follow(f"{PAGE}/proev")
    assert [(message.state, message.provider_id) for message in world.messages()] == before
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Reply)) == 0
        assert session.scalar(select(func.count()).select_from(Alert)) == 0
        assert session.scalars(select(Audit.action).where(Audit.action == "connection.try")).all()
    world.close()


@contextmanager
def stranger(status: int) -> Iterator[str]:
    """Somebody else's server, which answers everything with one status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "found"),
    [(200, Reached.STRANGER), (301, Reached.STRANGER), (404, Reached.STRANGER), (500, Reached.STRANGER)],
)
def test_somebody_else_at_the_address_is_told_apart(status: int, found: Reached) -> None:
    with stranger(status) as url:
        assert reach(url, TOKEN) is found


def test_nobody_at_the_address_and_no_secret_are_told_apart(free_port: int) -> None:
    assert reach(f"http://127.0.0.1:{free_port}", TOKEN) is Reached.NOBODY
    assert reach("http://127.0.0.1:1", "") is Reached.UNKNOWN


def test_a_trial_text_goes_out_as_any_text_and_its_fate_is_shown(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    page = admin.follow(f"{PAGE}/proeve-sms", **OWN)
    assert "Prøve-sms'en er på vej." in unescape(page)
    (message,) = lite_world.messages()
    assert (message.kind, message.patient_id, message.to_phone) == (MessageKind.STAFF, None, "+4520987654")
    assert message.segments == 1
    assert message.body.startswith("Rygbot: Det er en prøve fra Rygklinik Vest.")
    lite_world.drain()
    assert lite_world.messages()[0].state == MessageState.SENT
    page = shown(admin)
    assert "til 20 98 76 54" in page
    assert ">sendt<" in page
    with lite_world.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.object_type == "message")).all() == ["message.trial"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"phone": "12", "own": "ja"}, "phone"),
        ({"phone": "20987654"}, "own"),
        ({"phone": "20123456", "own": "ja"}, "phone"),
    ],
)
def test_a_number_that_is_not_ones_own_gets_no_trial(
    lite_world: World, sit: Sit, fields: dict[str, str], field: str
) -> None:
    lite_world.enrol()
    before = len(lite_world.messages())
    response = sit("admin").post(f"{PAGE}/proeve-sms", **fields)
    assert response.status_code == 400
    assert f'id="{field}-error"' in response.get_data(as_text=True)
    assert len(lite_world.messages()) == before


def test_there_are_so_many_trials_an_hour(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    for _ in range(MOST_AN_HOUR):
        assert admin.post(f"{PAGE}/proeve-sms", **OWN).status_code == 303
    assert admin.post(f"{PAGE}/proeve-sms", **OWN).status_code == 400
    lite_world.clock.forward(minutes=29)
    assert admin.get(PAGE).status_code == 200
    lite_world.clock.forward(minutes=29)
    assert admin.get(PAGE).status_code == 200
    lite_world.clock.forward(minutes=2)
    assert admin.post(f"{PAGE}/proeve-sms", **OWN).status_code == 303


def test_another_clinics_trials_are_not_shown(lite_world: World, sit: Sit) -> None:
    sit("admin").post(f"{PAGE}/proeve-sms", **OWN)
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.add_staff("admin@nord.example", "admin", "nord")
    other = Desk(sit("reader").app)
    other.log_in("admin@nord.example")
    assert "20 98 76 54" not in shown(other)


def test_a_provider_that_is_left_alone_is_told_with_since_when(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    assert "Svarer ikke" not in shown(admin)
    with lite_world.session() as session, session.begin():
        now = lite_world.clock()
        session.add(Circuit(gateway="simulator", opened_at=now, probe_at=now, failed_probes=0, code="503"))
    assert "Det svarede ikke 23-11-2026 kl. 10.00." in shown(admin)
