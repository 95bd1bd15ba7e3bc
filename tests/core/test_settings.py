from __future__ import annotations

from pathlib import Path

import pytest

from core.crypto import new_key
from core.settings import Settings, SettingsError, load_settings, sqlite_path

GOOD = {"secret_key": "s" * 40, "encryption_keys": new_key()}
TWILIO = {
    "gateway": "twilio",
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "t",
    "twilio_from": "+4552512345",
}
SECOND = {
    "twilio_fallback_account_sid": "AC2",
    "twilio_fallback_auth_token": "t2",
    "twilio_fallback_from": "+4552500002",
}
ENV_EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_missing_keys_are_told_in_a_sentence_that_says_how_to_make_them() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    lines = str(refusal.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["SECRET_KEY", "ENCRYPTION_KEYS"]
    assert all("rygbot keys new" in line for line in lines)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 32)
    monkeypatch.setenv("ENCRYPTION_KEYS", GOOD["encryption_keys"])
    monkeypatch.setenv("PUBLIC_URL", "https://rygbot.example/")
    settings = load_settings()
    assert settings.public_url == "https://rygbot.example"
    assert settings.is_secure


def test_settings_come_from_a_file(tmp_path: Path) -> None:
    lines = f"SECRET_KEY={GOOD['secret_key']}\nENCRYPTION_KEYS={GOOD['encryption_keys']}\nGATEWAY=simulator\n"
    (tmp_path / ".env").write_text(lines, encoding="utf-8")
    assert load_settings().secret_key == GOOD["secret_key"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"encryption_keys": "not-a-key"}, "is not a key"),
        ({"secret_key": "short"}, "shorter than 32"),
        ({"database_url": "mysql://x/y"}, "postgresql:// or sqlite:///"),
        ({"public_url": "rygbot.example"}, "web address"),
        ({"public_url": "https://rygbot.example:99999"}, "web address"),
        ({"public_url": ""}, "must not be empty"),
        ({"database_url": "postgresql://u:p@host:abc/db"}, "not an address"),
        ({"gateway": "pigeon"}, "GATEWAY"),
        ({"gateway": "twilio"}, "TWILIO_ACCOUNT_SID"),
        ({"twilio_fallback_from": "+4552500002"}, "it needs GATEWAY=twilio"),
        (TWILIO | {"twilio_fallback_from": "+4552500002"}, "half given, it needs TWILIO_FALLBACK_ACCOUNT_SID"),
        (TWILIO | SECOND | {"twilio_fallback_auth_token": ""}, "it needs TWILIO_FALLBACK_AUTH_TOKEN too"),
        (
            TWILIO | SECOND | {"twilio_fallback_from": ""},
            "TWILIO_FALLBACK_MESSAGING_SERVICE_SID or TWILIO_FALLBACK_FROM",
        ),
        (TWILIO | SECOND | {"twilio_fallback_from": "22"}, "TWILIO_FALLBACK_FROM must be a number"),
        (TWILIO | SECOND | {"twilio_fallback_account_sid": "AC1"}, "the first account again"),
        (TWILIO | SECOND | {"twilio_fallback_from": "+4552512345"}, "number or messaging service of its own"),
        (TWILIO | SECOND | {"twilio_fallback_base_url": "x"}, "TWILIO_FALLBACK_BASE_URL: must be a web address"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings(**{**GOOD, **wrong})


def test_a_wrong_key_is_never_shown() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(**{**GOOD, "encryption_keys": "half-a-secret"})
    assert "half-a-secret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_spelling_of_a_postgres_address_is_understood(url: str) -> None:
    assert load_settings(**GOOD, database_url=url).database_url == "postgresql+psycopg://u@h/d"


def test_the_file_of_a_sqlite_address_is_found() -> None:
    assert sqlite_path("sqlite:///var/rygbot.db") == Path("var/rygbot.db")
    assert sqlite_path("postgresql+psycopg://u@h/d") is None


def test_the_example_file_names_every_setting_and_no_other() -> None:
    lines = ENV_EXAMPLE.read_text(encoding="utf-8").splitlines()
    named = [line.lstrip("# ").partition("=")[0] for line in lines if "=" in line and not line.startswith("# ")]
    assert sorted(name.lower() for name in named) == sorted(Settings.model_fields)


def test_a_second_account_is_asked_after_the_first_and_keeps_its_token_to_itself() -> None:
    settings = load_settings(**GOOD, **TWILIO, **SECOND, twilio_fallback_region="ie1")
    assert settings.gateway_names == ("twilio", "twilio-fallback")
    second = settings.twilio_accounts[1]
    assert (second.sid, second.region, second.sender) == ("AC2", "ie1", "+4552500002")
    assert "t2" not in repr(second)
    assert "t2" not in repr(settings)


def test_the_first_account_in_another_region_is_a_second_one() -> None:
    same = SECOND | {"twilio_fallback_account_sid": "AC1", "twilio_fallback_region": "ie1"}
    assert len(load_settings(**GOOD, **TWILIO, **same).twilio_accounts) == 2


def test_a_simulated_installation_has_one_gateway() -> None:
    assert load_settings(**GOOD).gateway_names == ("simulator",)
