"""All of the staff's pages, put on an application."""

from __future__ import annotations

from flask import Blueprint, Flask

from bot.staff import (
    access,
    corrections,
    course_acts,
    courses,
    enrol,
    inbox,
    keeping,
    login,
    marks,
    moves,
    neutral,
    notes,
    numbers,
    patients,
    planned,
    rules,
    shell,
    switching,
    templates_page,
    versions,
    write,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    shell.assets,
    login.blueprint,
    inbox.blueprint,
    patients.blueprint,
    course_acts.blueprint,
    notes.blueprint,
    write.blueprint,
    planned.blueprint,
    switching.blueprint,
    corrections.blueprint,
    enrol.blueprint,
    numbers.blueprint,
    neutral.blueprint,
    templates_page.blueprint,
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
