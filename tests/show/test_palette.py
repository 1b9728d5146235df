"""show/palette: one colour, one meaning, readable in both themes."""

import re

import numpy as np
import pytest

from affectory.represent.vocabularies import ED32, EKMAN7N, ESCONV7, GOEMOTIONS28, POLARITY
from affectory.show.palette import DARK, FAMILY, LIGHT, emotion, level, levels, speakers


def luminance(colour):
    """Relative luminance as defined by WCAG 2.1."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_words_reach_contrast_aa_on_every_ground(theme):
    for role in ("ink", "muted", "accent", *(f"s{at}" for at in range(8)), "neg", "pos"):
        for ground in ("panel", "paper"):
            assert contrast(theme[role], theme[ground]) >= 4.5, (role, ground)


def test_no_two_roles_share_a_colour_so_that_a_drawing_can_change_theme():
    assert len(set(LIGHT.colours.values())) == len(LIGHT.colours)
    assert set(LIGHT.colours) == set(DARK.colours)
    for theme in (LIGHT, DARK):
        assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in theme.colours.values())


@pytest.mark.parametrize("space", [EKMAN7N, GOEMOTIONS28, ED32, ESCONV7, POLARITY])
def test_every_label_of_the_house_has_a_family_and_a_colour(space):
    for label in space.names:
        assert label in FAMILY
        assert emotion(label) in LIGHT.colours


def test_the_six_emotions_keep_apart_in_lightness_or_hue():
    shades = [LIGHT[emotion(label)] for label in EKMAN7N.names]
    assert len(set(shades)) == 7


def test_speakers_are_placed_by_name_whatever_the_order():
    assert speakers(["zoe", "ann", "bo"]) == speakers(["bo", "zoe", "ann", "ann"])
    assert speakers(["zoe", "ann", "bo"]) == {"ann": 0, "bo": 1, "zoe": 2}


def test_levels_are_counted_from_rest_to_either_end():
    found = levels([-1.0, -0.5, 0.0, 0.3, 1.0, np.nan], 0.0, -1.0, 1.0)
    np.testing.assert_array_equal(found, [-5, -3, 0, 2, 5, np.nan])  # 0.5 * 5 rounds away from 0


def test_an_axis_that_rests_at_its_low_end_has_no_level_below():
    assert level(0.0, 0.0, 0.0, 100.0) == 0
    assert level(100.0, 0.0, 0.0, 100.0) == 5
