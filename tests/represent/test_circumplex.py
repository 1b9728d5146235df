"""represent.circumplex: values from the angles, then the published difficulty of MELD."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadColumn, BadValues
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.represent.circumplex import Compat, hardness, similarity
from affectory.represent.vocabularies import ED32, EKMAN7N, IEMOCAP6, MELD7
from affectory.sources.labelled import read_meld

DATA = Path(os.environ.get("AFFECTORY_DATA", "../shared/data"))


def like(space, one, other):
    return similarity(space)[space.index(one), space.index(other)]


def test_likeness_is_a_cosine_on_one_side_and_none_across():
    np.testing.assert_allclose(like(MELD7, "anger", "disgust"), np.cos(np.radians(54)))
    assert like(MELD7, "joy", "anger") == 0.0
    np.testing.assert_allclose(like(MELD7, "neutral", "fear"), 1 / 7)
    np.testing.assert_allclose(like(IEMOCAP6, "happy", "excited"), np.cos(np.radians(36)))


@pytest.mark.parametrize("space", [MELD7, IEMOCAP6, EKMAN7N], ids=lambda space: space.name)
def test_likeness_is_symmetric_and_between_0_and_1(space):
    found = similarity(space)
    np.testing.assert_array_equal(found, found.T)
    assert found.min() >= 0
    assert found.max() <= 1


def test_n_can_be_that_of_the_published_table():
    assert similarity(MELD7, 10)[0, 1] == 0.1


def test_labels_off_the_circle_are_refused():
    with pytest.raises(BadValues, match="nostalgic"):
        similarity(ED32)


def talk(meta=(None, None, None)):
    frame = {"session": "s", "actor": ["ann", "bo", "ann"], "text": "so", "meta": list(meta)}
    records = Records(pl.DataFrame(frame, schema_overrides={"meta": pl.String}))
    states = np.zeros((3, 7))
    states[[0, 1, 2], [MELD7.index(n) for n in ("joy", "joy", "neutral")]] = 1
    return records, Trajectory.on(records, MELD7, states, "us")


def test_a_session_is_as_hard_as_its_shifts():
    # ann: joy -> neutral; bo | ann: joy | neutral; two speakers, three turns
    np.testing.assert_allclose(hardness(*talk()), [(2 * (1 / 7 + 0.4) + 2) / 5])


def test_the_code_asks_for_gender_and_counts_ten_labels():
    with pytest.raises(BadColumn, match="gender"):
        hardness(*talk(), Compat.CODE)
    told = ['{"gender": "F"}', '{"gender": "F"}', '{"gender": "F"}']
    np.testing.assert_allclose(hardness(*talk(told), Compat.CODE), [(1 / 10 + 0.4 + 2) / 5])


def test_a_missing_state_makes_no_shift():
    records, felt = talk()
    gone = felt.values.copy()
    gone[felt.seq == 2] = np.nan
    lost = Trajectory.from_frame(
        felt.to_polars().with_columns(
            pl.when(pl.col("seq") == 2).then(None).otherwise(pl.col(n)).alias(n)
            for n in MELD7.names
        ),
        MELD7,
        felt.clock,
    )
    np.testing.assert_allclose(hardness(records, lost), [2 / 5])


@pytest.mark.skipif(not (DATA / "meld").is_dir(), reason="the data set meld is not here")
def test_the_difficulty_of_meld_is_the_published_one():
    found = hardness(*read_meld(DATA / "meld", "train", MELD7))
    assert len(found) == 1038
    # card of system 32: min .125, mean .57654, max .93402
    np.testing.assert_allclose(
        [found.min(), found.mean(), found.max()], [0.125, 0.57654, 0.93402], atol=5e-6
    )
