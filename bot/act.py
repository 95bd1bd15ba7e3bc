"""Turns a Decision into rows: the change of the course, the alert, the advice or answer. The caller commits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.advice import CallPlace, advice_text
from bot.alerts import raise_alert
from bot.conversation import REACHED_DOCTOR, Change, Decision
from bot.course import RUNNING, pause, refresh_holds, reopen, resume
from bot.delivery import opt_out
from bot.forms import set_form
from bot.grants import grant, note_stop_answer
from bot.places import corrected
from bot.red_flags import language_of
from bot.sender import Sender
from bot.voice import voice_of
from core.models import AlertKind, Colour, Enrolment, MessageKind, Patient, Reply
from messages.advice_schema import AdviceGroup
from messages.languages import Language
from messages.loader import Content
from messages.wording import Voice, answer_text, rule_text
from scheduler.calendar import is_doctor_open
from scheduler.outbox import Draft, cancel_kind, enqueue_answers

ANSWERED = "patienten har skrevet"
NEWER_CHECK = "afløst af et nyere spørgsmål"
CONTACT_CHECK_AFTER = timedelta(minutes=45)
MAX_TEXTS_AN_HOUR = 20
"""More answers, or more advice, in an hour means two machines are talking: the texts stop, staff are told to ring."""


def carry_out(
    session: Session,
    content: Content,
    decision: Decision,
    *,
    reply: Reply,
    sender: Sender,
    now: datetime,
) -> None:
    """Everything one reply leads to, in the caller's transaction."""
    patient, enrolment = sender.patient, sender.enrolment
    held_by = _what_holds(enrolment)
    _end_silence(session, sender, now)
    braked = (sender.answered if decision.advice is None else sender.advised) >= MAX_TEXTS_AN_HOUR
    if braked and decision.colour is Colour.RED:
        decision = replace(decision, alert=AlertKind.CALL_BACK)
    if enrolment is not None and decision.screening_clean is not None:
        enrolment.screening_clean_at = now if decision.screening_clean else None
    _change(session, content, decision.change, patient, enrolment, now)
    granted = _grants(session, content, decision, enrolment, now)
    running = enrolment if enrolment is not None and enrolment.state in RUNNING else None
    red_open = sender.red_open
    if decision.alert is not None and decision.colour is not None:
        raise_alert(
            session,
            clinic_id=patient.clinic_id,
            kind=decision.alert,
            colour=decision.colour,
            now=now,
            patient_id=patient.id,
            enrolment_id=enrolment.id if enrolment else None,
            reply=reply,
        )
        if decision.colour is Colour.RED:
            held_by, red_open = _what_holds(enrolment), True  # what must wait has been seen to
    if not braked:
        drafts = [*granted, *_drafts(session, content, decision, reply, sender, now)]
        course = enrolment.id if enrolment else None
        enqueue_answers(session, drafts, patient=patient, enrolment_id=course, reply_id=reply.id, now=now)
    if running is not None and _what_holds(running) != held_by:
        refresh_holds(session, running, now, red_open=red_open)


def _what_holds(enrolment: Enrolment | None) -> tuple[object, ...]:
    """What of a course decides which texts wait, and a reply may change. A red alert sees to it itself."""
    if enrolment is None:
        return ()
    return enrolment.state, enrolment.screening_clean_at, enrolment.silent_since, enrolment.fewer_since


def _end_silence(session: Session, sender: Sender, now: datetime) -> None:
    """Whatever the patient writes: no reminder any more, and the texts that silence held go on."""
    if sender.is_reminded:
        cancel_kind(session, sender.patient.id, MessageKind.REMINDER, ANSWERED, now)
    if sender.enrolment is not None:
        sender.enrolment.silent_since = None


def _grants(
    session: Session, content: Content, decision: Decision, enrolment: Enrolment | None, now: datetime
) -> list[Draft]:
    """The patient's own wish and word; the text that confirms a wish."""
    if enrolment is None:
        return []
    if decision.stop_answer is not None:
        note_stop_answer(session, enrolment, decision.stop_answer, now)
    if (adaptation := decision.adaptation) is not None and adaptation.form is not None:
        set_form(session, content, enrolment, adaptation.form, reason=adaptation.reason, now=now)
    return [grant(session, content, decision.wish, enrolment, now)] if decision.wish is not None else []


def _change(
    session: Session, content: Content, change: Change, patient: Patient, enrolment: Enrolment | None, now: datetime
) -> None:
    if change is Change.OPT_OUT:
        opt_out(session, patient, now)
    elif change in {Change.OPT_IN, Change.REOPEN}:
        patient.opted_out_at = None
    if enrolment is None:
        return
    if change is Change.PAUSE:
        pause(session, enrolment, now=now, until=None, staff_id=None)
    elif change is Change.RESUME:
        resume(session, enrolment, now=now, staff_id=None)
    elif change is Change.REOPEN:
        reopen(session, content, enrolment, now=now)


def _drafts(
    session: Session, content: Content, decision: Decision, reply: Reply, sender: Sender, now: datetime
) -> list[Draft]:
    patient, clinic = sender.patient, sender.patient.clinic
    drafts = []
    if decision.advice is not None:
        drafts.append(_advice(content, decision.advice, reply, sender, now))
    voice = voice_of(clinic)
    if (body := _answer_of(content, decision, voice)) is not None:
        drafts.append(Draft(MessageKind.ANSWER, body, question=decision.question, reason="svar på sms"))
    if decision.check_contact:
        if sender.is_checked:  # two red replies in a row lead to one question, counted from the last
            cancel_kind(session, patient.id, MessageKind.CONTACT_CHECK, NEWER_CHECK, now)
        body = answer_text(content.replies, "contact_check", voice)
        drafts.append(
            Draft(
                MessageKind.CONTACT_CHECK,
                body,
                REACHED_DOCTOR,
                CONTACT_CHECK_AFTER,
                "spørger efter rødt svar",
            )
        )
    return drafts


def _answer_of(content: Content, decision: Decision, voice: Voice) -> str | None:
    """The text that answers a reply, of a rule or an ordinary one; None when nothing or advice is sent."""
    if decision.adaptation is not None:
        return rule_text(decision.adaptation.rule, voice)
    return None if decision.answer is None else answer_text(content.replies, decision.answer, voice)


def _advice(content: Content, group: AdviceGroup, reply: Reply, sender: Sender, now: datetime) -> Draft:
    """The advice in the language of this very reply; staff get the Danish form beside another."""
    patient, clinic = sender.patient, sender.patient.clinic
    region = corrected(content.regions[patient.region], sender.correction)
    said = partial(
        advice_text,
        content,
        group=group,
        clinic=clinic.name,
        place=CallPlace(region, patient.doctor_phone),
        doctor_open=is_doctor_open(now),
        clinic_phone=clinic.phone,
        neutral=clinic.neutral,
    )
    language = language_of(reply.body, content.languages)
    return Draft(
        MessageKind.ADVICE,
        said(language=language),
        reason="råd efter svar",
        language=language,
        body_in_danish=None if language is Language.DANISH else said(),
    )
