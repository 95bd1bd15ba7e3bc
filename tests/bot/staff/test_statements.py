"""No page asks more of the database because there is more to show."""

from __future__ import annotations

import pytest

from benchmarks.queries import recorded
from core.models import AlertState
from tests.bot.staff.conftest import Desk
from tests.world import World

PAGES = [
    "/",
    "/indbakke/kort",
    "/afsluttede",
    "/patienter",
    "/patienter?q=testsen",
    "/patienter/1",
    "/indstillinger/numre",
]
MOST = 24


def patients_who_write(world: World, numbers: range) -> None:
    """Each with a course, an alert that waits, one that does not, and some ordinary words."""
    for number in numbers:
        phone = f"+4520123{number:03d}"
        world.enrol(phone=phone)
        for text in ("jeg kan ikke tisse", "det gør mere ondt", "tak", "hvad skal jeg gøre?"):
            world.write(text, sender=phone)


def close_every_other_alert(world: World) -> None:
    with world.session() as session, session.begin():
        for alert in world.alerts()[1::2]:
            alert.state, alert.resolved_at = AlertState.RESOLVED, world.clock()
            session.merge(alert)


def asked(world: World, desk: Desk) -> dict[str, int]:
    """By page: how many statements it sends."""
    counts = {}
    for page in PAGES:
        with recorded(world.runtime.engine) as queries:
            desk.text(page)
        counts[page] = len(queries)
    return counts


@pytest.fixture
def counted(lite_world: World, clinician: Desk) -> tuple[dict[str, int], dict[str, int]]:
    """Statements a page, with one patient and with nine; the first patient writes on."""
    patients_who_write(lite_world, range(1))
    close_every_other_alert(lite_world)
    few = asked(lite_world, clinician)
    patients_who_write(lite_world, range(1, 9))
    for text in ("det er blevet værre", "jeg har feber", "tak"):
        lite_world.write(text, sender="+4520123000")
    close_every_other_alert(lite_world)
    return few, asked(lite_world, clinician)


def test_a_page_asks_as_little_of_many_rows_as_of_few(counted: tuple[dict[str, int], dict[str, int]]) -> None:
    few, many = counted
    assert many == few


def test_a_page_asks_few_things(counted: tuple[dict[str, int], dict[str, int]]) -> None:
    assert max(counted[1].values()) <= MOST
