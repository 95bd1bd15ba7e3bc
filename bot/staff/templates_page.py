"""The clinic's ready-made texts: shown to all, changed by administrators."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import ready_texts
from bot.staff.guard import login_required, staff_member
from bot.voice import voice_of
from bot.web import db, now, runtime
from core.models import Role
from messages.free_text import Circumstances, judge

blueprint = Blueprint("templates", __name__)
GONE = "Skabelonen findes ikke mere, eller der er for mange. Intet er ændret."
_ACTS = {
    "fjern": (ready_texts.hide, "Skabelonen er fjernet."),
    "nulstil": (ready_texts.reset, "Skabelonen står igen, som den kom med Rygbot."),
}


@blueprint.get("/indstillinger/skabeloner")
@login_required()
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("/indstillinger/skabeloner")
@login_required(Role.ADMIN)
def change() -> ResponseReturnValue:
    """`act`: gem (save), fjern (offer no more) or nulstil (as it ships); `key`: which text, empty for a new one."""
    staff, content = staff_member(), runtime().content
    key, act = request.form.get("key", ""), request.form.get("act", "gem")
    if act in _ACTS:
        do, told = _ACTS[act]
        return _after(told if do(db(), content, staff.clinic, key, now=now(), staff_id=staff.id) else None)
    title = " ".join(request.form.get("title", "").replace("\0", "").split())
    body = " ".join(request.form.get("body", "").replace("\0", "").split())
    if errors := ready_texts.problems(staff.clinic, title, body):
        return _page(key, {"title": title, "body": body}, errors), 400
    saved = ready_texts.save(db(), content, staff.clinic, key, title, body, now=now(), staff_id=staff.id)
    return _after(f"Skabelonen »{title}« er gemt." if saved else None)


def _after(told: str | None) -> ResponseReturnValue:
    if told is None:
        db().rollback()
        flash(GONE, "warning")
    else:
        db().commit()
        flash(told, "success")
    return redirect(url_for("templates.index"), 303)


def _page(
    wrong: str | None = None, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    """`wrong`: the key of the text that was refused; its form is shown again as it was typed."""
    clinic = staff_member().clinic
    voice = voice_of(clinic)
    given = Circumstances(voice.clinic, voice.phone, neutral=voice.neutral)
    texts = ready_texts.all_of(db(), runtime().content, clinic)
    return render_template(
        "staff/ready_texts.html",
        texts=[(text, judge(text.filled(given), given)) for text in texts],
        wrong=wrong,
        typed=typed or {},
        errors=errors or {},
    )
