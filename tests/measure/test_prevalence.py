"""measure/prevalence: days of posts that can be counted by hand."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadValues, ClockMismatch
from affectory.core.records import Clock, Records
from affectory.measure.prevalence import Portion, around, per_word, prevalence
from affectory.perceive.lexicon import LexiconEmotion
from affectory.senses.categories import of_categories

LISTS = of_categories("own", {"fear": ["afraid", "losing hope"], "rush": ["hurry"]})
DAY = 86400.0
POSTS = [  # day, person, words
    (0, "ann", "afraid"),  # every word: 1
    (0, "ann", "all is well"),
    (0, "bo", "he is losing hope"),  # a phrase of two words is one entry: 1 / 3 of what is said
    (0, "cy", "hurry hurry now"),
    (2, "ann", "so it goes"),
    (2, "bo", ""),  # no post
]


def felt(posts=POSTS, clock=Clock.SECONDS):
    """Return the shares of words of posts, one state a post."""
    unit = DAY if clock is Clock.SECONDS else 1.0
    frame = pl.DataFrame(
        [("s", who, day * unit + 0.1 * unit, text) for day, who, text in posts],
        schema=["session", "actor", "start", "text"], orient="row",
    )  # fmt: skip
    records, reader = Records(frame, clock), LexiconEmotion(LISTS, degree=False)
    return per_word(reader.perceive(records).only, reader.covered(records))


def days(portion, **how):
    """Return fear and rush by day."""
    told = prevalence(felt(), portion, least=1, people=1, **how)
    return told.felt.values, told


def test_a_text_of_nothing_but_a_marker_shows_all_of_it():
    first = felt().to_polars().filter(pl.col("seq") == 0)
    assert first["fear"].item() == 1.0
    assert first["rush"].item() == 0.0


def test_the_share_of_posts_is_counted():
    values, told = days(Portion.POSTS)
    np.testing.assert_allclose(values[0], [2 / 4, 1 / 4])
    np.testing.assert_allclose(values[2], [0, 0])
    assert told.posts.tolist() == [4, 0, 1]
    assert told.people.tolist() == [3, 0, 1]


def test_a_day_without_posts_is_missing_and_keeps_its_place():
    values, told = days(Portion.POSTS)
    assert np.isnan(values[1]).all()
    assert told.felt.start.tolist() == [0.0, 1.0, 2.0]
    assert told.felt.clock is Clock.DAYS


def test_a_person_counts_once_a_day():
    values, _ = days(Portion.PEOPLE)
    np.testing.assert_allclose(values[0], [2 / 3, 1 / 3])


def test_the_spread_of_a_share_is_its_standard_error():
    _, told = days(Portion.POSTS)
    np.testing.assert_allclose(told.felt.spread[0, 0], np.sqrt(0.5 * 0.5 / 4))


def test_mean_and_median_are_of_shares_of_words():
    shares = felt().to_polars().filter(pl.col("start") < DAY)["fear"].to_numpy()
    values, _ = days(Portion.MEAN)
    np.testing.assert_allclose(values[0, 0], shares.mean(), rtol=1e-6)
    values, _ = days(Portion.MEDIAN)
    np.testing.assert_allclose(values[0, 0], np.median(shares), rtol=1e-6)


def test_days_of_few_posts_or_few_people_are_not_told_of():
    few = prevalence(felt(), least=4, people=1).felt
    assert few.missing.tolist() == [False, True, True]
    assert prevalence(felt(), least=1, people=4).felt.missing.all()
    alone = [(0, "unknown", "afraid")] * 6  # people were not told apart
    assert not prevalence(felt(alone), least=5, people=5).felt.missing.any()


def test_days_may_be_days_already():
    one, other = (
        prevalence(felt(clock=clock), least=1, people=1).felt.values
        for clock in (Clock.SECONDS, Clock.DAYS)
    )
    np.testing.assert_array_equal(one, other)


def test_an_event_is_seen_in_the_days_before_and_after():
    posts = [(d, f"p{i}", "afraid" if d >= 5 else "fine") for d in range(10) for i in range(5)]
    told = around(prevalence(felt(posts), least=1, people=1).felt, [(5.0, "storm")], width=3)
    fear = told.row(0, named=True)
    assert (fear["before"], fear["after"], fear["change"]) == (0.0, 1.0, 1.0)
    assert (
        around(prevalence(felt(posts), least=1, people=1).felt, [(99.0, "x")])["before"][0] is None
    )


def test_posts_without_dates_are_refused():
    frame = pl.DataFrame({"session": "s", "actor": "a", "text": ["afraid"]})
    with pytest.raises(ClockMismatch):
        prevalence(LexiconEmotion(LISTS).perceive(Records(frame)).only)


def test_dimensions_are_no_markers():
    records = Records(
        pl.DataFrame({"session": "s", "actor": "a", "start": [0.0], "text": ["joy"]}), Clock.DAYS
    )
    with pytest.raises(BadValues, match="flags"):
        prevalence(LexiconEmotion().perceive(records).only)
    with pytest.raises(BadChoice, match="least"):
        prevalence(felt(), least=0)
