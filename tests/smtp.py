"""A mail server of a few lines, on a port of its own: it takes what it is sent, or refuses as it is told."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


class MailServer(socketserver.ThreadingTCPServer):
    """`mails`: what was taken. `refusals`: answers to the next recipients, such as "550 no such user". `is_deaf`:
    connections are closed before a word is said.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[EmailMessage] = []
        self.refusals: list[str] = []
        self.is_deaf = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.is_deaf:
            return
        self._say("220 test")
        while line := self.rfile.readline().strip().decode():
            verb = line.split(" ")[0].upper()
            if verb == "RCPT" and self.server.refusals:
                self._say(self.server.refusals.pop(0))
            elif verb == "DATA":
                self._say("354 go on")
                self.server.mails.append(self._mail())
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _mail(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
