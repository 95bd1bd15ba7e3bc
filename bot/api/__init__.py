"""What a clinic's own scripts may ask for over HTTP: docs/api.md says how."""

from __future__ import annotations

from bot.api.door import refusal
from bot.api.views import blueprint

__all__ = ["blueprint", "refusal"]
