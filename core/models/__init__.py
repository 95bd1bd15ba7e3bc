"""The tables."""

from core.models.base import Base
from core.models.clinic import Audit, Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, Patient
from core.models.desk import ImportList, SavedView
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
from core.states import (
    AlertKind,
    AlertState,
    Colour,
    EnrolmentState,
    ImportState,
    MessageKind,
    MessageState,
    Role,
    Verdict,
)

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
    "ImportList",
    "ImportState",
    "Message",
    "MessageKind",
    "MessageState",
    "Patient",
    "RegionNumber",
    "Reply",
    "Role",
    "SavedView",
    "Staff",
    "StaffSession",
    "Triage",
    "TriageMark",
    "Verdict",
]
