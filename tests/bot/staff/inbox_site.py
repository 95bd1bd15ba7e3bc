"""A clinic with two patients, two members of staff and its inbox behind a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.alerts import acknowledge
from bot.heartbeat import beat
from tests.bot.staff.site import EMAIL, Site, running
from tests.bot.staff.test_in_browser import deliver
from tests.world import World, make_world

RED = "Hej, jeg kan ikke tisse siden i nat"
WORRIED = "Er bekymret og vil gerne ringes op"


@contextmanager
def inbox_site(sqlite_url: str) -> Iterator[Site]:
    """Karen and Søren are followed; Admin sits at the page, Mette is a colleague."""
    world = make_world(sqlite_url, public_url="http://127.0.0.1", inbox_poll_seconds=1)
    world.add_clinic()
    world.add_staff(EMAIL)
    world.add_staff("mette@vest.example", "clinician")
    world.enrol(name="Karen Testsen")
    world.enrol(phone="20123457", name="Søren Prøve")
    deliver(world)
    with world.session() as session, session.begin():
        beat(session, world.clock())
    with running(world) as site:
        yield site
    world.close()


def karen_writes(world: World, text: str = RED) -> int:
    world.write(text)
    return world.alerts()[-1].id


def soeren_writes(world: World, text: str = RED) -> int:
    world.write(text, sender="+4520123457")
    return world.alerts()[-1].id


def mette_takes(world: World, alert_id: int) -> None:
    with world.session() as session, session.begin():
        acknowledge(session, alert_id, clinic_id="vest", staff_id=2, now=world.clock(), note="ringer")
