"""affectory forecast: a table, a lake, what is kept, what is drawn, what is refused."""

import json
import sys

import polars as pl
import pytest
from typer.testing import CliRunner

from affectory.cli import main
from affectory.cli.forecasting import MODELS
from affectory.cli.places import lake_at
from affectory.core import registry
from affectory.core.errors import AffectoryError

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
    told_of = "select by, count(*) n from states_vad where by like 'forecast/%' group by by"
    assert lake.query(told_of)["n"].to_list() == [2]
    seen = lake.view(lake.latest())
    assert seen.query("select count(*) n from states_vad")["n"][0] == before
    assert len(seen.states("vad")) == before  # whoever reads the trace reads states alone


def test_rows_of_other_settings_are_told_apart_and_their_place_is_said(traced):
    said = run(traced, "--horizon", 2).stderr
    assert "kept in" in said
    assert "table states_vad" in said
    assert "was kept before" in run(traced, "--horizon", 2).stderr
    run(traced, "--horizon", 3, "--level", 0.5, "--model", "kalman")
    found = lake_at(traced).query("select by from states_vad where by like 'forecast/%'")["by"]
    first, second = sorted(set(found))
    assert first.startswith("forecast/states horizon=2 level=0.8 #")
    assert second.startswith("forecast/states:kalman horizon=3 level=0.5 #")
    assert all(f"by = '{name}'" in said for name in [first])


def test_a_lake_can_be_left_as_it_was(traced):
    told(traced, "--no-keep")
    assert lake_at(traced).states("vad").by.startswith("perceive/lexicon")


def test_nothing_is_kept_where_the_picture_cannot_be_drawn(traced):
    done = CliRunner().invoke(main.app, ["forecast", str(traced), "--out", "x.doc"])
    assert done.exit_code != 0
    assert len(lake_at(traced).query("select * from states_vad where by like 'forecast/%'")) == 0


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
        (("--model", "neural"), "forecast/states.fit"),
        (("--with", "perceive/utterance"), "forecast/states"),
        (("--with", "forecast/lives"), "forecast/states"),
        (("--horizon", "5000"), "1 to 1000"),
        (("--draws", "50000"), "10000"),
        (("--level", "2"), "between 0 and 1"),
        (("--clock", "weeks"), "seconds"),
        (("--step", "0.0000001"), "a longer step"),
        (("--step", "0"), "above 0"),
        (("--time", "no"), "--time"),
        (("--axis", "mood", "--low", "3.5"), "hold all values"),
    ],
)
def test_what_cannot_be_forecast_is_said(diary, words, said):
    done = CliRunner().invoke(main.app, ["forecast", str(diary), *words])
    assert isinstance(done.exception, AffectoryError)
    assert said in str(done.exception) + done.output


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "it is empty"),
        ("a.csv", b"start,mood\n", "no rows"),
        ("a.csv", b"start,mood\n1,3\n2,good\n3,4\n", "'good' in column 'mood', line 3"),
        ("a.csv", b"start,mood\n1,3\n2,inf\n", "'inf'"),
        ("a.csv", bytes(range(256)) * 4, "binary"),
        ("a.parquet", b"PAR1", "cannot be read"),
        ("a.jsonl", b"not json\n", "cannot be read"),
        ("a.jsonl", b'{"a": {"b": 1}}\n', "no column for the axis"),
        ("a.csv", b"start,valence\n1,5\n2,0\n", "--axis valence --low"),
        ("a.csv", b"start,mood\nsoon,3\nlater,4\n", "'soon'"),
    ],
)
def test_what_is_no_table_of_states_is_said(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    done = CliRunner().invoke(main.app, ["forecast", str(tmp_path / name)])
    assert isinstance(done.exception, AffectoryError)
    assert said in str(done.exception)


def test_dates_are_sorted_and_told_as_dates_and_guesses_are_said(tmp_path):
    path = tmp_path / "semi.csv"
    path.write_text("Date;Mood\n2024-03-03;4\n2024-03-01;3,5\n2024-03-02;5\n")
    done = run(path, "--axis", "mood", "--model", "persistence", "--json", "--horizon", 1)
    (row,) = json.loads(done.stdout)
    assert (row["when"], row["clock"], row["Mood"]) == ("2024-03-04", "days", 4)
    assert "time is column 'Date'" in done.stderr
    assert "scale 3.5 to 5 guessed from the data" in done.stderr


def test_a_cut_table_names_a_way_that_is_there(diary):
    said = run(diary, "--horizon", 4, "--limit", 2).stdout
    assert "2 of 4 rows; --limit or --out x.csv shows more" in said
    assert "--csv" not in said


def test_draws_are_written_beside_the_bands_and_standard_input_is_read(diary, tmp_path):
    words = ["forecast", "-", "--draws", "5", "--horizon", "2", "--out", str(tmp_path / "x.csv")]
    done = CliRunner().invoke(main.app, words, input=diary.read_bytes())
    assert done.exit_code == 0, done.output
    assert pl.read_csv(tmp_path / "x.csv").height == 2
    assert pl.read_csv(tmp_path / "x.draws.csv").height == 10


def test_every_model_but_the_net_is_a_choice():
    made = registry.find("forecast/states")
    every = {model.value for model in sys.modules[made.__module__].Model}
    assert set(MODELS) == every - {"neural"}
