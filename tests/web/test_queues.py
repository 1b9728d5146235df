"""web/queues and beside: what to read first, figures, and two authors on one conversation."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, TALK, traced
from typer.testing import CliRunner

from affectory.cli.main import app as command
from affectory.perceive.signals import SignalReader
from affectory.web.app import create_app
from affectory.web.settings import Settings

CALM = "actor,text\nuser,hello\nassistant,good morning\nuser,thank you so much\n"
ANGRY = (
    "actor,text\nuser,where is my order\nassistant,It was sent.\nuser,No that is wrong.\n"
    "assistant,Sorry.\nuser,let me speak to a human\n"
)


@pytest.fixture
def two(tmp_path):
    """A client over a trace of a calm and an angry talk."""
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "calm.csv").write_text(CALM)
    (tmp_path / "chats" / "angry.csv").write_text(ANGRY)
    (tmp_path / "chats" / "timed.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nAnn: hi\n")
    words = ["trace", str(tmp_path / "chats"), "--out", str(tmp_path / "out"), "-q"]
    assert CliRunner().invoke(command, words).exit_code == 0
    with TestClient(
        create_app(Settings(tmp_path / "out")), base_url=HERE, headers=HEADERS
    ) as client:
        yield client, client.get("/api/traces").json()[0]["job"]


def test_the_gravest_conversation_comes_first_with_its_reason(two):
    client, job = two
    first, second, third = client.get(f"/api/traces/{job}/queue?arm=top").json()
    assert (first["session"], second["session"]) == ("angry", "calm")
    assert third["session"] == "timed"  # on another clock
    assert first["grade"] == "severe"
    assert "disengagement" in first["reason"]
    assert any("escalation" in sign["type"] for sign in first["signs"])
    assert client.get(f"/api/traces/{job}/queue?budget=1").json()[0]["number"] in (0, 1, 2)


def test_signs_are_looked_for_once_however_many_ask_and_draw_again(two, monkeypatch):
    client, job = two
    looked, at_once = [], []

    def told(self, records, *more):
        at_once.append(1)
        time.sleep(0.05)  # time for another to begin as well
        looked.append(len(at_once))
        at_once.pop()
        yield from plain(self, records, *more)

    plain = SignalReader.reports
    monkeypatch.setattr(SignalReader, "reports", told)
    asked = [f"/api/traces/{job}/queue{way}seed={seed}" for seed in range(4)
             for way in ("?", "/file?")]  # fmt: skip
    with ThreadPoolExecutor(len(asked)) as many:
        answers = list(many.map(client.get, asked))
    assert {answer.status_code for answer in answers} == {200}
    assert looked == [1, 1]  # the sessions of each clock, after one another


def test_what_is_remembered_of_signs_holds_no_words(two):
    client, job = two
    client.get(f"/api/traces/{job}/queue")
    shelf = client.app.state.shelves.shelf(job)
    signs = [sign for report in shelf.reports for sign in report.signs]
    assert len(signs) > 1
    assert {(sign.snippet, *sign.metadata) for sign in signs} == {("",)}


def test_figures_of_runs_are_listed(two):
    client, _ = two
    told = client.get("/api/figures").json()
    assert {"records", "sessions"} <= {row["figure"] for row in told}


def test_a_person_and_a_method_are_put_beside_each_other(tmp_path):
    out = traced(tmp_path / "out", TALK)
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        base = f"/api/traces/{job}/sessions/0"
        assert client.get(f"{base}/others").json() == []
        told = client.get(f"{base}/states?space=vad").json()
        wish = {"rater": "zoe", "space": "vad", "axes": ["valence", "arousal", "dominance"],
                "kind": "turns"}  # fmt: skip
        take = client.post(f"{base}/takes", json=wish).json()["id"]
        rows = zip(told["seq"], told["start"], strict=True)
        sent = [{"n": n, "at": at, "said": {a: told["values"][a][n] for a in wish["axes"]}}
                for n, at in rows]  # fmt: skip
        client.post(f"/api/takes/{take}/samples", json=sent)
        client.post(f"/api/takes/{take}/done")
        (other,) = client.get(f"{base}/others").json()
        assert (other["by"], other["spaces"]) == ("rater:zoe", ["vad"])
        asked = f"space=vad&axis=valence&other={job}&place=0&by=rater:zoe"
        agreed = client.get(f"{base}/beside?{asked}").json()
        assert agreed["n"] == 5
        np.testing.assert_allclose([agreed["ccc"], agreed["mae"]], [1.0, 0.0], atol=1e-3)


def test_two_methods_meet_on_the_same_conversation(tmp_path):
    out = traced(tmp_path / "out", TALK)
    words = ["trace", str(tmp_path / "talk.csv"), "--out", str(out), "-q", "--with",
             "perceive/lexicon"]  # fmt: skip
    assert CliRunner().invoke(command, words).exit_code == 0
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        jobs = {row["method"]: row["job"] for row in client.get("/api/traces").json()}
        base = f"/api/traces/{jobs['perceive/utterance']}/sessions/0"
        told = client.get(f"{base}/others").json()
        assert {one["job"] for one in told} == {jobs["perceive/lexicon"]}
