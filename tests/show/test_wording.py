"""show/wording: numbers and facts as words."""

import numpy as np
import pytest

from affectory.core.records import Clock
from affectory.show.canvas import Line
from affectory.show.wording import (
    DASH,
    MINUS,
    amounts,
    count,
    listed,
    number,
    quantity,
    signed,
    story,
)


def line(values):
    n = len(values)
    t = np.arange(float(n))
    return Line("ann", t, np.asarray(values, float), np.full(n, np.nan), np.arange(n))


def test_numbers_have_a_true_minus_and_no_minus_zero():
    assert number(-0.5) == f"{MINUS}0.50"
    assert number(-0.0001) == "0.00"
    assert signed(-0.0001) == "0.00"
    assert number(1234567.0, 0) == "1,234,567"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_undefined_is_a_dash_and_never_zero(value):
    assert number(value) == quantity("mean", value) == signed(value) == DASH


@pytest.mark.parametrize(
    ("name", "value", "unit", "words"),
    [
        ("slope", 0.002, "1 / seconds", "0.12 / min"),
        ("recovery_rate", 1.4e-6, "1 / seconds", "0.12 / day"),  # 1.4e-6 * 86,400
        ("slope", 0.05, "1 / turns", "0.050 / turn"),
        ("half_life", 3_700.0, "seconds", "1 h 1 min"),
        ("peak", 80.0, "SUDS", "80.0 SUDS"),
    ],
)
def test_units_are_those_that_people_use(name, value, unit, words):
    assert quantity(name, value, unit) == words


def test_an_interval_has_one_number_of_digits():
    assert amounts("mean", (0.15, 0.03, 0.29)) == (("0.15", "0.03", "0.29"), "")


def test_counting_agrees_in_number():
    assert [count(n, "person|people") for n in (0, 1, 2)] == ["no people", "1 person", "2 people"]
    assert listed(["a"]) == "a"
    assert listed([]) == ""


def test_a_story_says_where_it_went():
    words = story(line([-0.4, -0.4, 0.0, 0.1, 0.5, 0.5]), "valence", Clock.TURNS)
    assert words == (
        f"Valence of ann rises, {MINUS}0.40 in the first third of the turns and +0.50 in the "
        f"last; highest +0.50 at turn 5, lowest {MINUS}0.40 at turn 1."
    )


def test_a_story_without_a_reading_says_so():
    assert story(line([np.nan, np.nan]), "valence", Clock.TURNS) == "ann has no reading."
