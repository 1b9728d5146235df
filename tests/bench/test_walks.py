"""bench: rivals are counted right, on towns and lives made by hand."""

import numpy as np
import polars as pl

from affectory.bench.moods import mood_figures
from affectory.bench.outcomes import bags, counted, tokens_of
from affectory.bench.protocol import protocols
from affectory.bench.walks import beaten, chained, guessed
from affectory.core.records import Clock, Records
from affectory.measure.unlabelled import auc
from affectory.senses.life import SPECIALS, Words
from affectory.sources.authored.lives import simulated_lives


def stays(places, first=0, who="s"):
    rows = [
        {"session": who, "actor": who, "seq": first + at, "channel": "life",
         "start": float(first + at), "text": place}
        for at, place in enumerate(places)
    ]  # fmt: skip
    return Records(pl.DataFrame(rows), Clock.DAYS)


def test_both_protocols_are_found_by_name():
    assert {"stays", "lives"} <= set(protocols())


def test_the_chain_that_is_frozen_knows_less_than_the_one_that_is_not():
    past, came = stays("abab"), stays("acac", first=4)
    persons, frozen = guessed(past, came, frozen=True)
    _, whole = guessed(past, came, frozen=False)
    assert persons == ["s"] * 4
    assert frozen["Markov chain"].tolist() == [1, 0, 1, 0]  # it never heard of c
    assert whole["Markov chain"].tolist() == [1, 0, 1, 2]  # b came twice after a, c once


def test_the_published_chain_begins_with_the_usual_place():
    persons, hits = chained(stays("abab"), stays("abab", first=4))
    assert persons == ["s"] * 4
    assert hits.tolist() == [1, 1, 1, 1]


def test_what_is_gained_is_a_difference_of_shares():
    who = ["a", "a", "b", "b"]
    told = beaten((who, np.array([1, 1, 1, 3])), (who, np.array([1, 2, 2, 2])), "", "me", 0)
    assert told.value == 0.5
    assert told.n == 2


def test_counts_see_how_often_and_never_in_which_order():
    one = stays(["a", "b", "a"])
    words = Words.of(["a", "b", "a"])
    lives = tokens_of(one, words)
    first = len(SPECIALS)
    assert bags(lives, len(words))[0, first:].tolist() == [np.log1p(2), np.log1p(1)]
    assert lives[0][1].tolist() == [0, 1, 2]


def test_counts_alone_find_a_rule_of_time_in_part():
    told = simulated_lives(1500, seed=4)
    words = Words.of([w for t in told.records.frame["text"].to_list() for w in t.split()], 2)
    rows = bags(tokens_of(told.records, words), len(words))
    at = np.arange(1500)
    odds = counted(rows, told.held, at < 800, (at >= 800) & (at < 1000))
    assert 0.6 < auc(told.held[1000:], odds[1000:]) < 0.9


def test_simulated_moods_are_marked_and_small_regions_refused():
    rng = np.random.default_rng(0)
    parts = []
    for p in range(40):
        own = stays("x" * 40, who=f"s{p}").frame
        lat, lon = (-np.ones(40) + 2 * rng.random(40) for _ in range(2))
        meta = pl.DataFrame({"lat": lat, "lon": lon}).select(
            pl.struct("lat", "lon").struct.json_encode()
        )
        parts.append(own.with_columns(meta=meta.to_series()))
    town = Records(pl.concat(parts), Clock.DAYS)
    told = {f.name: f for f in mood_figures(town, 0)}
    assert told["regions refused"].value > 0  # most of the thousand cells have few persons
    assert "SIMULATED" in told["regions refused"].setting
