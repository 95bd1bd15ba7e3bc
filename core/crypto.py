"""Encryption at rest: a column type on MultiFernet, and a keyed hash to look telephone numbers up by."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Engine, LargeBinary
from sqlalchemy.types import TypeDecorator

_DIALECT_ATTRIBUTE = "rygbot_keyring"


class DecryptionError(Exception):
    """A stored value opens with none of the keys: ENCRYPTION_KEYS lacks the key it was written with."""


class Keyring:
    """The encryption keys of one installation, newest first: the first encrypts, all decrypt."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._lookup_keys = [hashlib.sha256(b"lookup:" + key.encode()).digest() for key in keys]

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass"))

    def decrypt(self, token: bytes) -> str:
        """Raises DecryptionError when no key opens it."""
        try:
            return self._fernet.decrypt(token).decode("utf-8", "surrogatepass")
        except InvalidToken:
            raise DecryptionError(
                "a stored value opens with none of ENCRYPTION_KEYS; add the key it was written with"
            ) from None

    def lookup_hash(self, value: str) -> str:
        """Keyed hash under the newest key: what is written."""
        return self._hash(self._lookup_keys[0], value)

    def lookup_hashes(self, value: str) -> list[str]:
        """Keyed hashes under every key: what is searched for, so that a rotation under way finds all."""
        return [self._hash(key, value) for key in self._lookup_keys]

    @staticmethod
    def _hash(key: bytes, value: str) -> str:
        return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def attach(engine: Engine, keyring: Keyring) -> None:
    """Give an engine its keys. They ride on its dialect, the one thing a column type is handed."""
    setattr(engine.dialect, _DIALECT_ATTRIBUTE, keyring)


def keyring_of(dialect: Dialect) -> Keyring:
    """Raises RuntimeError when the engine was made without keys, before anything is written in clear."""
    keyring = getattr(dialect, _DIALECT_ATTRIBUTE, None)
    if keyring is None:
        raise RuntimeError("this engine has no encryption keys: make it with core.db.make_engine")
    return cast("Keyring", keyring)


class EncryptedText(TypeDecorator[str]):
    """Text that stands encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).decrypt(bytes(value))


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value that stands encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).encrypt(json.dumps(value))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(keyring_of(dialect).decrypt(bytes(value)))


def new_key() -> str:
    return Fernet.generate_key().decode("ascii")
