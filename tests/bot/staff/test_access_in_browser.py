"""Ways in, in a real browser: a code from an app, a passkey from Chromium's own authenticator, sessions, the log."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from core.models import Clinic, Staff
from tests.bot.staff.site import EMAIL, Site, assert_fit, running
from tests.world import PASSWORD, make_world

RED = "Hej, jeg kan ikke tisse siden i nat"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    """At localhost, the one address without https where browsers have passkeys."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    world = make_world(sqlite_url, public_url=f"http://localhost:{port}", inbox_poll_seconds=1)
    world.add_clinic()
    world.add_staff(EMAIL)
    world.enrol(name="Karen Testsen")
    with running(world, port) as site:
        site.host = "localhost"
        yield site
    world.close()


def secret_of(site: Site) -> str:
    with site.world.session() as session:
        secret = session.scalars(select(Staff.totp_secret)).one()
    assert secret is not None
    return secret


def confirm(page: Page, button: str) -> None:
    page.get_by_label("Din adgangskode nu").fill(PASSWORD)
    page.get_by_role("button", name=button, exact=True).click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log ud", exact=True).first.click()
    expect(page.get_by_role("heading", name="Log ind")).to_be_visible()


def turn_code_on(site: Site, page: Page) -> None:
    page.get_by_role("link", name="Min adgang").click()
    page.get_by_role("link", name="Slå koden til").click()
    confirm(page, "Fortsæt")
    expect(page.get_by_role("img", name="QR-kode")).to_be_visible()
    page.get_by_label("Skriv den kode, appen viser").fill(pyotp.TOTP(secret_of(site)).at(site.world.clock()))
    page.get_by_role("button", name="Slå koden til").click()
    expect(page.get_by_role("list", name="Nødkoder").get_by_role("listitem")).to_have_count(10)


def add_device(page: Page) -> None:
    """Give the browser a device with a fingerprint reader whose owner always agrees."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def test_log_in_with_a_code_from_the_phone(site: Site, page: Page) -> None:
    site.log_in(page)
    turn_code_on(site, page)
    page.get_by_role("link", name="Jeg har gemt dem").click()
    expect(page.get_by_text("Slået til", exact=True)).to_be_visible()
    log_out(page)
    site.world.clock.forward(minutes=1)
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    expect(page.get_by_label("Kode fra appen på din telefon")).to_be_focused()
    page.keyboard.type(pyotp.TOTP(secret_of(site)).at(site.world.clock()))
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Hovedmenu")).to_be_visible()


def test_a_passkey_is_added_used_and_removed(site: Site, page: Page) -> None:
    add_device(page)
    site.log_in(page, "/konto/noegler/ny")
    page.get_by_label("Hvad skal den hedde?").fill("Receptionens pc")
    page.get_by_label("Din adgangskode nu").fill("forkert")
    page.get_by_role("button", name="Tilføj adgangsnøglen").click()
    expect(page.get_by_text("Adgangskoden passer ikke")).to_be_visible()
    confirm(page, "Tilføj adgangsnøglen")
    expect(page.get_by_text("Adgangsnøglen er tilføjet")).to_be_visible()
    expect(page.get_by_role("link", name="Fjern Receptionens pc")).to_be_visible()
    log_out(page)
    page.get_by_role("button", name="Brug en adgangsnøgle").click()
    expect(page.get_by_role("navigation", name="Hovedmenu")).to_be_visible()
    page.goto(site.url + "/konto")
    expect(page.get_by_text("sidst brugt 23-11-2026 kl. 10.00").first).to_be_visible()
    page.get_by_role("link", name="Fjern Receptionens pc").click()
    confirm(page, "Fjern")
    expect(page.get_by_text("Adgangsnøglen er fjernet.")).to_be_visible()
    log_out(page)
    page.get_by_role("button", name="Brug en adgangsnøgle").click()
    expect(page.get_by_text("Adgangsnøglen kunne ikke bruges")).to_be_visible()


def test_a_device_without_a_passkey_is_told_what_to_do_instead(site: Site, page: Page) -> None:
    add_device(page)
    page.goto(site.url + "/login")
    page.get_by_role("button", name="Brug en adgangsnøgle").click()
    expect(page.get_by_text("Det lykkedes ikke med adgangsnøglen")).to_be_visible()


def test_another_browser_is_logged_out_from_the_list(site: Site, page: Page, browser: Browser) -> None:
    context = browser.new_context(user_agent="Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")
    other = context.new_page()
    site.log_in(other)
    site.log_in(page, "/konto")
    page.get_by_role("button", name="Log ud af Firefox på Windows").click()
    expect(page.get_by_text("Du er logget ud der.")).to_be_visible()
    expect(page.get_by_text("Firefox på Windows")).to_have_count(0)
    other.goto(site.url + "/patienter")
    expect(other.get_by_role("heading", name="Log ind")).to_be_visible()
    context.close()


def test_a_note_typed_while_the_session_ended_is_saved_after_log_in(site: Site, page: Page) -> None:
    site.world.write(RED)
    site.log_in(page, "/patienter/1/stop")
    page.get_by_label("Hvorfor stopper forløbet?").select_option("Patienten ønsker det")
    site.world.clock.forward(minutes=31)
    page.get_by_role("button", name="Stop forløbet").click()
    expect(page.get_by_text("er ikke gemt endnu")).to_be_visible()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    expect(page.get_by_text("Patienten ønsker det")).to_be_visible()
    page.get_by_role("button", name="Gem det nu").click()
    expect(page.get_by_text("Forløbet er stoppet")).to_be_visible()


def test_the_log_is_searched_filtered_and_fetched(site: Site, page: Page) -> None:
    site.log_in(page, "/patienter/1")
    page.goto(site.url + "/log")
    page.get_by_label("Patientens navn eller telefon").fill("karen")
    page.get_by_role("button", name="Find patient").click()
    expect(page.get_by_text("Kun om Karen Testsen")).to_be_visible()
    page.get_by_label("Handling").select_option(label="Så patienten")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name="Hent som CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "Så patienten" in text
    assert text.count("\n") == 2


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_axe_finds_nothing_and_nothing_sticks_out(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    add_device(page)
    site.log_in(page)
    turn_code_on(site, page)
    assert_fit(page, "nødkoder")
    page.goto(site.url + "/konto/noegler/ny")
    page.get_by_label("Hvad skal den hedde?").fill("Min telefon")
    confirm(page, "Tilføj adgangsnøglen")
    expect(page.get_by_text("Adgangsnøglen er tilføjet")).to_be_visible()
    paths = [
        "/konto", "/konto/adgangskode", "/konto/kode", "/konto/noedkoder", "/konto/noegler/ny",
        "/konto/noegler/fjern?noegle=1", "/log", "/log?patient=1",
    ]  # fmt: skip
    for path in paths:
        page.goto(site.url + path)
        assert_fit(page, path)
    log_out(page)
    assert_fit(page, "/login")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    expect(page.get_by_label("Kode fra appen på din telefon")).to_be_visible()
    assert_fit(page, "/login/kode")


def test_the_page_to_scan_from_is_fit_to_be_seen_and_a_required_factor_is_asked_for(
    site: Site, phone_page: Page
) -> None:
    with site.world.session() as session, session.begin():
        session.execute(update(Clinic).values(require_second_factor=True))
    site.log_in(phone_page, "/patienter")
    expect(phone_page.get_by_text("Klinikken kræver mere end en adgangskode")).to_be_visible()
    phone_page.get_by_role("link", name="Slå koden til").click()
    confirm(phone_page, "Fortsæt")
    expect(phone_page.get_by_role("img", name="QR-kode")).to_be_visible()
    assert_fit(phone_page, "/konto/kode")
