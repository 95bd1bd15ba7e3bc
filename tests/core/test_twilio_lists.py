"""Reading Twilio's own list of messages through the real client, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from core.deadline import Deadline
from core.gateway import Found, Outbound, Received, SendError, UnreadableError, Verdict
from core.gateway.twilio import TwilioGateway
from tests.fake_twilio import NOON, FakeTwilio
from tests.twilio_book import twilio_settings

TO, OURS = "+4520123456", "+4552512345"
TEXT = Outbound(message_id=42, to=TO, body="Rygklinik Vest: hej æøå", sender=OURS)
DAY = timedelta(days=1)
T = TypeVar("T")


@pytest.fixture
def provider() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


def ask(provider: FakeTwilio, work: Callable[[TwilioGateway], Coroutine[Any, Any, T]], **settings: str) -> T:
    async def run() -> T:
        gateway = TwilioGateway(twilio_settings(provider.url, **settings))
        try:
            return await work(gateway)
        finally:
            await gateway.close()

    return asyncio.run(run())


def find(provider: FakeTwilio, since: datetime = NOON - DAY, **settings: str) -> list[Found]:
    return ask(provider, lambda gateway: gateway.find(TO, since, NOON + DAY), **settings)


def received(provider: FakeTwilio, since: datetime = NOON - DAY) -> list[Received]:
    return ask(provider, lambda gateway: gateway.received(OURS, since))


def send(provider: FakeTwilio, *, times: int = 1, **settings: str) -> None:
    for _ in range(times):
        ask(provider, lambda gateway: gateway.send(TEXT), **settings)


def test_a_queued_text_is_found_though_it_has_no_date_of_sending_yet(provider: FakeTwilio) -> None:
    send(provider)
    assert find(provider) == [Found(provider.sent[0].sid, TO, OURS, TEXT.body, "queued", None, NOON)]


def test_the_list_is_read_to_its_last_page(provider: FakeTwilio) -> None:
    provider.page_limit = 2
    send(provider, times=5)
    assert {found.provider_id for found in find(provider)} == {entry.sid for entry in provider.sent}
    assert provider.list_requests == 3


def test_only_our_texts_to_that_number_in_that_time_are_found(provider: FakeTwilio) -> None:
    send(provider)
    (ours,) = provider.sent
    provider.book += [
        replace(ours, sid="SMother", to="+4599999999"),
        replace(ours, sid="SMold", at=NOON - 2 * DAY),
        replace(ours, sid="SMin", direction="inbound"),
    ]
    assert [found.provider_id for found in find(provider)] == [ours.sid]


def test_with_a_messaging_service_its_texts_are_ours_whatever_the_number(provider: FakeTwilio) -> None:
    service = "MG" + "1" * 32
    send(provider, twilio_messaging_service_sid=service)
    provider.book.append(replace(provider.sent[0], sid="SMforeign", service="MG" + "2" * 32))
    (found,) = find(provider, twilio_messaging_service_sid=service)
    assert (found.provider_id, found.sender) == (provider.sent[0].sid, "")


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_list_that_is_refused_is_no_empty_list(provider: FakeTwilio, status: int) -> None:
    provider.refuse_list(status)
    with pytest.raises(UnreadableError):
        find(provider)


def test_a_list_that_never_comes_is_no_list(provider: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.gateway.twilio.TOTAL_SECONDS", 0.2)
    provider.stay_silent_about_lists()
    with pytest.raises(UnreadableError):
        find(provider)
    assert provider.unanswered == 1


def test_a_list_that_breaks_off_on_its_second_page_is_no_list(provider: FakeTwilio) -> None:
    provider.page_limit = 1
    send(provider, times=2)

    def break_after_first(asked: dict[str, str]) -> None:
        if "PageToken" in asked:
            provider.refuse_list()

    provider.on_list = break_after_first
    with pytest.raises(UnreadableError):
        find(provider)


def test_a_server_that_is_not_there_is_no_empty_list() -> None:
    with FakeTwilio() as gone:
        pass
    with pytest.raises(UnreadableError):
        find(gone)


def test_texts_to_us_are_read_oldest_first_with_their_pictures_counted(provider: FakeTwilio) -> None:
    provider.page_limit = 1
    provider.text_came_in("SM2", TO, OURS, "to", NOON)
    provider.text_came_in("SM1", TO, OURS, "", NOON - timedelta(hours=1), media=2)
    provider.text_came_in("SMother", TO, "+4500000000", "ikke til os", NOON)
    send(provider)
    assert received(provider) == [
        Received("SM1", TO, OURS, "", 2, NOON - timedelta(hours=1)),
        Received("SM2", TO, OURS, "to", 0, NOON),
    ]


def test_of_a_day_only_what_came_since_is_read(provider: FakeTwilio) -> None:
    provider.text_came_in("SM1", TO, OURS, "før", NOON - timedelta(hours=2))
    provider.text_came_in("SM2", TO, OURS, "efter", NOON)
    assert [text.provider_id for text in received(provider, NOON - timedelta(hours=1))] == ["SM2"]


def test_a_send_that_has_not_begun_by_its_deadline_never_begins(provider: FakeTwilio) -> None:
    late = replace(TEXT, deadline=Deadline.within(-1))
    with pytest.raises(SendError) as error:
        ask(provider, lambda gateway: gateway.send(late))
    assert error.value.verdict is Verdict.NOT_SENT
    assert provider.requests == []


def test_a_send_in_time_is_not_held_up_by_its_deadline(provider: FakeTwilio) -> None:
    in_time = replace(TEXT, deadline=Deadline.within(60))
    assert ask(provider, lambda gateway: gateway.send(in_time)) == provider.sent[0].sid
