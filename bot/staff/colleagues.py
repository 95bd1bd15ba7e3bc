"""Who has access: added with a link instead of a password, given a role, shut out, let in again."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.staff import accounts, resets
from bot.staff.accounts import Act
from bot.staff.guard import login_required, staff_member
from bot.web import db, now, runtime, wall_now
from core.models import Role, Staff

blueprint = Blueprint("colleagues", __name__)
ROLES = {
    Role.READER.value: "Læseadgang: kan se alt, ikke ændre noget",
    Role.CLINICIAN.value: "Behandler: tager sig af alarmer og patienter",
    Role.ADMIN.value: "Administrator: det hele, også indstillinger",
}
LAST_ADMIN = "Klinikken skal have mindst én administrator. Gør en anden til administrator først."
ONESELF = "Du kan ikke lukke din egen adgang. Bed en anden administrator om det."


@dataclass(frozen=True)
class Form:
    """What was typed, with what is wrong with it."""

    name: str = ""
    email: str = ""
    role: str = Role.CLINICIAN.value
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A link shown once, and whose it is."""

    name: str
    address: str


@blueprint.get("/indstillinger/medarbejdere")
@login_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    return _page(Form())


@blueprint.post("/indstillinger/medarbejdere")
@login_required(Role.ADMIN)
def add() -> ResponseReturnValue:
    admin = staff_member()
    typed = {name: request.form.get(name, "").replace("\0", "") for name in ("name", "email", "role")}
    added = accounts.add(db(), admin.clinic_id, **typed, by_id=admin.id, now=now())
    if not isinstance(added, Staff):
        db().rollback()
        return _page(Form(**typed, errors=added)), 400
    link = _link(added, remove_second_factor=False)
    db().commit()
    return _page(Form(), link)


@blueprint.post("/indstillinger/medarbejdere/<row:staff_id>/link")
@login_required(Role.ADMIN)
def make_link(staff_id: int) -> ResponseReturnValue:
    """The link stands on the page that answers, and nowhere after it."""
    staff = accounts.find(db(), staff_member().clinic_id, staff_id)
    if staff is None:
        abort(404)
    if staff.deactivated_at is not None:
        flash(f"{staff.name} har ikke adgang. Luk op først.", "warning")
        return _to_list()
    link = _link(staff, remove_second_factor="remove" in request.form)
    db().commit()
    return _page(Form(), link)


@blueprint.post("/indstillinger/medarbejdere/<row:staff_id>/rolle")
@login_required(Role.ADMIN)
def set_role(staff_id: int) -> ResponseReturnValue:
    admin, role = staff_member(), request.form.get("role", "")
    if role not in ROLES:
        abort(400)
    act = accounts.set_role(db(), admin.clinic_id, staff_id, Role(role), by_id=admin.id, now=now())
    return _answer(act, "Rollen er ændret.", "Rollen var allerede sådan.")


@blueprint.post("/indstillinger/medarbejdere/<row:staff_id>/luk")
@login_required(Role.ADMIN)
def deactivate(staff_id: int) -> ResponseReturnValue:
    admin = staff_member()
    act = accounts.deactivate(db(), admin.clinic_id, staff_id, by_id=admin.id, now=now(), wall_now=wall_now())
    return _answer(act, "Adgangen er lukket. Personen er logget ud overalt.", "Adgangen var allerede lukket.")


@blueprint.post("/indstillinger/medarbejdere/<row:staff_id>/aabn")
@login_required(Role.ADMIN)
def reactivate(staff_id: int) -> ResponseReturnValue:
    admin = staff_member()
    act = accounts.reactivate(db(), admin.clinic_id, staff_id, by_id=admin.id, now=now())
    return _answer(act, "Der er lukket op igen.", "Personen havde allerede adgang.")


def _answer(act: Act, done: str, already: str) -> ResponseReturnValue:
    if act is Act.NOT_FOUND:
        abort(404)
    db().commit()
    kind, sentence = {
        Act.DONE: ("success", done),
        Act.ALREADY: ("info", already),
        Act.LAST_ADMIN: ("error", LAST_ADMIN),
        Act.ONESELF: ("error", ONESELF),
    }[act]
    flash(sentence, kind)
    return _to_list()


def _to_list() -> ResponseReturnValue:
    return redirect(url_for("colleagues.index"), 303)


def _link(staff: Staff, *, remove_second_factor: bool) -> Link:
    address = resets.make_link(
        db(),
        staff,
        public_url=runtime().settings.public_url,
        by_id=staff_member().id,
        remove_second_factor=remove_second_factor,
        now=now(),
        wall_now=wall_now(),
    )
    return Link(staff.name, address)


def _page(form: Form, link: Link | None = None) -> str:
    everybody = accounts.people(db(), staff_member().clinic_id)
    return render_template(
        "staff/colleagues.html",
        form=form,
        link=link,
        roles=list(ROLES.items()),
        active=[person for person in everybody if person.staff.deactivated_at is None],
        shut_out=[person for person in everybody if person.staff.deactivated_at is not None],
        no_password=accounts.NO_PASSWORD,
    )
