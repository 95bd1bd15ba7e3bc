"""People on call, and what they were alarmed about, for the tests of whatever touches them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.escalation import escalate
from bot.silence import raise_silences
from bot.worker import make_mailer
from core.models import Alarm, Contact
from tests.world import World

METTE, OLE, BIRTHE = "+4528111111", "+4528222222", "+4528333333"
RED = "Jeg kan ikke tisse siden i nat"
AMBER = "Er bekymret og vil gerne ringes op"
TICK = 30
"""Seconds between two rounds of the worker's housekeeping: fewer than in earnest, for the speed of the tests."""


def add_contact(
    world: World,
    name: str = "Mette Vagt",
    phone: str | None = METTE,
    email: str | None = None,
    standby: int | None = 1,
    clinic_id: str = "vest",
    staff_id: int | None = None,
) -> int:
    with world.session() as session, session.begin():
        contact = Contact(
            clinic_id=clinic_id,
            staff_id=staff_id,
            name=name,
            phone=phone,
            phone_hash=world.runtime.keyring.lookup_hash(phone) if phone else None,
            email=email,
            standby=standby,
            created_at=world.clock(),
        )
        session.add(contact)
        session.flush()
        return contact.id


def three_on_call(world: World) -> list[int]:
    people = (("Mette Vagt", METTE), ("Ole Vagt", OLE), ("Birthe Vagt", BIRTHE))
    return [add_contact(world, name, phone, standby=place) for place, (name, phone) in enumerate(people, 1)]


def pass_time(world: World, **span: float) -> None:
    """Let time pass with as much of the worker at work as alarms need; a round at the end as well."""
    end = world.clock() + timedelta(**span)
    while world.clock() < end:
        world.clock.now = min(world.clock() + timedelta(seconds=TICK), end)
        work(world)


def work(world: World) -> None:
    with world.session() as session:
        raise_silences(session, world.runtime.content, world.clock())
        session.commit()
        escalate(session, world.runtime.means, world.clock())
    world.dispatcher.run(world.clock)
    make_mailer(world.runtime).run(world.clock)


def alarms(world: World) -> list[Alarm]:
    with world.session() as session:
        return list(session.scalars(select(Alarm).order_by(Alarm.id)))


def alarm_texts(world: World, phone: str | None = None) -> list[str]:
    """What the people on call were sent."""
    return [
        outbound.body
        for outbound in world.gateway.sent
        if outbound.body.startswith("Rygbot:") and phone in {None, outbound.to}
    ]
