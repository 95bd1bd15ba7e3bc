"""`make screenshots` takes a picture of every page there is."""

from __future__ import annotations

from tests.bot.test_routes import ACCESS, ADMIN, CLINICIAN, PUBLIC, READER
from tools.screenshots import PAGES

NOT_ALONE = {
    "/static/<path:filename>": "no page",
    "/healthz": "no page",
    "/readyz": "no page",
    "/metrics": "no page",
    "/indbakke/kort": "a part of the inbox",
    "/patienter/<row:patient_id>/samtale": "the conversation, asked again",
    "/tilmeld/import/<row:list_id>/fremdrift": "a part of the list's page",
    "/login/kode": "only between the two steps of a log-in",
    "/ny-adgangskode/<token>": "only by a link that works once",
    "/konto/noedkoder": "only for who logs in with a code",
    "/konto/noegler/ny": "only with a domain name and https",
    "/konto/noegler/fjern": "only with a domain name and https",
    "/patienter/<row:patient_id>/udgave": "only when the course has a newer version",
}


def test_every_page_has_its_picture_or_a_reason_why_not() -> None:
    doors = {READER, CLINICIAN, ADMIN, PUBLIC}
    pages = {rule for (method, rule), needed in ACCESS.items() if method == "GET" and needed in doors}
    assert pages == set(PAGES.values()) | set(NOT_ALONE)
    assert not set(PAGES.values()) & set(NOT_ALONE)
