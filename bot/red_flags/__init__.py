"""The red-flag checker: reads one Danish reply and says how serious it is, and why.

Pure: no database, no web, no telephone. Rules and vocabulary stand in messages/red_flags.toml.
"""

import os

# The second reader's calculations are small: several threads cost each more than they give. numpy reads this when it is
# first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bot.red_flags.checker import SECOND_READER, Checker, check_safely, load_checker
from bot.red_flags.jsonl import explain, triage_lines
from bot.red_flags.language import language_of
from bot.red_flags.late import LateChecker
from bot.red_flags.model import UNCLEAR, Evidence, Level, Triage, worst

__all__ = [
    "SECOND_READER",
    "UNCLEAR",
    "Checker",
    "Evidence",
    "LateChecker",
    "Level",
    "Triage",
    "check_safely",
    "explain",
    "language_of",
    "load_checker",
    "triage_lines",
    "worst",
]
