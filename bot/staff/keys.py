"""Keys for the clinic's own scripts: made, shown once, revoked."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.api_keys import MAX_NAME, MOST_KEYS, NewKey, keys_of, make_key, revoke
from bot.staff.guard import login_required, staff_member
from bot.staff.trace import trace
from bot.web import db, runtime, wall_now
from core.models import ApiScope, Clinic, Role

blueprint = Blueprint("keys", __name__)
SCOPES = {
    ApiScope.READ.value: "Må læse forløb og alarmer",
    ApiScope.ENROL.value: "Må også tilmelde og stoppe patienter",
}


@dataclass(frozen=True)
class Form:
    """What was typed, with what is wrong with it."""

    name: str = ""
    scope: str = ApiScope.READ.value
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.get("/indstillinger/api")
@login_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    return _page(Form())


@blueprint.post("/indstillinger/api")
@login_required(Role.ADMIN)
def create() -> ResponseReturnValue:
    """The key stands on the page that answers, and nowhere after it."""
    staff = staff_member()
    typed = Form(request.form.get("name", "").replace("\0", "").strip(), request.form.get("scope", ""))
    db().get_one(Clinic, staff.clinic_id, with_for_update={"key_share": True})  # two at once are counted one by one
    if errors := _problems(typed):
        db().rollback()
        return _page(Form(typed.name, typed.scope, errors)), 400
    made = make_key(
        db(),
        clinic_id=staff.clinic_id,
        name=typed.name,
        scope=ApiScope(typed.scope),
        staff_id=staff.id,
        wall_now=wall_now(),
    )
    trace("api_key.create", "api_key", made.row.id, made.row.prefix)
    db().commit()
    return _page(Form(), made)


@blueprint.post("/indstillinger/api/<row:key_id>/tilbagekald")
@login_required(Role.ADMIN)
def withdraw(key_id: int) -> ResponseReturnValue:
    revoked = revoke(db(), key_id, clinic_id=staff_member().clinic_id, wall_now=wall_now())
    if revoked is None:
        if not any(key.id == key_id for key in keys_of(db(), staff_member().clinic_id)):
            abort(404)
        flash("Nøglen var allerede trukket tilbage.", "info")
    else:
        trace("api_key.revoke", "api_key", revoked.id, revoked.prefix)
        db().commit()
        flash(f"Nøglen »{revoked.name}« er trukket tilbage og kan ikke bruges mere.", "success")
    return redirect(url_for("keys.index"), 303)


def _problems(typed: Form) -> dict[str, str]:
    errors = {}
    if not 0 < len(typed.name) <= MAX_NAME:
        errors["name"] = f"Skriv, hvad nøglen skal bruges til (højst {MAX_NAME} tegn)."
    if typed.scope not in SCOPES:
        errors["scope"] = "Vælg, hvad nøglen må."
    in_use = [key for key in keys_of(db(), staff_member().clinic_id) if key.revoked_at is None]
    if len(in_use) >= MOST_KEYS:
        errors["name"] = f"I har {MOST_KEYS} nøgler i brug. Træk en tilbage først."
    return errors


def _page(form: Form, made: NewKey | None = None) -> str:
    keys = keys_of(db(), staff_member().clinic_id)
    return render_template(
        "staff/keys.html",
        form=form,
        made=made,
        scopes=list(SCOPES.items()),
        words=SCOPES,
        in_use=[key for key in keys if key.revoked_at is None],
        revoked=[key for key in keys if key.revoked_at is not None][:MOST_KEYS],
        public_url=runtime().settings.public_url,
    )
