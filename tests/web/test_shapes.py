"""web/shapes and groups: planted kinds are told, drawings are found, groups are apart."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.measure.shapes import PARTS, Divided, divided
from affectory.store.lake import open_lake
from affectory.web import indexing, shelf
from affectory.web.app import create_app
from affectory.web.settings import Settings
from affectory.web.shapes import Curves, alike, carpet, kinds
from affectory.web.shelves import Shelves

GLAD, SAD, PLAIN = (
    "I love this, thank you!",
    "I hate this, it is awful.",
    "The train leaves at nine.",
)


def planted():
    """Return the courses of twenty sessions that rise, twenty that fall, and one that jumps."""
    level = np.random.default_rng(0).normal(size=40)[:, None]
    way = np.repeat([np.linspace(-1, 1, PARTS), np.linspace(1, -1, PARTS)], 20, axis=0)
    values = np.vstack([way + level, np.tile([1.5, -1.5], PARTS // 2)])
    return Curves("valence", None, np.arange(100, 141), [f"s{n}" for n in range(41)], values)


def test_kinds_are_told_with_examples_and_odd_ones_by_name():
    known = planted()
    cut = Divided(np.repeat([0, 1, 0], [20, 20, 1]), np.r_[np.linspace(0.5, 1.5, 40), 9.0])
    told = kinds(known, cut)
    assert [one["n"] for one in told["kinds"]] == [21, 20]
    assert [one["session"] for one in told["kinds"][1]["examples"]] == ["s20", "s21", "s22"]
    assert (told["n"], told["unlike"]) == (41, 1)
    (odd,) = told["odd"]
    assert (odd["number"], odd["session"], odd["kind"], odd["times"]) == (140, "s40", 0, 9.0)


def test_a_drawing_finds_sessions_by_number_and_name():
    best = alike(planted(), [-1, 1], most=20)
    assert {one["number"] - 100 for one in best} == set(range(20))
    assert best[0]["session"] == f"s{best[0]['number'] - 100}"
    assert best[0]["score"] == 1.0


def test_a_carpet_has_a_row_a_session_and_of_too_many_every_so_many():
    known = planted()
    cut = divided(known.values, 2)
    whole, some = carpet(known, cut, 0.0, most=100), carpet(known, cut, 0.0, most=16)
    assert sorted(whole["number"]) == known.number.tolist()
    for number, session, values in zip(*(whole[n] for n in ("number", "session", "values")),
                                       strict=True):  # fmt: skip
        assert session == f"s{number - 100}"
        np.testing.assert_allclose(values, known.values[number - 100], atol=1e-3)
    assert (some["total"], len(some["number"]), len(some["values"])) == (41, 16, 16)


def test_colours_of_what_never_moves_reach_somewhere():
    flat = planted()._replace(values=np.zeros((41, PARTS)))
    cut = Divided(np.zeros(41, np.int64), np.ones(41))
    assert carpet(flat, cut, 0.0, 50)["reach"] == 1.0


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


@pytest.fixture
def pairs(tmp_path):
    """A client and a trace in which callers feel worse and worse, and staff better and better."""
    down, up = [GLAD, GLAD, PLAIN, SAD, SAD], [SAD, SAD, PLAIN, GLAD, GLAD]
    rows = [
        f's{n},{who},"{text}",{"care" if n % 2 else "usual"}'
        for n in range(12)
        for both in zip(down, up, strict=True)
        for who, text in zip(("caller", "staff"), both, strict=True)
    ]
    rows += [f'lone,nobody else,"{GLAD}",usual'] * 5
    rows += [f's{n},mute,"{GLAD}",usual' for n in range(9)]  # too little for a course
    out = traced(tmp_path / "out", "\n".join(["session,actor,text,arm", *rows]))
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        yield client, f"/api/traces/{client.get('/api/traces').json()[0]['job']}"


def test_each_speaker_has_a_course_of_their_own(pairs):
    client, base = pairs
    known = client.get(f"{base}/actors").json()
    assert known == [{"actor": "caller", "sessions": 12}, {"actor": "staff", "sessions": 12}]
    slopes = []
    for who in (0, 1):
        told = client.get(f"{base}/curves?who={who}&k=2").json()
        assert told["total"] == 12
        values = np.array(told["values"])
        slopes.append(values[:, -1] - values[:, 0])
    assert slopes[0].max() < -0.3
    assert slopes[1].min() > 0.3
    assert client.get(f"{base}/curves").json()["total"] == 13  # everybody, as ever
    assert len(client.post(f"{base}/alike?who=1", json=[-1, 1]).json()) == 12
    for who, found in ((0, 0), (1, 12)):
        sent = {"words": "rising valence", "who": who}
        assert len(client.post(f"{base}/search", json=sent).json()["found"]) == found


def test_the_measures_of_a_speaker_are_compared_by_group(pairs):
    client, base = pairs
    mean = {}
    for who in (0, 1):
        told = client.get(f"{base}/groups?by=arm&measure=change&who={who}").json()
        assert told["n"] == 12
        mean[who] = told["mean"]
        anew = client.get(f"{base}/groups?by=arm&measure=change&space=ekman7n&who={who}").json()
        assert anew["n"] == 12  # of a Space whose arcs are found in its states
    assert mean[0] < -0.3 < 0.3 < mean[1]


def test_a_speaker_is_in_the_group_of_their_own_value(tmp_path):
    rows = [
        f's{n},{who},"{text}",{role},{n % 2 if who == "staff" else ""}'
        for n in range(12)
        for text in (GLAD, PLAIN, PLAIN, SAD)
        for who, role in (("caller", "client"), ("staff", "clinician"))
    ]
    out = traced(tmp_path / "out", "\n".join(["session,actor,text,role,ward", *rows]))
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        base = f"/api/traces/{client.get('/api/traces').json()[0]['job']}"
        assert [one["actor"] for one in client.get(f"{base}/actors").json()] == ["caller", "staff"]
        for who, value in (("", "client"), ("&who=0", "client"), ("&who=1", "clinician")):
            told = client.get(f"{base}/groups?by=role{who}").json()
            assert [one["value"] for one in told["groups"]] == [value]
            assert told["mixed"] == (0 if who else 12)
        told = client.get(f"{base}/groups?by=ward&who=0").json()  # which staff alone have
        assert sorted(one["value"] for one in told["groups"]) == ["0", "1"]


def test_measures_of_a_trace_whose_arcs_nobody_kept_are_found_in_its_states(many):
    client, base = many
    shelf = client.app.state.shelves.shelf(base.rpartition("/")[2])
    felt = shelf.lake.states("vad", by=shelf.method)
    shelf.lake.write_states(felt, "another", 0)  # beside a table that has arcs of the first
    told = indexing.arcs(shelf.lake.view("another"), shelf.method, "vad", "valence")
    kept = indexing.arcs(shelf.lake, shelf.method, "vad", "valence")
    assert told.height == 12
    assert_frame_equal(told.sort("session"), kept.sort("session"), abs_tol=1e-5)


def test_files_say_whose_courses_they_hold(pairs):
    client, base = pairs
    told = client.get(f"{base}/curves/file?who=1&k=2").text
    assert set(pl.read_csv(told.encode())["actor"]) == {"staff"}
    assert "actor" not in client.get(f"{base}/curves/file?k=2").text
    told = client.post(f"{base}/groups/file", json={"by": "arm", "who": 0}).text
    assert set(pl.read_csv(told.encode())["actor"]) == {"caller"}
    told = client.post(f"{base}/search/file", json={"words": "rising", "who": 1}).text
    assert set(pl.read_csv(told.encode())["actor"]) == {"staff"}


@pytest.mark.parametrize("who", ["2", "-1", "staff"])
def test_a_speaker_who_is_not_there_is_refused_in_one_sentence(pairs, who):
    client, base = pairs
    for place in ("curves?", "kinds?", "groups?by=arm&"):
        answer = client.get(f"{base}/{place}who={who}")
        assert answer.status_code == 422
        assert isinstance(answer.json()["detail"], str)


def test_nobody_is_offered_where_each_speaks_in_one_session_alone(tmp_path):
    rows = [f's{n},ann {n},"{GLAD}"' for n in range(3) for _ in range(4)]
    out = traced(tmp_path / "out", "\n".join(["session,actor,text", *rows]))
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        base = f"/api/traces/{client.get('/api/traces').json()[0]['job']}"
        assert client.get(f"{base}/actors").json() == []
        told = client.get(f"{base}/curves?who=0").json()["detail"]
        assert "nobody speaks often enough in two sessions" in told


def test_measures_found_in_states_are_those_that_the_lake_keeps(many):
    """The lake keeps arcs of the drawn Space alone; those of the others are counted anew."""
    client, base = many
    shelf = client.app.state.shelves.shelf(base.rpartition("/")[2])
    asked = shelf.lake, shelf.method, "vad", "valence"
    kept = indexing.arcs(*asked).sort("session")
    anew = indexing.mean_of(indexing.measured(*asked)).sort("session")
    assert kept.height == 12
    assert open_lake(client.app.state.settings.out / "lake").arcs("vad").height
    for name in ("mean", "change", "variability", "missing"):
        np.testing.assert_allclose(anew[name], kept[name], atol=1e-5)


def test_a_column_of_turns_is_told_from_one_of_sessions(tmp_path):
    rows = [
        {"session": f"s{n}", "actor": "ann", "text": GLAD, "arm": "care", "move": f"m{turn % 2}"}
        for n in range(6)
        for turn in range(4 if n else 1)
    ]
    out = traced(tmp_path / "out", pl.DataFrame(rows).write_csv())
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        base = f"/api/traces/{client.get('/api/traces').json()[0]['job']}/groups"
        assert client.get(f"{base}?by=arm").json()["mixed"] == 0
        assert client.get(f"{base}?by=move").json()["mixed"] == 5


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


def test_quarters_of_seconds_stay_four_groups(tmp_path):
    """Six digits of the seconds of one week are the same."""
    rows = [
        {"session": f"s{n:02}", "actor": "ann", "text": PLAIN, "begun": 1_764_481_000 + 7 * n}
        for n in range(40)
        for _ in range(4)
    ]
    out = traced(tmp_path / "out", pl.DataFrame(rows).write_csv())
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        base = f"/api/traces/{client.get('/api/traces').json()[0]['job']}"
        told = client.get(f"{base}/groups?by=begun").json()
    assert [one["n"] for one in told["groups"]] == [10, 10, 10, 10]
    assert told["groups"][0]["value"] == "1764481000 to 1764481063"


def test_a_group_of_fewer_than_five_has_no_interval_and_no_difference(aged):
    client, base = aged
    told = client.get(f"{base}/groups?by=the arm&measure=mean").json()
    main, pilot, none = told["groups"]
    assert (main["n"], pilot["n"], none["n"]) == (37, 3, 1)
    assert told["largest"] == "main"
    assert {pilot["low"], pilot["gap_mean"], pilot["gap_low"], main["gap_mean"]} == {None}
    assert None not in (pilot["mean"], main["low"])


@pytest.mark.parametrize("path", ["kinds", "curves", "curves/file"])
def test_that_no_two_sessions_are_long_enough_is_said_in_a_sentence(tmp_path, path):
    turns = "\n".join(f"s{s},ann,I love it {t}" for s in range(3) for t in range(6 - 3 * bool(s)))
    out = traced(tmp_path / "out", f"session,actor,text\n{turns}")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as one:
        job = one.get("/api/traces").json()[0]["job"]
        answer = one.get(f"/api/traces/{job}/{path}")
    assert answer.status_code == 422
    assert "no two sessions that have 4 states or more" in answer.json()["detail"]
    assert "2 to" not in answer.json()["detail"]


@pytest.mark.parametrize("drawn", ["[NaN, 1]", "[1e999, 0]", "[1, 1]", "[1]"])
def test_what_is_no_drawing_is_refused_in_one_sentence(many, drawn):
    client, base = many
    headers = {"content-type": "application/json"}
    answer = client.post(f"{base}/alike", content=drawn, headers=headers)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_kinds_of_too_few_sessions_are_told_on_the_page_in_a_sentence(client, job):
    assert isinstance(client.get(f"/api/traces/{job}/kinds").json()["detail"], str)


def test_what_tells_sessions_apart_stands_before_what_tells_turns_apart(tmp_path):
    rows = [f"s{n},ann,Fine.,{'xyz'[at]},{'ab'[n]}" for n in range(2) for at in range(3)]
    out = traced(tmp_path / "out", "\n".join(["session,actor,text,mood,arm", *rows]))
    assert indexing.columns(open_lake(out / "lake")) == ["arm", "mood"]


def test_courses_that_two_ask_for_at_once_are_made_once(tmp_path, monkeypatch):
    rows = [f's{n},ann,"{text}"' for n in range(4) for text in (GLAD, SAD, PLAIN, GLAD)]
    out = traced(tmp_path / "out", "\n".join(["session,actor,text", *rows]))
    shelves = Shelves(Settings(out))
    one, made, both = shelves.shelf(shelves.traces()[0]["job"]), [], Barrier(2)
    make = shelf.curves
    monkeypatch.setattr(shelf, "curves", lambda *asked: (made.append(asked), make(*asked))[1])
    assert one.index.height == 4

    def look(work):
        both.wait(30)
        return work()

    with ThreadPoolExecutor(2) as pool:
        kinds_ = pool.submit(look, lambda: one.divided("vad", "valence", 2))
        told = pool.submit(look, lambda: one.curves("vad", "valence"))
        assert len(kinds_.result(60).kind) == len(told.result(60).number) == 4
    assert len(made) == 1
