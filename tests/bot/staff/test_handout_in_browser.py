"""The sheet on paper and on screens: one A4 page with everything on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from core.models import Clinic
from messages.loader import load_content
from tests.bot.staff.site import EMAIL, Site, running
from tests.pdf import A4_POINTS, page_sizes, text_of
from tests.world import make_world

CONTENT = load_content()
COURSES = [(programme, instructed) for programme in CONTENT.programmes for instructed in (False, True)]
LONG_CLINIC = "Fysioterapi og Kiropraktik ved Nørre Allé 12"
LONG_NAME = "Anne-Margrethe Christoffersen Vestergaard-Holm"
WEEKS = (0, 9)
"""Sheets are printed on the first day, and anew so many weeks later."""


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    """A patient for each course, numbered from 1 in the order of COURSES."""
    world = make_world(sqlite_url, public_url="http://127.0.0.1")
    world.add_clinic(name=LONG_CLINIC)
    world.add_staff(EMAIL)
    for number, (programme, instructed) in enumerate(COURSES):
        world.enrol(phone=f"+452012340{number}", programme=programme, instructed=instructed, name=LONG_NAME)
    with running(world) as site:
        yield site
    world.close()


@pytest.mark.parametrize("neutral", [False, True])
@pytest.mark.parametrize("weeks", WEEKS)
def test_the_sheet_is_one_a4_page_for_every_course(site: Site, page: Page, weeks: int, neutral: bool) -> None:
    with site.world.session() as session, session.begin():
        session.get_one(Clinic, "vest").neutral = neutral
    site.world.clock.forward(weeks=weeks)
    site.log_in(page)
    for number, (programme, instructed) in enumerate(COURSES, start=1):
        page.goto(f"{site.url}/patienter/{number}/ark")
        sizes = page_sizes(page.pdf(prefer_css_page_size=True))
        assert (programme, instructed, sizes) == (programme, instructed, [A4_POINTS])


def test_the_paper_says_what_matters_and_nothing_of_the_screen(site: Site, page: Page) -> None:
    site.log_in(page, "/patienter/1/ark")
    text = text_of(page.pdf(prefer_css_page_size=True))
    for words in (
        LONG_CLINIC,
        "87 65 43 21",
        "1. En kort gåtur",
        "2. Knæ til bryst",
        "Hold i 20 til 30 sekunder.",
        "Stop, hvis det gør klart mere ondt.",
        "Ring straks til en læge",
        "Du har svært ved at tisse",
        "Ring til din egen læge på 86 12 34 56.",
        "lægevagten på 70 11 31 31.",
        "Ved livsfare: ring 112.",
        "Ingen af os ser dit svar med det samme.",
        "Svar STOP",
    ):
        assert words in text
    for words in ("Indbakke", "Udskriv", "Log ud"):
        assert words not in text


def test_the_button_prints_where_scripts_run(site: Site, page: Page) -> None:
    site.log_in(page, "/patienter/1/ark")
    page.evaluate("window.print = function () { document.title = 'udskrevet'; }")
    page.get_by_role("button", name="Udskriv").click()
    expect(page).to_have_title("udskrevet")


def test_without_javascript_the_page_tells_which_keys_print(site: Site, page: Page) -> None:
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    site.log_in(plain, "/patienter/1/ark")
    expect(plain.get_by_role("button", name="Udskriv")).to_be_hidden()
    expect(plain.get_by_text("Tryk Ctrl og P")).to_be_visible()
    context.close()
