"""bench/population [30]: a small world of regions whose weeks are known."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from affectory.bench.protocols import population


@pytest.fixture
def world(tmp_path):
    """Seven regions whose two markers are weeks with a little noise, 260 days."""
    rng = np.random.default_rng(0)
    rows = [
        (region, date(2019, 1, 1) + timedelta(day), 1000, name,
         float(20 + 5 * (day % 7 == place) + rng.normal(0, 0.3)))
        for region in "abcdefg" for place, name in enumerate(("anger", "joy"))
        for day in range(260)
    ]  # fmt: skip
    names = ["region", "date", "tot_n", "wordlist", "pr"]
    pl.DataFrame(rows, schema=names, orient="row").write_csv(tmp_path / "daily_emotions.csv")
    return tmp_path


def test_the_winner_is_named_with_what_it_gains(world, monkeypatch):
    monkeypatch.setattr(population, "STRATEGIES", ("naive", "seasonal naive", "holt-winters"))
    monkeypatch.setattr(population, "BRIEF", (7,))
    told = population.measure(world, 0)
    mase = {f.by: f.value for f in told if f.name == "mase/14"}
    assert mase["holt-winters"] < mase["seasonal naive"] < mase["naive"]
    assert mase["seasonal naive"] == pytest.approx(1.0, abs=0.15)  # its own scale
    gains = [f for f in told if f.name == "winner's gain/14"]
    assert {f.by for f in gains} == {"holt-winters"}
    assert all(f.low > 0 for f in gains)
    cover = next(f for f in told if f.name == "cover/7" and f.by == "holt-winters")
    assert cover.value == pytest.approx(0.9, abs=0.06)
    assert any(f.by.endswith("other regions") for f in told)
    assert all(f.n == 7 for f in told if f.name.startswith("mase"))


def test_regions_that_hold_others_are_one_cluster(world):
    sums = population._sums(np.array(["USA", "California", "France"]), np.array([1.0, 3.0, np.nan]))
    assert sums.tolist() == [[0.0, 0.0], [2.0, 4.0]]
