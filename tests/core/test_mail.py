"""E-mail, against a mail server on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.gateway import SendError, Verdict
from core.gateway.mail import OutboundMail, SmtpMailer, mail_reason
from core.settings import Settings, SettingsError, load_settings
from tests.smtp import MailServer, mail_server
from tests.world import settings_for

MAIL = OutboundMail(7, "vagt@vest.example", "Rygbot: rød alarm venter", "Én alarm venter.\n")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def settings(server: MailServer, **values: object) -> Settings:
    return settings_for(
        "sqlite:///:memory:",
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_from="rygbot@vest.example",
        **{"smtp_security": "none", **values},
    )


def refusal(server: MailServer, mail: OutboundMail = MAIL, **values: object) -> SendError:
    with pytest.raises(SendError) as caught:
        SmtpMailer(settings(server, **values)).send(mail)
    return caught.value


def test_a_mail_arrives_whole_and_says_that_a_machine_wrote_it(server: MailServer) -> None:
    SmtpMailer(settings(server)).send(MAIL)
    (mail,) = server.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (MAIL.to, "Rygbot <rygbot@vest.example>", MAIL.subject)
    assert mail.get_content().splitlines() == MAIL.body.splitlines()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == "<rygbot-7@vest.example>"


@pytest.mark.parametrize(
    ("answer", "verdict"), [("550 no such user", Verdict.REFUSED), ("451 later", Verdict.NOT_SENT)]
)
def test_a_refusal_is_for_good_or_for_now_as_the_server_says(server: MailServer, answer: str, verdict: Verdict) -> None:
    server.refusals = [answer]
    error = refusal(server)
    assert (error.verdict, error.code) == (verdict, answer[:3])


def test_a_server_that_does_not_answer_is_asked_again(server: MailServer) -> None:
    server.is_deaf = True
    assert (refusal(server).verdict, refusal(server).code) == (Verdict.NOT_SENT, "no connection")


def test_nothing_goes_in_clear_where_the_line_is_to_be_secret(server: MailServer) -> None:
    error = refusal(server, smtp_security="starttls", smtp_user="u", smtp_password="p")
    assert (error.verdict, error.code) == (Verdict.NOT_SENT, "tls")
    assert server.mails == []


def test_an_address_that_would_add_headers_is_refused(server: MailServer) -> None:
    bad = OutboundMail(7, "vagt@vest.example\r\nBcc: alle@vest.example", "x", "y")
    assert refusal(server, bad).verdict is Verdict.REFUSED
    assert server.mails == []


def test_a_mail_server_needs_an_address_to_send_from_and_no_password_in_clear() -> None:
    values = {"secret_key": "s" * 40, "smtp_host": "mail.vest.example"}
    with pytest.raises(SettingsError, match="SMTP_FROM"):
        load_settings(_env_file=None, **{**settings_keys(), **values})
    with pytest.raises(SettingsError, match="SMTP_SECURITY"):
        load_settings(
            _env_file=None, **settings_keys(), **values, smtp_from="a@b.dk", smtp_user="u", smtp_security="none"
        )


def settings_keys() -> dict[str, object]:
    return {"encryption_keys": settings_for("sqlite:///:memory:").encryption_keys}


@pytest.mark.parametrize("code", ["550", "no connection", "login refused", "tls", "unreadable", None])
def test_staff_read_in_danish_why_a_mail_did_not_go(code: str | None) -> None:
    assert any(word in mail_reason(code) for word in ("mailserver", "adressen"))
