"""The tables."""

from core.models.access import Passkey, RecoveryCode, StaffToken
from core.models.api import ApiEnrolment, ApiKey
from core.models.audit import Audit, AuditHead
from core.models.base import Base
from core.models.clinic import Bookmark, Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, MessageEvent, Patient
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
from core.states import (
    AlertKind,
    AlertState,
    ApiScope,
    Colour,
    EnrolmentState,
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
    "ApiEnrolment",
    "ApiKey",
    "ApiScope",
    "Audit",
    "AuditHead",
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
    "Passkey",
    "Patient",
    "RecoveryCode",
    "RegionNumber",
    "Reply",
    "Role",
    "Staff",
    "StaffSession",
    "StaffToken",
    "Triage",
    "TriageMark",
    "Verdict",
]
