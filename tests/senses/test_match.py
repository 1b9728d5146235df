"""senses/match: entries are found where a text is cut as they are, longest first."""

import numpy as np
import pytest

from affectory.senses.match import Index, Table, find
from affectory.senses.tokens import join, split


def found(entries: list[str], text: str) -> list[str]:
    index = Index.of(entries)
    buffer = join([text])
    hits = find(index, split(buffer, 1), buffer)
    return [entries[at] for at in hits.entry]


def test_a_table_returns_what_was_put_in_and_minus_one_for_all_else():
    keys = np.random.default_rng(0).integers(1, 2**63, 5000, dtype=np.uint64)
    table = Table.of(keys[:4000], np.arange(4000))
    np.testing.assert_array_equal(table.find(keys[:4000]), np.arange(4000))
    assert (table.find(keys[4000:]) == -1).all()


def test_keys_that_share_one_slot_are_told_apart():
    near = np.arange(1, 200, dtype=np.uint64)  # scrambled low numbers, a full table
    crowded = Table(*_crowd(near))
    np.testing.assert_array_equal(crowded.find(near), np.arange(199))
    assert crowded.find(np.array([777], dtype=np.uint64))[0] == -1


def _crowd(keys):
    """Put all keys into one run of slots, as if each had the same home."""
    from affectory.senses.match import SCRAMBLE

    shift = np.uint64(63)
    home = ((keys * SCRAMBLE) >> shift).astype(np.int64)
    order = np.argsort(home, kind="stable")
    along = np.arange(len(keys))
    slot = along + np.maximum.accumulate(home[order] - along)
    key, value = np.zeros(2 + len(keys) * 2, np.uint64), np.full(2 + len(keys) * 2, -1, np.int32)
    key[slot], value[slot] = keys[order], along[order]
    return key, value, shift, int((slot - home[order]).max()) + 1


def test_an_empty_table_finds_nothing():
    none = np.zeros(0, dtype=np.uint64)
    assert Table.of(none, none.astype(np.int64)).find(np.array([5], np.uint64))[0] == -1


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("happy", "so HAPPY, really"),
        ("happy", "happyyyyy"),  # held letters are written once
        ("don't", "I don\u2019t know"),  # typographic apostrophe
        ("self-esteem", "low self esteem"),
        ("give up", "I give up."),
        ("😂", "well😂😂"),
        ("❤️", "❤"),  # with and without the presentation selector
        ("été", "L'ÉTÉ été"),
        (":)", "fine :)"),
    ],
)
def test_an_entry_is_found(entry, text):
    assert entry in found([entry], text)


@pytest.mark.parametrize(
    ("entry", "text"),
    [("happy", "unhappy"), ("give up", "give. up"), ("give up", "up give"), (":)", ": )")],
)
def test_an_entry_is_not_found_in_another_word_or_order(entry, text):
    assert found([entry], text) == []


def test_the_longest_entry_counts_and_its_words_do_not():
    assert found(["give", "up", "give up", "give up hope"], "never give up hope") == [
        "give up hope"
    ]
    assert found(["give", "give up hope"], "give up now") == ["give"]


def test_overlapping_phrases_are_read_from_the_left():
    # a a a a a: the pairs begin at 0 and 2; the fifth is left for the single entry
    assert found(["a a", "a"], "a a a a a") == ["a a", "a a", "a"]


def test_phrases_do_not_reach_into_the_next_text():
    index, buffer = Index.of(["give up"]), join(["I give", "up we go"])
    assert len(find(index, split(buffer, 2), buffer).row) == 0


def test_the_longest_stem_counts_and_a_spelt_out_word_before_it():
    stems = ["abandon*", "abandoned", "ab*"]
    said = found(stems, "abandoning abandoned absent Abandons cab")
    assert said == ["abandon*", "abandoned", "ab*", "abandon*"]


def test_a_stem_between_two_others_is_not_in_the_way():
    # in the alphabet "abc" stands between "ab" and the word "abd": the search walks back
    assert found(["ab*", "abc*", "a*"], "abd ax") == ["ab*", "a*"]


def test_what_the_tokeniser_would_make_something_else_of_is_set_aside():
    entries = ["8-)", "#fail", "%)", "two words*", "", "fine"]
    index = Index.of(entries)
    assert [entries[at] for at in index.unread] == ["8-)", "#fail", "%)", "two words*", ""]
    assert found(entries, "8 people fail fine") == ["fine"]


def test_entries_that_are_one_to_the_tokeniser_are_told():
    assert len(Index.of(["Joy", "joy", "give up", "give-up"]).doubled) == 2


def test_greedy_phrases_agree_with_a_plain_loop():
    rng = np.random.default_rng(1)
    entries = ["a b", "b c", "a b c d", "c d", "d a", "b", "c"]
    for _ in range(50):
        words = rng.choice(list("abcd"), 40).tolist()
        expected, at = [], 0
        while at < len(words):
            fits = [e for e in entries if words[at : at + len(e.split())] == e.split()]
            phrase = max((e for e in fits if " " in e), key=len, default=None)
            if phrase is None and words[at] in entries:
                expected.append(words[at])
            elif phrase is not None:
                expected.append(phrase)
            at += len(phrase.split()) if phrase else 1
        assert found(entries, " ".join(words)) == expected
