"""affectory forecast: a table, a lake, what is kept, what is drawn, what is refused."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from affectory.cli import main
from affectory.cli.places import lake_at

TALK = [("s1", "ann", t, word) for t, word in enumerate(["I am happy", "No.", "I am sad", "Fine"])]


def run(*words):
    done = CliRunner().invoke(main.app, ["forecast", *map(str, words)])
    assert done.exit_code == 0, f"{done.output} {done.exception!r}"
    return done


def told(*words):
    return json.loads(run(*words, "--json").stdout)


@pytest.fixture
def diary(tmp_path):
    path = tmp_path / "diary.csv"
    pl.DataFrame({"mood": [3.0, 4, 4, None, 4, 4]}).write_csv(path)
    return path


@pytest.fixture
def traced(tmp_path):
    pl.DataFrame(TALK, ["session", "actor", "turn", "text"], orient="row").write_csv(
        tmp_path / "talk.csv"
    )
    words = ["trace", str(tmp_path / "talk.csv"), "--out", str(tmp_path / "out"), "-q"]
    done = CliRunner().invoke(main.app, [*words, "--with", "perceive/lexicon"])
    assert done.exit_code == 0, done.output
    return tmp_path / "out"


def test_a_column_of_a_diary_goes_on_within_its_scale(diary):
    rows = told(diary, "--axis", "mood", "--low", 1, "--high", 7, "--horizon", 3)
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert rows[0]["at"] == 6
    assert all(1 <= row["low"] < row["mood"] < row["high"] <= 7 for row in rows)
    assert (rows[0]["session"], rows[0]["actor"]) == ("diary", "somebody")


def test_a_wider_level_is_a_wider_band_and_models_differ(diary):
    how = (diary, "--axis", "mood", "--horizon", 1, "--low", 1, "--high", 7)
    narrow, wide = (told(*how, "--level", level)[0] for level in (0.5, 0.95))
    assert wide["high"] - wide["low"] > narrow["high"] - narrow["low"]
    (last,) = told(*how, "--model", "persistence")
    assert (last["mood"], last["rule"]) == (4, "persistence")


def test_axes_of_a_known_space_need_no_bounds(tmp_path):
    path = tmp_path / "felt.parquet"
    pl.DataFrame(
        {"session": "s", "actor": ["a", "a", "b"], "start": [0.0, 1, 0],
         "valence": [0.1, 0.2, -0.3], "arousal": [0.0, 0.0, 0.5]}
    ).write_parquet(path)  # fmt: skip
    rows = told(path, "--horizon", 2, "--draws", 20)
    assert [(row["actor"], row["step"]) for row in rows] == [
        ("a", 1), ("a", 2), ("b", 1), ("b", 2),
    ]  # fmt: skip
    assert all("valence" in row for row in rows)


def test_a_lake_is_forecast_and_keeps_it_once_beside_its_states(traced):
    before = lake_at(traced).query("select count(*) n from states_vad")["n"][0]
    for _ in range(2):
        rows = told(traced, "--horizon", 2)
    assert len(rows) == 2
    lake = lake_at(traced)
    kept = lake.query("select count(*) n from states_vad where by = 'forecast/states'")["n"][0]
    assert kept == 2
    seen = lake.view(lake.latest())
    assert seen.query("select count(*) n from states_vad")["n"][0] == before
    assert len(seen.states("vad")) == before  # whoever reads the trace reads states alone


def test_a_lake_can_be_left_as_it_was(traced):
    told(traced, "--no-keep")
    assert lake_at(traced).states("vad").by.startswith("perceive/lexicon")


def test_nothing_is_kept_where_the_picture_cannot_be_drawn(traced):
    done = CliRunner().invoke(main.app, ["forecast", str(traced), "--out", "x.doc"])
    assert done.exit_code != 0
    assert len(lake_at(traced).query("select * from states_vad where by = 'forecast/states'")) == 0


def test_pictures_and_tables_are_written(diary, tmp_path):
    run(diary, "--axis", "mood", "--out", tmp_path / "a.svg")
    assert "<svg" in (tmp_path / "a.svg").read_text()
    run(diary, "--axis", "mood", "--out", tmp_path / "both")
    assert {path.name for path in (tmp_path / "both").iterdir()} == {"forecast.csv", "forecast.svg"}
    assert pl.read_csv(tmp_path / "both" / "forecast.csv").height == 5


def test_it_says_what_a_forecast_is_not_for(diary):
    assert "not for decisions" in run(diary, "--axis", "mood").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--axis", "no"), "--axis"),
        (("--axis", "mood", "--model", "no"), "model is 'no'"),
        (("--axis", "mood", "--low", "9", "--high", "1"), "a lower and a higher"),
        (("--axis", "mood", "--out", "x.doc"), ".svg"),
        (("--axis", "mood", "--with", "forecast/population", "--draws", "9"), "--with"),
        (("--space", "vad"), "valence"),
    ],
)
def test_what_cannot_be_forecast_is_said(diary, words, said):
    done = CliRunner().invoke(main.app, ["forecast", str(diary), *words])
    assert done.exit_code != 0
    assert said in str(done.exception) + done.output
