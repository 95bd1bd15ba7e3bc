"""The regions' out-of-hours numbers as this clinic sends its patients to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from bot.places import regions_of
from bot.staff.formatting import danish_date, parse_day
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.web import db, now, runtime
from core.models import RegionNumber, Role
from scheduler.calendar import local

blueprint = Blueprint("numbers", __name__)
LONGEST_SERVICE = 24
LONGEST_SOURCE = 200
_SHORTEST = 3
_NUMBER = re.compile(r"\d[\d ]{2,11}")


@dataclass(frozen=True)
class Typed:
    """A correction as it was typed."""

    service: str
    number: str
    source: str
    checked_on: str


@blueprint.get("/indstillinger/numre")
@login_required()
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("/indstillinger/numre/<region_id>")
@login_required(Role.ADMIN)
def save(region_id: str) -> ResponseReturnValue:
    if region_id not in runtime().content.regions:
        abort(404)
    form = {key: request.form.get(key, "").replace("\0", "").strip() for key in Typed.__annotations__}
    typed = Typed(**form)
    today = local(now()).date()
    checked_on = parse_day(typed.checked_on, today)
    errors = check(typed, today)
    if errors or checked_on is None:
        return _page(region_id, typed, errors), 400
    _store(region_id, typed, checked_on)
    db().commit()
    name = runtime().content.regions[region_id].name
    flash(f"Nummeret for {name} er gemt, kontrolleret {danish_date(checked_on)}.", "success")
    return redirect(url_for("numbers.index"), 303)


def check(typed: Typed, today: date) -> dict[str, str]:
    """What is wrong with a correction: field -> sentence in Danish."""
    errors = {}
    if not _SHORTEST <= len(typed.service) <= LONGEST_SERVICE:
        errors["service"] = f"Skriv tjenestens navn, som det lyder efter »ring til« (højst {LONGEST_SERVICE} tegn)."
    if not _NUMBER.fullmatch(typed.number):
        errors["number"] = "Skriv nummeret med cifre, for eksempel 70 11 31 31 eller 1813."
    if not _SHORTEST <= len(typed.source) <= LONGEST_SOURCE:
        errors["source"] = "Skriv, hvor du har læst nummeret, for eksempel regionens hjemmeside."
    day = parse_day(typed.checked_on, today)
    if day is None or day > today:
        errors["checked_on"] = "Skriv den dag, du har kontrolleret nummeret. Den kan ikke ligge efter i dag."
    return errors


def _store(region_id: str, typed: Typed, checked_on: date) -> None:
    staff = staff_member()
    row = db().scalar(
        select(RegionNumber).where(RegionNumber.clinic_id == staff.clinic_id, RegionNumber.region == region_id)
    )
    if row is None:
        row = RegionNumber(clinic_id=staff.clinic_id, region=region_id)
        db().add(row)
    row.service = typed.service
    row.number = " ".join(typed.number.split())
    row.source = typed.source
    row.checked_on = checked_on
    db().flush()
    trace("region_number.change", "region_number", row.id)


def _page(wrong: str = "", typed: Typed | None = None, errors: Mapping[str, str] | None = None) -> str:
    """`wrong`: the region whose typed correction was refused; its form is shown again as it was typed."""
    regions = regions_of(db(), runtime().content, staff_member().clinic_id)
    return render_template(
        "staff/numbers.html",
        regions=regions.values(),
        national=runtime().content.national,
        today=local(now()).date(),
        wrong=wrong,
        typed=typed,
        errors=errors or {},
    )
