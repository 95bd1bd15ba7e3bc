"""The benchmark of dispatch measures what it says, at the size of a few texts."""

import asyncio

import pytest
from sqlalchemy import update

from benchmarks.databases import Databases
from benchmarks.dispatch import HEAD, Cell, compare, measure
from benchmarks.processes import KEY
from benchmarks.provider import Taken, ceiling, provider
from benchmarks.rows import add_due_texts
from core.crypto import Keyring
from core.db import make_engine
from core.gateway import Outbound
from core.gateway.twilio import TwilioGateway
from core.models import Message, MessageState
from tests import postgres
from tests.twilio_book import twilio_settings


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server) -> Databases:
    return Databases(tmp_path_factory.mktemp("benchmark"), postgres_server)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_few_texts_go_through_ceiling_floor_and_workers(made: Databases, kind: str) -> None:
    lines = list(measure(made, [Cell(kind, texts=20, delay=0.0, workers=1, senders=4)]))
    assert [line[0].partition(":")[0] for line in lines] == ["ceiling", "floor", f"Rygbot, {kind}"]
    ours = dict(zip(HEAD, lines[-1], strict=True))
    assert (ours["lost"], ours["doubled"], ours["unrecorded"]) == ("0", "0", "0")
    assert float(ours["texts/s"]) > 0


def test_what_is_lost_doubled_or_not_written_down_is_counted(sqlite_url: str) -> None:
    add_due_texts(sqlite_url, 4)
    engine = make_engine(sqlite_url, Keyring([KEY]))
    with engine.begin() as connection:
        for number, sid in ((1, "SM1"), (2, "SM9"), (3, "SM4")):
            values = {"state": MessageState.SENT, "provider_id": sid}
            connection.execute(update(Message).where(Message.id == number).values(values))
    engine.dispose()
    book = [Taken(0.0, "SM1", 1, ""), Taken(0.0, "SM2", 2, ""), Taken(0.0, "SM3", 3, ""), Taken(0.0, "SM4", 3, "")]
    assert compare(sqlite_url, book) == (1, 1, 1)


def test_the_provider_keeps_a_book_and_answers_as_the_client_expects() -> None:
    with provider() as target:

        async def send() -> str:
            gateway = TwilioGateway(twilio_settings(target.url))
            try:
                return await gateway.send(Outbound(7, "+4520123456", "Hej Æ", "+4552512345"))
            finally:
                await gateway.close()

        sid = asyncio.run(send())
        (taken,) = target.book()
        assert (taken.sid, taken.message, taken.to) == (sid, 7, "+4520123456")
        assert target.count() == 1


def test_the_provider_is_driven_alone() -> None:
    assert ceiling(40, 4) > 0
