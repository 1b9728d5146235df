"""web: a trace whose records moved no state is listed and read; what needs states says so."""

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, counted
from typer.testing import CliRunner

from affectory.cli.main import app as command
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.store.lake import open_lake
from affectory.web.app import create_app
from affectory.web.settings import Settings

JOB = "jobx"
SAID = "one in which its method gave states; this trace has none"


@pytest.fixture
def bare(tmp_path):
    """The folder of a lake with one trace of two records and no states."""
    lake = open_lake(tmp_path / "lake")
    rows = [{"session": name, "actor": "ann", "text": "x", "start": 0.0} for name in ("s", "t")]
    lake.write_records(Records(pl.DataFrame(rows)), JOB, 0)
    lake.write_figures(JOB, "trace", [Figure("records", 2.0, n=2)], method="perceive/utterance")
    return tmp_path / "lake"


@pytest.fixture
def asked(bare):
    """A client over that lake, and the address of its trace."""
    with TestClient(create_app(Settings(bare)), base_url=HERE, headers=HEADERS) as client:
        yield client, f"/api/traces/{JOB}"


def test_its_sessions_are_listed_without_measures(asked):
    client, base = asked
    told = client.get(f"{base}/sessions").json()
    assert told == client.post(f"{base}/sessions", json={}).json()
    assert (told["total"], told["space"], told["axis"]) == (2, "", "")
    assert [(row["session"], row["mean"], row["spark"]) for row in told["rows"]] == [
        ("s", None, []), ("t", None, [])]  # fmt: skip
    assert client.post(f"{base}/sessions/file", json={}).status_code == 200
    assert client.get(f"{base}/sessions/0").json()["spaces"] == []
    assert client.get(f"{base}/axes").json() == []


@pytest.mark.parametrize("path", ["curves", "curves/file", "kinds", "groups?by=x"])
def test_what_needs_states_says_in_a_sentence_that_there_are_none(asked, path):
    client, base = asked
    answer = client.get(f"{base}/{path}")
    assert answer.status_code == 422
    assert SAID in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "sent"),
    [("alike", [0, 1]), ("search", {"words": "rising"}), ("groups/file", {"by": "x"})],
)
def test_what_is_looked_for_in_states_says_so_too(asked, path, sent):
    client, base = asked
    answer = client.post(f"{base}/{path}", json=sent)
    assert (answer.status_code, SAID in answer.json()["detail"]) == (422, True)


def test_its_page_lists_it_and_says_why_there_are_no_pictures(page, serve, bare, shot):
    page.goto(serve(Settings(bare)))
    counted(page, "table.sessions tbody tr", 2)
    page.wait_for_selector("text=This trace has no states to look at.")
    shot("stateless")
    page.click("text=Shapes and groups")
    page.wait_for_selector("h1:text-is('Shapes and groups')")
    page.wait_for_selector("text=This trace has no states to look at.")
    assert page.faults == []


def test_a_trace_without_states_beside_one_with_states_has_none(bare, tmp_path):
    path = tmp_path / "talk.csv"
    path.write_text("actor,text\n" + "ann,I love it\n" * 3, encoding="utf-8")
    told = ["trace", str(path), "--out", str(tmp_path / "out"), "--lake", str(bare), "-q"]
    assert CliRunner().invoke(command, told).exit_code == 0
    with TestClient(create_app(Settings(bare)), base_url=HERE, headers=HEADERS) as client:
        newest, first = (row["job"] for row in client.get("/api/traces").json())
        assert first == JOB
        assert client.get(f"/api/traces/{newest}/axes").json()[0]["name"] == "vad"
        assert client.get(f"/api/traces/{JOB}/axes").json() == []
        assert client.get(f"/api/traces/{JOB}/sessions").json()["space"] == ""
        assert client.get(f"/api/traces/{JOB}/sessions/0").json()["spaces"] == []
        answer = client.get(f"/api/traces/{JOB}/curves")
        assert (answer.status_code, SAID in answer.json()["detail"]) == (422, True)
        asked = client.get(f"/api/traces/{JOB}/sessions/0/states?space=vad")
        assert asked.status_code == 422
