"""web/shapes and groups: planted kinds are found, drawings are found, groups are apart."""

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.core.errors import BadChoice
from affectory.web.app import create_app
from affectory.web.settings import Settings
from affectory.web.shapes import CELLS, Curves, Divided, alike, carpet, divided, kinds

GLAD, SAD, PLAIN = (
    "I love this, thank you!",
    "I hate this, it is awful.",
    "The train leaves at nine.",
)


def planted():
    rng = np.random.default_rng(0)
    ways = [
        np.linspace(-1, 1, CELLS),
        np.linspace(1, -1, CELLS),
        np.cos(np.linspace(0, 6.3, CELLS)),
    ]
    rows = [
        way + level + rng.normal(0, 0.1, CELLS) for way in ways for level in rng.normal(size=20)
    ]
    rows.append(np.tile([1.5, -1.5], CELLS // 2))
    return Curves("valence", np.arange(61), [f"s{n}" for n in range(61)], np.array(rows))


def test_planted_kinds_are_found_whatever_their_height():
    told = kinds(planted(), divided(planted(), 3))
    assert sorted(one["n"] for one in told["kinds"]) == [20, 20, 21]
    assert told["odd"][0]["session"] == "s60"
    assert told["odd"][0]["times"] > 5  # times as far from its kind as is usual there
    assert told["unlike"] == len(told["odd"])
    rising = [one for one in told["kinds"] if one["mean"][-1] - one["mean"][0] > 1.5]
    assert len(rising) == 1
    assert {int(one["session"][1:]) < 20 for one in rising[0]["examples"]} == {True}


def test_a_drawing_finds_what_looks_like_it():
    best = alike(planted(), [1, -1, 1], most=20)
    assert {40 <= int(one["session"][1:]) < 60 for one in best} == {True}
    assert best[0]["score"] > 0.9
    with pytest.raises(BadChoice, match="moves"):
        alike(planted(), [1, 1, 1])


def test_kinds_are_no_more_than_sessions():
    with pytest.raises(BadChoice, match="2 to 1"):
        divided(Curves("valence", np.arange(1), ["a"], np.zeros((1, CELLS))), 2)


def test_a_carpet_is_sorted_by_kind_and_mean_and_of_too_many_every_so_many():
    known = planted()
    cut = divided(known, 3)
    whole = carpet(known, cut, rest=0.0, most=100)
    assert whole["kind"] == sorted(whole["kind"])
    mean = [sum(row) for row, kind in zip(whole["values"], whole["kind"], strict=True) if kind == 0]
    assert mean == sorted(mean)
    some = carpet(known, cut, rest=0.0, most=16)
    assert (some["total"], len(some["number"]), len(set(some["number"]))) == (61, 16, 16)
    assert set(some["kind"]) == {0, 1, 2}
    assert some["number"][0] == whole["number"][0]
    assert some["number"][-1] == whole["number"][-1]


def test_colours_reach_to_where_nearly_all_parts_lie():
    values = np.zeros((50, CELLS))
    values[:, 0] = 0.2
    values[0, 1] = -1.0
    flat = Curves("fear", np.arange(50), list(map(str, range(50))), values)
    cut = Divided(np.zeros(50, np.int64), np.ones(50))
    assert carpet(flat, cut, rest=0.0, most=50)["reach"] == 0.2
    assert carpet(flat._replace(values=np.zeros((50, CELLS))), cut, 0.0, 50)["reach"] == 1.0


def test_a_course_that_hardly_moves_is_like_no_drawing():
    still = np.linspace(0.0, 0.01, CELLS)
    known = planted()
    known = known._replace(values=np.vstack([known.values[:-1], still]))
    assert 60 not in {one["number"] for one in alike(known, [-1, 1], most=61)}


@pytest.fixture
def many(tmp_path):
    rows = []
    for n in range(12):
        words = [SAD, PLAIN, PLAIN, GLAD] if n % 2 else [GLAD, PLAIN, PLAIN, SAD]
        rows += [
            {"session": f"s{n}", "actor": "ann", "text": text, "arm": "care" if n % 2 else "usual"}
            for text in words
        ]
    text = pl.DataFrame(rows).write_csv()
    out = traced(tmp_path / "out", text)
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        yield client, f"/api/traces/{client.get('/api/traces').json()[0]['job']}"


def test_a_corpus_has_kinds_drawings_and_groups(many):
    client, base = many
    told = client.get(f"{base}/kinds?k=2").json()
    assert [one["n"] for one in told["kinds"]] == [6, 6]
    rising = client.post(f"{base}/alike", json=[-1, 1]).json()
    assert {int(one["session"].removeprefix("talk/")[1:]) % 2 for one in rising[:6]} == {1}
    assert "arm" in client.get(f"{base}/columns").json()
    told = client.get(f"{base}/groups?by=arm&measure=change").json()
    care, usual = sorted(told["groups"], key=lambda one: one["value"])
    assert care["low"] > 0 > usual["high"]
    other = care if told["largest"] == "usual" else usual
    assert abs(other["gap_mean"]) == pytest.approx(care["mean"] - usual["mean"], abs=1e-3)
    assert other["gap_low"] * other["gap_high"] > 0
    assert client.get(f"{base}/groups?by=none").status_code == 422


def test_measures_found_in_states_are_those_that_the_lake_keeps(many):
    """The lake keeps arcs of the drawn Space alone; those of the others are counted anew."""
    from affectory.store.lake import open_lake
    from affectory.web import listing

    client, base = many
    shelf = client.app.state.shelves.shelf(base.rpartition("/")[2])
    kept = listing.arcs(shelf, "vad", "valence").sort("session")
    anew = listing.mean_of(listing.measured(shelf, "vad", "valence")).sort("session")
    assert kept.height == 12
    assert open_lake(client.app.state.settings.out / "lake").arcs("vad").height
    for name in ("mean", "change", "variability", "missing"):
        np.testing.assert_allclose(anew[name], kept[name], atol=1e-5)


def test_groups_follow_the_axis_that_is_looked_at(many):
    client, base = many
    asked = f"{base}/groups?by=arm&measure=change&space=ekman7n&axis=joy"
    told = client.get(asked).json()
    care, usual = sorted(told["groups"], key=lambda one: one["value"])
    assert (told["axis"], told["quarters"]) == ("joy", False)
    assert care["low"] > 0 > usual["high"]


@pytest.fixture
def aged(tmp_path):
    rows = []
    for n in range(40):
        words = [PLAIN, PLAIN, PLAIN, GLAD if n >= 20 else SAD]
        few = "pilot" if n < 3 else "main"
        rows += [
            {"session": f"s{n}", "actor": "ann", "text": text, "age": 20 + n, "the arm": few}
            for text in words
        ]
    rows += [{"session": "s40", "actor": "ann", "text": t, "age": None} for t in [PLAIN] * 4]
    out = traced(tmp_path / "out", pl.DataFrame(rows).write_csv())
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        yield client, f"/api/traces/{client.get('/api/traces').json()[0]['job']}"


def test_numbers_of_many_values_become_quarters_in_their_order(aged):
    client, base = aged
    told = client.get(f"{base}/groups?by=age&measure=mean").json()
    assert told["quarters"] is True
    assert [one["value"] for one in told["groups"]] == [
        "20 to 29", "30 to 39", "40 to 49", "50 to 59", ""]  # fmt: skip
    assert [one["n"] for one in told["groups"]] == [10, 10, 10, 10, 1]
    young, _, _, old, _ = told["groups"]
    assert old["low"] > young["high"]


def test_a_group_of_fewer_than_five_has_no_interval_and_no_difference(aged):
    client, base = aged
    told = client.get(f"{base}/groups?by=the arm&measure=mean").json()
    main, pilot, none = told["groups"]
    assert (main["n"], pilot["n"], none["n"]) == (37, 3, 1)
    assert told["largest"] == "main"
    assert {pilot["low"], pilot["gap_mean"], pilot["gap_low"], main["gap_mean"]} == {None}
    assert None not in (pilot["mean"], main["low"])


def test_too_few_sessions_are_said(client, job):
    assert client.get(f"/api/traces/{job}/kinds").status_code == 422


@pytest.mark.parametrize("drawn", ["[NaN, 1]", "[1e999, 0]", "[1, 1]", "[1]"])
def test_what_is_no_drawing_is_refused_in_one_sentence(many, drawn):
    client, base = many
    headers = {"content-type": "application/json"}
    answer = client.post(f"{base}/alike", content=drawn, headers=headers)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_kinds_of_too_few_sessions_are_told_on_the_page_in_a_sentence(client, job):
    assert isinstance(client.get(f"/api/traces/{job}/kinds").json()["detail"], str)
