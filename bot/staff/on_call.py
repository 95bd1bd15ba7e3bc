"""Who is on call: the people, the weekly roster, and what is changed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from bot import contacts
from bot.on_call import contacts_of
from bot.staff.guard import login_required, staff_member
from bot.staff.on_call_forms import DAYS, PLACES, read_change, read_person, read_shift
from bot.staff.on_call_view import view
from bot.web import db, now, runtime
from core.models import Contact, Role, RosterChange, RosterShift, Staff

blueprint = Blueprint("on_call", __name__)
Line = TypeVar("Line", RosterShift, RosterChange)


@blueprint.get("/indstillinger/vagt")
@login_required()
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("/indstillinger/vagt/personer")
@login_required(Role.ADMIN)
def add_person() -> ResponseReturnValue:
    return _save_person(None)


@blueprint.post("/indstillinger/vagt/personer/<row:contact_id>")
@login_required(Role.ADMIN)
def save_person(contact_id: int) -> ResponseReturnValue:
    return _save_person(_contact(contact_id))


@blueprint.post("/indstillinger/vagt/personer/<row:contact_id>/fjern")
@login_required(Role.ADMIN)
def remove_person(contact_id: int) -> ResponseReturnValue:
    contact = _contact(contact_id)
    contacts.remove_contact(db(), contact, by=staff_member(), now=now())
    return _done(f"{contact.name} er fjernet fra vagtlisten.")


@blueprint.post("/indstillinger/vagt/personer/<row:contact_id>/proev")
@login_required(Role.ADMIN)
def try_person(contact_id: int) -> ResponseReturnValue:
    contact = _contact(contact_id)
    made = contacts.try_alarm(db(), runtime().means, contact, by=staff_member(), now=now())
    if made is None:
        flash(f"I kan prøve {contacts.TRIALS} gange i timen. Vent lidt, og prøv igen.", "warning")
    elif not made:
        flash(f"{contact.name} kan ikke nås: Mail er ikke sat op.", "error")
    else:
        ways = " og ".join("sms" if alarm.message_id else "mail" for alarm in made)
        flash(f"Prøvealarmen er på vej til {contact.name} på {ways}. Følg den under personen.", "success")
    db().commit()
    return redirect(url_for("on_call.index"), 303)


@blueprint.post("/indstillinger/vagt/vagter")
@login_required(Role.ADMIN)
def add_shift() -> ResponseReturnValue:
    staff = staff_member()
    known = contacts_of(db(), staff.clinic_id)
    shift, errors = read_shift(request.form, request.form.getlist("days"), staff.clinic_id, known)
    if errors:
        return _page("shift", errors, request.form), 400
    contacts.add_shift(db(), shift, by=staff, now=now())
    return _done("Vagten er gemt.")


@blueprint.post("/indstillinger/vagt/vagter/<row:row_id>")
@login_required(Role.ADMIN)
def save_shift(row_id: int) -> ResponseReturnValue:
    staff, row = staff_member(), _line(RosterShift, row_id)
    known = contacts_of(db(), staff.clinic_id)
    shift, errors = read_shift(request.form, request.form.getlist("days"), staff.clinic_id, known)
    if errors:
        return _page(f"shift-{row.id}", errors, request.form), 400
    contacts.save_shift(db(), row, shift, by=staff, now=now())
    return _done("Vagten er rettet.")


@blueprint.post("/indstillinger/vagt/vagter/<row:row_id>/fjern")
@login_required(Role.ADMIN)
def remove_shift(row_id: int) -> ResponseReturnValue:
    contacts.remove(db(), _line(RosterShift, row_id), by=staff_member(), now=now())
    return _done("Vagten er fjernet.")


@blueprint.post("/indstillinger/vagt/aendringer")
@login_required(Role.ADMIN)
def add_change() -> ResponseReturnValue:
    staff = staff_member()
    known = contacts_of(db(), staff.clinic_id)
    change, errors = read_change(request.form, staff.clinic_id, known, now())
    if errors:
        return _page("change", errors, request.form), 400
    contacts.add_change(db(), change, by=staff, now=now())
    return _done("Ændringen er gemt.")


@blueprint.post("/indstillinger/vagt/aendringer/<row:row_id>/fjern")
@login_required(Role.ADMIN)
def remove_change(row_id: int) -> ResponseReturnValue:
    contacts.remove(db(), _line(RosterChange, row_id), by=staff_member(), now=now())
    return _done("Ændringen er fjernet.")


def _save_person(contact: Contact | None) -> ResponseReturnValue:
    staff = staff_member()
    others = [row for row in contacts_of(db(), staff.clinic_id).values() if row is not contact]
    colleagues = [colleague.id for colleague in _colleagues()]
    taken = {row.phone for row in others if row.phone}
    person, errors = read_person(request.form, taken=taken, staff_ids=colleagues)
    if errors:
        return _page(f"person-{contact.id}" if contact else "person", errors, request.form), 400
    contacts.save_contact(db(), contact, person, by=staff, now=now())
    return _done(f"{person.name} er gemt.")


def _colleagues() -> Sequence[Staff]:
    mine = (Staff.clinic_id == staff_member().clinic_id, Staff.deactivated_at.is_(None))
    return db().scalars(select(Staff).where(*mine).order_by(Staff.id)).all()


def _contact(contact_id: int) -> Contact:
    contact = contacts.find_contact(db(), staff_member().clinic_id, contact_id)
    if contact is None:
        abort(404)
    return contact


def _line(table: type[Line], row_id: int) -> Line:
    row = db().scalar(select(table).where(table.id == row_id, table.clinic_id == staff_member().clinic_id))
    if row is None:
        abort(404)
    return row


def _done(text: str) -> ResponseReturnValue:
    db().commit()
    flash(text, "success")
    return redirect(url_for("on_call.index"), 303)


def _page(wrong: str = "", errors: Mapping[str, str] | None = None, typed: MultiDict[str, str] | None = None) -> str:
    """`wrong`: the form that was refused (person, person-3, shift, shift-2, change), shown again as it was typed."""
    staff = staff_member()
    return render_template(
        "staff/on_call.html",
        view=view(db(), staff.clinic_id, now(), can_mail=runtime().means.can_mail),
        colleagues=_colleagues(),
        days=DAYS,
        places=PLACES,
        wrong=wrong,
        errors=errors or {},
        typed=typed if typed is not None else MultiDict(),
    )
