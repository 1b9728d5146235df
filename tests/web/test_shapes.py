"""web/shapes and groups: planted kinds are found, drawings are found, groups are apart."""

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.core.errors import BadChoice
from affectory.web.app import create_app
from affectory.web.settings import Settings
from affectory.web.shapes import CELLS, Curves, alike, kinds

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
    told = kinds(planted(), 3)
    assert sorted(one["n"] for one in told["kinds"]) == [20, 20, 21]
    assert told["odd"][0]["session"] == "s60"
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
        kinds(Curves("valence", np.arange(1), ["a"], np.zeros((1, CELLS))), 2)


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
    groups = client.get(f"{base}/groups?by=arm&measure=change").json()
    care, usual = sorted(groups, key=lambda one: one["value"])
    assert care["low"] > 0 > usual["high"]
    assert client.get(f"{base}/groups?by=none").status_code == 422


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
