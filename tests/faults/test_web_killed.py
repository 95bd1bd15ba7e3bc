"""The web process killed in the middle of a patient's text: kept or not, the text is answered once."""

from __future__ import annotations

import signal
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select

from bot.signature import sign
from core.models import Reply
from tests.e2e.test_processes import free_port
from tests.faults.bench import PATIENCE, Bench, wait_for
from tests.faults.callbacks import post_text
from tests.twilio_book import TOKEN
from tests.world import PHONE, SENDER

RED = "jeg kan ikke tisse"
FIELDS = {"MessageSid": "SMred", "From": PHONE, "To": SENDER, "Body": RED, "NumMedia": "0"}


@pytest.mark.parametrize("at", ["before keep", "after keep", "before answer"])
@pytest.mark.parametrize("way_back", ["the provider tries the fallback address", "the list is read back"])
def test_a_text_whose_request_died_is_read_and_answered_once(bench: Bench, at: str, way_back: str) -> None:
    bench.world.enrol()
    bench.provider.text_came_in("SMred", PHONE, SENDER, RED, bench.world.clock())
    die_in_the_middle(bench, at)
    if way_back.startswith("the provider"):
        assert post_text(bench, FIELDS).status_code == 200
    bench.later(minutes=2)
    with bench.world.session() as session:
        assert session.scalars(select(Reply.body)).all() == [RED]
    assert [(alert.kind, alert.colour) for alert in bench.world.alerts()] == [("reply", "red")]
    assert len(bench.world.advice()) == 1
    assert len([entry for entry in bench.provider.sent if entry.body == bench.world.advice()[0].body]) == 1


def die_in_the_middle(bench: Bench, at: str) -> None:
    port = free_port()
    process = bench.start("tests.faults.web_process", AT=at, PORT=str(port))
    wait_for(lambda: is_up(port), process)
    public = bench.world.runtime.settings.public_url
    signature = sign(TOKEN, f"{public}/sms/inbound", {name: [value.encode()] for name, value in FIELDS.items()})
    request = Request(
        f"http://127.0.0.1:{port}/sms/inbound", urlencode(FIELDS).encode(), {"X-Twilio-Signature": signature}
    )
    with pytest.raises((HTTPException, OSError)):
        urlopen(request, timeout=PATIENCE)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL, output.decode()


def is_up(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE):
            return True
    except (URLError, OSError):
        return False
