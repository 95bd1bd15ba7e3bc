"""How long alerts may wait before the person on call is alarmed."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import contacts
from bot.deadlines import USUAL, Allowance, deadlines_of
from bot.staff.guard import login_required, staff_member
from bot.web import db, now
from core.models import Colour, Role

blueprint = Blueprint("deadlines", __name__)
HOUR = 60
QUIET = (Colour.AMBER, Colour.BLUE)
Form = Mapping[str, str]
LIMITS = {"red": (1, 720), "hours": (1, 80), "every": (15, 1440)}
"""The fewest and the most, in minutes, or in hours for `hours`."""


@blueprint.get("/indstillinger/frister")
@login_required()
def index() -> ResponseReturnValue:
    return _page(_shown(deadlines_of(db(), staff_member().clinic_id).allowances), {})


@blueprint.post("/indstillinger/frister")
@login_required(Role.ADMIN)
def save() -> ResponseReturnValue:
    allowances, errors = read(request.form)
    if errors:
        return _page(request.form.to_dict(), errors), 400
    contacts.set_deadlines(db(), allowances, by=staff_member(), now=now())
    db().commit()
    flash("Fristerne er gemt. De gælder også for de alarmer, der allerede venter.", "success")
    return redirect(url_for("deadlines.index"), 303)


def read(form: Form) -> tuple[dict[Colour, Allowance], dict[str, str]]:
    """What was typed, and what is wrong with it: field -> sentence in Danish."""
    errors: dict[str, str] = {}

    def number(field: str, limits: str, unit: str) -> int:
        least, most = LIMITS[limits]
        text = form.get(field, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most:
            return int(text)
        errors[field] = f"Skriv et helt antal {unit} fra {least} til {most}."
        return least

    allowances = {
        Colour.RED: Allowance(
            number("red-open", "red", "minutter"),
            number("red-closed", "red", "minutter"),
            number("red-every", "red", "minutter"),
        )
    }
    for colour in QUIET:
        minutes = number(f"{colour}-hours", "hours", "timer") * HOUR
        allowances[colour] = Allowance(
            minutes,
            minutes if f"{colour}-night" in form else None,
            number(f"{colour}-every", "every", "minutter"),
            f"{colour}-alarm" in form,
        )
    return allowances, errors


def _shown(allowances: Mapping[Colour, Allowance]) -> dict[str, str]:
    """The form's fields as they are stored; a tick that is set is there, as a browser sends it."""
    red = allowances[Colour.RED]
    closed = red.closed_minutes if red.closed_minutes is not None else USUAL[Colour.RED].closed_minutes
    shown = {"red-open": str(red.open_minutes), "red-closed": str(closed), "red-every": str(red.every_minutes)}
    for colour in QUIET:
        allowance = allowances[colour]
        shown[f"{colour}-hours"] = str(-(-allowance.open_minutes // HOUR))
        shown[f"{colour}-every"] = str(allowance.every_minutes)
        if allowance.closed_minutes is not None:
            shown[f"{colour}-night"] = "ja"
        if allowance.has_alarm:
            shown[f"{colour}-alarm"] = "ja"
    return shown


def _page(form: Form, errors: Mapping[str, str]) -> str:
    return render_template("staff/deadlines.html", form=form, errors=errors)
