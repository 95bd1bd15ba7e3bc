"""The tables."""

from core.models.access import Passkey, RecoveryCode, StaffToken
from core.models.api import ApiEnrolment, ApiKey
from core.models.audit import Audit, AuditHead
from core.models.base import Base
from core.models.clinic import Bookmark, Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, MessageEvent, Patient
from core.models.desk import Note, NoteVersion, TextTemplate
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
from core.models.lists import ImportList, SavedView
from core.models.on_call import (
    Alarm,
    AlarmAlert,
    ClosedDays,
    Contact,
    Deadline,
    Mail,
    OpeningDay,
    RosterChange,
    RosterShift,
)
from core.models.sending import Circuit, SenderLevel
from core.states import (
    AlertKind,
    AlertState,
    ApiScope,
    Colour,
    EnrolmentState,
    ImportState,
    MessageKind,
    MessageState,
    Role,
    Verdict,
)

__all__ = [
    "Alarm",
    "AlarmAlert",
    "Alert",
    "AlertEvent",
    "AlertKind",
    "AlertState",
    "ApiEnrolment",
    "ApiKey",
    "ApiScope",
    "Audit",
    "AuditHead",
    "Base",
    "Bookmark",
    "Circuit",
    "Clinic",
    "ClosedDays",
    "Colour",
    "Contact",
    "Deadline",
    "Enrolment",
    "EnrolmentState",
    "Heartbeat",
    "ImportList",
    "ImportState",
    "Mail",
    "Message",
    "MessageEvent",
    "MessageKind",
    "MessageState",
    "Note",
    "NoteVersion",
    "OpeningDay",
    "Passkey",
    "Patient",
    "RecoveryCode",
    "RegionNumber",
    "Reply",
    "Role",
    "RosterChange",
    "RosterShift",
    "SavedView",
    "SenderLevel",
    "Staff",
    "StaffSession",
    "StaffToken",
    "TextTemplate",
    "Triage",
    "TriageMark",
    "Verdict",
]
