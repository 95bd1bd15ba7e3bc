"""All of the staff's pages, put on an application."""

from __future__ import annotations

from flask import Blueprint, Flask

from bot.staff import (
    access,
    courses,
    enrol,
    inbox,
    keeping,
    lists,
    login,
    marks,
    moves,
    neutral,
    numbers,
    patients,
    people,
    rules,
    shell,
    versions,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    shell.assets,
    login.blueprint,
    inbox.blueprint,
    people.blueprint,
    patients.blueprint,
    enrol.blueprint,
    lists.blueprint,
    numbers.blueprint,
    neutral.blueprint,
    keeping.blueprint,
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
