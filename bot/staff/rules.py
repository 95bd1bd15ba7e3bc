"""The rules replies are read by: every flag with its sources and words, and a place to try a text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot.advice import CallPlace, advice_text
from bot.answers import parse
from bot.concerns import for_checker, weigh
from bot.places import region_for
from bot.red_flags import Level, check_safely, language_of
from bot.staff.explaining import HEADLINES, UNREADABLE, Why, explained
from bot.staff.guard import login_required, staff_member
from bot.staff.marking import Piece, pieces
from bot.staff.rulebook import Rulebook, shipped_rulebook
from bot.staff.shell import wording
from bot.staff.words import ADVICE_GROUPS, LOWERED, QUESTIONS
from bot.web import db, runtime
from messages.advice_schema import AdviceGroup
from messages.red_flag_schema import shipped_rules

blueprint = Blueprint("rules", __name__)
LONGEST_TEXT = 2000
LONGEST_QUERY = 100
_ASKED = [(key, word) for key, word in QUESTIONS.items() if key not in {"reached_doctor", "stop_reason", "staff_asked"}]
"""What a text may be tried as the answer to. The checker reads an answer about the doctor as one to no question."""


@dataclass(frozen=True)
class Tried:
    """What became of a text that was tried; `level` is empty when it could not be. `language`: the advice's."""

    text: str = ""
    question: str = ""
    error: str = ""
    level: str = ""
    headline: str = ""
    language: str = ""
    pieces: tuple[Piece, ...] = ()
    whys: tuple[Why, ...] = ()


@blueprint.get("/regler")
@login_required()
def index() -> ResponseReturnValue:
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    book = shipped_rulebook()
    return _page(book.search(query) if query else book, Tried(), query=query)


@blueprint.post("/regler")
@login_required()
def attempt() -> ResponseReturnValue:
    """Read a text as the bot would. It is answered with and forgotten: neither stored nor logged."""
    tried = _try(request.form.get("text", ""), request.form.get("question", ""))
    book = shipped_rulebook().only(why.flag for why in tried.whys)
    return _page(book, tried), 400 if tried.error else 200


def _try(text: str, question: str) -> Tried:
    question = question if question in dict(_ASKED) else ""
    if not text.strip():
        return Tried(text, question, "Skriv en tekst, som en patient kunne svare.")
    if len(text) > LONGEST_TEXT:
        return Tried(text, question, f"Teksten er for lang. Skriv højst {LONGEST_TEXT} tegn.")
    replies = runtime().content.replies
    triage, failure = check_safely(runtime().checker, text, for_checker(question or None))
    triage = weigh(text, question, parse(text, replies.vocabulary), triage, replies.concern)
    return Tried(
        text=text,
        question=question,
        level=triage.level,
        headline=HEADLINES[triage.level] if failure is None else UNREADABLE,
        language=language_of(text, runtime().content.languages).danish_name if triage.level != Level.GREEN else "",
        pieces=pieces(text, [asdict(item) for item in triage.evidence], wording().flags),
        whys=explained(text, triage, shipped_rules()),
    )


def _page(book: Rulebook, tried: Tried, *, query: str = "") -> str:
    whole = shipped_rulebook()
    return render_template(
        "staff/rules.html",
        book=book,
        tried=tried,
        query=query,
        version=whole.version,
        flag_count=len(whole.flags),
        rule_count=whole.rule_count,
        unsigned_count=sum(not entry.flag.signed_off_by for entry in whole.flags),
        questions=_ASKED,
        question_words=QUESTIONS,
        lowered=LOWERED,
        advice_groups=ADVICE_GROUPS,
        advice=_advice({entry.advice for entry in book.flags}),
        documents=runtime().content.sources,
    )


def _advice(groups: Collection[AdviceGroup]) -> dict[AdviceGroup, tuple[str, str]]:
    """What a patient of this clinic and its region is told: while the own doctor is open, and at other times."""
    content, clinic = runtime().content, staff_member().clinic
    place = CallPlace(region_for(db(), content, clinic.id, clinic.region))

    def text(group: AdviceGroup, *, doctor_open: bool) -> str:
        return advice_text(
            content,
            group=group,
            clinic=clinic.name,
            place=place,
            doctor_open=doctor_open,
            clinic_phone=clinic.phone,
            neutral=clinic.neutral,
        )

    return {group: (text(group, doctor_open=True), text(group, doctor_open=False)) for group in groups}
