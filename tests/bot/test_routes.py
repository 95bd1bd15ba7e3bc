"""Who gets through each door: every route stands in the table below, and is walked as everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from bot.app import create_app
from bot.lists.store import keep
from core.models import Clinic, Role, Staff
from tests.world import PASSWORD, World

PUBLIC, READER, CLINICIAN, ADMIN, SIGNED = "public", "reader", "clinician", "admin", "signed"

ACCESS: dict[tuple[str, str], str] = {
    ("GET", "/static/<path:filename>"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/login"): PUBLIC,
    ("POST", "/login"): PUBLIC,
    ("POST", "/logout"): PUBLIC,
    ("GET", "/"): READER,
    ("GET", "/indbakke/kort"): READER,
    ("GET", "/afsluttede"): READER,
    ("POST", "/alarmer/<row:alert_id>/kvitter"): CLINICIAN,
    ("POST", "/alarmer/<row:alert_id>/afslut"): CLINICIAN,
    ("GET", "/patienter"): READER,
    ("POST", "/patienter/vis"): READER,
    ("POST", "/patienter/hent"): CLINICIAN,
    ("POST", "/patienter/visninger"): READER,
    ("POST", "/patienter/visninger/fjern"): READER,
    ("GET", "/patienter/<row:patient_id>"): READER,
    ("GET", "/patienter/<row:patient_id>/ark"): READER,
    ("POST", "/patienter/<row:patient_id>/pause"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/genoptag"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/glem-oensker"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/saedvanlige-oevelser"): CLINICIAN,
    ("GET", "/patienter/<row:patient_id>/stop"): CLINICIAN,
    ("POST", "/patienter/<row:patient_id>/stop"): CLINICIAN,
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
    ("GET", "/indstillinger/numre"): READER,
    ("POST", "/indstillinger/numre/<region_id>"): ADMIN,
    ("GET", "/indstillinger/neutral"): READER,
    ("POST", "/indstillinger/neutral"): ADMIN,
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
    ("POST", "/sms/inbound"): SIGNED,
    ("POST", "/sms/status"): SIGNED,
}
ROLES = [Role.READER, Role.CLINICIAN, Role.ADMIN]
STAFF_ROUTES = [(*route, needed) for route, needed in ACCESS.items() if needed in {READER, CLINICIAN, ADMIN}]
OF_A_PATIENT = [route for route in ACCESS if "<row:" in route[1]]
FIELDS = {
    "reason": "Andet",
    "outcome": "talked",
    "note": "et ord",
    "until": "",
    "verdict": "should_not_be_red",
    "neutral": "til",
}


@pytest.fixture
def app(lite_world: World) -> Flask:
    lite_world.enrol()
    lite_world.write("jeg kan ikke tisse")
    for role in ROLES:
        lite_world.add_staff(f"{role}@vest.example", role)
    with lite_world.session() as session, session.begin():
        clinic, content = session.get_one(Clinic, "vest"), lite_world.runtime.content
        keep(session, content, clinic, [["Navn", "Mobil"], ["Bo", "20123457"]], staff_id=1, wall_now=lite_world.clock())
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.add_staff("admin@nord.example", Role.ADMIN, "nord")
    app = create_app(lite_world.runtime, wall_clock=lite_world.clock)
    app.config["WTF_CSRF_ENABLED"] = False  # tokens have their own tests; here only roles decide
    return app


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, rule.rule


def path_of(rule: str) -> str:
    path = re.sub(r"<row:\w+>", "1", rule)
    path = path.replace("<programme_id>", "akut-laend")
    return path.replace("<region_id>", "midtjylland").replace("<path:filename>", "app.css")


def visit(client: FlaskClient, method: str, rule: str) -> int:
    """Open a route with the first row of each kind and a form that is good enough to act."""
    path = path_of(rule)
    if method == "GET":
        return client.get(path, buffered=True).status_code
    return client.post(path, data=FIELDS).status_code


def logged_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 303
    return client


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert set(routes(app)) == set(ACCESS)


def test_nobody_is_led_to_the_login_page(app: Flask) -> None:
    for method, rule, _ in STAFF_ROUTES:
        response = app.test_client().open(path_of(rule), method=method, data=FIELDS if method == "POST" else None)
        led_to = response.location.partition("?")[0] if response.location else None
        assert (rule, response.status_code, led_to) == (rule, 302, "/login")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_in_exactly_where_it_reaches(app: Flask, role: Role) -> None:
    client = logged_in(app, f"{role}@vest.example")
    for method, rule, needed in STAFF_ROUTES:
        is_let_in = ROLES.index(role) >= ROLES.index(Role(needed))
        # Let in means the page, what an act leads to, or the form again with what is wrong.
        expected = {200, 303, 400} if is_let_in else {403}
        status = visit(client, method, rule)
        assert status in expected, f"{role} at {method} {rule}: {status}"


def test_another_clinics_patient_does_not_exist(app: Flask) -> None:
    client = logged_in(app, "admin@nord.example")
    assert {route: visit(client, *route) for route in OF_A_PATIENT} == dict.fromkeys(OF_A_PATIENT, 404)


def test_a_webhook_without_a_signature_is_refused_to_all(app: Flask) -> None:
    for client in (app.test_client(), logged_in(app, "admin@vest.example")):
        assert {visit(client, "POST", rule) for (_, rule), needed in ACCESS.items() if needed == SIGNED} == {403}


def test_a_public_route_answers_nobody(app: Flask) -> None:
    answers = {route: visit(app.test_client(), *route) for route, needed in ACCESS.items() if needed == PUBLIC}
    no_worker_yet, wrong_password, logged_out = 503, 401, 303
    assert answers == {
        ("GET", "/static/<path:filename>"): 200,
        ("GET", "/healthz"): 200,
        ("GET", "/readyz"): no_worker_yet,
        ("GET", "/metrics"): 200,
        ("GET", "/login"): 200,
        ("POST", "/login"): wrong_password,
        ("POST", "/logout"): logged_out,
    }


def test_a_role_lost_while_logged_in_closes_the_door(app: Flask, lite_world: World) -> None:
    client = logged_in(app, "clinician@vest.example")
    assert client.get("/tilmeld").status_code == 200
    with lite_world.session() as session, session.begin():
        session.execute(update(Staff).where(Staff.email == "clinician@vest.example").values(role=Role.READER))
    assert client.get("/tilmeld").status_code == 403
