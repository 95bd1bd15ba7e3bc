"""A key in the hand of a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.api_keys import make_key
from bot.app import create_app
from core.models import ApiScope, Enrolment
from tests.world import World

PERSON: dict[str, Any] = {
    "name": "Karen Testsen",
    "phone": "20 12 34 56",
    "programme": "akut-laend",
    "region": "midtjylland",
    "doctor_phone": "86 12 34 56",
    "consent": True,
}


def add_key(world: World, scope: ApiScope = ApiScope.ENROL, clinic_id: str = "vest", staff_id: int = 0) -> str:
    """A key of a clinic, made by its staff member, who is added when no id is given."""
    staff_id = staff_id or world.add_staff(f"{scope}@{clinic_id}.example", clinic_id=clinic_id)
    with world.session() as session, session.begin():
        made = make_key(
            session, clinic_id=clinic_id, name="Journal", scope=scope, staff_id=staff_id, wall_now=world.clock()
        )
        return made.key


@dataclass
class Script:
    """Asks as a clinic's script does: JSON, a key, no cookies."""

    app: Flask
    key: str

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, sent: object = None, **headers: str) -> TestResponse:
        return self._ask("POST", path, sent, headers)

    def _ask(self, method: str, path: str, sent: object, headers: dict[str, str]) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client(use_cookies=False)
        return client.open(
            f"/api/v1{path}", method=method, json=sent, headers={"Authorization": f"Bearer {self.key}", **named}
        )


def told(response: TestResponse) -> dict[str, Any]:
    """What a refusal says."""
    assert response.json is not None
    error: dict[str, Any] = response.json["error"]
    assert set(error) == {"code", "message", "fields"}
    return error


def script_for(world: World, scope: ApiScope = ApiScope.ENROL, clinic_id: str = "vest") -> Script:
    """A script of a clinic, with a new key."""
    return Script(create_app(world.runtime, wall_clock=world.clock), add_key(world, scope, clinic_id))


def enrolments(world: World) -> list[Enrolment]:
    with world.session() as session:
        return list(session.scalars(select(Enrolment).order_by(Enrolment.id)))
