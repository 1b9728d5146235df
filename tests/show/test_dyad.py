"""show/dyad and show/pairs: two people, and who goes first."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Clock
from affectory.show.dyad import dyad, lags
from affectory.show.pairs import Profile, profile_of


def test_both_actors_are_drawn_and_nobody_else(make_world):
    _, states = make_world(sessions=1)
    ax = dyad(states["vad"], None, "ann", "bo")
    assert len([line for line in ax.lines if line.get_gid() == "line"]) == 2


def test_the_strongest_lag_is_named():
    ax = lags(np.array([-1.0, 0.0, 1.0]), np.array([0.1, -0.7, np.nan]), ("ann", "bo"))
    assert "r \N{MINUS SIGN}0.70" in [text.get_text() for text in ax.texts]


def test_undefined_correlations_draw_no_bar():
    ax = lags(np.array([-1.0, 0.0, 1.0]), np.full(3, np.nan), ("ann", "bo"))
    assert not ax.collections
    assert not ax.texts


def test_an_absent_actor_is_refused(make_world):
    _, states = make_world(sessions=1)
    with pytest.raises(BadChoice, match="zoe"):
        dyad(states["vad"], "talk-1", "ann", "zoe")


class Measured:
    """What measure.dyads gives, in small."""

    def table(self):
        """Return two pairs of one session."""
        return pl.DataFrame(
            {
                "session": ["s", "s"], "a": ["ann", "ann"], "b": ["bo", "cy"],
                "axis": ["valence"] * 2, "n": [4, 9], "peak_p": [0.5, 0.02],
            }
        )  # fmt: skip

    def profile(self, row):
        """Return a profile that tells its row."""
        return np.array([-30.0, 0.0, 30.0]), np.array([0.1, 0.2, 0.6]) * (row + 1)


def test_the_profile_is_of_the_pair_with_most_common_states():
    found = profile_of(Measured(), "s", "valence")
    assert (found.a, found.b) == ("ann", "cy")
    np.testing.assert_allclose(found.r, [0.2, 0.4, 1.2])


def test_the_profile_says_who_leads_by_how_much_and_how_likely_that_is_chance():
    found = Profile("ann", "bo", np.array([-30.0, 0.0]), np.array([0.6, 0.2]), 0.02)
    assert found.words(Clock.SECONDS) == (
        "Correlation is strongest with bo ahead of ann by 30 s: +0.60 (2% of surrogates, made "
        "without influence, are as strong)."
    )


@pytest.mark.parametrize("thing", [None, pl.DataFrame({"session": ["s"]}), 3])
def test_what_has_no_profile_gives_none(thing):
    assert profile_of(thing, "s", "valence") is None
