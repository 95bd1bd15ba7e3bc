"""The shipped content with one thing changed, unchecked, and what the lint finds in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from messages.lint import Finding, lint
from messages.loader import Content, load_content
from messages.schema import Variant

SHIPPED = load_content()


def with_steps(programme_id: str, change: Mapping[str, Mapping[str, object]]) -> Content:
    """The shipped content with some fields of some steps changed, unchecked."""
    programme = SHIPPED.programmes[programme_id]
    steps = tuple(step.model_copy(update=change.get(step.id, {})) for step in programme.steps)
    changed = programme.model_copy(update={"steps": steps})
    return dataclasses.replace(SHIPPED, programmes=MappingProxyType({programme_id: changed}))


def with_reminder(programme_id: str, reminder: Variant | None) -> Content:
    programme = SHIPPED.programmes[programme_id].model_copy(update={"reminder": reminder})
    return dataclasses.replace(SHIPPED, programmes=MappingProxyType({programme_id: programme}))


def found(content: Content, rule: str) -> list[Finding]:
    return [finding for finding in lint(content) if finding.rule == rule]
