"""E-mail through the installation's own mail server. The only place that speaks SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from core.gateway import SendError, Verdict
from core.settings import Settings

TIMEOUT_SECONDS = 15
_PERMANENT = 500
_REASONS = {
    "no connection": "mailserveren svarer ikke",
    "login refused": "mailserveren afviser Rygbots adgangskode",
    "tls": "forbindelsen til mailserveren er ikke sikker",
    "unreadable": "adressen kan ikke bruges",
}


@dataclass(frozen=True)
class OutboundMail:
    """One e-mail on its way. `mail_id` is the same at each attempt, and so is the Message-ID made of it."""

    mail_id: int
    to: str
    subject: str
    body: str


class SmtpMailer:
    """A connection for each e-mail: there are few, and none waits for another's server to come to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, mail: OutboundMail) -> None:
        """Raises SendError. NOT_SENT also where the server may have taken it: a second copy does no harm."""
        try:
            message = self._message(mail)
        except ValueError as error:
            raise SendError(Verdict.REFUSED, "unreadable") from error
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPAuthenticationError as error:
            raise SendError(Verdict.NOT_SENT, "login refused") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(max(code for code, _ in error.recipients.values())) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code) from error
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
            raise SendError(Verdict.NOT_SENT, "tls") from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(Verdict.NOT_SENT, "no connection") from error

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        address = (settings.smtp_host, settings.smtp_port)
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                *address, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(*address, timeout=TIMEOUT_SECONDS)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, mail: OutboundMail) -> EmailMessage:
        sender = self._settings.smtp_from
        message = EmailMessage()
        message["From"] = f"Rygbot <{sender}>"
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = f"<rygbot-{mail.mail_id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message


def mail_reason(code: str | None) -> str:
    """Why an e-mail was not sent, as staff read it."""
    if not code:
        return "mailserveren gav ingen grund"
    return _REASONS.get(code, f"mailserveren svarede {code}")


def _refusal(code: int) -> SendError:
    return SendError(Verdict.REFUSED if code >= _PERMANENT else Verdict.NOT_SENT, str(code))
