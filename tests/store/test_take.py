"""store/take: what may be said in a take, and the states that it becomes."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadValues
from affectory.core.records import Clock
from affectory.core.space import Axis, Space
from affectory.core.space import Kind as Sort
from affectory.store.take import Kind, Sample, Take

VA = Space("va", Sort.DIMENSIONS, (Axis("valence", -1, 1), Axis("arousal", -1, 1)))


def take(kind=Kind.TRACED, **more):
    return Take("id", "job", "s1", "ann", "va", ("valence",), Clock.SECONDS, kind, 0.0, None,
                **{"bounds": ((-1.0, 1.0),), **more})  # fmt: skip


def rows(at, valence):
    n = range(len(at))
    return pl.DataFrame({"n": n, "at": at, "play": at, "valence": valence})


def test_a_sample_is_kept_as_numbers_of_the_rated_axes():
    said = Sample(3, 1.5, {"valence": 0.25, "arousal": 9.0}, 2.0)
    assert take().checked(said) == (3, 1.5, "[0.25]", 2.0)


@pytest.mark.parametrize(
    "sample",
    [
        Sample(0, 0.0, {"arousal": 0.1}),
        Sample(0, 0.0, {"valence": 1.01}),
        Sample(0, np.nan, {"valence": 0.1}),
        Sample(0, 1e14, {"valence": 0.1}),
        Sample(0, 0.0, {"valence": 0.1}, np.inf),
    ],
)
def test_what_is_no_sample_is_refused(sample):
    with pytest.raises(BadValues):
        take().checked(sample)


def test_a_take_from_before_bounds_were_kept_has_none():
    assert take(bounds=None).checked(Sample(0, 0.0, {"valence": 9.0}))[2] == "[9.0]"


def test_states_are_of_the_rater_until_a_take_has_an_author_of_its_own():
    told = rows([1.0, 1.5], [0.5, -1.0])
    assert take().felt(told, VA).by == "rater:ann"
    felt = take(author="rater:ann#2").felt(told, VA)
    assert (felt.by, take(author="rater:ann#2").label) == ("rater:ann#2", "ann#2")
    assert felt.stop.tolist() == [1.5, 1.5]
    assert felt.spread[:, 1].tolist() == [2.0, 2.0]  # arousal was not rated


def test_a_state_of_a_turn_is_of_who_spoke_it_and_of_a_take_all_along_of_the_rater():
    told = rows([0.0, 1.0], [0.5, 0.1])
    assert take(Kind.TURNS).felt(told, VA, actors={0: "bo"}).actors == ("bo", "ann")
    assert take().felt(told, VA, actors={0: "bo"}).actors == ("ann",)
