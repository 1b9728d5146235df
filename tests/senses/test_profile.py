"""senses/profile and measure/language: closed forms, sums of 100, windows."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice
from affectory.core.records import Clock, Records
from affectory.measure.language import language
from affectory.senses.profile import PRONOUNS, TENSES, counts


@pytest.mark.parametrize(
    ("text", "past", "present", "future"),
    [
        ("I went home and cried.", 2, 0, 0),
        ("I am tired and I can't sleep.", 0, 2, 0),
        ("I will call him.", 0, 0, 1),
        ("I'm going to leave.", 0, 0, 1),
        ("He'll be fine.", 0, 0, 1),
        ("We have never slept well.", 0, 1, 0),
        ("They know it.", 0, 1, 0),
        ("I used to smile.", 1, 0, 0),
        ("I have to do it.", 0, 1, 0),
        ("In May it rained.", 1, 0, 0),
        ("Table, chair, red bed.", 0, 0, 0),
    ],
)
def test_verbs_have_a_tense(text, past, present, future):
    assert counts([text])[0, 5:8].tolist() == [past, present, future]


def test_subject_pronouns_fall_in_five_classes():
    said = counts(["I think we know you, but he, she and it fear them; they don't. I\u2019m me."])
    assert said[0, :5].tolist() == [2, 1, 1, 3, 1]


def test_dates_are_seen_without_a_tagger():
    text = (
        "Yesterday, on Monday, in 2019, two weeks ago, 3/4/20, at 4:30, last summer, every night."
    )
    assert counts([text])[0, 8] == 8
    assert counts(["I may go second hand."])[0, 8] == 0


def talk(clock=Clock.DAYS):
    frame = pl.DataFrame(
        {
            "session": ["a", "a", "b", "a"],
            "actor": ["ann", "ann", "ann", "bo"],
            "start": [0.0, 10.0, 20.0, 0.0],
            "text": ["I cried.", "We are fine.", "They will see.", None],
        }
    )
    return Records(frame, clock)


def test_shares_of_a_window_sum_to_a_hundred():
    told = language(talk())
    spoken = told.filter(pl.col("words") > 0)
    for names in (PRONOUNS, TENSES):
        np.testing.assert_allclose(spoken.select(names).to_numpy().sum(axis=1), 100.0)
    assert told.filter(actor="ann")["first_singular"].to_list() == [100.0, 50.0, 0.0]
    assert told.filter(actor="ann")["words"].to_list() == [2, 5, 6]  # day 0 has left the third


def test_silence_has_no_shares():
    told = language(talk()).filter(actor="bo")
    assert told.select(*PRONOUNS, *TENSES, "dates").null_count().to_numpy().sum() == 9


def test_sessions_can_stand_alone():
    told = language(talk(), across=False)
    assert told.select("session", "actor", "words").rows() == [
        ("a", "ann", 2), ("a", "ann", 5), ("a", "bo", 0), ("b", "ann", 3),
    ]  # fmt: skip


def test_turns_have_no_weeks():
    with pytest.raises(BadChoice, match="turns"):
        language(talk(Clock.TURNS))
    assert language(talk(Clock.TURNS), width=5).height == 4
