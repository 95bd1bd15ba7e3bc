"""The tables."""

from core.models.base import Base
from core.models.clinic import Audit, Bookmark, Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, MessageEvent, Patient
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
from core.states import AlertKind, AlertState, Colour, EnrolmentState, MessageKind, MessageState, Role, Verdict

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertKind",
    "AlertState",
    "Audit",
    "Base",
    "Bookmark",
    "Clinic",
    "Colour",
    "Enrolment",
    "EnrolmentState",
    "Heartbeat",
    "Message",
    "MessageEvent",
    "MessageKind",
    "MessageState",
    "Patient",
    "RegionNumber",
    "Reply",
    "Role",
    "Staff",
    "StaffSession",
    "Triage",
    "TriageMark",
    "Verdict",
]
