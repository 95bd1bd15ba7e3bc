"""Codes from an app on the staff member's phone (TOTP, RFC 6238): six digits, a new one every half minute."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno

from core.models import Staff

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A phone's clock may be half a minute off."""
ISSUER = "Rygbot"


def new_secret() -> str:
    """160 random bits in base32, as apps read them."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """What the QR code says: an app that reads it makes codes from then on."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def qr_svg(text: str) -> str:
    """A QR code as SVG without script, style or foreign hosts; black on white in a dark page too."""
    return segno.make(text, error="m", micro=False).svg_inline(dark="#000", light="#fff", omitsize=True, border=4)


def grouped(secret: str) -> str:
    """A secret for whoever types it: in groups of four."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half-minute a code belongs to, now or one beside it; None when it is wrong. Spaces do not count."""
    typed = "".join(code.split()).encode("utf-8", "replace")
    current = int(now.timestamp()) // STEP_SECONDS
    maker = pyotp.TOTP(secret)
    for step in range(current + DRIFT_STEPS, current - DRIFT_STEPS - 1, -1):
        if hmac.compare_digest(maker.generate_otp(step).encode(), typed):
            return step
    return None


def is_on(staff: Staff) -> bool:
    return staff.totp_secret is not None and staff.totp_since is not None


def accept(staff: Staff, code: str, now: datetime) -> bool:
    """Take a code, once: it and all before it are refused from then on. The caller has locked the staff row."""
    if not is_on(staff) or staff.totp_secret is None:
        return False
    step = step_of(staff.totp_secret, code, now)
    if step is None or (staff.totp_last_step is not None and step <= staff.totp_last_step):
        return False
    staff.totp_last_step = step
    return True


def begin(staff: Staff) -> str:
    """Give a staff member a secret that does not count yet; returns it."""
    turn_off(staff)
    staff.totp_secret = new_secret()
    return staff.totp_secret


def turn_on(staff: Staff, code: str, now: datetime) -> bool:
    """Make the secret count, if the code shows that the app has it. False when it does not."""
    if staff.totp_secret is None or is_on(staff):
        return False
    step = step_of(staff.totp_secret, code, now)
    if step is None:
        return False
    staff.totp_since, staff.totp_last_step = now, step
    return True


def turn_off(staff: Staff) -> None:
    staff.totp_secret = staff.totp_since = staff.totp_last_step = None
