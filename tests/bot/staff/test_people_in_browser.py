"""The patients list in a real browser: searched, filtered, kept as a view, fetched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bot.staff.site import EMAIL, Site, assert_fit, running
from tests.world import make_world

SIZES = [(1280, 800), (390, 844)]


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    world = make_world(sqlite_url, public_url="http://127.0.0.1")
    world.add_clinic()
    world.add_staff(EMAIL)
    world.enrol(name="Karen Testsen")
    world.enrol(phone="20123457", name="Søren Andersen", programme="hekseskud")
    world.enrol(phone="20123458", name="Åse Lund", programme="hekseskud")
    world.write("jeg kan ikke tisse", sender="+4520123457")
    with running(world) as site:
        yield site
    world.close()


@pytest.mark.parametrize("size", SIZES)
def test_filters_are_chosen_kept_as_a_view_and_taken_off_again(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/patienter")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    assert_fit(page, "/patienter")
    page.get_by_label("Forløb", exact=True).select_option("hekseskud")
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="RØD 1").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 af 3 patienter")).to_be_visible()
    expect(page.get_by_label("Gem som visning")).to_have_value("Rød, Hekseskud")
    page.get_by_label("Gem som visning").fill("Røde hekseskud")
    page.get_by_role("button", name="Gem", exact=True).click()
    expect(page.get_by_role("link", name="Røde hekseskud")).to_have_attribute("aria-current", "page")
    assert_fit(page, "/patienter with a view")
    page.get_by_role("link", name="RØD 1").click()
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Røde hekseskud").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Fjern visningen »Røde hekseskud«").click()
    expect(rows).to_have_count(3)
    expect(page.get_by_role("link", name="Røde hekseskud")).to_have_count(0)


def test_a_name_searched_for_stands_in_no_address(site: Site, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    site.log_in(page, "/patienter")
    page.get_by_label("Søg på navn eller telefon").fill("åse lund")
    page.get_by_label("Søg på navn eller telefon").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Sortér efter").select_option("name")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Søg på navn eller telefon")).to_have_value("åse lund")
    assert not [address for address in asked if "lund" in address.lower() or "%C3%A5" in address]


@pytest.mark.parametrize("kind", ["CSV", "Excel"])
def test_the_list_as_shown_is_fetched(site: Site, page: Page, kind: str) -> None:
    site.log_in(page, "/patienter?forloeb=hekseskud")
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    name = download.value.suggested_filename
    assert name == f"patienter-vest-2026-11-23.{'csv' if kind == 'CSV' else 'xlsx'}"
    if kind == "CSV":
        lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
        assert [line.split(";")[0] for line in lines] == ["Navn", "Åse Lund", "Søren Andersen"]


def test_without_scripts_the_filters_work_by_the_button(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "/patienter")
    page.get_by_label("Forløb", exact=True).select_option("hekseskud")
    page.get_by_label("Sortér efter").select_option("name")
    page.get_by_role("button", name="Søg").click()
    expect(page.locator("tbody tr td.strong")).to_have_text(["Søren Andersen", "Åse Lund"])
    context.close()
