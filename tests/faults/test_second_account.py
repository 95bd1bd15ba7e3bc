"""The first account breaks, a second takes over: nothing is lost or doubled, and each is asked of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot import worker
from bot.app import create_app
from bot.signature import sign
from core.accounts import FIRST, SECOND
from core.models import Circuit, MessageState, Reply
from tests.fake_twilio import FakeTwilio
from tests.faults.bench import WENT, Bench, bench_on, message_of

SPARE = {
    "twilio_fallback_account_sid": "AC" + "2" * 32,
    "twilio_fallback_auth_token": "the second token",
    "twilio_fallback_from": "+4552500002",
}
PATIENTS = 24


@dataclass
class Pair:
    bench: Bench
    first: FakeTwilio
    second: FakeTwilio

    def enrol(self, patients: int = PATIENTS) -> None:
        for number in range(patients):
            self.bench.world.enrol(phone=f"+4520{100000 + number}")

    def drain(self) -> None:
        self.bench.world.drain()

    def books_agree(self, due: int) -> None:
        """Both providers' books and ours: no text is in both or twice in one, and each row names whose it is."""
        books = {FIRST: self.first.sent, SECOND: self.second.sent}
        taken = Counter(message_of(entry) for book in books.values() for entry in book)
        assert {message: count for message, count in taken.items() if count > 1} == {}, "sent twice"
        ours = {(row.id, row.gateway, row.provider_id) for row in self.bench.messages() if row.state in WENT}
        assert ours == {(message_of(entry), name, entry.sid) for name, book in books.items() for entry in book}
        assert len(ours) == due, "lost"


@pytest.fixture
def pair(postgres_url: str) -> Iterator[Pair]:
    second = FakeTwilio(
        account=SPARE["twilio_fallback_account_sid"], token=SPARE["twilio_fallback_auth_token"], ids="SN"
    )
    with second, bench_on(postgres_url) as bench:
        runtime = bench.world.runtime
        given = {**SPARE, "twilio_fallback_base_url": second.url}
        bench.world.runtime = replace(runtime, settings=runtime.settings.model_copy(update=given))
        second.now = bench.world.clock
        bench.reconnect()
        yield Pair(bench, bench.provider, second)


def point_first_at_nothing(pair: Pair) -> None:
    """No connection at all, until it is pointed back."""
    runtime = pair.bench.world.runtime
    settings = runtime.settings.model_copy(update={"twilio_base_url": "http://127.0.0.1:9"})
    pair.bench.world.runtime = replace(runtime, settings=settings)
    pair.bench.reconnect()


def point_first_back(pair: Pair) -> None:
    runtime = pair.bench.world.runtime
    settings = runtime.settings.model_copy(update={"twilio_base_url": pair.first.url})
    pair.bench.world.runtime = replace(runtime, settings=settings)
    pair.bench.reconnect()


def test_without_a_fault_everything_goes_by_the_first(pair: Pair) -> None:
    pair.enrol()
    pair.drain()
    pair.books_agree(PATIENTS)
    assert pair.second.requests == []


def test_a_first_account_that_cannot_be_reached_loses_nothing(pair: Pair) -> None:
    point_first_at_nothing(pair)
    pair.enrol()
    pair.drain()
    pair.books_agree(PATIENTS)
    assert len(pair.second.sent) == PATIENTS
    assert {request.form["From"] for request in pair.second.requests} == {SPARE["twilio_fallback_from"]}


def test_it_is_used_again_once_it_is_back(pair: Pair) -> None:
    point_first_at_nothing(pair)
    pair.enrol()
    pair.drain()
    point_first_back(pair)
    pair.bench.world.clock.forward(minutes=2)
    for number in range(2):
        pair.bench.world.enrol(phone=f"+4520{200000 + number}")
        pair.drain()
    assert len(pair.first.sent) == 2
    with pair.bench.world.session() as session:
        assert session.get(Circuit, FIRST) is None


def test_too_many_requests_are_taken_by_the_second_at_once(pair: Pair) -> None:
    pair.first.refuse(429, 20429)
    pair.enrol(3)
    pair.drain()
    pair.books_agree(3)
    assert (len(pair.first.sent), len(pair.second.sent)) == (2, 1)


@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_answer_that_was_lost_is_never_made_up_for_by_the_second(pair: Pair, *, is_accepted: bool) -> None:
    pair.first.hang_up(accepted=is_accepted)
    pair.enrol(3)
    pair.drain()
    assert pair.second.requests == []
    assert len(pair.bench.messages(MessageState.UNKNOWN)) == 1
    pair.bench.recover()
    pair.books_agree(3)


def test_many_broken_answers_leave_the_rest_to_the_second(pair: Pair) -> None:
    """Half were taken before the connection broke: those are found in the first's list, the others are sent again."""
    for number in range(PATIENTS):
        pair.first.hang_up(accepted=number % 2 == 0)
    pair.enrol()
    pair.drain()
    assert pair.second.sent
    pair.first._next.clear()
    for _ in range(3):
        pair.bench.recover()
    pair.books_agree(PATIENTS)


def test_a_text_that_the_second_took_and_whose_answer_was_lost_is_found_there(pair: Pair) -> None:
    point_first_at_nothing(pair)
    pair.second.hang_up()
    pair.enrol(1)
    pair.drain()
    (lost,) = pair.bench.messages(MessageState.UNKNOWN)
    assert lost.gateway == SECOND
    point_first_back(pair)
    pair.bench.recover()
    pair.books_agree(1)


def test_as_long_as_one_list_cannot_be_read_nothing_is_proved(pair: Pair) -> None:
    pair.first.hang_up()
    pair.enrol(1)
    pair.drain()
    pair.second.refuse_list(503, times=2)
    pair.bench.later(minutes=3)
    assert len(pair.first.sent) + len(pair.second.sent) == 1
    pair.bench.recover()
    pair.books_agree(1)


@pytest.mark.parametrize("is_reached", [True, False])
@pytest.mark.parametrize(
    ("at", "nth", "taken"),
    [(f"before call of {SECOND}", 6, 2), (f"after call of {SECOND}", 3, 3), ("before commit of record", 1, 1)],
)
def test_a_worker_killed_while_the_second_takes_over_loses_and_doubles_nothing(
    pair: Pair, at: str, nth: int, taken: int, *, is_reached: bool
) -> None:
    """The first has refused a text, or was never reached, and the second is being asked."""
    due = 6
    if is_reached:
        for _ in range(due):
            pair.first.refuse(429, 20429)
    else:
        point_first_at_nothing(pair)
    pair.enrol(due)
    pair.bench.kill_worker(at, nth)
    assert pair.first.sent == []
    assert bool(pair.first.requests) == is_reached
    assert len(pair.second.sent) >= taken
    assert pair.bench.messages(MessageState.SENDING)
    pair.first._next.clear()
    point_first_back(pair)
    pair.bench.recover()
    pair.books_agree(due)
    assert pair.bench.messages(MessageState.SENDING, MessageState.UNKNOWN) == []


def _post(pair: Pair, path: str, token: str, **fields: str) -> int:
    runtime = pair.bench.world.runtime
    raw = {name: [value.encode()] for name, value in fields.items()}
    signature = sign(token, runtime.settings.public_url + path, raw)
    web = create_app(runtime).test_client()
    return web.post(path, data=fields, headers={"X-Twilio-Signature": signature}).status_code


def test_the_seconds_receipt_is_believed_by_its_own_token_alone(pair: Pair) -> None:
    point_first_at_nothing(pair)
    pair.enrol(1)
    pair.drain()
    (entry,) = pair.second.sent
    path = f"/sms/status?message={message_of(entry)}"
    fields = {"MessageSid": entry.sid, "MessageStatus": "delivered"}
    assert _post(pair, path, "neither of the two", **fields) == 403
    assert _post(pair, path, SPARE["twilio_fallback_auth_token"], **fields) == 204
    (delivered,) = pair.bench.messages(MessageState.DELIVERED)
    assert delivered.gateway == SECOND


def test_an_answer_to_the_seconds_number_is_a_patients_answer(pair: Pair) -> None:
    pair.enrol(1)
    pair.drain()
    fields = {
        "MessageSid": "SNin1",
        "From": "+4520100000",
        "To": SPARE["twilio_fallback_from"],
        "Body": "kan ikke tisse",
    }
    assert _post(pair, "/sms/inbound", SPARE["twilio_fallback_auth_token"], **fields) == 200
    assert [alert.colour for alert in pair.bench.world.alerts()] == ["red"]


def test_an_answer_whose_webhook_never_came_is_read_back_from_the_seconds_list(pair: Pair) -> None:
    pair.enrol(1)
    now = pair.bench.world.clock()
    number = SPARE["twilio_fallback_from"]
    pair.second.text_came_in("SNin2", "+4520100000", number, "kan ikke tisse", now - timedelta(minutes=5))
    books = worker.make_books(pair.bench.world.runtime)
    assert books is not None
    assert books.read_back() == 1
    books.close()
    with pair.bench.world.session() as session:
        assert [reply.recipient for reply in session.query(Reply)] == [number]
    assert [alert.colour for alert in pair.bench.world.alerts()] == ["red"]
