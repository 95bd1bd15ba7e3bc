"""The commands as an operator types them, each in a process-like run with its own environment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

import messages
from bot.cli import content
from bot.cli.main import cli
from core.crypto import new_key
from core.settings import Settings, load_settings

HEADER = "navn;telefon;forløb;region;lægetelefon;samtykke"
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    monkeypatch.setenv("ENCRYPTION_KEYS", new_key())
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/rygbot.db")

    def invoke(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli, list(words), input=typed)

    yield invoke
    structlog.reset_defaults()


@pytest.fixture
def ready(run: Run) -> Run:
    assert run("db", "upgrade").exit_code == 0
    added = run(
        *"clinic add --id vest --region midtjylland --phone 87654321 --sender 52512345 --name".split(), "Rygklinik Vest"
    )
    assert added.exit_code == 0, added.output
    return run


def enrol(run: Run, tmp_path: Path, *lines: str, words: tuple[str, ...] = ()) -> Result:
    file = tmp_path / "patienter.csv"
    file.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return run("enrol", "--clinic", "vest", "--csv", str(file), *words)


def count(tmp_path: Path, table: str) -> int:
    engine = create_engine(f"sqlite:///{tmp_path}/rygbot.db")
    with engine.connect() as connection:
        number: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return number


def test_without_a_database_a_command_says_what_to_do(run: Run) -> None:
    result = run("worker", "--drain")
    assert result.exit_code == 1
    assert "rygbot db upgrade" in result.output
    assert "Traceback" not in result.output


def test_fresh_keys_can_be_used_as_they_are_printed(run: Run) -> None:
    lines = dict(line.split("=", 1) for line in run("keys", "new").output.splitlines())
    settings = load_settings(secret_key=lines["SECRET_KEY"], encryption_keys=lines["ENCRYPTION_KEYS"])
    assert settings.encryption_key_list == (lines["ENCRYPTION_KEYS"],)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--id", "Vest Klinik"), ("--id", "x" * 250), ("--phone", "123"), ("--region", "skåne"), ("--name", " ")],
)
def test_a_clinic_with_a_bad_value_is_refused_by_name(run: Run, option: str, value: str) -> None:
    run("db", "upgrade")
    words = {"--id": "vest", "--name": "Vest", "--region": "midtjylland", "--phone": "87654321", "--sender": "52512345"}
    words[option] = value
    result = run("clinic", "add", *(word for pair in words.items() for word in pair))
    assert result.exit_code == 2
    assert option in result.output


def test_a_clinic_is_added_once(ready: Run) -> None:
    again = ready(*"clinic add --id vest --region midtjylland --phone 87654321 --sender 52512345 --name Vest".split())
    assert again.exit_code == 1
    assert "already" in again.output


def test_a_clinic_with_neutral_texts_is_warned_of_its_name_and_reminded_of_the_sheet(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade")
    words = "clinic add --id vest --region midtjylland --phone 87654321 --sender 52512345 --neutral --name".split()
    assert "'Rygklinik' in it tells what the clinic treats" in run(*words, "Rygklinik Vest").output
    done = enrol(run, tmp_path, "Karen;20123456;akut-laend;midtjylland;86123456;ja")
    assert "1 tilmeldt, 0 afvist" in done.output
    assert "Udskriv et ark til hver patient." in done.output


def test_an_ordinary_clinic_is_reminded_of_no_sheet(ready: Run, tmp_path: Path) -> None:
    done = enrol(ready, tmp_path, "Karen;20123456;akut-laend;midtjylland;86123456;ja")
    assert "Udskriv" not in done.output


def test_two_clinics_cannot_send_from_one_number(ready: Run) -> None:
    words = "clinic add --id oest --region midtjylland --phone 87654321 --sender 52512345 --name Oest".split()
    result = ready(*words)
    assert result.exit_code == 1
    assert "number of its own" in result.output


def test_a_staff_member_can_be_added_from_a_script(ready: Run) -> None:
    words = "staff add --clinic vest --email Mette@Vest.example --role admin --password-stdin".split()
    assert ready(*words, typed="en lang adgangskode\n").exit_code == 0
    assert "already" in ready(*words, typed="en lang adgangskode\n").output


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("staff add --clinic vest --email mette@vest.example --role admin --password-stdin", "kort\n"),
        (
            "staff add --clinic nowhere --email mette@vest.example --role admin --password-stdin",
            "en lang adgangskode\n",
        ),
        ("staff add --clinic vest --email mette --role admin --password-stdin", "en lang adgangskode\n"),
        (f"staff add --clinic vest --email {'m' * 250}@x.dk --role admin --password-stdin", "en lang adgangskode\n"),
        ("staff add --clinic vest --email mette@vest.example --role chef --password-stdin", "en lang adgangskode\n"),
    ],
)
def test_a_staff_member_with_a_bad_value_is_refused(ready: Run, words: str, typed: str) -> None:
    result = ready(*words.split(), typed=typed)
    assert result.exit_code in {1, 2}
    assert "Error" in result.output


def test_a_file_is_enrolled_and_a_repeat_enrols_nobody_twice(ready: Run, tmp_path: Path) -> None:
    line = "Karen;20123456;akut-laend;midtjylland;86123456;ja"
    assert "1 tilmeldt, 0 afvist" in enrol(ready, tmp_path, line).output
    again = enrol(ready, tmp_path, line)
    assert again.exit_code == 1
    assert "allerede i et forløb" in again.output
    assert count(tmp_path, "enrolment") == 1


def test_bad_lines_are_told_with_their_number_and_the_good_ones_are_enrolled(ready: Run, tmp_path: Path) -> None:
    result = enrol(
        ready,
        tmp_path,
        "Karen;20123456;akut-laend;midtjylland;86123456;ja",
        "Ole;1234;akut-laend;midtjylland;86123456;ja",
        "Ida;20123457;knæ;midtjylland;86123456;nej",
    )
    assert result.exit_code == 1
    assert "Linje 3: telefon:" in result.output
    assert "Linje 4: forløb:" in result.output
    assert "samtykke:" in result.output
    assert "1 tilmeldt, 2 afvist" in result.output


def test_a_dry_run_stores_nothing(ready: Run, tmp_path: Path) -> None:
    line = "Karen;20123456;akut-laend;midtjylland;86123456;ja"
    result = enrol(ready, tmp_path, line, words=("--dry-run",))
    assert "1 kan tilmeldes" in result.output
    assert count(tmp_path, "enrolment") == 0


def test_a_dry_run_finds_the_number_that_stands_twice(ready: Run, tmp_path: Path) -> None:
    line = "Karen;20123456;akut-laend;midtjylland;86123456;ja"
    bad = "Ole;12;akut-laend;midtjylland;86123456;ja"
    result = enrol(ready, tmp_path, line, bad, line, words=("--dry-run",))
    assert "Linje 4: telefon: Nummeret står tidligere i filen." in result.output
    assert "1 kan tilmeldes, 2 afvist" in result.output


def test_a_file_with_unknown_columns_is_refused_whole(ready: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a;b;c\n1;2;3\n", encoding="utf-8")
    result = ready("enrol", "--clinic", "vest", "--csv", str(file))
    assert result.exit_code == 1
    assert "Der mangler kolonner" in result.output


def test_a_drain_sends_what_is_due_and_exits(ready: Run, tmp_path: Path) -> None:
    enrol(ready, tmp_path, "Karen;20123456;akut-laend;midtjylland;86123456;ja")
    result = ready("worker", "--drain")
    assert result.exit_code == 0
    assert "failed 0, unknown 0" in result.output


def test_check_has_a_line_for_everything_and_fails_on_what_is_not_fit(ready: Run) -> None:
    result = ready("check")
    assert result.exit_code == 1
    assert "FAIL  gateway: simulator" in result.output
    assert "FAIL  worker" in result.output
    assert "note  on call: red alerts would reach nobody at vest (at no time)" in result.output
    for what in ("settings", "database", "clock", "content", "encryption", "provider", "second account: none"):
        assert f"ok    {what}" in result.output


def test_a_text_is_explained(run: Run) -> None:
    result = run("triage", "kan ikke mærke mig selv i skridtet")
    assert result.exit_code == 0
    assert "rød" in result.output.lower()
    assert "skridtet" in result.output
    assert "Rådet sendes på dansk." in result.output


def test_the_explanation_of_a_german_text_says_that_advice_is_sent_in_german(run: Run) -> None:
    assert "Rådet sendes på tysk." in run("triage", "Ich kann nicht mehr pinkeln").output


def test_lines_are_triaged_one_for_one(run: Run) -> None:
    lines = [
        json.dumps({"id": "1", "text": "kan ikke tisse", "question": None}),
        "not json",
        json.dumps({"id": "2", "text": "nej", "question": "screening"}),
    ]
    out = [json.loads(line) for line in run("triage", "--jsonl", typed="\n".join(lines)).output.splitlines()]
    assert [line.get("level") for line in out] == ["red", None, "green"]
    assert "error" in out[1]
    assert set(out[0]) == {"id", "level", "flags", "evidence"}
    assert set(out[0]["evidence"][0]) == {"flag", "start", "end", "text", "rule"}


def test_a_change_of_rules_is_shown_on_the_labelled_replies(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A single word is left to the rules alone.
    labelled = {"id": "1", "question": None, "text": "Selvmordstanker", "level": "red", "accept": ["red"], "flags": []}
    (tmp_path / "some.jsonl").write_text(json.dumps(labelled) + "\n\n", encoding="utf-8")
    monkeypatch.setattr(content, "CORPUS", tmp_path)
    shipped = Path(messages.__file__).parent / "red_flags.toml"
    poorer = tmp_path / "old.toml"
    poorer.write_text(shipped.read_text(encoding="utf-8").replace("selvmord", "xyzzy"), encoding="utf-8")
    result = run("triage", "--compare", str(poorer))
    assert result.exit_code == 0
    assert "-> red  (labelled red)" in result.output
    assert "1 labelled replies change level." in result.output


def test_segments_are_counted_line_by_line(run: Run) -> None:
    typed = "\n".join(json.dumps({"text": text}) for text in ("hej", "x" * 161, "hej ☺"))
    out = [json.loads(line) for line in run("segments", typed=typed + "\n[]\n").output.splitlines()]
    assert out[:3] == [
        {"encoding": "GSM-7", "segments": 1, "units": 3},
        {"encoding": "GSM-7", "segments": 2, "units": 161},
        {"encoding": "UCS-2", "segments": 1, "units": 5},
    ]
    assert "error" in out[3]


def test_every_text_passes_the_lint(run: Run) -> None:
    result = run("messages", "check", "--json")
    assert result.exit_code == 0
    row = json.loads(result.output)[0]
    assert {"programme", "step", "text", "encoding", "segments", "lix", "sources"} <= set(row)


def test_a_course_can_be_previewed_from_a_date(run: Run) -> None:
    result = run("messages", "preview", "akut-laend", "--start", "2026-12-01")
    assert "02-12-2026" in result.output
    assert run("messages", "preview", "knæ").exit_code == 2
    assert run("messages", "preview", "akut-laend", "--start", "9999-12-31").exit_code == 2
