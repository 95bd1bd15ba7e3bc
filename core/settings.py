"""Settings from the environment or `.env`; wrong or missing ones become one clear sentence each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from core.accounts import FIRST, SECOND, Account

NEW_KEY_HINT = "run `rygbot keys new` and put the line it prints into .env"
_MAIL_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_FALLBACK = "twilio_fallback_"
_ACCOUNT = (
    ("sid", "account_sid"),
    ("token", "auth_token"),
    ("service", "messaging_service_sid"),
    ("number", "from"),
    *((same, same) for same in ("base_url", "region", "edge")),
)
"""What core.accounts calls it, and what the setting's name ends with."""
DEFAULT_DATABASE_URL = "sqlite:///var/rygbot.db"


class SettingsError(Exception):
    """The settings cannot be used; the message is one sentence an operator can act on, per setting."""


class Settings(BaseSettings):
    """What an installation is told. Field names are the environment variables in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, validate_default=True
    )

    database_url: str = DEFAULT_DATABASE_URL
    gateway: Literal["simulator", "twilio"] = "simulator"
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = Field(default="", repr=False)
    encryption_keys: str = Field(default="", repr=False)

    twilio_account_sid: str = ""
    twilio_auth_token: str = Field(default="", repr=False)
    twilio_messaging_service_sid: str = ""
    twilio_from: str = ""
    twilio_base_url: str = ""
    twilio_region: str = ""
    twilio_edge: str = ""

    twilio_fallback_account_sid: str = ""
    twilio_fallback_auth_token: str = Field(default="", repr=False)
    twilio_fallback_messaging_service_sid: str = ""
    twilio_fallback_from: str = ""
    twilio_fallback_base_url: str = ""
    twilio_fallback_region: str = ""
    twilio_fallback_edge: str = ""

    spool_dir: Path = Path("var/spool")
    heartbeat_url: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)
    smtp_from: str = ""

    log_format: Literal["console", "json"] = "console"
    inbox_poll_seconds: int = Field(default=5, ge=1, le=60)

    @field_validator("database_url")
    @classmethod
    def _database_known(cls, value: str) -> str:
        if value.startswith("postgres://"):
            value = "postgresql://" + value.removeprefix("postgres://")
        if value.startswith("postgresql://"):
            value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        try:
            make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("is not an address of the form postgresql://user:password@host:port/database") from None
        return value

    @field_validator("public_url", "twilio_base_url", "twilio_fallback_base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not _is_web_address(value):
            raise ValueError("must be a web address such as https://rygbot.example.dk")
        return value.rstrip("/")

    @field_validator("heartbeat_url")
    @classmethod
    def _heartbeat_address(cls, value: str) -> str:
        if value and not _is_web_address(value.partition("?")[0]):
            raise ValueError("must be a web address such as https://monitor.example.dk/ping/1234")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_given(cls, value: str) -> str:
        if not value:
            raise ValueError("must not be empty: Twilio signs the address it calls")
        return value

    @field_validator("secret_key")
    @classmethod
    def _secret_long_enough(cls, value: str) -> str:
        if len(value) < 32:
            raise ValueError(f"missing or shorter than 32 characters: {NEW_KEY_HINT}")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _keys_usable(cls, value: str) -> str:
        keys = [key.strip() for key in value.split(",") if key.strip()]
        if not keys:
            raise ValueError(f"missing; names, numbers and texts are stored encrypted: {NEW_KEY_HINT}")
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                raise ValueError(f"holds something that is not a key: {NEW_KEY_HINT}") from None
        return ",".join(keys)

    @model_validator(mode="after")
    def _twilio_complete(self) -> Settings:
        if self.gateway != "twilio":
            return self
        missing = [name.upper() for name in ("twilio_account_sid", "twilio_auth_token") if not getattr(self, name)]
        if not self.twilio_messaging_service_sid and not self.twilio_from:
            missing.append("TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM")
        if missing:
            raise ValueError(f"GATEWAY=twilio needs {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _fallback_complete(self) -> Settings:
        given = [name for name in type(self).model_fields if name.startswith(_FALLBACK) and getattr(self, name)]
        if not given:
            return self
        if self.gateway != "twilio":
            raise ValueError(f"{given[0].upper()} is a second way beside a first: it needs GATEWAY=twilio")
        missing = [name for name in ("account_sid", "auth_token") if not getattr(self, _FALLBACK + name)]
        lacks = [(_FALLBACK + name).upper() for name in missing]
        if not self.twilio_fallback_messaging_service_sid and not self.twilio_fallback_from:
            lacks.append("TWILIO_FALLBACK_MESSAGING_SERVICE_SID or TWILIO_FALLBACK_FROM")
        if lacks:
            raise ValueError(f"a second account for texts is half given, it needs {', '.join(lacks)} too")
        _told_apart(self)
        return self

    @model_validator(mode="after")
    def _smtp_complete(self) -> Settings:
        if not self.smtp_host:
            return self
        if not _MAIL_ADDRESS.fullmatch(self.smtp_from):
            raise ValueError("SMTP_HOST needs SMTP_FROM, the address that alarms come from, such as rygbot@example.dk")
        if self.smtp_user and self.smtp_security == "none":
            raise ValueError("SMTP_SECURITY=none would send SMTP_PASSWORD in clear: use starttls or tls")
        return self

    def twilio_account(self, name: str = FIRST) -> Account:
        """The first account, or the second. `name`: see core.accounts."""
        prefix = "twilio_" if name == FIRST else _FALLBACK
        told = {field: getattr(self, prefix + setting) for field, setting in _ACCOUNT}
        return Account(name=name, is_spare=name != FIRST, **told)

    @property
    def twilio_accounts(self) -> tuple[Account, ...]:
        """Those whose words are believed and by which texts go, the first first."""
        names = (FIRST, SECOND) if self.twilio_fallback_account_sid else (FIRST,)
        return tuple(self.twilio_account(name) for name in names)

    @property
    def gateway_names(self) -> tuple[str, ...]:
        """What texts go by, in the order it is tried."""
        return tuple(account.name for account in self.twilio_accounts) if self.gateway == "twilio" else (self.gateway,)

    @property
    def encryption_key_list(self) -> tuple[str, ...]:
        """Newest first; the first encrypts, all decrypt."""
        return tuple(self.encryption_keys.split(","))

    @property
    def is_secure(self) -> bool:
        """True when patients and staff reach us over https, so cookies may be marked Secure."""
        return self.public_url.startswith("https://")


def _told_apart(settings: Settings) -> None:
    """Raises ValueError for a second account that is the first once more: what is away would be away twice, and a
    text in its list could be either's."""
    first, second = settings.twilio_account(FIRST), settings.twilio_account(SECOND)
    if second.number and _NUMBER.fullmatch(second.number) is None:
        raise ValueError("TWILIO_FALLBACK_FROM must be a number such as +4552512345")
    if first.sid == second.sid and (second.region, second.edge, second.base_url) == (
        first.region,
        first.edge,
        first.base_url,
    ):
        raise ValueError("TWILIO_FALLBACK_ACCOUNT_SID is the first account again: give another, or another region")
    if second.sender in {first.service, first.number} - {""}:
        raise ValueError("the second account needs a number or messaging service of its own")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and port_is_good


def load_settings(**overrides: object) -> Settings:
    """Read the environment and `.env`.

    Raises SettingsError with a sentence per wrong setting.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error))) from None


def _sentences(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0]).upper() if problem["loc"] else "Settings"
        reason = str(problem["msg"]).removeprefix("Value error, ")
        lines.append(f"{name}: {reason}.")
    return lines


def sqlite_path(database_url: str) -> Path | None:
    """The file behind a SQLite address, or None for PostgreSQL and in-memory databases."""
    path = database_url.removeprefix("sqlite:///")
    return Path(path) if path != database_url and path and path != ":memory:" else None
