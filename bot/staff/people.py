"""The list of patients: searched, filtered, kept as views of one's own, and fetched as a file.

What is searched for is mostly a name, and addresses end up in logs, histories and bookmarks. So the form is posted, and
the words then stand in the address encrypted, for one person alone: going back, reloading and turning the page work as
everywhere, and nobody reads a name in a log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select

from bot.lists.store import counted
from bot.staff.filters import ADDRESS, FLAGS, SORTS, Filters, named, read, restore, weeks
from bot.staff.guard import login_required, staff_member
from bot.staff.roster import Counts, Row, counts, everyone, page_of
from bot.staff.trace import trace
from bot.staff.words import COLOURS, ENROLMENT_STATES
from bot.tables import csv_file, xlsx_file
from bot.tables.writing import CSV_TYPE, XLSX_TYPE
from bot.web import db, now, runtime
from core.crypto import DecryptionError
from core.models import Role, SavedView
from scheduler.calendar import local

blueprint = Blueprint("people", __name__)
SEARCHED = "soeg"
MOST_VIEWS = 12
LONGEST_NAME = 40
HEADINGS = (
    "Navn", "Telefon", "Forløb", "Uge", "Status", "Startdato", "Seneste svar", "Alarm", "Egen læges telefon", "Region",
)  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """A filter that one press sets or takes away again."""

    word: str
    kind: str
    count: int
    is_on: bool
    address: str


@dataclass(frozen=True)
class View:
    id: int
    name: str
    address: str
    is_shown: bool


@blueprint.get("/patienter")
@login_required()
def index() -> ResponseReturnValue:
    staff, content = staff_member(), runtime().content
    filters = _asked()
    page = request.args.get("side", 1, type=int)
    today = local(now()).date()
    shown = page_of(db(), staff.clinic_id, content, filters, number=page, today=today)
    numbers = counts(db(), staff.clinic_id)
    trace("patient.list", "clinic", staff.clinic_id)
    db().commit()
    return render_template(
        "staff/patients.html",
        page=shown,
        filters=filters,
        counts=numbers,
        chips=_chips(filters, numbers),
        views=_views(filters),
        sealed=_sealed(filters),
        addresses=ADDRESS,
        name=named(filters, content)[:LONGEST_NAME],
        programmes=[
            (item.id, _counted(item.name, numbers.programmes, item.id)) for item in content.programmes.values()
        ],
        weeks=weeks(content),
        states=[(state, _counted(word, numbers.states, state)) for state, word in ENROLMENT_STATES.items()],
        sorts=list(SORTS.items()),
        turned=lambda number: _address(filters, side=str(number)),
    )


@blueprint.post("/patienter/vis")
@login_required()
def show() -> ResponseReturnValue:
    """Leads from the form to the address of what it asks for."""
    return redirect(_address(read(request.form, request.form.get("q", ""), runtime().content)), 303)


@blueprint.post("/patienter/hent")
@login_required(Role.CLINICIAN)
def export() -> ResponseReturnValue:
    staff, content = staff_member(), runtime().content
    filters = _posted()
    kind = "xlsx" if request.form.get("kind") == "xlsx" else "csv"
    rows = everyone(db(), staff.clinic_id, content, filters, today=local(now()).date())
    table: list[Sequence[str]] = [HEADINGS, *(_cells(row) for row in rows)]
    trace("patient.export", "clinic", staff.clinic_id, f"{kind}, {counted(len(table) - 1)}: {filters.told()}")
    db().commit()
    data, mime = (xlsx_file(table, "Patienter"), XLSX_TYPE) if kind == "xlsx" else (csv_file(table), CSV_TYPE)
    name = f"patienter-{staff.clinic_id}-{local(now()):%Y-%m-%d}.{kind}"
    return Response(data, content_type=mime, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.post("/patienter/visninger")
@login_required()
def save_view() -> ResponseReturnValue:
    """Keep what is shown under a name; the same name again replaces what it stood for."""
    staff, filters = staff_member(), _posted()
    name = request.form.get("name", "").replace("\0", "").strip()[:LONGEST_NAME]
    mine = db().scalars(select(SavedView).where(SavedView.staff_id == staff.id)).all()
    same = next((view for view in mine if view.name.casefold() == name.casefold()), None)
    if not name:
        flash("Giv visningen et navn. Den er ikke gemt.", "error")
    elif same is None and len(mine) >= MOST_VIEWS:
        flash(f"Du kan have {MOST_VIEWS} visninger. Fjern en, før du gemmer en ny.", "error")
    else:
        if same is None:
            db().add(SavedView(staff_id=staff.id, name=name, filters=filters.kept(), created_at=now()))
        else:
            same.filters = filters.kept()
        db().commit()
        flash(f"Visningen »{name}« er gemt. Kun du kan se den.", "success")
    return redirect(_address(filters), 303)


@blueprint.post("/patienter/visninger/fjern")
@login_required()
def remove_view() -> ResponseReturnValue:
    view_id = request.form.get("view", 0, type=int)
    gone = delete(SavedView).where(SavedView.id == view_id, SavedView.staff_id == staff_member().id)
    if db().execute(gone.returning(SavedView.id)).first() is None:
        flash("Visningen er allerede fjernet.", "warning")
    else:
        flash("Visningen er fjernet.", "success")
    db().commit()
    return redirect(url_for("people.index"), 303)


def _asked() -> Filters:
    """What the address asks for."""
    return read(request.args, _unsealed(request.args.get(SEARCHED, "")), runtime().content)


def _posted() -> Filters:
    """What was shown on the page that a form was sent from: it carries the sealed words along."""
    return read(request.form, _unsealed(request.form.get(SEARCHED, "")), runtime().content)


def _address(filters: Filters, **more: str) -> str:
    values: dict[str, Any] = {**_sealed(filters), **more}
    return url_for("people.index", **values)


def _sealed(filters: Filters) -> dict[str, str]:
    """The filters as they may stand in an address or a hidden field."""
    if not filters.words:
        return filters.address()
    token = runtime().keyring.encrypt(f"{_seal()}{filters.words}").decode("ascii")
    return {**filters.address(), SEARCHED: token}


def _unsealed(token: str) -> str:
    """The words searched for; nothing when somebody else sealed them, or they are no search at all."""
    try:
        said = runtime().keyring.decrypt(token.encode("ascii", "replace")) if token else ""
    except DecryptionError:
        return ""
    return said.removeprefix(_seal()) if said.startswith(_seal()) else ""


def _seal() -> str:
    """Before the words: whose search it is, so that nothing else that stands encrypted is ever opened here."""
    return f"search by {staff_member().id}: "


def _chips(filters: Filters, numbers: Counts) -> list[Chip]:
    colours = [
        Chip(word, colour, numbers.colours[colour], filters.colour == colour, _address(filters.toggled(colour=colour)))
        for colour, word in COLOURS.items()
    ]
    flags = [
        Chip(word, "quiet", numbers.flags[name], getattr(filters, name), _address(filters.toggled(**{name: True})))
        for name, word in FLAGS.items()
    ]
    return [chip for chip in (*colours, *flags) if chip.count or chip.is_on]


def _views(filters: Filters) -> list[View]:
    """One's own views, the oldest first."""
    statement = select(SavedView).where(SavedView.staff_id == staff_member().id).order_by(SavedView.id)
    views = []
    for view in db().scalars(statement):
        kept = restore(view.filters, runtime().content)
        views.append(View(view.id, view.name, _address(kept), kept == filters))
    return views


def _counted(word: str, numbers: Mapping[str, int], key: str) -> str:
    return f"{word} ({numbers[key]})" if numbers.get(key) else word


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name, _dialled(row.phone), row.programme, row.week, row.state_word, row.start, row.last_reply,
        row.colour_word, _dialled(row.doctor_phone), row.region,
    )  # fmt: skip


def _dialled(shown: str) -> str:
    """A foreign number with 00: a spreadsheet takes a plus for a sum."""
    return f"00{shown.removeprefix('+')}" if shown.startswith("+") else shown
