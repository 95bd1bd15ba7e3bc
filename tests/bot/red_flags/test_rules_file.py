"""The rules file: sound, complete, and refused with a clear reason when it is not."""

from pathlib import Path

import pytest

from bot.red_flags import Checker, Level
from messages.red_flag_schema import RULES_FILE, RedFlagRules, RulesError, load_rules

SHIPPED = RULES_FILE.read_text(encoding="utf-8")
RED_FLAGS = {
    "bladder", "bowel", "saddle_anaesthesia", "sexual_dysfunction", "leg_weakness", "arm_weakness", "fever", "trauma",
    "unrelenting_pain", "bilateral", "myelopathy", "suicidal", "overdose", "emergency_other",
}  # fmt: skip
AMBER_FLAGS = {
    "cancer_weight_loss", "no_improvement", "worsening", "radiating", "sensory", "fall", "high_pain", "sleep",
    "worried", "distress", "medication", "wants_contact", "question", "unclear",
}  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> RedFlagRules:
    return load_rules()


def test_every_flag_is_there_with_its_level(rules: RedFlagRules) -> None:
    levels = {flag.id: flag.level for flag in rules.flags}
    assert {name for name, level in levels.items() if level == "red"} == RED_FLAGS
    assert {name for name, level in levels.items() if level == "amber"} == AMBER_FLAGS


def test_no_flag_is_signed_off_by_the_program(rules: RedFlagRules) -> None:
    assert all(flag.signed_off_by == "" for flag in rules.flags)


def test_examples_raise_their_flag(rules: RedFlagRules, checker: Checker) -> None:
    for flag in rules.flags:
        for example in flag.examples:
            assert flag.id in checker.check(example).flags, example
        for counter in flag.counter_examples:
            assert checker.check(counter).level is not Level.RED, counter


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    copy = tmp_path / "red_flags.toml"
    copy.write_text(SHIPPED, encoding="utf-8")
    assert load_rules(copy).rule_version == load_rules().rule_version
    copy.write_text(SHIPPED + "\n# a word\n", encoding="utf-8")
    assert load_rules(copy).rule_version != load_rules().rule_version


def test_a_clinician_can_add_a_word(tmp_path: Path) -> None:
    copy = tmp_path / "red_flags.toml"
    copy.write_text(SHIPPED.replace('"=skridtet",', '"=skridtet", "=futten",', 1), encoding="utf-8")
    assert Checker(load_rules()).check("futten er helt følelsesløs").level is not Level.RED
    assert Checker(load_rules(copy)).check("futten er helt følelsesløs").level is Level.RED


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("version = 1", "version = ", ["red_flags.toml"]),
        ('level = "red"', 'level = "purple"', ["bladder", "level"]),
        ('"{cannot} {urinate}"', '"{cannot} {urrinate}"', ["bladder_cannot_pass", "urrinate"]),
        ('id = "bowel_cannot_hold"', 'id = "bladder_cannot_pass"', ["bladder_cannot_pass", "twice"]),
        ('{ document = "S0"', '{ document = "S9"', ["bladder", "document"]),
        ('advice = "cauda_equina"', 'advice = "soup"', ["bladder", "advice"]),
        ('advice = "cauda_equina"', 'advice = "amber"', ["bladder", "level red", "advice amber"]),
        ('"{cannot} {urinate}"', '"re:("', ["bladder_cannot_pass", "re:("]),
        ('"{cannot} {urinate}"', '"re:(a)\\\\1"', ["bladder_cannot_pass", "refers back"]),
        ('"{cannot} {urinate}"', '"{cannot} *"', ["bladder_cannot_pass", "*"]),
        ('"{cannot} {urinate}"', '"{cannot} & "', ["bladder_cannot_pass"]),
    ],
)
def test_a_bad_file_is_refused_with_file_rule_and_reason(tmp_path: Path, old: str, new: str, names: list[str]) -> None:
    copy = tmp_path / "red_flags.toml"
    assert old in SHIPPED
    copy.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesError) as refusal:
        load_rules(copy)
    for name in ["red_flags.toml", *names]:
        assert name in str(refusal.value)


def test_a_concept_built_on_itself_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "red_flags.toml"
    copy.write_text(SHIPPED.replace('words = ["{neg}", "{none}"]', 'words = ["{neg}", "{deny}"]', 1), encoding="utf-8")
    with pytest.raises(RulesError, match="built on itself"):
        load_rules(copy)


def test_a_concept_over_two_sentences_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "red_flags.toml"
    copy.write_text(SHIPPED.replace('words = ["{neg}", "{none}"]', 'words = ["{neg} && {none}"]', 1), encoding="utf-8")
    with pytest.raises(RulesError, match="within one sentence"):
        load_rules(copy)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"nowhere\.toml"):
        load_rules(tmp_path / "nowhere.toml")
