"""The rules made to be read: every flag, every word list, patterns in words, and a search that finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advice import choose_group
from bot.staff.rulebook import Part, Rulebook, WordList, shipped_rulebook
from messages.phrases import REFERENCE
from messages.red_flag_schema import shipped_rules


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return shipped_rulebook()


def names(book: Rulebook) -> set[str]:
    return {entry.flag.id for entry in book.flags}


def test_nothing_of_the_rules_is_left_out(book: Rulebook) -> None:
    rules = shipped_rules()
    assert [entry.flag for entry in book.flags] == list(rules.flags)
    assert [entry.id for entry in book.word_lists] == [concept.id for concept in rules.concepts]
    assert book.version == rules.rule_version
    assert book.rule_count == sum(len(entry.rules) for entry in book.flags)
    for entry in book.flags:
        for shown, rule in zip(entry.rules, entry.flag.rules, strict=True):
            assert (len(shown.patterns), len(shown.unless)) == (len(rule.patterns), len(rule.unless))
    assert sum(len(item.patterns) for item in book.lowering) == sum(len(cue.patterns) for cue in rules.cues)
    assert [item.name for item in book.harmless] == [guard.reason for guard in rules.guards]


def test_a_pattern_names_its_word_lists_by_their_first_word(book: Rulebook) -> None:
    bladder = next(entry for entry in book.flags if entry.flag.id == "bladder")
    assert (Part("kan ikke", "cannot"), Part(" "), Part("tisse", "urinate")) in bladder.rules[0].patterns


def test_every_word_list_has_a_name_in_plain_words(book: Rulebook) -> None:
    for entry in book.word_lists:
        assert entry.name.strip(), entry.id
        assert not set(entry.name) & set("{}=*|&\\"), f"{entry.id}: {entry.name}"


def test_every_word_list_that_is_named_is_there_to_be_looked_up(book: Rulebook) -> None:
    known = {entry.id for entry in book.word_lists}
    named = {
        part.word_list
        for entry in book.flags
        for rule in entry.rules
        for pattern in (*rule.patterns, *rule.unless)
        for part in pattern
        if part.word_list
    }
    assert named
    assert named <= known


def test_a_pattern_put_together_again_is_what_stands_in_the_file(book: Rulebook) -> None:
    for concept, shown in zip(shipped_rules().concepts, book.word_lists, strict=True):
        again = ["".join(f"{{{part.word_list}}}" if part.word_list else part.text for part in p) for p in shown.words]
        assert [REFERENCE.sub(r"{\1}", word).replace("...", "…") for word in concept.words] == again


def test_the_advice_is_the_one_that_is_really_sent(book: Rulebook) -> None:
    for entry in book.flags:
        assert entry.advice is choose_group(entry.flag.level, [entry.flag.id])


@pytest.mark.parametrize(
    ("query", "flag"),
    [
        ("vandladning", "bladder"),
        ("VANDLADNING", "bladder"),
        ("tisse", "bladder"),
        ("toiletpapiret", "saddle_anaesthesia"),
        ("ridebukse", "saddle_anaesthesia"),
        ("selvmord", "suicidal"),
        ("hjælp søge", "fever"),
    ],
)
def test_a_flag_is_found_by_name_meaning_source_and_vocabulary(book: Rulebook, query: str, flag: str) -> None:
    assert flag in names(book.search(query))


def test_a_search_leaves_out_what_does_not_hold_every_word(book: Rulebook) -> None:
    assert "fever" not in names(book.search("vandladning"))
    assert names(book.search("vandladning xyzzy")) == set()


def test_a_search_finds_the_word_lists_that_hold_the_word(book: Rulebook) -> None:
    found = {entry.id for entry in book.search("toiletpapiret").word_lists}
    assert "touch" in found
    assert "fever" not in found


def test_the_flags_named_are_kept_with_every_word_list_behind_them(book: Rulebook) -> None:
    kept = book.only(["fever", "", "unheard_of"])
    lists = {entry.id for entry in kept.word_lists}
    patterns = [pattern for entry in kept.flags for rule in entry.rules for pattern in (*rule.patterns, *rule.unless)]
    patterns += [pattern for entry in kept.word_lists for pattern in entry.words]
    assert names(kept) == {"fever"}
    assert lists == {part.word_list for pattern in patterns for part in pattern if part.word_list}
    assert "erection" not in lists


@given(st.text(max_size=40))
def test_whatever_is_searched_for_is_answered_with_a_part_of_the_book(query: str) -> None:
    book = shipped_rulebook()
    found = book.search(query)
    assert names(found) <= names(book)
    lists: tuple[WordList, ...] = found.word_lists
    assert set(lists) <= set(book.word_lists)
