"""Alarms by e-mail: who gets them, and what follows when they do not go."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot.escalation import escalate
from bot.staff.alarm_lines import lines_by_alert
from bot.worker import make_mailer
from core.models import Alarm, Mail, MessageState
from tests.on_call import AMBER, METTE, RED, add_contact, alarm_texts, alarms, pass_time
from tests.smtp import MailServer, mail_server
from tests.world import World, make_world


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def world(database_url: str, server: MailServer) -> Iterator[World]:
    made = make_world(
        database_url,
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_security="none",
        smtp_from="rygbot@vest.example",
    )
    made.add_clinic()
    made.enrol()
    yield made
    made.close()


def mails(world: World) -> list[Mail]:
    with world.session() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def told(world: World) -> list[str]:
    with world.session() as session:
        return [line.text for line in lines_by_alert(session, [1]).get(1, [])]


def test_one_with_only_a_mail_address_gets_a_mail(world: World, server: MailServer) -> None:
    add_contact(world, phone=None, email="mette@vest.example")
    world.write(RED)
    pass_time(world, minutes=10)
    (mail,) = server.mails
    assert (mail["To"], mail["Subject"]) == ("mette@vest.example", "Rygbot: rød alarm venter")
    assert "1 rød alarm venter. Den ældste har ventet siden kl. 10.00." in mail.get_content()
    assert "https://rygbot.example" in mail.get_content()
    assert "Karen" not in mail.as_string()
    assert told(world) == ["rød alarm sendt til Mette Vagt på mail: sendt"]


def test_red_goes_both_ways_to_one_with_both_and_amber_by_text_alone(world: World, server: MailServer) -> None:
    add_contact(world, email="mette@vest.example")
    world.write(RED)
    pass_time(world, minutes=10)
    assert (len(server.mails), len(alarm_texts(world, METTE))) == (1, 1)
    world.write(AMBER)
    world.clock.forward(hours=3, minutes=59)
    pass_time(world, minutes=2)
    amber = [alarm for alarm in alarms(world) if alarm.colour == "amber"]
    assert amber
    assert all(alarm.mail_id is None for alarm in amber)


def test_a_mail_that_is_refused_falls_to_the_next_at_once_and_shows(world: World, server: MailServer) -> None:
    add_contact(world, phone=None, email="mette@vest.example")
    other = add_contact(world, "Ole Vagt", "+4528222222", standby=2)
    server.refusals = ["550 no such user"]
    world.write(RED)
    pass_time(world, minutes=10, seconds=30)
    assert [alarm.contact_id for alarm in alarms(world)][1:] == [other]
    assert told(world)[0] == "rød alarm til Mette Vagt på mail: ikke sendt: mailserveren svarede 550"


def test_a_server_that_is_down_is_asked_again_while_the_next_is_alarmed(world: World, server: MailServer) -> None:
    add_contact(world, phone=None, email="mette@vest.example")
    add_contact(world, "Ole Vagt", "+4528222222", standby=2)
    server.is_deaf = True
    world.write(RED)
    pass_time(world, minutes=10, seconds=29)
    server.is_deaf = False
    assert server.mails == []
    pass_time(world, seconds=31)
    assert len(server.mails) == 1
    assert len(alarm_texts(world)) == 1
    assert mails(world)[0].state == MessageState.SENT


def test_a_mail_about_what_was_taken_meanwhile_is_not_sent(world: World, server: MailServer) -> None:
    add_contact(world, email="mette@vest.example")
    world.write(RED)
    server.is_deaf = True
    pass_time(world, minutes=10)
    world.write("1", sender=METTE)
    server.is_deaf = False
    pass_time(world, minutes=5)
    assert server.mails == []
    assert mails(world)[0].state == MessageState.CANCELLED


def test_no_transaction_is_open_while_the_server_is_asked(world: World) -> None:
    add_contact(world, phone=None, email="mette@vest.example")
    world.write(RED)
    world.clock.forward(minutes=10)
    seen: list[int] = []
    mailer = make_mailer(world.runtime)

    def send(_mail: object) -> None:
        with world.session() as session, session.begin():  # waits for ever on SQLite while another one writes
            session.add(Mail(**dict.fromkeys(("to_address", "subject", "body"), "x"), **_plain(world)))
        seen.append(1)

    mailer._send = send
    with world.session() as session:
        escalate(session, world.runtime.means, world.clock())
    mailer.run(world.clock)
    assert seen


def _plain(world: World) -> dict[str, object]:
    now = world.clock()
    return {
        "clinic_id": "vest",
        "state": MessageState.SENT,
        "next_attempt_at": now,
        "expires_at": now,
        "created_at": now,
    }


def test_of_two_workers_one_sends_a_mail(world: World, server: MailServer) -> None:
    add_contact(world, phone=None, email="mette@vest.example")
    world.write(RED)
    world.clock.forward(minutes=10)
    with world.session() as session:
        escalate(session, world.runtime.means, world.clock())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: make_mailer(world.runtime).run(world.clock), range(4)))
    assert len(server.mails) == 1


def test_a_mail_whose_worker_vanished_is_sent_by_another(world: World, server: MailServer) -> None:
    add_contact(world, phone=None, email="mette@vest.example")
    world.write(RED)
    mailer = make_mailer(world.runtime)

    def dies(_mail: object) -> None:
        raise KeyboardInterrupt

    mailer._send = dies
    pass_time(world, minutes=9, seconds=59)
    world.clock.forward(seconds=1)
    with world.session() as session:
        escalate(session, world.runtime.means, world.clock())
    with pytest.raises(KeyboardInterrupt):
        mailer.run(world.clock)
    assert mails(world)[0].state == MessageState.SENDING
    world.clock.forward(minutes=2, seconds=1)
    make_mailer(world.runtime).run(world.clock)
    assert len(server.mails) == 1


def test_without_a_mail_server_one_with_only_an_address_is_passed_over(lite_world: World) -> None:
    lite_world.enrol()
    add_contact(lite_world, phone=None, email="mette@vest.example")
    other = add_contact(lite_world, "Ole Vagt", "+4528222222", standby=2)
    lite_world.write(RED)
    pass_time(lite_world, minutes=10)
    with lite_world.session() as session:
        assert session.scalars(select(Alarm.contact_id)).all() == [other]
