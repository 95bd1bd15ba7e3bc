"""What every test would otherwise pay for anew: each makes its own application and logs in to it.

The product compiles each template once a process and spends a tenth of a second on a password, both on purpose. Python
looks for garbage after every 700 new objects, which among a million that stay costs a tenth of all time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from bot.staff import access


class _Compiled(BytecodeCache):
    """Compiled templates, kept for as long as the tests run; one whose source has changed is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _cheaper() -> Iterator[None]:
    gc.freeze()  # what has been imported stays anyway
    gc.set_threshold(50_000, 20, 100)
    with pytest.MonkeyPatch.context() as changed:
        changed.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())
        changed.setattr(access, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield
