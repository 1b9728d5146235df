"""represent.abreast: states in the order of their records, whoever spoke."""

import numpy as np
import polars as pl

from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.represent.abreast import abreast, spoken
from affectory.represent.vocabularies import VALENCE

TALK = Records(
    pl.DataFrame(
        {"session": list("bbbaa"), "actor": list("yxyxy"), "text": ["hi", " ", None, "ho", "\t"]}
    )
)
VALUES = np.linspace(-1, 1, 5)[:, None]


def test_states_come_back_in_the_order_in_which_they_were_given():
    felt = Trajectory.on(TALK, VALENCE, VALUES, "x")
    assert felt.values[1, 0] != VALUES[1, 0]  # a Trajectory is sorted by actor
    np.testing.assert_allclose(abreast(TALK, felt), VALUES)


def test_a_record_without_a_state_has_nan():
    felt = Trajectory.on(TALK, VALENCE, VALUES, "x").select(actor="x")
    assert np.isnan(abreast(TALK, felt)[:, 0]).tolist() == [True, False, True, False, True]


def test_states_that_were_read_from_no_record_belong_to_none():
    felt = Trajectory.on(TALK, VALENCE, VALUES, "x").ahead(np.zeros((4, 1, 1)), "x")
    assert np.isnan(abreast(TALK, felt)).all()


def test_blank_and_missing_texts_are_not_spoken():
    read, at = spoken(TALK)
    assert at.tolist() == [0, 3]
    assert read.frame["text"].to_list() == ["hi", "ho"]
