"""The inbox: what waits, worst first, and what has been resolved."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.late_texts import late_texts
from bot.staff import closed
from bot.staff.cards import version
from bot.staff.guard import login_required, staff_member
from bot.staff.shell import is_sending, nobody_to_alarm, stale_regions, wording
from bot.staff.trace import trace_views
from bot.staff.waiting import Waiting, waiting
from bot.web import db, now

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/")
@login_required()
def open_alerts() -> ResponseReturnValue:
    shown = _waiting()
    trace_views("alert.view", "alert", [card.id for card in shown.cards])
    stale = stale_regions()
    late = late_texts(db(), now(), staff_member().clinic_id)
    db().commit()
    return render_template("staff/inbox.html", stale=stale, late=late, **_seen(shown))


@blueprint.get("/indbakke/kort")
@login_required(polling=True)
def poll() -> ResponseReturnValue:
    """The inbox's cards for a page that already shows version `v`; 204 when that is still what there is to see."""
    shown = _waiting()
    if request.args.get("v", "") == _version(shown):
        return "", 204
    trace_views("alert.view", "alert", [card.id for card in shown.cards])
    db().commit()
    return render_template("staff/_inbox_cards.html", **_seen(shown))


@blueprint.get("/afsluttede")
@login_required()
def resolved() -> ResponseReturnValue:
    staff = staff_member()
    asked = closed.asked(request.args)
    shown = closed.page_of(db(), staff.clinic_id, asked, wording(), now())
    trace_views("alert.view", "alert", [card.id for card in shown.cards])
    db().commit()
    here = url_for("inbox.resolved", **asked.arguments(shown.number))
    return render_template("staff/resolved.html", page=shown, asked=asked, here=here)


def _waiting() -> Waiting:
    staff = staff_member()
    return waiting(
        db(),
        staff.clinic_id,
        staff.id,
        wording(),
        now(),
        chosen=request.args.get("vis", ""),
        page=request.args.get("side", 1, type=int),
    )


def _seen(shown: Waiting) -> dict[str, object]:
    """What the templates show of it. `here`: the address of this very page."""
    chosen = None if shown.chosen == "alle" else shown.chosen
    side = shown.page if shown.page > 1 else None
    here = url_for("inbox.open_alerts", vis=chosen, side=side)
    poll_at = url_for("inbox.poll", vis=chosen, side=side, v=_version(shown))
    return {"waiting": shown, "here": here, "poll_at": poll_at}


def _version(shown: Waiting) -> str:
    """The newest alert a screen holds and a name for how it looks: "1042.9f3c…"."""
    return f"{max((card.id for card in shown.cards), default=0)}.{version((shown, is_sending(), nobody_to_alarm()))}"
