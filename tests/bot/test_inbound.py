"""Twilio's webhooks over HTTP, as Twilio and as others would call them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot import inbound
from bot.app import create_app
from bot.signature import sign
from core.models import Alert, MessageState, Reply
from tests.world import PHONE, SENDER, TOKEN, World

PUBLIC = "https://rygbot.example"


def client(world: World) -> FlaskClient:
    return create_app(world.runtime).test_client()


def post(
    world: World,
    fields: Mapping[str, str | bytes],
    *,
    path: str = "/sms/inbound",
    signature: str | None = None,
    **headers: str,
) -> TestResponse:
    raw = {name: value if isinstance(value, bytes) else value.encode() for name, value in fields.items()}
    signed = sign(TOKEN, PUBLIC + path, {name: [value] for name, value in raw.items()})
    body = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in raw.items())
    return client(world).post(
        path,
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed if signature is None else signature, **headers},
    )


def text(body: str | bytes, **fields: str | bytes) -> dict[str, str | bytes]:
    return {"MessageSid": "SM1", "From": PHONE, "To": SENDER, "Body": body, "NumMedia": "0", **fields}


def replies(world: World) -> list[Reply]:
    with world.session() as session:
        return list(session.scalars(select(Reply).order_by(Reply.id)))


def test_a_signed_reply_is_answered_with_empty_twiml_and_reaches_staff(world: World) -> None:
    world.enrol()
    answer = post(world, text("kan ikke mærke mig selv i skridtet"))
    assert answer.status_code == 200
    assert answer.mimetype == "text/xml"
    assert answer.text.endswith("<Response></Response>")
    assert [alert.colour for alert in world.alerts()] == ["red"]


@pytest.mark.parametrize("signature", ["", "wrong", "ÆØÅ", '{"signature": "x"}', "a" * 5000, "null"])
def test_a_request_without_a_valid_signature_is_refused_and_keeps_nothing(lite_world: World, signature: str) -> None:
    for path in ("/sms/inbound", "/sms/status"):
        assert post(lite_world, text("hej"), path=path, signature=signature).status_code == 403
    assert replies(lite_world) == []


def test_a_json_body_is_refused_as_unsigned(lite_world: World) -> None:
    answer = client(lite_world).post(
        "/sms/inbound?bodySHA256=abc", json=text("hej"), headers={"X-Twilio-Signature": "x"}
    )
    assert answer.status_code == 403


def test_the_signature_covers_every_field(lite_world: World) -> None:
    signed = sign(TOKEN, PUBLIC + "/sms/inbound", {"Body": [b"nej"]})
    assert post(lite_world, {"Body": "ja"}, signature=signed).status_code == 403


def test_a_replayed_request_changes_nothing(world: World) -> None:
    world.enrol()
    for _ in range(3):
        assert post(world, text("kan ikke tisse")).status_code == 200
    assert len(replies(world)) == 1
    assert len(world.alerts()) == 1


@pytest.mark.parametrize(
    "body",
    [
        "x" * 100_000,
        ("kan ikke tisse " * 7000)[:100_000],
        b"sm\xe6rte \xff\xfe",
        "nul\0inde i teksten",
        "",
        "\u202e\ud7ff\U0010ffff",
        "👍",
    ],
)
def test_an_odd_body_is_kept_and_seen(world: World, body: str | bytes) -> None:
    world.enrol()
    assert post(world, text(body)).status_code == 200
    (reply,) = replies(world)
    assert reply.processed_at is not None
    expected = body if isinstance(body, str) else body.decode("utf-8", "replace")
    assert reply.body == expected


def test_a_body_over_a_megabyte_is_refused_with_a_clear_answer(lite_world: World) -> None:
    assert post(lite_world, text("x" * 1_100_000)).status_code == 413


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To", "Body", "NumMedia"])
def test_a_missing_field_loses_nothing(world: World, missing: str) -> None:
    world.enrol()
    fields = text("kan ikke tisse")
    del fields[missing]
    for _ in range(2):
        assert post(world, fields).status_code == 200
    assert len(replies(world)) == 1
    assert len(world.alerts()) == 1


@pytest.mark.parametrize("field", ["MessageSid", "From", "To", "NumMedia"])
@pytest.mark.parametrize("value", ["\0", "9" * 5000, "æ" * 5000, "'; DROP TABLE reply; --", "-1", "٣"])
def test_an_odd_value_in_a_field_is_no_server_error(world: World, field: str, value: str) -> None:
    world.enrol()
    assert post(world, text("hej", **{field: value})).status_code == 200
    assert len(replies(world)) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(body=st.binary(max_size=200), sid=st.text(max_size=40), sender=st.text(max_size=20))
def test_any_signed_bytes_are_answered(lite_world: World, body: bytes, sid: str, sender: str) -> None:
    fields = text(body, MessageSid=sid.encode("utf-8", "replace"), From=sender.encode("utf-8", "replace"))
    assert post(lite_world, fields).status_code == 200


def test_a_failure_after_the_text_was_kept_is_no_error_to_twilio(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    world.enrol()
    monkeypatch.setattr(inbound, "process", broken)
    assert post(world, text("kan ikke tisse")).status_code == 200
    monkeypatch.undo()
    world.clock.forward(minutes=1)
    world.drain()
    assert [alert.colour for alert in world.alerts()] == ["red"]


def test_a_receipt_moves_the_text_it_names(world: World) -> None:
    world.enrol()
    world.drain()
    message = world.messages()[0]
    fields = {"MessageSid": message.provider_id or "", "MessageStatus": "delivered"}
    assert post(world, fields, path=f"/sms/status?message={message.id}").status_code == 204
    assert world.messages()[0].state == MessageState.DELIVERED


@pytest.mark.parametrize(
    "query", ["", "?message=", "?message=abc", "?message=-1", "?message=" + "9" * 40, "?message=٣"]
)
def test_a_receipt_that_names_no_text_of_ours_gets_a_clear_answer(lite_world: World, query: str) -> None:
    answer = post(lite_world, {"MessageSid": "SM1", "MessageStatus": "sent"}, path=f"/sms/status{query}")
    assert answer.status_code in {400, 403}


def test_a_get_is_not_taken_for_a_text(lite_world: World) -> None:
    assert client(lite_world).get("/sms/inbound").status_code == 405


def test_without_a_token_nothing_is_let_in(sqlite_url: str) -> None:
    from tests.world import make_world

    world = make_world(sqlite_url, twilio_auth_token="")
    signed = sign("", PUBLIC + "/sms/inbound", {"Body": [b"hej"]})
    assert post(world, {"Body": "hej"}, signature=signed).status_code == 403
    world.close()


def test_no_alert_is_doubled_by_odd_input(world: World) -> None:
    world.enrol()
    post(world, text("hej\0 kan ikke tisse"))
    post(world, text("hej\0 kan ikke tisse"))
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Alert)) == 1
