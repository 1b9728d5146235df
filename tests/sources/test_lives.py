"""sources/lives: a user's own table, the published fixture, and the simulated rule."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadColumn
from affectory.sources.authored.lives import CUT, FIRST, SECOND, WITHIN, simulated_lives
from affectory.sources.lives import read_events, read_life2vec

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
OWN = pl.DataFrame(
    {
        "person": ["b", "a", "a", "a"],
        "date": ["1970-01-03", "1970-01-02T06:00", "", "1960-05-01"],
        "event": ["JOB_1 CITY_2", "MOVE", "JOB_3", "BORN"],
        "income": [100.5, None, 3.0, None],
    }
)


def test_a_table_of_ones_own_becomes_lives():
    told = read_events(OWN, birth="BORN")
    assert told.undated == 1
    frame = told.records.frame
    assert frame["session"].to_list() == ["a", "a", "b"]
    assert frame["start"].to_list()[1:] == [1.25, 2.0]
    assert told.records.meta("income").to_list() == [None, None, "100.5"]
    assert told.records.meta("kind").to_list() == ["background", None, None]


def test_a_file_says_the_same(tmp_path):
    OWN.write_csv(tmp_path / "own.csv")
    assert (
        read_events(tmp_path / "own.csv", birth="BORN").records
        == read_events(OWN, birth="BORN").records
    )


def test_a_missing_column_is_named():
    with pytest.raises(BadColumn, match="date"):
        read_events(OWN.drop("date"))


@pytest.mark.skipif(not (DATA / "life2vec_synthetic").is_dir(), reason="no life2vec_synthetic")
def test_the_published_fixture_keeps_its_counts():
    told = read_life2vec(DATA / "life2vec_synthetic")
    assert len(told.records.sessions) == 500
    assert len(told.records) + told.undated == 500 + 8_817 + 1_286
    assert told.records.meta("income").drop_nulls().len() == 8_817
    words = told.records.frame.filter(pl.col("text").str.contains("CITY_"))["text"][0]
    assert [word.split("_")[0] for word in words.split()] == ["CITY", "OCCU", "INDU"]


def test_the_rule_is_planted_as_it_is_told():
    told = simulated_lives(3000, seed=1)
    odds = told.chance / (1 - told.chance)
    np.testing.assert_allclose(odds[told.held].mean() / odds[~told.held].mean(), 5)
    share = [told.happened[side].mean() for side in (told.held, ~told.held)]
    assert share[0] == pytest.approx(5 / 9, abs=0.05)
    assert share[1] == pytest.approx(0.2, abs=0.03)
    assert told.records.frame["start"].max() < CUT


def test_pairs_name_the_two_events_of_the_rule():
    told = simulated_lives(60, seed=2)
    for name, pairs in told.pairs.items():
        frame = told.records[name].frame
        for first, second in pairs:
            assert frame["text"][first] == FIRST
            assert frame["text"][second] == SECOND
            assert 0 < frame["start"][second] - frame["start"][first] <= WITHIN
    assert (told.held == [bool(told.pairs[name]) for name in told.persons]).all()


def test_the_same_seed_gives_the_same_lives():
    assert simulated_lives(5, 3).records == simulated_lives(5, 3).records
    assert simulated_lives(5, 3).records != simulated_lives(5, 4).records
