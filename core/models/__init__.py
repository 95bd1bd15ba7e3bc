"""The tables."""

from core.models.base import Base
from core.models.clinic import Audit, Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, Patient
from core.models.desk import Note, NoteVersion, TextTemplate
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
from core.states import AlertKind, AlertState, Colour, EnrolmentState, MessageKind, MessageState, Role, Verdict

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertKind",
    "AlertState",
    "Audit",
    "Base",
    "Clinic",
    "Colour",
    "Enrolment",
    "EnrolmentState",
    "Heartbeat",
    "Message",
    "MessageKind",
    "MessageState",
    "Note",
    "NoteVersion",
    "Patient",
    "RegionNumber",
    "Reply",
    "Role",
    "Staff",
    "StaffSession",
    "TextTemplate",
    "Triage",
    "TriageMark",
    "Verdict",
]
