"""The overview and the settings in a real browser, on a desk and on a telephone, on screen and on paper."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.models import ApiScope
from tests.bot.api.keys import add_key
from tests.bot.figures.rows import fill
from tests.bot.staff.site import EMAIL, LOOKS, Site, assert_fit, running
from tests.pdf import A4_POINTS, page_sizes, text_of
from tests.world import MONDAY, make_world

PAGES = (
    "/overblik",
    "/overblik?fra=x&tabeller=alle",
    "/indstillinger",
    "/indstillinger/klinik",
    "/indstillinger/medarbejdere",
    "/indstillinger/api",
    "/indstillinger/forbindelser",
)
SIZES = [(1280, 800), (390, 844)]


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    world = make_world(sqlite_url, public_url="http://127.0.0.1")
    world.add_clinic()
    staff_id = world.add_staff(EMAIL)
    world.add_staff("lone@vest.example", "clinician")
    add_key(world, ApiScope.READ, staff_id=staff_id)
    world.enrol()
    with world.session() as session, session.begin():
        fill(session, random.Random(2), "vest", MONDAY, patients=60, days=80)
    with running(world) as site:
        yield site
    world.close()


@LOOKS
def test_axe_finds_nothing_and_nothing_sticks_out(site: Site, page: Page, size: tuple[int, int], scheme: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    site.log_in(page)
    for path in PAGES:
        page.goto(site.url + path)
        for summary in page.locator("summary:visible").all():
            summary.click()
        assert_fit(page, path)


@pytest.mark.parametrize("size", SIZES)
def test_all_of_the_menu_is_in_view(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page)
    menu = page.get_by_role("navigation", name="Hovedmenu").get_by_role("link")
    names = ("Indbakke", "Patienter", "Tilmeld", "Overblik", "Regler", "Indstillinger")
    assert [link.inner_text().split()[0] for link in menu.all()] == list(names)
    for link in menu.all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]


def test_pictures_can_be_read_on_a_telephone(site: Site, phone_page: Page) -> None:
    site.log_in(phone_page, "/overblik")
    pictures = phone_page.get_by_role("img")
    assert pictures.count() == 6
    for text in phone_page.locator(".chart text").all()[:20]:
        box = text.bounding_box()
        assert box is not None
        assert box["height"] >= 11, "a line of letters of 10 pixels"


def test_on_paper_stand_the_pictures_and_all_tables_and_nothing_of_the_screen(site: Site, page: Page) -> None:
    site.log_in(page, "/overblik")
    printed = page.pdf(prefer_css_page_size=True)
    text = text_of(printed)
    assert set(page_sizes(printed)) == {A4_POINTS}
    for words in (
        "Overblik",
        "Rygklinik Vest",
        "Forløb i gang",
        "Alarmer efter slags",
        "Sms'er fra patienter",
        "Årsager",
    ):
        assert words in text
    for words in ("Indbakke", "Log ud", "Udskriv", "Tallene i tabel"):
        assert words not in text
    assert page.locator(".sheet-card details[open]").count() == 0, "folded again as they were"


def test_the_button_prints_and_a_period_is_chosen_with_one_click(site: Site, page: Page) -> None:
    site.log_in(page, "/overblik")
    page.evaluate("window.print = function () { document.title = 'udskrevet'; }")
    page.get_by_role("button", name="Udskriv").click()
    expect(page).to_have_title("udskrevet")
    page.get_by_role("link", name="12 uger").click()
    expect(page.get_by_text("07-09-2026 til 23-11-2026")).to_be_visible()
    page.get_by_label("Forløb", exact=True).select_option("hekseskud")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.get_by_text("07-09-2026 til 23-11-2026")).to_be_visible()
    expect(page.get_by_text("er ikke talt med")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_from_the_first_page_to_each_setting_and_back(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page)
    page.get_by_role("link", name="Indstillinger", exact=True).click()
    for name in ("Klinik", "Numre", "Medarbejdere", "API-nøgler", "Forbindelser"):
        page.get_by_role("main").get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        page.get_by_role("link", name="Alle indstillinger").click()
        expect(page.get_by_role("heading", level=1, name="Indstillinger")).to_be_visible()


def test_somebody_is_added_and_shut_out_without_javascript(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "/indstillinger/medarbejdere")
    page.get_by_label("Navn").fill("Ny Kollega")
    page.get_by_label("E-mail").fill("ny@vest.example")
    page.get_by_role("button", name="Tilføj, og lav link").click()
    expect(page.get_by_text("/ny-adgangskode/")).to_be_visible()
    page.locator("summary", has_text="Ret Ny Kollega").click()
    page.get_by_role("button", name="Luk adgang for Ny Kollega").click()
    expect(page.get_by_text("Adgangen er lukket.")).to_be_visible()
    page.get_by_text("Har ikke længere adgang").click()
    expect(page.get_by_role("button", name="Luk op igen for Ny Kollega")).to_be_visible()
    context.close()


def test_a_key_is_made_on_a_telephone(site: Site, phone_page: Page) -> None:
    site.log_in(phone_page, "/indstillinger/api")
    phone_page.get_by_label("Hvad skal den bruges til?").fill("Booking")
    phone_page.get_by_role("button", name="Lav nøgle").click()
    expect(phone_page.get_by_role("heading", name="Nøglen »Booking«")).to_be_visible()
    assert_fit(phone_page, "a key shown once")
