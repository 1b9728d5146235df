"""show/times: times as a person says them."""

import polars as pl
import pytest

from affectory.core.records import Clock
from affectory.show import times


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0:00"),
        (65, "1:05"),
        (3_600, "1:00:00"),
        (5 * 3_600 + 11 * 60 + 39, "5 h 11"),  # nobody needs the second after four hours
        (86_400 + 8 * 3_600, "day 2, 8 h"),
    ],
)
def test_seconds_become_a_clock_face(seconds, words):
    assert times.when(Clock.SECONDS, seconds) == words


def test_the_first_turn_is_number_one():
    assert times.when(Clock.TURNS, 0.0) == "turn 1"
    assert times.when(Clock.STEPS, 1_233.0) == "step 1,234"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(12, "12 s"), (60, "1 min"), (754, "12 min 34 s"), (7_200, "2 h"), (90_000, "1 day 1 h")],
)
def test_durations_are_said_in_two_units_at_most(seconds, words):
    assert times.length(Clock.SECONDS, seconds) == words


def test_only_absolute_times_have_a_date():
    assert times.date(1_757_364_060.0) == "8 Sep 2025"  # 2025-09-08T20:41:00Z
    assert times.date(45.0) == ""


@pytest.mark.parametrize("span", [0.0, 1.0, 9.0, 59.0, 1_770.0, 4 * 3_600.0, 3e6, 4e7])
def test_an_axis_has_few_ticks_inside_its_span(span):
    at, words, title = times.ticks(Clock.SECONDS, span)
    assert 1 <= len(at) == len(words) <= 9
    assert at[0] == 0.0
    assert at[-1] <= span
    assert title


@pytest.mark.parametrize("n", [1, 2, 7, 24, 100, 5_000])
def test_turns_are_marked_at_round_numbers_from_one(n):
    at, words, title = times.ticks(Clock.TURNS, float(n - 1))
    assert words[0] == "1"
    assert title == "turn"
    assert len(at) <= 9
    assert all(t <= n - 1 for t in at)
    assert [f"{t + 1:,.0f}" for t in at] == words


def test_bounds_are_the_first_start_and_the_last_stop():
    frame = pl.DataFrame({"start": [3.0, 1.0], "stop": [4.0, 9.0]})
    assert times.bounds(frame) == (1.0, 9.0)
