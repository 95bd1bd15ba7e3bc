"""The group all commands hang on, and how their mistakes are told."""

from __future__ import annotations

import sys

import click
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.cli import access, content, installation, marks, operation, simulate, texts, versions
from bot.cli.common import DATABASE_GONE
from core.crypto import DecryptionError
from core.settings import SettingsError
from messages.loader import ContentError
from messages.red_flag_schema import RulesError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Rygbot follows a patient by SMS after a visit for back pain."""


for group in (installation, access, operation, content, texts, marks, simulate):
    for command in group.COMMANDS:
        cli.add_command(command)
for command in access.STAFF_COMMANDS:
    installation.staff.add_command(command)
for command in versions.COMMANDS:
    texts.messages.add_command(command)


def main() -> None:
    """Run a command. Wrong settings or content, or a database that is gone, end it with a sentence each."""
    try:
        cli(standalone_mode=True)
    except (SettingsError, ContentError, RulesError, DecryptionError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except OperationalError as error:
        click.echo(f"Error: {DATABASE_GONE} ({type(error.orig).__name__})", err=True)
        sys.exit(1)
    except (SQLAlchemyError, CommandError) as error:
        click.echo(f"Error: the database refused ({type(error).__name__}): is it at the right revision?", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"Error: {error.strerror}: {error.filename}", err=True)
        sys.exit(1)
