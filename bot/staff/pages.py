"""All of the staff's pages, put on an application."""

from __future__ import annotations

from flask import Blueprint, Flask

from bot.staff import (
    access,
    account,
    account_passkeys,
    colleagues,
    connections,
    corrections,
    course_acts,
    courses,
    deadlines,
    enrol,
    handling,
    hours,
    inbox,
    journal,
    keeping,
    keys,
    lists,
    logbook,
    login,
    marks,
    moves,
    neutral,
    notes,
    numbers,
    on_call,
    overview,
    patients,
    people,
    planned,
    rules,
    settings,
    shell,
    switching,
    templates_page,
    unsettled,
    versions,
    write,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    shell.assets,
    login.blueprint,
    inbox.blueprint,
    handling.blueprint,
    unsettled.blueprint,
    people.blueprint,
    patients.blueprint,
    journal.blueprint,
    course_acts.blueprint,
    notes.blueprint,
    write.blueprint,
    planned.blueprint,
    switching.blueprint,
    corrections.blueprint,
    enrol.blueprint,
    lists.blueprint,
    overview.blueprint,
    settings.blueprint,
    numbers.blueprint,
    hours.blueprint,
    on_call.blueprint,
    deadlines.blueprint,
    neutral.blueprint,
    colleagues.blueprint,
    keys.blueprint,
    connections.blueprint,
    templates_page.blueprint,
    keeping.blueprint,
    rules.blueprint,
    marks.blueprint,
    courses.blueprint,
    moves.blueprint,
    versions.blueprint,
    account.blueprint,
    account_passkeys.blueprint,
    logbook.blueprint,
)


def register_pages(app: Flask) -> None:
    """Put the staff's pages on an application."""
    access.warm_up()
    shell.prepare(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
