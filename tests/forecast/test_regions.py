"""forecast/regions: a toy town first, then privacy, order and errors."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadFile, BadValues, ClockMismatch, NoRecords, NotTrained
from affectory.core.records import Clock, Records
from affectory.forecast.regions import RegionWalks, taught, toy
from affectory.forecast.regions.pool import Pool
from affectory.forecast.regions.reading import Atlas
from affectory.parts.train import Plan
from affectory.senses.life import SPECIALS

pytest.importorskip("torch")


def test_to_and_fro_is_continued():
    ahead = taught().forecast(toy(), 1)  # home, work, square, home, work, square, ...
    said = [ahead.space.names[at] for at in ahead.values.argmax(axis=1)]
    assert said == ["own-1"] * 6
    two = taught().forecast(toy(), 2).to_polars().filter(pl.col("start") > 15_408.2)
    assert (two["work"] > 0.5).all()


def test_a_place_of_fewer_than_five_persons_has_no_name():
    names = taught().forecast(toy(), 1).space.names
    assert set(names) >= {"work", "square", "own-1", "elsewhere"}
    assert not any(name.startswith("home") for name in names)


def placed(frame):
    """Return stays with coordinates: each home in a cell of its own, the rest in one."""
    home = pl.col("text").str.extract(r"home (\d)").cast(pl.Float64)
    lat = pl.when(home.is_null()).then(0.5).otherwise(home / 10)
    return frame.with_columns(meta=pl.struct(lat=lat, lon=lat).struct.json_encode())


def test_a_cell_of_fewer_than_five_persons_is_not_learned_however_often_they_stay():
    cells = Atlas.of(Records(placed(toy().frame), Clock.DAYS)).cells
    assert len(cells) == len(SPECIALS) + 1  # eight stays at each home are of one person


def test_who_comes_in_many_sessions_is_one_person():
    often = toy().frame.filter(actor="s1").with_columns(session=pl.col("text").rank("ordinal"))
    rest = toy().frame.filter(pl.col("actor") != "s1").cast({"session": pl.String})
    both = Records(pl.concat([often.cast({"session": pl.String}), rest]).drop("seq"), Clock.DAYS)
    assert set(Atlas.of(both).places) == {"work", "square"}
    with pytest.raises(BadValues, match="1 persons"):
        taught().region(both, (both.frame["text"] == "home 1").to_numpy())


def test_each_stay_is_ranked_once_and_from_what_came_before():
    stays = toy()
    early, late = (
        Records(stays.frame.filter(cut), stays.clock)
        for cut in (pl.col("seq") < 12, pl.col("seq") >= 12)
    )
    told = taught().ranked(early, late)
    assert len(told.ranks) == len(late)
    assert (told.ranks == 1).mean() > 0.9
    assert (told.loss >= 0).all()


def test_what_was_learned_elsewhere_holds_in_a_town_of_other_names():
    named = {"work": "field", "square": "inn"}
    town = Records(toy().frame.with_columns(pl.col("text").replace(named)), Clock.DAYS)
    few = RegionWalks(plan=Plan(epochs=0)).fit(town, begin=taught())
    assert few.size == taught().size
    held = [few, RegionWalks(plan=Plan(epochs=0), size=few.size).fit(town)]
    early, late = (
        Records(town.frame.filter(cut), town.clock)
        for cut in (pl.col("seq") < 12, pl.col("seq") >= 12)
    )
    moved, fresh = (one.ranked(early, late).loss.mean() for one in held)
    assert moved < 0.5 * fresh


def test_the_order_of_persons_does_not_matter():
    stays = toy()
    turned = Records(pl.concat([s.frame for s in reversed(list(stays))]), stays.clock)
    one, other = (
        taught().forecast(part, 1).to_polars().sort("session") for part in (stays, turned)
    )
    values = [f.drop("session", "actor", "by").to_numpy() for f in (one, other)]
    np.testing.assert_allclose(*values, atol=1e-5)


def test_seconds_are_days_of_86400():
    stays = toy()
    seconds = Records(
        stays.frame.with_columns(pl.col("start") * 86_400, pl.col("stop") * 86_400), Clock.SECONDS
    )
    one, other = taught().forecast(stays, 1), taught().forecast(seconds, 1)
    np.testing.assert_allclose(one.values, other.values, atol=1e-3)  # edges of half hours
    np.testing.assert_allclose(other.start, one.start * 86_400)


def test_turns_are_refused():
    turns = Records(toy().frame.drop("start", "stop"), Clock.TURNS)
    with pytest.raises(ClockMismatch, match="days"):
        taught().forecast(turns, 1)


def test_a_region_of_few_persons_is_refused():
    stays = toy()
    home = (stays.frame["text"] == "home 1").to_numpy()
    with pytest.raises(BadValues, match="at least 5"):
        taught().region(stays, home)


def test_a_region_is_who_walks_it_whatever_their_order():
    stays = toy()
    turned = Records(pl.concat([s.frame for s in reversed(list(stays))]), stays.clock)
    one, other = (
        taught().region(part, (part.frame["text"] == "work").to_numpy()) for part in (stays, turned)
    )
    np.testing.assert_allclose(one, other, atol=1e-5)
    assert np.linalg.norm(one) == pytest.approx(1)
    square = taught().region(stays, (stays.frame["text"] == "square").to_numpy())
    assert not np.allclose(one, square, atol=1e-2)


def test_a_pool_finds_regions_by_their_halves():
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(20, 4))
    noisy = [np.hstack([k + 0.2 * rng.normal(size=(12, 4)), 3 * rng.normal(size=(12, 4))])
             for k in kinds]  # fmt: skip

    def recall(pool):
        halves = [np.stack([pool.of(own[s]) for own in noisy]) for s in (slice(6), slice(6, 12))]
        return ((halves[0] @ halves[1].T).argmax(1) == np.arange(20)).mean()

    assert recall(Pool.fit(noisy, 0)) > recall(Pool.fit(noisy, 0, steps=0))


def test_asked_before_learning_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(NotTrained, match="affectory train forecast/regions"):
        RegionWalks().forecast(toy(), 1)


def test_nothing_teaches_nothing():
    with pytest.raises(NoRecords, match="stays"):
        RegionWalks().fit(Records(toy().frame.clear(), Clock.DAYS))


def test_what_was_learned_is_kept_and_read_again(monkeypatch, tmp_path):
    from affectory.core import shelf

    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    held = taught().learned
    path = shelf.put("forecast/regions", tmp_path / "out", held.arrays, held.note())
    for method in (RegionWalks(), RegionWalks(weights=path)):
        np.testing.assert_array_equal(
            method.forecast(toy(), 1).values, taught().forecast(toy(), 1).values
        )
    shelf.save(path, held.arrays, {"name": "forecast/other"})
    with pytest.raises(BadFile):
        RegionWalks(weights=path).forecast(toy(), 1)
