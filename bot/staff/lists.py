"""Enrolling many patients from one list: paste or upload, look it through, enrol, mend what failed."""

from __future__ import annotations

import time

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.columns import is_heading
from bot.lists import store
from bot.lists.enrolling import begin, enrol_batch
from bot.staff.guard import login_required, staff_member
from bot.staff.list_page import chosen, fields, headers, sheet
from bot.staff.trace import trace
from bot.tables import TableRefusedError, csv_file, read_table, read_text
from bot.tables.writing import CSV_TYPE
from bot.web import db, now, runtime, wall_now
from core.models import ImportList, ImportState, Role
from scheduler.calendar import local

blueprint = Blueprint("lists", __name__)
AT_ONCE = 2.0
"""Seconds of work that a page waits for: a short list is done when it opens, a long one the worker goes on with."""
SHOWN_AT_MOST = 200
"""Rows that stand open on the page when all is done; the file holds the rest."""
NOTHING = "Indsæt en liste, eller vælg en fil."
GONE = "Listen findes ikke mere: Vi gemmer den højst en time. Hent den ind igen. Ingen bliver tilmeldt to gange."


@blueprint.get("/tilmeld/import")
@login_required(Role.CLINICIAN)
def new() -> ResponseReturnValue:
    return _form()


@blueprint.post("/tilmeld/import")
@login_required(Role.CLINICIAN)
def read() -> ResponseReturnValue:
    staff = staff_member()
    pasted = request.form.get("pasted", "")
    upload = request.files.get("file")
    data = upload.read() if upload is not None else b""
    try:
        if data:
            table = read_table(data, is_heading, store.LIMITS)
        elif pasted.strip():
            table = read_text(pasted, is_heading, store.LIMITS)
        else:
            return _form(pasted, NOTHING), 400
        stored = store.keep(db(), runtime().content, staff.clinic, table, staff_id=staff.id, wall_now=wall_now())
    except TableRefusedError as error:
        return _form(pasted, str(error)), 400
    list_id = stored.id
    trace("import.read", "import", list_id)
    db().commit()
    return _to(list_id)


@blueprint.get("/tilmeld/import/<row:list_id>")
@login_required(Role.CLINICIAN)
def show(list_id: int) -> ResponseReturnValue:
    stored = store.find(db(), list_id, staff_member().clinic_id, wall_now())
    if stored is None:
        return _form("", GONE), 404
    content = runtime().content
    page = "list_draft" if stored.state == ImportState.DRAFT else "list_done"
    trace("import.view", "import", list_id)
    db().commit()
    is_done = stored.state != ImportState.RUNNING
    return render_template(
        f"staff/{page}.html",
        stored=stored,
        sheet=sheet(db(), content, stored, now()) if is_done else None,
        fields=fields(stored, content),
        headers=headers(stored),
        header=stored.choices["header"],
        consent=content.consent.newest,
        shown_at_most=SHOWN_AT_MOST,
    )


@blueprint.get("/tilmeld/import/<row:list_id>/fremdrift")
@login_required(Role.CLINICIAN, polling=True)
def progress(list_id: int) -> ResponseReturnValue:
    """How far a running list is; a page that asks when all is done is sent to the outcome."""
    stored = _found(list_id)
    if stored.state != ImportState.RUNNING and request.headers.get("HX-Request"):
        return "", 204, {"HX-Refresh": "true"}
    return render_template("staff/_list_progress.html", stored=stored)


@blueprint.post("/tilmeld/import/<row:list_id>/kolonner")
@login_required(Role.CLINICIAN)
def choose(list_id: int) -> ResponseReturnValue:
    stored = _found(list_id, lock=True)
    if stored.state == ImportState.DRAFT:
        stored.choices = chosen(request.form, stored, runtime().content).stored()
        db().commit()
    return _to(list_id)


@blueprint.post("/tilmeld/import/<row:list_id>/tilmeld")
@login_required(Role.CLINICIAN)
def enrol(list_id: int) -> ResponseReturnValue:
    stored = _found(list_id, lock=True)
    rows = request.form.getlist("row", type=int)
    if begin(db(), stored, rows, staff_id=staff_member().id, now=now()):
        db().commit()
        _work(list_id)
    elif stored.state == ImportState.DRAFT:
        flash("Vælg mindst én patient. Ingen er tilmeldt.", "error")
    else:
        flash("Listen er allerede sat i gang.", "warning")
    return _to(list_id)


@blueprint.post("/tilmeld/import/<row:list_id>/videre")
@login_required(Role.CLINICIAN)
def go_on(list_id: int) -> ResponseReturnValue:
    """Goes on at once with a list that stands still: for when no worker runs."""
    _found(list_id)
    _work(list_id)
    return _to(list_id)


@blueprint.post("/tilmeld/import/<row:list_id>/fejl")
@login_required(Role.CLINICIAN)
def failures(list_id: int) -> ResponseReturnValue:
    """The rows with something to mend, as a file that can be read in again."""
    stored = _found(list_id)
    bad = sheet(db(), runtime().content, stored, now()).bad
    data = csv_file(store.failures(stored, {line.number: line.text for line in bad}))
    trace("import.export", "import", list_id, store.counted(len(bad)))
    db().commit()
    name = f"skal-rettes-{local(now()):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type=CSV_TYPE, headers=headers)


@blueprint.post("/tilmeld/import/<row:list_id>/slet")
@login_required(Role.CLINICIAN)
def delete(list_id: int) -> ResponseReturnValue:
    stored = _found(list_id, lock=True)
    if stored.state == ImportState.RUNNING:
        flash("Listen er ved at blive tilmeldt. Vent, til den er færdig.", "warning")
        return _to(list_id)
    db().delete(stored)
    db().commit()
    flash("Listen er slettet. De patienter, der er tilmeldt, er det stadig.", "success")
    return redirect(url_for("lists.new"), 303)


def _work(list_id: int) -> None:
    """Enrol for as long as a page may take; each batch in a transaction of its own."""
    end = time.monotonic() + AT_ONCE
    while enrol_batch(db(), runtime().content, list_id, now()) and time.monotonic() < end:
        db().commit()
    db().commit()


def _found(list_id: int, *, lock: bool = False) -> ImportList:
    stored = store.find(db(), list_id, staff_member().clinic_id, wall_now(), lock=lock)
    if stored is None:
        abort(404)
    return stored


def _form(pasted: str = "", error: str = "") -> str:
    return render_template("staff/list_new.html", pasted=pasted, error=error, most=store.MOST_ROWS)


def _to(list_id: int) -> ResponseReturnValue:
    return redirect(url_for("lists.show", list_id=list_id), 303)
