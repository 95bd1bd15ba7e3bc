"""What stands in the fake Twilio's list, as its API tells it; and settings that lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from core.crypto import new_key
from core.settings import Settings

ACCOUNT = "AC" + "0" * 32
TOKEN = "twilio-auth-token"


@dataclass(frozen=True)
class Entry:
    """A text in the provider's list, sent by us or to us."""

    sid: str
    to: str
    sender: str
    body: str
    at: datetime
    direction: str = "outbound-api"
    status: str = "queued"
    callback: str = ""
    service: str | None = None
    error_code: int | None = None
    media: int = 0


def resource(entry: Entry) -> dict[str, object]:
    at = format_datetime(entry.at.astimezone(UTC))
    is_sent = entry.direction == "inbound" or entry.status in {"sent", "delivered", "undelivered"}
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": entry.body,
        "date_created": at,
        "date_sent": at if is_sent else None,
        "date_updated": at,
        "direction": entry.direction,
        "error_code": entry.error_code,
        "error_message": None,
        "from": entry.sender or None,
        "messaging_service_sid": entry.service,
        "num_media": str(entry.media),
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": entry.sid,
        "status": entry.status,
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{entry.sid}/Media.json"},
        "to": entry.to,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{entry.sid}.json",
    }


def twilio_settings(base_url: str, database_url: str = "sqlite:///unused.db", **overrides: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "gateway": "twilio",
        "public_url": "https://rygbot.example",
        "secret_key": "s" * 40,
        "encryption_keys": new_key(),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_from": "+4552512345",
        "twilio_base_url": base_url,
        **overrides,
    }
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]
