"""The real Twilio client against a local server that answers as Twilio's Messages API does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from core.gateway import Outbound, SendError, Verdict
from core.gateway.twilio import TwilioGateway
from tests.fake_twilio import FakeTwilio
from tests.twilio_book import twilio_settings

TEXT = Outbound(message_id=42, to="+4520123456", body="Rygklinik Vest: hej æøå", sender="+4552512345")


@pytest.fixture
def provider() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


def send(provider: FakeTwilio, outbound: Outbound = TEXT, **settings: str) -> str:
    async def run() -> str:
        gateway = TwilioGateway(twilio_settings(provider.url, **settings))
        try:
            return await gateway.send(outbound)
        finally:
            await gateway.close()

    return asyncio.run(run())


def test_a_text_is_accepted_and_its_sid_given_back(provider: FakeTwilio) -> None:
    sid = send(provider)
    (request,) = provider.requests
    assert sid == request.sid
    assert request.form["To"] == "+4520123456"
    assert request.form["Body"] == "Rygklinik Vest: hej æøå"
    assert request.form["From"] == "+4552512345"
    assert request.authorised


def test_the_status_callback_carries_our_own_id(provider: FakeTwilio) -> None:
    send(provider)
    assert provider.requests[0].form["StatusCallback"] == "https://rygbot.example/sms/status?message=42"


def test_a_messaging_service_is_used_instead_of_a_number(provider: FakeTwilio) -> None:
    send(provider, twilio_messaging_service_sid="MG" + "1" * 32)
    assert provider.requests[0].form["MessagingServiceSid"] == "MG" + "1" * 32
    assert "From" not in provider.requests[0].form


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_a_number_that_can_never_receive_is_refused_for_good(provider: FakeTwilio, code: int) -> None:
    provider.refuse(400, code)
    with pytest.raises(SendError) as error:
        send(provider)
    assert (error.value.verdict, error.value.code) == (Verdict.REFUSED, str(code))


def test_too_many_requests_may_be_tried_again_when_the_provider_says(provider: FakeTwilio) -> None:
    provider.refuse(429, 20429, {"Retry-After": "7"})
    with pytest.raises(SendError) as error:
        send(provider)
    assert error.value.verdict is Verdict.NOT_SENT
    assert error.value.retry_after == 7


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20003), (404, 20404), (400, 21609), (400, 21611)])
def test_what_is_about_us_is_not_the_recipients_fault(provider: FakeTwilio, status: int, code: int) -> None:
    provider.refuse(status, code)
    with pytest.raises(SendError) as error:
        send(provider)
    assert error.value.verdict is Verdict.NOT_SENT


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_leaves_the_outcome_unknown(provider: FakeTwilio, status: int) -> None:
    provider.refuse(status, 20500)
    with pytest.raises(SendError) as error:
        send(provider)
    assert error.value.verdict is Verdict.UNKNOWN


def test_a_connection_dropped_after_the_request_leaves_the_outcome_unknown(provider: FakeTwilio) -> None:
    provider.hang_up()
    with pytest.raises(SendError) as error:
        send(provider)
    assert error.value.verdict is Verdict.UNKNOWN
    assert len(provider.requests) == 1


def test_an_answer_that_never_comes_leaves_the_outcome_unknown(
    provider: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.gateway.twilio.TOTAL_SECONDS", 0.2)
    provider.stay_silent()
    with pytest.raises(SendError) as error:
        send(provider)
    assert error.value.verdict is Verdict.UNKNOWN
    assert provider.unanswered == 1  # we gave up; it was not the provider that hung up


@pytest.mark.parametrize("body", ["", "<html>gateway</html>", "[]", "{}"])
def test_an_answer_that_makes_no_sense_leaves_the_outcome_unknown(provider: FakeTwilio, body: str) -> None:
    provider.answer_with(201, body)
    with pytest.raises(SendError) as error:
        send(provider)
    assert error.value.verdict is Verdict.UNKNOWN


def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    with FakeTwilio() as gone:
        url = gone.url

    async def run() -> None:
        gateway = TwilioGateway(twilio_settings(url))
        try:
            await gateway.send(TEXT)
        finally:
            await gateway.close()

    with pytest.raises(SendError) as error:
        asyncio.run(run())
    assert error.value.verdict is Verdict.NOT_SENT
