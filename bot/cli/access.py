"""Commands about who gets in, and whether the record of it is whole."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from bot.cli.common import start_runtime, transaction
from bot.runtime import utc_now
from bot.sealing import FIRST_SEAL, verify
from bot.staff.access import normal_email
from bot.staff.resets import make_link
from core.models import Staff


@click.command("reset-link")
@click.option("--email", required=True)
@click.option(
    "--without-second-factor", is_flag=True, help="Using it also removes the code from the phone and passkeys."
)
def reset_link(email: str, without_second_factor: bool) -> None:  # noqa: FBT001
    """Print a link by which somebody chooses a new password; good once, for 24 hours."""
    runtime = start_runtime()
    with transaction(runtime) as session:
        staff = session.scalar(select(Staff).where(Staff.email == normal_email(email)))
        if staff is None:
            raise click.ClickException(f"there is no staff member with the e-mail {email}")
        link = make_link(
            session,
            staff,
            public_url=runtime.settings.public_url,
            by_id=None,
            remove_second_factor=without_second_factor,
            now=runtime.now(),
            wall_now=utc_now(),
        )
    click.echo(link)
    click.echo("Hand it over by a safe way: whoever has it can log in. Earlier links no longer work.", err=True)


@click.group("audit")
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@click.option("--expect", "expected", metavar="SEAL", help="A last seal noted earlier; it must still be there.")
def audit_verify(expected: str | None) -> None:
    """Is every sealed row as it was: a sentence per fault, exit 1 if there is one. Note the last seal elsewhere."""
    found = verify(start_runtime().sessions, expected.strip().lower() if expected else None)
    for problem in found.problems:
        click.echo(f"FAIL  {problem}")
    noun = "row is" if found.unsealed == 1 else "rows are"
    click.echo(f"{found.sealed} rows sealed, {found.unsealed} {noun} not sealed yet.")
    if found.expected_at is not None:
        click.echo(f"The seal you expect is that of number {found.expected_at}.")
    if found.last_seal != FIRST_SEAL:
        click.echo(f"last seal: {found.last_seal}")
    if found.problems:
        sys.exit(1)


COMMANDS = (audit,)
STAFF_COMMANDS = (reset_link,)
