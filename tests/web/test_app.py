"""web/app: what pages ask, and what they are told."""

import io

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced
from typer.testing import CliRunner

from affectory.cli.main import app as command
from affectory.web import listing
from affectory.web.app import create_app
from affectory.web.settings import Settings
from affectory.web.shelves import Shelves


def test_the_traces_and_their_sessions_are_listed(client, job):
    (trace,) = client.get("/api/traces").json()
    assert (trace["method"], trace["records"], trace["sessions"]) == ("perceive/utterance", 5, 1)
    page = client.get(f"/api/traces/{job}/sessions").json()
    (row,) = page["rows"]
    assert (page["total"], page["axis"], row["session"]) == (1, "valence", "talk")
    assert (row["records"], row["actors"], row["crisis"], len(row["spark"])) == (5, 2, 1, 5)


def test_sessions_are_found_by_a_part_of_their_name(client, job):
    for words, n in {"TAL": 1, ".*": 0, "": 1}.items():
        told = client.post(f"/api/traces/{job}/sessions", json={"find": words}).json()
        assert told["total"] == n


def test_a_session_has_its_turns_states_words_and_crises(client, job):
    base = f"/api/traces/{job}/sessions/0"
    facts = client.get(base).json()
    assert facts["people"] == [{"actor": "ann", "n": 3}, {"actor": "bo", "n": 2}]
    turns = client.get(f"{base}/turns").json()
    assert turns["seq"] == [0, 1, 2, 3, 4]
    told = client.get(f"{base}/states?space=vad").json()
    assert told["seq"] == [0, 1, 2, 3, 4]
    valence = told["values"]["valence"]
    assert valence[0] > 0 > valence[3]
    words = client.get(f"{base}/reasons?space=vad&axis=valence").json()
    own = [one for one in words if one["seq"] == 0]
    assert "happy" in {turns["text"][0][slice(*one["span"])] for one in own}
    crisis = client.get(f"{base}/crisis").json()
    assert [one["seq"] for one in crisis["found"]] == [4]
    assert crisis["notice"]


def test_turns_come_in_windows(client, job):
    some = client.get(f"/api/traces/{job}/sessions/0/turns?skip=1&most=2").json()
    assert some["seq"] == [1, 2]


def test_a_file_has_the_states_and_no_formula(client, job):
    base = f"/api/traces/{job}/sessions/0/file?space=vad"
    text = client.get(f"{base}&kind=csv").content.decode("utf-8-sig")
    table = pl.read_csv(io.StringIO(text))
    assert table["text"][1].startswith("'=HYPERLINK")
    assert {"valence", "valence_spread"} <= set(table.columns)
    whole = pl.read_parquet(io.BytesIO(client.get(f"{base}&kind=parquet").content))
    assert whole["text"][1].startswith("=HYPERLINK")


@pytest.mark.parametrize(
    "path",
    ["traces/none/sessions", "traces/{job}/sessions/7", "traces/{job}/sessions/0/states?space=no",
     "uploads/none"],
)  # fmt: skip
def test_what_is_not_there_is_said_in_one_sentence(client, job, path):
    answer = client.get("/api/" + path.format(job=job))
    assert answer.status_code in (404, 422)
    assert isinstance(answer.json()["detail"], str)


def test_cards_and_spaces_are_told(client, tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    cards = {card["name"]: card for card in client.get("/api/methods").json()}
    assert cards["perceive/utterance"]["cautions"]
    assert not cards["perceive/utterance"]["untrained"]
    assert cards["perceive/empathy"]["untrained"]
    assert {"vad", "goemotions28"} <= {space["name"] for space in client.get("/api/spaces").json()}


def test_the_interface_describes_itself(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert "/api/traces/{job}/sessions/{number}/states" in paths


def test_a_trace_that_is_written_anew_is_looked_up_anew(tmp_path):
    """Another program writes into the lake while the explorer shows it."""
    from affectory.store.lake import open_lake

    out = traced(tmp_path / "out")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        assert client.get(f"/api/traces/{job}/sessions").json()["total"] == 1
        open_lake(out / "lake").clear()
        assert client.get(f"/api/traces/{job}/sessions").status_code == 422
        traced(out)
        job = client.get("/api/traces").json()[0]["job"]
        assert client.get(f"/api/traces/{job}/sessions").json()["total"] == 1
        text = "actor,text\nann,I love it\nbo,I hate it\n"
        traced(out, text, "other.csv")
        found = [client.get(f"/api/traces/{row['job']}/sessions/0").json()["session"]
                 for row in client.get("/api/traces").json()]  # fmt: skip
        assert found == ["other", "talk"]


def test_states_that_stand_in_other_batches_than_their_records_are_drawn_all_the_same(lake, job):
    shelf = Shelves(Settings(lake)).shelf(job)
    here = listing.sparks(shelf, shelf.index)
    elsewhere = shelf.index.with_columns(pl.col("batch", "last") + 100)
    assert len(here["talk"]) == 5
    assert listing.sparks(shelf, elsewhere) == here


def test_a_session_without_states_has_nothing_looked_for_twice(tmp_path, monkeypatch):
    rows = ["session,actor,text", "a,ann,I love it", "b,ann,...", "b,ann,12"]
    shelves, looks = Shelves(Settings(traced(tmp_path / "out", "\n".join(rows)))), []
    shelf, look = shelves.shelf(shelves.traces()[0]["job"]), listing._sparks
    index = shelf.index.with_columns(
        pl.when(pl.col("session").str.ends_with("b")).then(None).otherwise("mean").alias("mean")
    )
    monkeypatch.setattr(listing, "_sparks", lambda *asked: (looks.append(asked), look(*asked))[1])
    told = listing.sparks(shelf, index.with_columns(pl.col("session").replace("talk/b", "gone")))
    assert list(told) == ["talk/a"]
    assert len(looks) == 1


def test_a_trace_is_called_by_its_first_session(tmp_path):
    for name in ("zeta", "alpha"):
        (tmp_path / f"{name}.csv").write_text("actor,text\nann,I love it\n", encoding="utf-8")
    words = [*(str(tmp_path / f"{name}.csv") for name in ("zeta", "alpha")), "--out"]
    assert (
        CliRunner().invoke(command, ["trace", *words, str(tmp_path / "out"), "-q"]).exit_code == 0
    )
    shelves = Shelves(Settings(tmp_path / "out"))
    job = shelves.traces()[0]["job"]
    first = shelves.shelf(job).index["session"][0]
    assert shelves.traces()[0]["name"] == first.partition("/")[0] == "zeta"
