"""A desk: one browser without JavaScript, in front of the real application."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.app import create_app
from tests.world import PASSWORD, World

TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Desk:
    """Fetches pages and posts their forms as a browser does, with the token of the page last seen."""

    app: Flask
    token: str = ""

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        response = self.client.get(path, headers={key.replace("_", "-"): value for key, value in headers.items()})
        if found := TOKEN_FIELD.search(response.get_data(as_text=True)):
            self.token = found[1]
        return response

    def text(self, path: str) -> str:
        response = self.get(path)
        assert response.status_code == 200, f"{path} answered {response.status_code}"
        return response.get_data(as_text=True)

    def post(self, path: str, **fields: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def follow(self, path: str, **fields: str) -> str:
        """Post a form and give the page it leads to."""
        response = self.post(path, **fields)
        assert response.status_code == 303, f"{path} answered {response.status_code}"
        return self.text(response.location)

    def lose(self, path: str, *, status: int = 409, **fields: str) -> str:
        """Post a form that changes nothing and give the page that says so."""
        response = self.post(path, **fields)
        assert response.status_code == status, f"{path} answered {response.status_code}"
        return response.get_data(as_text=True)

    def log_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        self.get("/login")
        response = self.post("/login", email=email, password=password)
        if response.status_code == 303:
            self.get("/indstillinger/numre")
        return response


Sit = Callable[[str], Desk]


def app_of(world: World) -> Flask:
    return create_app(world.runtime, wall_clock=world.clock)


@pytest.fixture
def app(lite_world: World) -> Flask:
    return app_of(lite_world)


@pytest.fixture
def sit(lite_world: World, app: Flask) -> Sit:
    """Sit down as a role of the clinic `vest`: reader, clinician or admin."""

    def sit_down(role: str) -> Desk:
        email = f"{role}@vest.example"
        lite_world.add_staff(email, role)
        desk = Desk(app)
        assert desk.log_in(email).status_code == 303
        return desk

    return sit_down


@pytest.fixture
def clinician(sit: Sit) -> Desk:
    return sit("clinician")
