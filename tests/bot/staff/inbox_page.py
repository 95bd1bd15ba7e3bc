"""What tests put into the inbox, and read from it."""

from __future__ import annotations

import re

from bot.alerts import raise_alert
from core.models import Alert, AlertKind, Colour, Reply, Triage
from tests.world import PHONE, World

RED = "jeg kan ikke tisse"


def add_alert(world: World, colour: Colour, *, kind: AlertKind = AlertKind.SILENT, clinic_id: str = "vest") -> int:
    with world.session() as session, session.begin():
        alert_id = raise_alert(session, clinic_id=clinic_id, kind=kind, colour=colour, now=world.clock())
        assert alert_id is not None
        return alert_id


def add_reply(world: World, body: str, evidence: list[dict[str, object]], level: str = "red") -> int:
    """A judged reply with its alert, without asking the checker; returns the alert's id."""
    with world.session() as session, session.begin():
        reply = Reply(
            provider_id=f"SM{body[:20]}",
            clinic_id="vest",
            sender=PHONE,
            recipient="+4552512345",
            body=body,
            received_at=world.clock(),
            processed_at=world.clock(),
        )
        session.add(reply)
        session.flush()
        flags = [str(item["flag"]) for item in evidence]
        session.add(
            Triage(reply_id=reply.id, level=level, flags=flags, evidence=evidence, rule_version="1", at=world.clock())
        )
        alert_id = raise_alert(
            session, clinic_id="vest", kind=AlertKind.REPLY, colour=Colour.RED, now=world.clock(), reply=reply
        )
        assert alert_id is not None
        return alert_id


def cards_in(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<article[^>]* id="alarm-(\d+)"', page)]


def version_in(page: str) -> str:
    found = re.search(r'hx-get="/indbakke/kort\?v=([^"]+)"', page)
    assert found is not None
    return found[1]


def state_of(world: World, alert_id: int) -> Alert:
    with world.session() as session:
        return session.get_one(Alert, alert_id)
