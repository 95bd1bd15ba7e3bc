"""Pictures of every staff page, on a desk and on a telephone, made from a fresh demo: `make screenshots`."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from bot import receive
from bot.demo import script
from bot.demo.run import listen, running
from bot.demo.stage import Demo
from core import log
from core.models import Alert, Message, MessageKind
from scheduler.states import WAITING

FOLDER = Path("docs/img")
SIZES = {"": (1280, 800), "-mobil": (390, 844)}
SLOW_DAY_SECONDS = 86_400.0
"""The demo's clock runs as slowly as a real one: nothing changes between two pictures."""
RED_REPLY = "Nej, men jeg kan ikke rigtig mærke toiletpapiret, når jeg tørrer mig"
PAGES = {
    "login": "/login",
    "indbakke": "/",
    "afsluttede": "/afsluttede",
    "alarm": "/alarmer/<row:alert_id>",
    "patienter": "/patienter",
    "samtale": "/patienter/<row:patient_id>",
    "ark": "/patienter/<row:patient_id>/ark",
    "oplysninger": "/patienter/<row:patient_id>/oplysninger",
    "skift-forloeb": "/patienter/<row:patient_id>/skift-forloeb",
    "stop": "/patienter/<row:patient_id>/stop",
    "slet": "/patienter/<row:patient_id>/slet",
    "journal": "/patienter/<row:patient_id>/journal",
    "planlagt-sms": "/sms/<row:message_id>",
    "tilmeld": "/tilmeld",
    "tilmeldt": "/tilmeld/<row:enrolment_id>",
    "tilmeld-flere": "/tilmeld/import",
    "tilmeld-liste": "/tilmeld/import/<row:list_id>",
    "overblik": "/overblik",
    "indstillinger": "/indstillinger",
    "klinik": "/indstillinger/klinik",
    "medarbejdere": "/indstillinger/medarbejdere",
    "api": "/indstillinger/api",
    "forbindelser": "/indstillinger/forbindelser",
    "numre": "/indstillinger/numre",
    "aabningstider": "/indstillinger/aabningstider",
    "vagt": "/indstillinger/vagt",
    "frister": "/indstillinger/frister",
    "neutral": "/indstillinger/neutral",
    "skabeloner": "/indstillinger/skabeloner",
    "opbevaring": "/indstillinger/opbevaring",
    "log": "/log",
    "konto": "/konto",
    "konto-kode": "/konto/kode",
    "konto-adgangskode": "/konto/adgangskode",
    "regler": "/regler",
    "maerkede-svar": "/maerkede-svar",
    "forloeb": "/forloeb",
    "udgaver": "/forloeb/udgaver",
}
"""The picture's name and the page's route; the rows are those of the patient whose red reply waits."""
LIST = """\
Navn;Telefon;Forløb;Egen læge;Samtykke
Karen Østergaard;28 11 22 33;akut-laend;86 12 34 56;ja
Bo Hansen;28 11 22;hekseskud;86 12 34 56;ja
Anna Eksempel;28 00 00 01;hekseskud;86 12 34 57;ja
"""
"""Pasted from Excel: one to enrol, one with a number that is too short, one who is in a course already."""
_ROW = re.compile(r"<row:(\w+)>")


def main() -> int:
    """Write the pictures into docs/img; 1 and a sentence when there is no Chromium."""
    chromium = os.environ.get("RYGBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("No Chromium found. Install it: apt-get install chromium", file=sys.stderr)
        return 1
    log.configure("console", logging.WARNING)
    for noisy in ("apscheduler", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as folder,
        listen(0) as listener,
        running(listener, Path(folder), SLOW_DAY_SECONDS) as demo,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=options) as browser,
    ):
        rows = _write_red(demo)
        for ending, (width, height) in SIZES.items():
            _take_all(browser, demo, rows, ending, width, height)
    print(f"{len(PAGES) * len(SIZES)} pictures in {FOLDER}")
    return 0


def _take_all(browser: Browser, demo: Demo, rows: Mapping[str, int], ending: str, width: int, height: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="da-DK", timezone_id="Europe/Copenhagen"
    )
    page = context.new_page()
    base = demo.runtime.settings.public_url
    page.goto(f"{base}/login")
    page.screenshot(path=FOLDER / f"login{ending}.png")
    page.get_by_label("E-mail").fill(script.STAFF_EMAIL)
    page.get_by_label("Adgangskode").fill(demo.password)
    page.get_by_role("button", name="Log ind", exact=True).click()
    page.wait_for_url(f"{base}/")
    list_id = _paste(page, base)
    for name, route in PAGES.items():
        if name != "login":
            path = _ROW.sub(lambda found: str({**rows, "list_id": list_id}[found[1]]), route)
            answer = page.goto(base + path)
            if answer is None or not answer.ok or page.url != base + path:
                raise RuntimeError(f"{path} was not shown")
            page.evaluate("document.fonts.ready")
            page.screenshot(path=FOLDER / f"{name}{ending}.png")
    context.close()


def _paste(page: Page, base: str) -> int:
    """Paste a list to look through; returns its id."""
    page.goto(f"{base}/tilmeld/import")
    page.get_by_label("Indsæt fra Excel").fill(LIST)
    page.get_by_role("button", name="Læs listen").click()
    page.wait_for_url(re.compile(r"/tilmeld/import/\d+$"))
    return int(page.url.rpartition("/")[2])


def _write_red(demo: Demo) -> dict[str, int]:
    """A patient of the demo writes what must not be overlooked; returns the rows that the pages are about."""
    runtime, now = demo.runtime, demo.clock.now()
    inbound = receive.Inbound("SM" + "0" * 32, script.STEADY.phone, script.CLINIC_SENDER, RED_REPLY)
    with runtime.sessions() as session:
        reply_id = receive.keep(session, inbound, now)
        receive.process(session, runtime.content, runtime.checker, reply_id, now, runtime.means)
        session.commit()
        alert = session.scalars(select(Alert).where(Alert.reply_id == reply_id)).one()
        planned = select(Message.id).where(Message.enrolment_id == alert.enrolment_id, Message.kind == MessageKind.STEP)
        message_id = session.scalars(planned.where(Message.state.in_(WAITING)).order_by(Message.due_at)).first()
        if alert.patient_id is None or alert.enrolment_id is None or message_id is None:
            raise RuntimeError("the demo does not know its own patient")
        return {
            "patient_id": alert.patient_id,
            "alert_id": alert.id,
            "enrolment_id": alert.enrolment_id,
            "message_id": message_id,
        }


if __name__ == "__main__":
    sys.exit(main())
