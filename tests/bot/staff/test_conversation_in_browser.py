"""The conversation in a real browser: counted while one types, sent once, and fit for desk and phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from core.models import Message, MessageKind, MessageState, Note, Reply
from tests.bot.staff.site import EMAIL, Site, assert_fit, running
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
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
