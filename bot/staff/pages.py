"""All of the staff's pages, put on an application."""

from __future__ import annotations

from flask import Blueprint, Flask

from bot.staff import (
    access,
    courses,
    enrol,
    inbox,
    login,
    marks,
    moves,
    neutral,
    numbers,
    patients,
    rules,
    shell,
    unsettled,
    versions,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    shell.assets,
    login.blueprint,
    inbox.blueprint,
    unsettled.blueprint,
    patients.blueprint,
    enrol.blueprint,
    numbers.blueprint,
    neutral.blueprint,
    rules.blueprint,
    marks.blueprint,
    courses.blueprint,
    moves.blueprint,
    versions.blueprint,
)


def register_pages(app: Flask) -> None:
    """Put the staff's pages on an application."""
    access.warm_up()
    shell.prepare(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
