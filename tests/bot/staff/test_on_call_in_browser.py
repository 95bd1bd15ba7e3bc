"""Opening hours, who is on call and deadlines in a real browser, at a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.escalation import escalate
from core.models import RosterChange, RosterShift
from tests.bot.staff.site import EMAIL, LOOKS, Site, assert_fit, running
from tests.on_call import METTE, RED, add_contact
from tests.world import World, make_world

VAGT = "/indstillinger/vagt"
PAGES = (VAGT, "/indstillinger/aabningstider", "/indstillinger/frister")


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    world = make_world(sqlite_url, public_url="http://127.0.0.1", inbox_poll_seconds=1)
    world.add_clinic()
    world.add_staff(EMAIL)
    with running(world) as site:
        yield site
    world.close()


def alarm(world: World) -> None:
    """Ten minutes after a red reply. Dispatch itself needs an event loop, which Playwright has taken in this thread."""
    world.clock.forward(minutes=10)
    with world.session() as session:
        escalate(session, world.runtime.means, world.clock())


def settle(world: World) -> None:
    """Something in every list of the pages, an hour without anybody, and somebody who cannot be reached."""
    for place, name in enumerate(("Mette Vagt", "Ole Vagt"), 1):
        add_contact(world, name, f"+4528{place}11111", f"{place}@vest.example", standby=None)
    add_contact(world, "Vagtmail", None, "vagt@vest.example", standby=None)
    with world.session() as session, session.begin():
        session.add(RosterShift(clinic_id="vest", days=[0, 1, 2, 3, 4], starts=480, ends=960, contacts=[1, 2]))
        session.add(
            RosterChange(
                clinic_id="vest",
                starts_at=world.clock(),
                ends_at=world.clock().replace(hour=15),
                contacts=[2],
                reason="Mette er syg",
            )
        )
    world.enrol()
    world.write(RED)
    alarm(world)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_first_person_a_shift_and_a_change_are_written_by_hand(
    site: Site, page: Page, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, VAGT)
    expect(page.get_by_text("Ingen er på vagt nu")).to_be_visible()
    page.get_by_label("Navn").fill("Mette Vagt")
    page.get_by_label("Mobilnummer").fill("28 11 11 11")
    page.get_by_role("button", name="Tilføj").click()
    expect(page.locator("ol.order")).to_contain_text("Mette Vagt 28 11 11 11")
    page.get_by_text("Tilføj vagt", exact=True).click()
    page.get_by_label("Mandag", exact=True).check()
    page.get_by_label("Alarmeres først").first.select_option("Mette Vagt")
    page.get_by_role("button", name="Gem vagt").click()
    expect(page.get_by_text("Mandag kl. 16.00 til 08.00 næste dag").first).to_be_visible()
    page.get_by_text("Tilføj ændring").click()
    page.get_by_label("Fra dag", exact=True).fill("24-12-2026")
    page.get_by_role("button", name="Gem ændring").click()
    expect(page.get_by_text("Vælg, hvem der bliver alarmeret i stedet.")).to_be_visible()
    expect(page.get_by_label("Fra dag", exact=True)).to_have_value("24-12-2026")
    page.locator("#change-person-1").select_option("Mette Vagt")
    page.get_by_role("button", name="Gem ændring").click()
    expect(page.get_by_text("Ændringen er gemt.")).to_be_visible()


def test_an_alarm_is_tried_without_javascript(site: Site, browser: Browser) -> None:
    add_contact(site.world)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, VAGT)
    page.get_by_text("Ret eller prøv").click()
    page.get_by_role("button", name="Send en prøvealarm til Mette Vagt").click()
    expect(page.get_by_text("Prøvealarmen er på vej til Mette Vagt på sms.")).to_be_visible()
    context.close()


def test_the_open_inbox_warns_by_itself_when_nobody_can_be_alarmed_and_stops_when_somebody_can(
    site: Site, page: Page
) -> None:
    site.world.enrol()
    site.world.write(RED)
    site.log_in(page)
    warning = page.get_by_text("ingen er på vagt")
    expect(page.get_by_text("RØD").first).to_be_visible()
    expect(warning).to_be_hidden()
    alarm(site.world)
    expect(warning).to_be_visible()
    assert_fit(page, "/")
    add_contact(site.world)
    expect(warning).to_be_hidden()
    alarm(site.world)
    expect(page.get_by_text("Vagten er alarmeret 1 gang.")).to_be_visible()
    site.world.write("1", sender=METTE)
    expect(page.get_by_text("har kvitteret")).to_be_visible()


@LOOKS
def test_axe_finds_nothing_and_nothing_sticks_out(site: Site, page: Page, size: tuple[int, int], scheme: str) -> None:
    settle(site.world)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    site.log_in(page)
    for path in PAGES:
        page.goto(site.url + path)
        assert_fit(page, path)
        for summary in page.locator("main summary").all():
            summary.click()
        assert_fit(page, f"{path}, all unfolded")
    for path, button in ((VAGT, "Gem vagt"), (PAGES[1], "Gem lukkedage")):
        page.goto(site.url + path)
        for summary in page.locator("main summary").all():
            summary.click()
        page.get_by_role("button", name=button).click()
        expect(page.locator(".error").first).to_be_visible()
        assert_fit(page, f"{path} with a mistake")
