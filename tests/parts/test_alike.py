"""parts.alike: copies of a text share a group."""

import pytest

from affectory.parts.alike import normal, together


def test_case_marks_and_space_do_not_make_a_text_another():
    assert (
        normal("  Bombers kill SHOPPERS! ") == normal("bombers kill shoppers") != normal("bombers")
    )


def test_groups_that_share_a_text_are_one_and_others_stay():
    groups = together(["one", "two", "One.", "three"], ["a", "b", "b", "c"])
    assert groups == ["a", "a", "a", "c"]


def test_copies_chain_groups():
    joined = together(["x", "y", "y", "z", "z", "alone"], ["a", "b", "c", "c", "a", "d"])
    assert len(set(joined[:5])) == 1
    assert joined[5] == "d"


def test_texts_without_words_are_nobodys_copy():
    assert together(["", "...", "?!"], ["a", "b", "c"]) == ["a", "b", "c"]


def test_there_must_be_a_group_for_each_text():
    with pytest.raises(ValueError, match="zip"):
        together(["x", "y"], ["a"])
