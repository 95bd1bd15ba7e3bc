"""Where settings begin, and the clinic's own details."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from bot import clinic as clinics
from bot.clinic import EARLIEST, LATEST, Changed, Details
from bot.deadlines import hours_of
from bot.neutral import telling_name
from bot.on_call import people_on_call
from bot.rewording import left_to_reword
from bot.staff.guard import login_required, staff_member
from bot.staff.shell import stale_regions
from bot.web import db, now, runtime
from core import phone
from core.models import ApiKey, Clinic, Role, Staff
from messages.render import name_in_text
from scheduler.opening import is_open

blueprint = Blueprint("settings", __name__)
FIELDS = ("name", "phone", "region", "opens", "closes", "per_second")
HALF_HOUR = 30
HOURS = [
    (str(minutes), f"kl. {minutes // 60}.{minutes % 60:02d}") for minutes in range(EARLIEST, LATEST + 1, HALF_HOUR)
]


@dataclass(frozen=True)
class Form:
    """The details as they were typed, with what is wrong with them."""

    name: str
    phone: str
    region: str
    opens: str
    closes: str
    per_second: str
    second_factor: bool
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.get("/indstillinger")
@login_required()
def index() -> ResponseReturnValue:
    """All settings with how each stands, so that what needs somebody's eye is seen at once."""
    clinic = staff_member().clinic
    people = select(func.count()).where(Staff.clinic_id == clinic.id, Staff.deactivated_at.is_(None))
    keys = select(func.count()).where(ApiKey.clinic_id == clinic.id, ApiKey.revoked_at.is_(None))
    return render_template(
        "staff/settings.html",
        clinic=clinic,
        stale=stale_regions(),
        people=db().scalar(people) or 0,
        keys=db().scalar(keys) or 0,
        on_call=people_on_call(db(), clinic.id, now(), can_mail=runtime().means.can_mail),
        is_open=is_open(hours_of(db(), clinic.id), now()),
    )


@blueprint.get("/indstillinger/klinik")
@login_required()
def clinic() -> ResponseReturnValue:
    return _page(_form_of(staff_member().clinic))


@blueprint.post("/indstillinger/klinik")
@login_required(Role.ADMIN)
def save_clinic() -> ResponseReturnValue:
    typed = {name: request.form.get(name, "").replace("\0", "") for name in FIELDS}
    hours = (_number(typed["opens"]), _number(typed["closes"]))
    second_factor = "second_factor" in request.form
    per_second = _number(typed["per_second"].strip()) if "per_second" in request.form else None
    details = Details(typed["name"], typed["phone"], typed["region"], *hours, second_factor, per_second)
    content, staff = runtime().content, staff_member()
    if errors := clinics.check(content, details):
        return _page(Form(**typed, second_factor=second_factor, errors=errors)), 400
    changed = clinics.change(db(), content, staff.clinic_id, details, staff_id=staff.id, now=now())
    db().commit()
    flash(_told(changed), "success" if changed.fields else "info")
    return redirect(url_for("settings.clinic"), 303)


def _told(changed: Changed) -> str:
    if not changed.fields:
        return "Der var ingen ændringer at gemme."
    told = ["Ændringerne er gemt."]
    if changed.rewritten:
        told.append(f"{_texts(changed.rewritten)} er skrevet om{', resten følger nu' if changed.left else ''}.")
    if changed.moved:
        told.append(f"{_texts(changed.moved)} har fået et nyt tidspunkt.")
    return " ".join(told)


def _texts(number: int) -> str:
    return f"{number} sms, der ventede," if number == 1 else f"{number} sms'er, der ventede,"


def _number(typed: str) -> int:
    """A small whole number, minutes after midnight say; -1 for anything else, which no check lets through."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 4 else -1


def _form_of(shown: Clinic) -> Form:
    hours = (str(shown.window_opens), str(shown.window_closes))
    return Form(
        shown.name,
        phone.display(shown.phone),
        shown.region,
        *hours,
        str(shown.segments_per_second),
        shown.require_second_factor,
    )


def _page(form: Form) -> str:
    """The name that the form holds is shown as a text begins with it."""
    in_text = name_in_text(form.name)
    hours = HOURS
    for typed in (form.opens, form.closes):
        minutes = _number(typed)
        if EARLIEST <= minutes <= LATEST and typed not in dict(hours):  # set by the command line or an older version
            hours = sorted([*hours, (typed, f"kl. {minutes // 60}.{minutes % 60:02d}")], key=lambda hour: int(hour[0]))
    return render_template(
        "staff/clinic.html",
        form=form,
        in_text=in_text,
        is_cut=in_text != form.name.strip(),
        telling_word=telling_name(form.name),
        regions=[(item.id, item.name) for item in runtime().content.regions.values()],
        hours=hours,
        is_shared=any(account.sender for account in runtime().settings.twilio_accounts if not account.is_spare),
        rewording=left_to_reword(db(), staff_member().clinic),
    )
