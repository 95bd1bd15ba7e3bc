"""The tables."""

from core.models.access import Passkey, RecoveryCode, StaffToken
from core.models.api import ApiEnrolment, ApiKey
from core.models.audit import Audit, AuditHead
from core.models.base import Base
from core.models.clinic import Clinic, Heartbeat, RegionNumber, Staff, StaffSession
from core.models.course import Enrolment, Message, Patient
from core.models.desk import ImportList, SavedView
from core.models.inbox import Alert, AlertEvent, Reply, Triage, TriageMark
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
    "Passkey",
    "Patient",
    "RecoveryCode",
    "RegionNumber",
    "Reply",
    "Role",
    "SavedView",
    "Staff",
    "StaffSession",
    "StaffToken",
    "Triage",
    "TriageMark",
    "Verdict",
]
