"""The conversation in a real browser: counted while one types, sent once, and fit for desk and phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from core.models import Message, MessageKind, MessageState, Note, Reply
from tests.bot.staff.site import EMAIL, LOOKS, Site, assert_fit, running
from tests.world import MONDAY, PHONE, SENDER, World, make_world

SIZES = [(1280, 800), (390, 844)]
ANSWERS = [("pain", "7"), ("exercise", "yes"), ("activity", "no"), ("pain", "4"), ("pain", "3")]


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    world = make_world(sqlite_url, public_url="http://127.0.0.1")
    world.add_clinic()
    world.add_staff(EMAIL)
    world.enrol(name="Karen Testsen")
    with world.session() as session, session.begin():
        due = (Message.due_at <= world.clock(), Message.state == MessageState.PLANNED)
        session.execute(update(Message).where(*due).values(state=MessageState.UNDELIVERED, error_code="30005"))
        session.add(Note(clinic_id="vest", patient_id=1, staff_id=1, body="Hustruen svarer", created_at=world.clock()))
        for number, (question, value) in enumerate(ANSWERS):
            session.add(
                Reply(
                    provider_id=f"SM{number}", clinic_id="vest", patient_id=1, enrolment_id=1, sender=PHONE,
                    recipient=SENDER, body=value, question=question, answer_value=value,
                    received_at=MONDAY + timedelta(days=number),
                )
            )  # fmt: skip
    world.write("jeg kan ikke tisse")
    with running(world) as site:
        yield site
    world.close()


def test_after_an_act_in_the_long_page_both_the_act_and_what_came_of_it_are_in_sight(site: Site, page: Page) -> None:
    site.world.clock.forward(days=5)
    site.log_in(page, "/patienter/1")
    page.get_by_text("Skriv en note, som ikke bliver sendt").click()
    page.get_by_label("Note til klinikken").fill("Har tid hos lægen i morgen")
    page.get_by_role("button", name="Gem noten").click()
    told = page.get_by_role("status").filter(has_text="Noten er gemt")
    expect(told).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Har tid hos lægen i morgen").first).to_be_in_viewport(ratio=1)
    page.get_by_label("Din besked").click()
    expect(told).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("target", ["skriv", "alarm-1", "om"])
def test_the_patients_name_does_not_cover_what_a_link_leads_to(
    site: Site, page: Page, target: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/patienter/1")
    page.goto(f"{site.url}/patienter/1#{target}")
    page.wait_for_function("window.scrollY > 0 || innerWidth > 1000")
    head, place = page.locator("#patient-head").bounding_box(), page.locator(f"#{target}").bounding_box()
    assert head is not None
    assert place is not None
    assert place["y"] >= head["y"] + head["height"]


def test_an_open_alert_in_the_conversation_says_until_when_and_who_has_it(site: Site, page: Page) -> None:
    site.log_in(page, "/patienter/1")
    alert = page.locator("#alarm-1")
    expect(alert.locator(".waited")).to_contain_text("frist kl. ")
    alert.get_by_role("button", name="Kvittér").click()
    expect(alert.locator(".taken")).to_contain_text("Du har kvitteret")


def test_the_text_for_the_record_is_copied_with_one_press(site: Site, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    site.log_in(page, "/patienter/1")
    page.get_by_role("link", name="Kopiér til journal").click()
    page.get_by_role("button", name="Kopiér teksten").click()
    expect(page.get_by_role("status").filter(has_text="Kopieret.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Sms-opfølgning, Rygklinik Vest\nPatient: Karen Testsen")
    assert "»jeg kan ikke tisse«" in copied


@pytest.mark.parametrize("size", SIZES)
def test_the_page_with_the_text_for_the_record_is_fit_for_desk_and_phone(
    site: Site, page: Page, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/patienter/1/journal")
    assert_fit(page, "/patienter/1/journal")


def texts_of_staff(world: World) -> list[str]:
    return [row.body for row in world.messages() if row.kind == MessageKind.STAFF]


def planned_id(world: World, step_id: str) -> int:
    return next(row.id for row in world.messages() if row.step_id == step_id)


@pytest.mark.parametrize("size", SIZES)
def test_a_ready_text_is_chosen_changed_counted_and_sent_once(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/patienter/1#skriv")
    page.get_by_label("Færdig tekst").select_option(label="Vi ringer til dig i dag")
    page.get_by_role("button", name="Indsæt").click()
    check = page.locator("#write-check")
    expect(check).to_contain_text("Rygklinik Vest: Tak for din sms. Vi ringer til dig i dag.")
    expect(check).to_contain_text("1 sms")
    field = page.get_by_label("Din besked")
    field.press_sequentially(" Det går over 😀")
    expect(check).to_contain_text("»😀« findes ikke i en sms")
    expect(check).to_contain_text("»går over« kan berolige")
    assert_fit(page, "a doubtful text")
    page.get_by_role("button", name="Send sms").click()
    expect(page.get_by_text("Sms'en er ikke sendt endnu")).to_be_visible()
    page.get_by_label("Jeg har læst det").check()
    page.get_by_role("button", name="Send sms").dblclick()
    expect(page.locator(".thread")).to_contain_text("Admin, klinikken")
    assert len(texts_of_staff(site.world)) == 1


def test_without_javascript_all_essential_acts_are_forms(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.log_in(page, "/patienter/1")
    page.get_by_label("Færdig tekst").select_option(label="Ring til os")
    page.get_by_role("button", name="Indsæt").click()
    expect(page.get_by_label("Din besked")).to_have_value("Ring gerne til os på 87 65 43 21. Vi vil tale med dig.")
    page.get_by_role("button", name="Send sms").click()
    expect(page.locator(".write-preview")).to_contain_text("Rygklinik Vest: Ring gerne til os")
    page.get_by_role("button", name="Send sms").click()
    expect(page.get_by_text("Sms'en er på vej til patienten")).to_be_visible()
    page.get_by_text("Skriv en note, som ikke bliver sendt").click()
    page.get_by_label("Note til klinikken").fill("Ringede kl. 11")
    page.get_by_role("button", name="Gem noten").click()
    expect(page.locator(".note-card").last).to_contain_text("Ringede kl. 11")
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_planned_text_is_moved_by_choosing_a_free_day(site: Site, page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    site.log_in(page, "/patienter/1")
    page.get_by_text("Planlagte sms'er").click()
    page.get_by_role("link", name="Flyt eller aflys, 01-12-2026 kl. 10.30").click()
    page.get_by_label("Ny dag").select_option("2026-11-30")
    page.get_by_label("Klokken").select_option("14.00")
    page.get_by_role("button", name="Flyt sms'en").click()
    expect(page.get_by_text("flyttet til mandag 30-11-2026 kl. 14.00")).to_be_visible()
    expect(page.locator("#planlagte")).to_contain_text("30-11-2026 kl. 14.00")


@LOOKS
def test_axe_finds_nothing_on_the_pages_about_a_patient(
    site: Site, page: Page, size: tuple[int, int], scheme: str
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    site.log_in(page)
    for path in (
        "/patienter/1", f"/sms/{planned_id(site.world, 'gaa-en-tur')}", f"/sms/{planned_id(site.world, 'tjek-uge-2')}",
        "/patienter/1/skift-forloeb", "/patienter/1/skift-forloeb?forloeb=nerverod-laend&fra=7",
        "/patienter/1/oplysninger", "/indstillinger/skabeloner",
    ):  # fmt: skip
        page.goto(site.url + path)
        for summary in page.locator("summary:visible").all()[:6]:
            summary.click()
        assert_fit(page, path)
