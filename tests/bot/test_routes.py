"""Who gets through each door: every route stands in the table below, and is walked as everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from bot.app import create_app
from bot.lists.store import keep
from core.models import Clinic, ClosedDays, Note, Role, RosterChange, RosterShift, Staff
from tests.bot.api.keys import add_key
from tests.on_call import add_contact
from tests.world import PASSWORD, World

PUBLIC, READER, CLINICIAN, ADMIN, SIGNED, KEY = "public", "reader", "clinician", "admin", "signed", "key"

ACCESS: dict[tuple[str, str], str] = {
    ("GET", "/static/<path:filename>"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/login"): PUBLIC,
    ("POST", "/login"): PUBLIC,
    ("GET", "/login/kode"): PUBLIC,
    ("POST", "/login/kode"): PUBLIC,
    ("POST", "/login/noegle/start"): PUBLIC,
    ("POST", "/login/noegle"): PUBLIC,
    ("POST", "/logout"): PUBLIC,
    ("GET", "/ny-adgangskode/<token>"): PUBLIC,
    ("POST", "/ny-adgangskode/<token>"): PUBLIC,
    ("GET", "/konto"): READER,
    ("GET", "/konto/adgangskode"): READER,
    ("POST", "/konto/adgangskode"): READER,
    ("GET", "/konto/kode"): READER,
    ("POST", "/konto/kode"): READER,
    ("POST", "/konto/kode/til"): READER,
    ("POST", "/konto/kode/fra"): READER,
    ("GET", "/konto/noedkoder"): READER,
    ("POST", "/konto/noedkoder"): READER,
    ("GET", "/konto/noegler/ny"): READER,
    ("POST", "/konto/noegler/ny"): READER,
    ("POST", "/konto/noegler/start"): READER,
    ("GET", "/konto/noegler/fjern"): READER,
    ("POST", "/konto/noegler/fjern"): READER,
    ("POST", "/konto/log-ud"): READER,
    ("GET", "/log"): ADMIN,
    ("POST", "/log/patient"): ADMIN,
    ("POST", "/log/hent"): ADMIN,
    ("GET", "/"): READER,
    ("GET", "/indbakke/kort"): READER,
    ("GET", "/afsluttede"): READER,
    ("POST", "/alarmer/<row:alert_id>/kvitter"): CLINICIAN,
    ("GET", "/alarmer/<row:alert_id>"): READER,
    ("POST", "/alarmer/<row:alert_id>/afslut"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/send-igen"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/er-sendt"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/giv-videre"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/overtag"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/laeg-tilbage"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/genaabn"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/fortryd"): CLINICIAN,
    ("GET", "/patienter"): READER,
    ("POST", "/patienter/vis"): READER,
    ("POST", "/patienter/hent"): CLINICIAN,
    ("POST", "/patienter/visninger"): READER,
    ("POST", "/patienter/visninger/fjern"): READER,
    ("GET", "/patienter/<row:patient_id>"): READER,
    ("GET", "/patienter/<row:patient_id>/samtale"): READER,
    ("GET", "/patienter/<row:patient_id>/ark"): READER,
    ("GET", "/patienter/<row:patient_id>/journal"): READER,
    ("POST", "/patienter/<row:patient_id>/pause"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/genoptag"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/glem-oensker"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/saedvanlige-oevelser"): CLINICIAN,
    ("GET", "/patienter/<row:patient_id>/stop"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/stop"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/noter"): CLINICIAN,
    ("POST", "/noter/<row:note_id>/ret"): CLINICIAN,
    ("POST", "/noter/<row:note_id>/fjern"): ADMIN,
    ("POST", "/patienter/<row:patient_id>/skriv"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/skriv/maal"): CLINICIAN,
    ("GET", "/sms/<row:message_id>"): CLINICIAN,
    ("POST", "/sms/<row:message_id>/flyt"): CLINICIAN,
    ("POST", "/sms/<row:message_id>/send"): CLINICIAN,
    ("POST", "/sms/<row:message_id>/aflys"): CLINICIAN,
    ("POST", "/sms/<row:message_id>/genoptag"): CLINICIAN,
    ("GET", "/patienter/<row:patient_id>/skift-forloeb"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/skift-forloeb"): CLINICIAN,
    ("GET", "/patienter/<row:patient_id>/oplysninger"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/oplysninger"): CLINICIAN,
    ("GET", "/patienter/<row:patient_id>/udgave"): READER,
    ("POST", "/patienter/<row:patient_id>/udgave"): CLINICIAN,
    ("GET", "/forloeb/udgaver"): READER,
    ("POST", "/forloeb/udgaver/<programme_id>"): CLINICIAN,
    ("GET", "/tilmeld"): CLINICIAN,
    ("POST", "/tilmeld"): CLINICIAN,
    ("POST", "/tilmeld/telefon"): CLINICIAN,
    ("POST", "/tilmeld/uge"): CLINICIAN,
    ("GET", "/tilmeld/import"): CLINICIAN,
    ("POST", "/tilmeld/import"): CLINICIAN,
    ("GET", "/tilmeld/import/<row:list_id>"): CLINICIAN,
    ("GET", "/tilmeld/import/<row:list_id>/fremdrift"): CLINICIAN,
    ("POST", "/tilmeld/import/<row:list_id>/kolonner"): CLINICIAN,
    ("POST", "/tilmeld/import/<row:list_id>/tilmeld"): CLINICIAN,
    ("POST", "/tilmeld/import/<row:list_id>/videre"): CLINICIAN,
    ("POST", "/tilmeld/import/<row:list_id>/fejl"): CLINICIAN,
    ("POST", "/tilmeld/import/<row:list_id>/slet"): CLINICIAN,
    ("GET", "/tilmeld/<row:enrolment_id>"): CLINICIAN,
    ("GET", "/overblik"): READER,
    ("GET", "/indstillinger"): READER,
    ("GET", "/indstillinger/klinik"): READER,
    ("POST", "/indstillinger/klinik"): ADMIN,
    ("GET", "/indstillinger/medarbejdere"): ADMIN,
    ("POST", "/indstillinger/medarbejdere"): ADMIN,
    ("POST", "/indstillinger/medarbejdere/<row:staff_id>/link"): ADMIN,
    ("POST", "/indstillinger/medarbejdere/<row:staff_id>/rolle"): ADMIN,
    ("POST", "/indstillinger/medarbejdere/<row:staff_id>/luk"): ADMIN,
    ("POST", "/indstillinger/medarbejdere/<row:staff_id>/aabn"): ADMIN,
    ("GET", "/indstillinger/api"): ADMIN,
    ("POST", "/indstillinger/api"): ADMIN,
    ("POST", "/indstillinger/api/<row:key_id>/tilbagekald"): ADMIN,
    ("GET", "/indstillinger/forbindelser"): ADMIN,
    ("POST", "/indstillinger/forbindelser/proev"): ADMIN,
    ("POST", "/indstillinger/forbindelser/proeve-sms"): ADMIN,
    ("GET", "/indstillinger/numre"): READER,
    ("POST", "/indstillinger/numre/<region_id>"): ADMIN,
    ("GET", "/indstillinger/aabningstider"): READER,
    ("POST", "/indstillinger/aabningstider"): ADMIN,
    ("POST", "/indstillinger/aabningstider/lukket"): ADMIN,
    ("POST", "/indstillinger/aabningstider/lukket/<row:row_id>/fjern"): ADMIN,
    ("GET", "/indstillinger/vagt"): READER,
    ("POST", "/indstillinger/vagt/personer"): ADMIN,
    ("POST", "/indstillinger/vagt/personer/<row:contact_id>"): ADMIN,
    ("POST", "/indstillinger/vagt/personer/<row:contact_id>/proev"): ADMIN,
    ("POST", "/indstillinger/vagt/personer/<row:contact_id>/fjern"): ADMIN,
    ("POST", "/indstillinger/vagt/vagter"): ADMIN,
    ("POST", "/indstillinger/vagt/vagter/<row:row_id>"): ADMIN,
    ("POST", "/indstillinger/vagt/vagter/<row:row_id>/fjern"): ADMIN,
    ("POST", "/indstillinger/vagt/aendringer"): ADMIN,
    ("POST", "/indstillinger/vagt/aendringer/<row:row_id>/fjern"): ADMIN,
    ("GET", "/indstillinger/frister"): READER,
    ("POST", "/indstillinger/frister"): ADMIN,
    ("GET", "/indstillinger/neutral"): READER,
    ("POST", "/indstillinger/neutral"): ADMIN,
    ("GET", "/indstillinger/skabeloner"): READER,
    ("POST", "/indstillinger/skabeloner"): ADMIN,
    ("GET", "/indstillinger/opbevaring"): READER,
    ("POST", "/indstillinger/opbevaring"): ADMIN,
    ("GET", "/patienter/<row:patient_id>/slet"): ADMIN,
    ("POST", "/patienter/<row:patient_id>/slet"): ADMIN,
    ("GET", "/regler"): READER,
    ("POST", "/regler"): READER,
    ("GET", "/maerkede-svar"): READER,
    ("GET", "/forloeb"): READER,
    ("POST", "/maerkede-svar/hent"): ADMIN,
    ("POST", "/svar/<row:reply_id>/maerk"): CLINICIAN,
    ("POST", "/svar/<row:reply_id>/fortryd"): CLINICIAN,
    ("GET", "/api/v1/programmes"): KEY,
    ("GET", "/api/v1/alerts"): KEY,
    ("POST", "/api/v1/enrolments"): KEY,
    ("GET", "/api/v1/enrolments/<row:enrolment_id>"): KEY,
    ("POST", "/api/v1/enrolments/<row:enrolment_id>/stop"): KEY,
    ("POST", "/sms/inbound"): SIGNED,
    ("POST", "/sms/status"): SIGNED,
}
ROLES = [Role.READER, Role.CLINICIAN, Role.ADMIN]
VISITORS = ["nobody", *ROLES, "another clinic"]
IN = {200, 303, 400, 409}
"""The page, what an act leads to, or the form again with what is wrong or what somebody else did first."""
TO_LOGIN = {302, 401}
"""Led to the log-in page, or shown it with what was typed."""
NO, NO_KEY, MISSING = {403}, {401}, {404}
EXPECTED: dict[str, tuple[set[int], ...]] = {
    READER: (TO_LOGIN, IN, IN, IN, IN),
    CLINICIAN: (TO_LOGIN, NO, IN, IN, IN),
    ADMIN: (TO_LOGIN, NO, NO, IN, IN),
    SIGNED: (NO, NO, NO, NO, NO),
    KEY: (NO_KEY, NO_KEY, NO_KEY, NO_KEY, NO_KEY),
}
"""Per visitor; but what has a row's number in its address is missing for another clinic."""
OF_EVERYBODY: dict[tuple[str, str], int] = {
    ("GET", "/static/<path:filename>"): 200,
    ("GET", "/healthz"): 200,
    ("GET", "/readyz"): 503,  # no worker yet
    ("GET", "/metrics"): 200,
    ("GET", "/login"): 200,
    ("POST", "/login"): 401,  # no e-mail, no password
    ("GET", "/login/kode"): 303,  # no first step taken
    ("POST", "/login/kode"): 303,
    ("POST", "/login/noegle/start"): 200,
    ("POST", "/login/noegle"): 401,
    ("GET", "/ny-adgangskode/<token>"): 303,  # no such link
    ("POST", "/ny-adgangskode/<token>"): 303,
    ("POST", "/logout"): 303,
}
ALREADY_IN = {("GET", "/login"): 302}
"""What a public route answers somebody who is logged in, when that differs."""
THEIR_PATIENT = "Karen"
FIELDS = {
    "reason": "Andet",
    "outcome": "talked",
    "note": "et ord",
    "until": "",
    "verdict": "should_not_be_red",
    "neutral": "til",
    "role": "reader",
    "receiver": "1",
    "event": "1",
}


@pytest.fixture
def app(lite_world: World) -> Flask:
    lite_world.enrol(name=f"{THEIR_PATIENT} Testsen")
    lite_world.write("jeg kan ikke tisse")
    for role in ROLES:
        lite_world.add_staff(f"{role}@vest.example", role)
    with lite_world.session() as session, session.begin():
        clinic, content = session.get_one(Clinic, "vest"), lite_world.runtime.content
        keep(session, content, clinic, [["Navn", "Mobil"], ["Bo", "20123457"]], staff_id=1, wall_now=lite_world.clock())
    add_key(lite_world, staff_id=1)
    with lite_world.session() as session, session.begin():
        session.add(Note(clinic_id="vest", patient_id=1, staff_id=1, body="en note", created_at=lite_world.clock()))
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.add_staff("admin@nord.example", Role.ADMIN, "nord")
    _on_call(lite_world)
    app = create_app(lite_world.runtime, wall_clock=lite_world.clock)
    app.config["WTF_CSRF_ENABLED"] = False  # tokens have their own tests; here only roles decide
    return app


def _on_call(world: World) -> None:
    """The first row of all that is settled about who is on call."""
    contact, now = add_contact(world), world.clock()
    ends = now + timedelta(days=1)
    with world.session() as session, session.begin():
        session.add(RosterShift(clinic_id="vest", days=[0], starts=960, ends=480, contacts=[contact]))
        session.add(RosterChange(clinic_id="vest", starts_at=now, ends_at=ends, contacts=[contact], reason=""))
        session.add(ClosedDays(clinic_id="vest", first_day=now.date(), last_day=now.date(), reason=""))


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, rule.rule


def path_of(rule: str) -> str:
    path = re.sub(r"<row:\w+>", "1", rule)
    path = path.replace("<programme_id>", "akut-laend").replace("<token>", "x" * 43)
    return path.replace("<region_id>", "midtjylland").replace("<path:filename>", "app.css")


def visit(client: FlaskClient, method: str, rule: str) -> TestResponse:
    """Open a route with the first row of each kind and a form that is good enough to act."""
    return client.open(path_of(rule), method=method, data=FIELDS if method == "POST" else None, buffered=True)


def logged_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 303
    return client


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert set(routes(app)) == set(ACCESS)


def expected(route: tuple[str, str], visitor: str) -> set[int]:
    needed = ACCESS[route]
    if needed == PUBLIC:
        status = OF_EVERYBODY[route]
        return {status if visitor == "nobody" else ALREADY_IN.get(route, status)}
    if visitor == "another clinic" and "<row:" in route[1] and needed != KEY:
        return MISSING
    return EXPECTED[needed][VISITORS.index(visitor)]


def client_of(app: Flask, visitor: str) -> FlaskClient:
    if visitor == "nobody":
        return app.test_client()
    return logged_in(app, "admin@nord.example" if visitor == "another clinic" else f"{visitor}@vest.example")


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_route_lets_in_whom_it_should_and_nobody_else(app: Flask, visitor: str) -> None:
    client = client_of(app, visitor)
    logging_out_last = sorted(ACCESS, key=lambda route: route == ("POST", "/logout"))
    for route in logging_out_last:
        status = visit(client, *route).status_code
        assert status in expected(route, visitor), f"{visitor} at {route}: {status}"


def test_no_page_shows_another_clinics_patient(app: Flask) -> None:
    own, other = client_of(app, Role.ADMIN), client_of(app, "another clinic")
    pages = [route for route in ACCESS if route[0] == "GET"]
    shown = [route for route in pages if THEIR_PATIENT in visit(own, *route).get_data(as_text=True)]
    assert len(shown) > 5, "the clinic's own pages do show the patient"
    assert [route for route in pages if THEIR_PATIENT in visit(other, *route).get_data(as_text=True)] == []


def test_nobody_is_led_to_the_login_page(app: Flask) -> None:
    for (method, rule), needed in ACCESS.items():
        if method == "GET" and needed in {READER, CLINICIAN, ADMIN}:
            response = visit(app.test_client(), method, rule)
            assert response.location is not None
            assert (rule, response.location.partition("?")[0]) == (rule, "/login")


def test_a_role_lost_while_logged_in_closes_the_door(app: Flask, lite_world: World) -> None:
    client = logged_in(app, "clinician@vest.example")
    assert client.get("/tilmeld").status_code == 200
    with lite_world.session() as session, session.begin():
        session.execute(update(Staff).where(Staff.email == "clinician@vest.example").values(role=Role.READER))
    assert client.get("/tilmeld").status_code == 403
