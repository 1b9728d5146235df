"""web/rating: takes are kept, agree or not, and become states like any other author's."""

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.store.lake import open_lake
from affectory.web.app import create_app
from affectory.web.settings import Settings


@pytest.fixture
def own(tmp_path):
    """A client over a lake of its own, which may be written to, and the lake."""
    out = traced(tmp_path / "out")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as one:
        job = one.get("/api/traces").json()[0]["job"]
        yield one, out, f"/api/traces/{job}/sessions/0"


def take(client, base, rater, values, kind="traced"):
    """Begin a take and send it values of valence, a second apart."""
    wish = {"rater": rater, "space": "va", "axes": ["valence"], "kind": kind}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    sent = [{"n": n, "at": float(n), "said": {"valence": v}} for n, v in enumerate(values)]
    assert client.post(f"/api/takes/{made}/samples", json=sent).json() == {"samples": len(sent)}
    return made


def test_a_take_becomes_states_of_its_rater(own):
    client, out, base = own
    made = take(client, base, "zoe", np.linspace(-1, 1, 21).tolist())
    row = client.post(f"/api/takes/{made}/done?lag=2").json()
    assert row["done"] is not None
    facts = client.get(base).json()
    assert [space["by"] for space in facts["spaces"] if space["name"] == "va"] == [["rater:zoe"]]
    told = client.get(f"{base}/states?space=va").json()
    assert told["start"][0] == -2.0
    again = client.post(f"/api/takes/{made}/done").json()
    assert again["done"] == row["done"]
    assert len(open_lake(out / "lake").states("va", by="rater:zoe")) == 21


def test_raters_agree_with_each_other_and_the_gold_weighs_them(own):
    client, _, base = own
    wave = np.sin(np.arange(40) / 5)
    for rater, values in (("ann", wave), ("bo", 0.9 * wave), ("cy", -wave)):
        take(client, base, rater, values.tolist())
    told = client.get(f"{base}/agreement?space=va&axis=valence").json()
    assert told["raters"] == ["ann", "bo", "cy"]
    assert told["weights"][2] == 0
    pairs = {(one["one"], one["other"]): one["ccc"] for one in told["pairs"]}
    assert pairs["bo", "ann"] > 0.98 > 0 > pairs["cy", "ann"]
    assert told["gold"]["values"][100] is not None


def test_turns_can_be_rated_in_any_space(own):
    client, _, base = own
    wish = {"rater": "zoe", "space": "ekman7n", "axes": ["joy", "anger"], "kind": "turns"}
    assert client.post(f"{base}/takes", json=wish).status_code == 200
    bad = client.post(f"{base}/takes", json={**wish, "axes": ["no such"]})
    assert bad.status_code == 422
    assert "no such" in bad.json()["detail"]


def test_a_take_is_a_table_and_a_document(own):
    client, _, base = own
    made = take(client, base, "=cmd", [0.1, 0.1, 0.5])
    text = client.get(f"/api/takes/{made}/file?kind=csv").text
    assert "'=cmd" in text
    from affectory.sources import read

    path = own[1].parent / "take.eaf"
    path.write_text(client.get(f"/api/takes/{made}/file?kind=eaf").text, encoding="utf-8")
    records = read(path)
    assert records.frame["text"].to_list() == ["0.1"]
    assert records.frame["stop"].to_list() == [2.0]


def test_empty_takes_and_unknown_ones_are_told(own):
    client, _, base = own
    made = take(client, base, "zoe", [])
    assert "rate something" in client.post(f"/api/takes/{made}/done").json()["detail"]
    assert client.post("/api/takes/none/samples", json=[]).status_code == 422
    wrong = [{"n": 0, "at": 0.0, "said": {"joy": 1.0}}]
    assert client.post(f"/api/takes/{made}/samples", json=wrong).status_code == 422


def test_the_report_still_speaks_of_what_was_perceived(own):
    from typer.testing import CliRunner

    from affectory.cli.main import app

    client, out, base = own
    wish = {"rater": "zoe", "space": "vad", "axes": ["valence"], "kind": "turns"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    client.post(f"/api/takes/{made}/samples", json=[{"n": 0, "at": 0.0, "said": {"valence": 1.0}}])
    client.post(f"/api/takes/{made}/done")
    done = CliRunner().invoke(app, ["report", "--lake", str(out)])
    assert done.exit_code == 0, done.output


def test_a_take_without_samples_takes_nobodys_name(own):
    client, _, base = own
    take(client, base, "empty", [])
    for rater, values in (("ann", [0.0, 1.0, 0.5, -1.0]), ("bo", [0.1, 0.9, 0.4, -0.9])):
        take(client, base, rater, values)
    told = client.get(f"{base}/agreement?space=va&axis=valence").json()
    assert told["raters"] == ["ann", "bo"]
    assert len(told["weights"]) == len(told["lags"]) == 2
    assert [(one["one"], one["other"]) for one in told["pairs"]] == [("bo", "ann")]


def test_a_rater_is_never_called_the_method(own):
    client, _, base = own
    made = take(client, base, "ann", [0.0, 1.0, 0.5, -1.0])
    client.post(f"/api/takes/{made}/done")
    told = client.get(f"{base}/agreement?space=va&axis=valence").json()
    assert "method" not in told  # perceive/utterance gives no states in va
    wish = {"rater": "ann", "space": "vad", "axes": ["valence"], "kind": "turns"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    sent = [{"n": n, "at": float(n), "said": {"valence": n / 4}} for n in range(5)]
    client.post(f"/api/takes/{made}/samples", json=sent)
    told = client.get(f"{base}/agreement?space=vad&axis=valence").json()
    assert told["method"]["by"] == "perceive/utterance"


def test_a_single_sample_agrees_with_nobody_and_breaks_nothing(own):
    client, _, base = own
    for kind in ("traced", "turns"):
        for rater in ("ann", "bo"):
            take(client, base, rater, [0.5], kind)
        told = client.get(f"{base}/agreement?space=va&axis=valence")
        assert told.status_code == 200, told.text


def test_done_twice_at_once_is_in_the_lake_once(own):
    from concurrent.futures import ThreadPoolExecutor

    client, out, base = own
    made = take(client, base, "zoe", [0.0, 0.5, 1.0])
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda _: client.post(f"/api/takes/{made}/done").json(), range(4)))
    assert len({row["done"] for row in rows}) == 1
    assert len(open_lake(out / "lake").states("va", by="rater:zoe")) == 3


def test_a_rater_has_a_name_that_can_be_written(own):
    client, _, base = own
    wish = {"rater": "zo\u0001e", "space": "va", "axes": ["valence"], "kind": "turns"}
    assert client.post(f"{base}/takes", json=wish).status_code == 422
