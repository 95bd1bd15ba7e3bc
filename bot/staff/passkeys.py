"""Passkeys (WebAuthn): registered in a logged-in session, and good for a log-in without a password.

The device checks the person itself (finger, face or PIN), so a passkey alone is two factors. A challenge is kept here,
used once, and lives five minutes. All instants are true UTC time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.staff import tokens
from bot.staff.tokens import Kind
from core.models import Passkey, Staff

NAME = "Rygbot"
MOST_PASSKEYS = 10
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000
Options = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """Where passkeys are good for: a browser hands one out only to the very address it was made at."""

    rp_id: str
    origin: str


@dataclass(frozen=True)
class Question:
    """What the browser is asked, and the token under which the challenge is kept."""

    token: str
    options: Options


def site_of(public_url: str) -> Site | None:
    """None where browsers have no passkeys: without https (but for localhost), and at a bare IP address."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if _is_ip(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    port = f":{parts.port}" if parts.port else ""
    return Site(host, f"{parts.scheme}://{host}{port}")


def of_staff(session: Session, staff_id: int) -> Sequence[Passkey]:
    """Oldest first."""
    return session.scalars(select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.id)).all()


def ask_new(session: Session, site: Site, staff: Staff, now: datetime) -> Question:
    """What the browser needs to make a passkey for a staff member."""
    challenge = generate_challenge()
    known = [PublicKeyCredentialDescriptor(_bytes(item.credential_id)) for item in of_staff(session, staff.id)]
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=NAME,
        user_id=f"staff-{staff.id}".encode(),
        user_name=staff.email,
        user_display_name=staff.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=known,
    )
    content = bytes_to_base64url(challenge)
    token = tokens.issue(session, Kind.PASSKEY_NEW, now, staff_id=staff.id, content=content)
    return Question(token, options_to_json_dict(options))


def add(session: Session, site: Site, staff: Staff, question: str, answer: str, name: str, now: datetime) -> bool:
    """Keep the passkey a browser has made. False when the question is old or another's, or the answer is not good."""
    asked = tokens.use(session, Kind.PASSKEY_NEW, question, now)
    credential = _parsed(answer)
    if asked is None or asked.staff_id != staff.id or credential is None:
        return False
    if len(of_staff(session, staff.id)) >= MOST_PASSKEYS:
        return False
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=_bytes(asked.content),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        return False
    credential_id = bytes_to_base64url(made.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        return False
    session.add(
        Passkey(
            staff_id=staff.id,
            credential_id=credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name.strip()[:LONGEST_NAME],
            created_at=now,
        )
    )
    session.flush()
    return True


def ask_log_in(session: Session, site: Site, now: datetime) -> Question:
    """What the browser needs to answer with whichever passkey it has for this site."""
    challenge = generate_challenge()
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    token = tokens.issue(session, Kind.PASSKEY_LOG_IN, now, content=bytes_to_base64url(challenge))
    return Question(token, options_to_json_dict(options))


def answered(session: Session, site: Site, question: str, answer: str, now: datetime) -> Passkey | None:
    """The passkey that has answered, with its staff member and clinic; None when none has."""
    asked = tokens.use(session, Kind.PASSKEY_LOG_IN, question, now)
    credential = _parsed(answer)
    if asked is None or credential is None:
        return None
    passkey = session.scalar(
        select(Passkey)
        .where(Passkey.credential_id == str(credential.get("id", "")).replace("\0", ""))
        .options(joinedload(Passkey.staff).joinedload(Staff.clinic))
        .with_for_update(of=Passkey)
    )
    if passkey is None:
        return None
    try:
        proof = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_bytes(asked.content),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        return None
    passkey.sign_count, passkey.used_at = proof.new_sign_count, now
    return passkey


def _parsed(answer: str) -> dict[str, Any] | None:
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        parsed = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _bytes(text: str) -> bytes:
    return base64url_to_bytes(text)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
