"""cli/populating: posts in, days, periods, a forecast and a picture out."""

import datetime

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from affectory.cli import main


@pytest.fixture
def posts(tmp_path):
    """Sixty days of forty posts; from day 40 on for ten days, many are afraid."""
    rng = np.random.default_rng(0)
    rows = [
        (f"u{person}", f"{datetime.date(2020, 1, 6) + datetime.timedelta(day)}T12:00:00Z",
         "I am so worried" if rng.random() < (0.6 if 40 <= day < 50 else 0.1) else "we had tea")
        for day in range(60) if day != 20
        for person in range(40)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=["author", "date", "text"], orient="row")
    frame.write_csv(tmp_path / "posts.csv")
    (tmp_path / "events.csv").write_text("2020-02-15,storm\n")
    return tmp_path


def run(*words):
    """Run the command."""
    return CliRunner().invoke(main.app, ["population", *map(str, words)])


def test_posts_become_days_periods_a_forecast_and_a_picture(posts):
    out = posts / "out"
    done = run(posts / "posts.csv", "--events", posts / "events.csv", "--days", 7, "--out", out)
    assert done.exit_code == 0, done.output
    days = pl.read_csv(out / "markers.csv", try_parse_dates=True)
    assert len(days) == 60
    missing = days.filter(pl.col("anxiety").is_null())
    assert missing["date"].to_list() == [datetime.date(2020, 1, 26)]  # not zero
    assert missing["posts"].to_list() == [0]
    found = pl.read_csv(out / "periods.csv", try_parse_dates=True).filter(axis="anxiety")
    storm = found.filter(
        pl.col("first") <= datetime.date(2020, 2, 16), pl.col("last") >= datetime.date(2020, 2, 20)
    )
    assert storm["peak"].item() > 0.5
    assert len(pl.read_csv(out / "forecast.csv")) == 7
    event = pl.read_csv(out / "events.csv").filter(axis="anxiety")
    assert event["change"].item() > 0.3
    assert "<svg" in (out / "timeline.svg").read_text()


def test_lists_of_one_s_own_are_counted(posts):
    own = posts / "lists.tsv"
    own.write_text("tea\ttea\tcup\tpot\tleaf\tbrew\tkettle\nnone\tzzz\n")
    done = run(posts / "posts.csv", "--lexicon", own, "--days", 0, "--out", posts / "out", "--json")
    assert done.exit_code == 0, done.output
    days = pl.read_csv(posts / "out" / "markers.csv")
    assert {"tea", "none"} <= set(days.columns)
    assert days["tea"].mean() > 0.7
    assert not (posts / "out" / "forecast.csv").exists()


def test_too_few_posts_are_not_told_of(posts):
    done = run(posts / "posts.csv", "--least", 41, "--out", posts / "out")
    assert done.exit_code != 0
    assert "--least" in str(done.exception)
