"""Structured logs. Patient text, names and numbers never reach them: fields are let through by name."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ALLOWED_FIELDS = frozenset(
    {
        "absent", "present",
        "event", "level", "timestamp", "logger", "exception", "exc_info", "stack_info",
        "alert", "alerts", "attempt", "attempts", "batch", "claimed", "clinic", "code", "command", "count",
        "database", "due", "enrolment", "error", "expired", "failed", "gateway", "job", "kind", "message",
        "method", "path", "port", "programme", "provider_id", "reason", "reply", "revision", "route", "rows",
        "seconds", "sent", "staff", "state", "status", "step", "triage_level", "unknown", "version", "worker",
    }
)  # fmt: skip


def drop_unknown_fields(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A field nobody has vouched for is replaced, so that a careless log line cannot carry a patient's words."""
    return {key: value if key in ALLOWED_FIELDS else "(left out)" for key, value in event.items()}


def exception_without_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Keep an exception's type and place, never its message: database errors quote the row they failed on."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["exception"] = f"{info[0].__name__} at {_place(info[2])}"
    return event


def _place(traceback: Any) -> str:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{traceback.tb_lineno}:{code.co_name}")
        traceback = traceback.tb_next
    return " > ".join(places[-4:])


def _stderr_now(*_args: object) -> structlog.WriteLogger:
    """Looked up for each logger, not once: whoever redirects stderr later is heard too."""
    return structlog.WriteLogger(sys.stderr)


def configure(log_format: Literal["console", "json"] = "console", level: int = logging.INFO) -> None:
    """Once per process, by the entry point. Writes to stderr."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            exception_without_values,
            drop_unknown_fields,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_stderr_now,
    )
    for noisy in ("twilio", "werkzeug", "apscheduler", "aiohttp", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
