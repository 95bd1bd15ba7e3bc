"""The inbox in a real browser: by keyboard, live, honest about what it cannot know, and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.alerts import acknowledge, hand_over, raise_alert, resolve
from core.models import AlertKind, Colour
from tests.bot.staff.inbox_site import WORRIED, inbox_site, karen_writes, mette_takes, soeren_writes
from tests.bot.staff.site import LOOKS, Site, assert_fit
from tests.world import World

SIZES = pytest.mark.parametrize("size", [(1280, 800), (390, 844)])


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    with inbox_site(sqlite_url) as site:
        yield site


def test_the_inbox_is_walked_and_handled_by_keyboard(site: Site, page: Page) -> None:
    karen, soeren = karen_writes(site.world), soeren_writes(site.world)
    site.log_in(page)
    page.keyboard.press("j")
    expect(page.locator(f"#alarm-{karen}")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"#alarm-{soeren}")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("a")
    page.keyboard.type("jeg ringer, k?")
    expect(page.locator(f"#note-{karen}")).to_have_value("jeg ringer, k?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("»jeg ringer, k?«")).to_be_visible()
    expect(page.locator(f"#alarm-{karen}")).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator(f"#outcome-{karen}")).to_be_focused()
    page.keyboard.type("Talt")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"#alarm-{karen}")).to_have_count(0)
    expect(page.locator(f"#alarm-{soeren}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Søren Prøve")).to_be_visible()


def test_no_key_acts_on_what_a_colleague_has(site: Site, page: Page) -> None:
    alert_id = karen_writes(site.world)
    mette_takes(site.world, alert_id)
    site.log_in(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(f"#alarm-{alert_id}")).to_be_focused()


def test_escape_leads_from_a_field_back_to_its_card(site: Site, page: Page) -> None:
    alert_id = karen_writes(site.world)
    site.log_in(page)
    page.locator(f"#note-{alert_id}").fill("halv")
    page.keyboard.press("Escape")
    expect(page.locator(f"#alarm-{alert_id}")).to_be_focused()
    expect(page.locator(f"#note-{alert_id}")).to_have_value("halv")


def test_a_slash_leads_to_the_search_for_patients(site: Site, page: Page) -> None:
    site.log_in(page)
    page.keyboard.press("/")
    expect(page.get_by_placeholder("Søg på navn eller telefon")).to_be_focused()


def test_the_keys_are_listed_and_can_be_turned_off(site: Site, page: Page) -> None:
    alert_id = karen_writes(site.world)
    site.log_in(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tastatur")).to_be_visible()
    assert_fit(page, "the list of keys")
    page.get_by_role("button", name="Slå tasterne fra").click()
    page.get_by_role("button", name="Luk").click()
    page.keyboard.press("j")
    expect(page.locator(f"#alarm-{alert_id}")).not_to_be_focused()
    page.get_by_role("button", name="Tastatur").click()
    page.get_by_role("button", name="Slå tasterne til").click()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(f"#alarm-{alert_id}")).to_be_focused()


@SIZES
def test_an_alert_is_taken_handed_over_and_that_taken_back(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    karen_writes(site.world)
    site.log_in(page)
    page.get_by_role("button", name="Kvittér").click()
    page.get_by_role("button", name="Luk").click()
    page.get_by_text("Giv videre eller læg tilbage").click()
    page.get_by_label("Giv Karen Testsen videre til").select_option("Mette")
    page.get_by_placeholder("Note (valgfri)").fill("ring kl. 12")
    assert_fit(page, "handing over")
    page.get_by_role("button", name="Giv videre", exact=True).click()
    expect(page.locator(".taken")).to_contain_text("Mette har den, givet videre af Admin")
    expect(page.get_by_role("button", name="Overtag fra Mette")).to_be_visible()
    assert_fit(page, "handed over")
    page.get_by_role("button", name="Fortryd").click()
    expect(page.locator(".taken")).to_contain_text("Du har kvitteret")


def test_everything_is_done_without_javascript(site: Site, browser: Browser) -> None:
    karen_writes(site.world)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page)
    page.get_by_role("button", name="Kvittér").click()
    page.get_by_text("Giv videre eller læg tilbage").click()
    page.get_by_role("button", name="Læg tilbage").click()
    expect(page.get_by_text("Nu er der ingen, der har den.")).to_be_visible()
    page.get_by_label("Udfald").select_option("Falsk alarm")
    page.get_by_role("button", name="Afslut").click()
    expect(page.get_by_text("Ingen svar venter")).to_be_visible()
    page.get_by_role("button", name="Fortryd").click()
    expect(page.get_by_role("link", name="Karen Testsen")).to_be_visible()
    page.get_by_label("Udfald").select_option("Falsk alarm")
    page.get_by_role("button", name="Afslut").click()
    page.get_by_role("link", name="Afsluttede").click()
    page.locator("summary", has_text="Genåbn").click()
    page.get_by_label("Hvorfor genåbnes den?").fill("Hun ringede igen")
    page.get_by_role("button", name="Genåbn").click()
    expect(page.get_by_text("Den ligger i indbakken igen")).to_be_visible()
    page.get_by_role("link", name="Åbne").click()
    page.get_by_role("link", name="Røde").click()
    expect(page.get_by_role("link", name="Karen Testsen")).to_be_visible()
    context.close()


def full_inbox(world: World) -> int:
    """Red, overdue, handed to Admin, a bunch of blue ones, one closed; the id of one that Mette has."""
    taken = soeren_writes(world, WORRIED)
    mette_takes(world, taken)
    mine = karen_writes(world, WORRIED)
    with world.session() as session, session.begin():
        now = world.clock()
        made = [
            raise_alert(session, clinic_id="vest", kind=AlertKind.SILENT, colour=colour, now=now, patient_id=1)
            for colour in (Colour.BLUE, Colour.BLUE, Colour.AMBER)
        ]
        assert made[2] is not None
        resolve(session, made[2], clinic_id="vest", staff_id=2, now=now, outcome="no_answer", note="prøver igen")
        acknowledge(session, mine, clinic_id="vest", staff_id=2, now=now, note="")
        hand_over(session, mine, receiver_id=1, clinic_id="vest", staff_id=2, now=now, note="tager du den?")
    karen_writes(world)
    world.clock.now += timedelta(minutes=20)
    return taken


@LOOKS
def test_axe_finds_nothing_in_a_full_inbox(site: Site, page: Page, size: tuple[int, int], scheme: str) -> None:
    taken = full_inbox(site.world)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    site.log_in(page)
    for path in ("/", "/?vis=mine", "/?vis=blaa", "/afsluttede", f"/alarmer/{taken}", "/patienter/1"):
        page.goto(site.url + path)
        for summary in page.locator(".act-more > summary, .alert-main summary").all():
            summary.click()
        assert_fit(page, path)
    page.goto(site.url)
    page.get_by_role("button", name="Overtag fra Mette").click()
    expect(page.get_by_text("Du har overtaget den fra Mette.")).to_be_visible()
    assert_fit(page, "with a notice that can be undone")
