"""`rygbot demo`: everything in one process, on this machine alone, until Ctrl-C."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from werkzeug.serving import make_server

from bot.app import create_app
from bot.demo import script
from bot.demo.stage import Demo, set_up
from bot.demo.views import register
from bot.stopping import stoppable
from core import log
from scheduler.clock import Ticker

HOST = "127.0.0.1"
BACKLOG = 64


def run_demo(*, port: int, day_seconds: float) -> None:
    """Serve the demo until SIGINT or SIGTERM. Raises click.ClickException when it cannot start."""
    log.configure("console", logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that waits for the one before it is no news
    folder = Path("var") / f"demo-{port}"
    with ExitStack() as stack:
        wait = stack.enter_context(stoppable())
        listener = stack.enter_context(listen(port))
        click.echo("Gør demoen klar ...")
        try:
            demo = stack.enter_context(running(listener, folder, day_seconds))
        except OSError as error:
            raise click.ClickException(f"the demo cannot use the folder {folder}: {error.strerror}") from error
        click.echo(_welcome(demo))
        wait()
    click.echo("\nDemoen er slut.")


def listen(port: int) -> socket.socket:
    """A socket that holds the port before anything is made. Raises click.ClickException when it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"port {port} cannot be used ({error.strerror}): choose another with --port"
        ) from error
    return listener


@contextmanager
def running(listener: socket.socket, folder: Path, day_seconds: float) -> Iterator[Demo]:
    """The demo, served and ticking inside the block. Raises OSError when the folder cannot be used."""
    port = listener.getsockname()[1]
    with set_up(folder, port, day_seconds) as demo:
        app = create_app(demo.runtime)
        register(app, demo)
        server = make_server(HOST, port, app, threaded=True, fd=listener.fileno())
        serving = threading.Thread(target=server.serve_forever, name="web", daemon=True)
        ticker = Ticker(demo.pace.jobs())
        serving.start()
        ticker.start()
        try:
            yield demo
        finally:
            ticker.stop()
            demo.carrier.close()  # receipts under way reach the server while it still answers
            server.shutdown()
            server.server_close()
            serving.join()


def _welcome(demo: Demo) -> str:
    return f"""
Rygbot-demoen kører. Åbn denne adresse i en browser:

    {demo.address}

Her er patienternes telefoner og klinikkens indbakke side om side. Du er logget ind i indbakken på forhånd.
Vil du selv logge ind på {demo.runtime.settings.public_url}/:

    E-mail:       {script.STAFF_EMAIL}
    Adgangskode:  {demo.password}

Prøv for eksempel:
    1. Svar NEJ på en telefon, når klinikken har stillet et spørgsmål, og se, hvad Rygbot svarer.
    2. Skriv "kan ikke mærke mig selv i skridtet". Rådet kommer straks, og svaret står rødt i indbakken.
    3. Tryk på "Næste besked" for at springe frem i tiden, eller skriv STOP for at melde en patient fra.

Alt er opdigtet, og ingen rigtig sms bliver sendt. Ctrl-C slutter demoen."""
