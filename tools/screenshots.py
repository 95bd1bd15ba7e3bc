"""Pictures of every staff page, on a desk and on a telephone, made from a fresh demo: `make screenshots`."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bot import receive
from bot.demo import script
from bot.demo.run import listen, running
from bot.demo.stage import Demo
from core import log
from core.models import Reply

FOLDER = Path("docs/img")
SIZES = {"": (1280, 800), "-mobil": (390, 844)}
SLOW_DAY_SECONDS = 86_400.0
"""The demo's clock runs as slowly as a real one: nothing changes between two pictures."""
RED_REPLY = "Nej, men jeg kan ikke rigtig mærke toiletpapiret, når jeg tørrer mig"
PAGES = {
    "indbakke": "/",
    "afsluttede": "/afsluttede",
    "patienter": "/patienter",
    "samtale": "/patienter/{patient}",
    "tilmeld": "/tilmeld",
    "tilmeld-flere": "/tilmeld/import",
    "overblik": "/overblik",
    "indstillinger": "/indstillinger",
    "klinik": "/indstillinger/klinik",
    "medarbejdere": "/indstillinger/medarbejdere",
    "api": "/indstillinger/api",
    "forbindelser": "/indstillinger/forbindelser",
    "numre": "/indstillinger/numre",
    "neutral": "/indstillinger/neutral",
    "skift-forloeb": "/patienter/{patient}/skift-forloeb",
    "skabeloner": "/indstillinger/skabeloner",
    "opbevaring": "/indstillinger/opbevaring",
    "regler": "/regler",
    "forloeb": "/forloeb",
}
"""The picture's name and the page's address; {patient}: the one whose red reply waits."""


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
        patient = _write_red(demo)
        for ending, (width, height) in SIZES.items():
            _take_all(browser, demo, patient, ending, width, height)
    print(f"{len(PAGES) * len(SIZES)} pictures in {FOLDER}")
    return 0


def _take_all(browser: Browser, demo: Demo, patient: int, ending: str, width: int, height: int) -> None:
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
    for name, path in PAGES.items():
        page.goto(base + path.format(patient=patient))
        page.evaluate("document.fonts.ready")
        page.screenshot(path=FOLDER / f"{name}{ending}.png")
    context.close()


def _write_red(demo: Demo) -> int:
    """A patient of the demo writes what must not be overlooked; returns the patient's id."""
    runtime, now = demo.runtime, demo.clock.now()
    inbound = receive.Inbound("SM" + "0" * 32, script.STEADY.phone, script.CLINIC_SENDER, RED_REPLY)
    with runtime.sessions() as session:
        reply_id = receive.keep(session, inbound, now)
        receive.process(session, runtime.content, runtime.checker, reply_id, now, runtime.means)
        session.commit()
        patient_id = session.get_one(Reply, reply_id).patient_id
    if patient_id is None:
        raise RuntimeError("the demo does not know its own patient")
    return patient_id


if __name__ == "__main__":
    sys.exit(main())
