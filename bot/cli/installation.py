"""Commands that set an installation up: keys, database, clinics, staff, and whether it is fit to run."""

from __future__ import annotations

import re
import secrets
import sys

import click
from sqlalchemy import select

from bot import health
from bot.cli.common import find_clinic, start_runtime, transaction
from bot.neutral import telling_name
from bot.rotation import rotate
from bot.runtime import make_runtime
from bot.staff.access import SHORTEST_PASSWORD, hash_password, normal_email, password_problem
from core import db, phone
from core.crypto import new_key
from core.models import Clinic, Role, Staff
from core.settings import load_settings
from messages.regions import REGION_IDS
from scheduler.rates import FASTEST, NO_LIMIT

CLINIC_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAX_CLINIC_NAME = 60
MAX_CLINIC_ID = 40
MAX_EMAIL = 200


@click.group("keys")
def keys() -> None:
    """Make and change the keys that patient data is encrypted with."""


@keys.command("new")
def keys_new() -> None:
    """Print fresh SECRET_KEY and ENCRYPTION_KEYS lines for .env."""
    click.echo(f"SECRET_KEY={secrets.token_urlsafe(48)}")
    click.echo(f"ENCRYPTION_KEYS={new_key()}")


@keys.command("rotate")
def keys_rotate() -> None:
    """Encrypt everything anew under the first of ENCRYPTION_KEYS.

    Put the new key last in ENCRYPTION_KEYS and restart everything; put it first and restart; run this; then take the
    old key out. In that order no process ever meets a value it cannot open.
    """
    runtime = start_runtime()
    rows = rotate(runtime.sessions, runtime.keyring)
    click.echo(f"{rows} rows now stand under the first key. Older keys may be taken out of ENCRYPTION_KEYS.")


@click.group("db")
def database() -> None:
    """Prepare the database."""


@database.command("upgrade")
def db_upgrade() -> None:
    """Bring the database up to the newest schema; an empty one is built from nothing."""
    settings = load_settings()
    db.upgrade(settings.database_url)
    click.echo(f"The database is at revision {db.head_revision()}.")


@click.group("clinic")
def clinic() -> None:
    """Clinics."""


@clinic.command("add")
@click.option("--id", "clinic_id", required=True, help="Short name in small letters, used in commands.")
@click.option("--name", required=True, help="As patients know it; stands first in every text.")
@click.option("--region", required=True, type=click.Choice(REGION_IDS))
@click.option("--phone", "number", required=True, help="Where patients call the clinic.")
@click.option("--sender", required=True, help="The number texts are sent from.")
@click.option(
    "--neutral", is_flag=True, help="Its texts name no illness, body part or symptom; patients need the sheet."
)
@click.option(
    "--segments-per-second",
    default=NO_LIMIT,
    type=click.IntRange(NO_LIMIT, FASTEST),
    help="How fast the sender may send: Twilio's limit for the number, so that advice never waits in Twilio's queue.  "
    f"[default: {NO_LIMIT}, no limit]",
)
def clinic_add(
    *, clinic_id: str, name: str, region: str, number: str, sender: str, neutral: bool, segments_per_second: int
) -> None:
    """Add a clinic."""
    if not CLINIC_ID.fullmatch(clinic_id) or len(clinic_id) > MAX_CLINIC_ID:
        sentence = f"small letters, digits and hyphens, at most {MAX_CLINIC_ID}, such as rygklinik-vest"
        raise click.BadParameter(sentence, param_hint="--id")
    if not name.strip() or len(name) > MAX_CLINIC_NAME:
        raise click.BadParameter(f"must have 1 to {MAX_CLINIC_NAME} characters", param_hint="--name")
    numbers = {option: phone.parse(typed) for option, typed in (("--phone", number), ("--sender", sender))}
    for option, e164 in numbers.items():
        if e164 is None:
            raise click.BadParameter("is not a telephone number; write 8 digits or +country code", param_hint=option)
    runtime = start_runtime()
    with transaction(runtime) as session:
        if session.get(Clinic, clinic_id) is not None:
            raise click.ClickException(f"there is a clinic with the id {clinic_id!r} already")
        if session.scalar(select(Clinic.id).where(Clinic.sender == numbers["--sender"])) is not None:
            raise click.ClickException("another clinic sends from that number: each needs a number of its own")
        session.add(
            Clinic(
                id=clinic_id,
                name=name.strip(),
                region=region,
                phone=numbers["--phone"],
                sender=numbers["--sender"],
                neutral=neutral,
                segments_per_second=segments_per_second,
                created_at=runtime.now(),
            )
        )
    if neutral and (word := telling_name(name)) is not None:
        click.echo(f"Note: the name stands first in every text, and {word!r} in it tells what the clinic treats.")
    click.echo(f"Clinic {clinic_id} added. Next: rygbot staff add --clinic {clinic_id} --email ... --role admin")


@click.group("staff")
def staff() -> None:
    """Staff members."""


@staff.command("add")
@click.option("--clinic", "clinic_id", required=True)
@click.option("--email", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", default="", help="As colleagues know the person; the e-mail when left out.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def staff_add(clinic_id: str, email: str, role: str, name: str, password_stdin: bool) -> None:  # noqa: FBT001
    """Add a staff member who can log in."""
    if not EMAIL.fullmatch(normal_email(email)) or len(email) > MAX_EMAIL:
        raise click.BadParameter("is not an e-mail address", param_hint="--email")
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else click.prompt(
            f"Password (at least {SHORTEST_PASSWORD} characters)", hide_input=True, confirmation_prompt=True
        )
    )
    if (problem := password_problem(password)) is not None:
        raise click.ClickException(problem)
    runtime = start_runtime()
    with transaction(runtime) as session:
        find_clinic(session, clinic_id)
        if session.scalar(select(Staff.id).where(Staff.email == normal_email(email))) is not None:
            raise click.ClickException(f"there is a staff member with the e-mail {email} already")
        session.add(
            Staff(
                clinic_id=clinic_id,
                email=normal_email(email),
                name=name.strip() or email,
                role=role,
                password_hash=hash_password(password),
                created_at=runtime.now(),
            )
        )
    click.echo(f"{email} can now log in at {runtime.settings.public_url}")


@click.command("check")
def check() -> None:
    """Is this installation fit to run: a line per finding, exit 1 if not."""
    settings = load_settings()
    findings = health.findings(make_runtime(settings))
    for finding in findings:
        click.echo(f"{_mark(finding)}  {finding.what}: {finding.detail}")
    if not all(finding.is_good for finding in findings):
        sys.exit(1)


def _mark(finding: health.Finding) -> str:
    if not finding.is_good:
        return "FAIL"
    return "note" if finding.is_notable else "ok  "


COMMANDS = (keys, database, clinic, staff, check)
