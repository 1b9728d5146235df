"""web/rating: takes are kept, agree or not, and become states like any other author's."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced
from tests.web.test_media import sound

from affectory.store.lake import open_lake
from affectory.web import agreement
from affectory.web.app import create_app
from affectory.web.settings import Settings


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
    for rater, values in (("ann", wave), ("bo", 0.9 * wave), ("cy", -wave / 2)):
        made = take(client, base, rater, values.tolist())
        assert client.post(f"/api/takes/{made}/done").status_code == 200
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


def test_files_of_takes_are_called_by_space_kind_and_number_and_never_by_people(own):
    client, _, base = own
    each = [("ann", "traced"), ("bo", "traced"), ("ann", "turns")]
    made = [take(client, base, rater, [0.1, 0.2], kind) for rater, kind in each]
    told = [
        client.get(f"/api/takes/{one}/file?kind={kind}").headers["content-disposition"]
        for one, kind in zip(made, ("csv", "parquet", "eaf"), strict=True)
    ]
    names = ["take-va-traced-1.csv", "take-va-traced-2.parquet", "take-va-turns-1.eaf"]
    assert told == [f'attachment; filename="{name}"' for name in names]


def test_empty_takes_and_unknown_ones_are_told(own):
    client, _, base = own
    made = take(client, base, "zoe", [])
    assert "rate something" in client.post(f"/api/takes/{made}/done").json()["detail"]
    assert client.post("/api/takes/none/samples", json=[]).status_code == 410
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
    assert told["method"]["by"] == "perceive/utterance"
    assert told["method"]["space"] == "vad"  # it gives no states in va
    wish = {"rater": "ann", "space": "vad", "axes": ["valence"], "kind": "turns"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    sent = [{"n": n, "at": float(n), "said": {"valence": n / 4}} for n in range(5)]
    client.post(f"/api/takes/{made}/samples", json=sent)
    client.post(f"/api/takes/{made}/done")
    told = client.get(f"{base}/agreement?space=vad&axis=valence").json()
    assert told["method"]["by"] == "perceive/utterance"
    assert told["method"]["space"] == "vad"


def test_a_share_is_never_compared_with_a_share_of_other_emotions(own):
    client, _, base = own
    picks = [["joy"], ["joy"], ["anger"], ["fear"], ["joy"]]
    for space in ("ekman7n", "meld7"):  # the method gives the first, not the second
        labels(client, base, "ann", picks, space)
        told = client.get(f"{base}/agreement?space={space}&axis=joy").json()
        assert ("method" in told) == (space == "ekman7n")


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


def wave(late=0.0, n=500, noise=0.0, seed=0):
    """Return samples of valence, 25 a second, by a hand that is late by so many seconds."""
    at = np.arange(n) / 25
    told = np.sin((at - late) / 1.7) * 0.6 + 0.3 * np.sin((at - late) / 0.6)
    told += np.random.default_rng(seed).normal(0, noise, n) if noise else 0
    rows = zip(at.tolist(), np.clip(told, -1, 1).tolist(), strict=True)
    return [
        {"n": n, "at": t, "play": t, "said": {"valence": v}} for n, (t, v) in enumerate(rows)
    ]  # fmt: skip


def traced_take(client, base, rater, rows, *, done=True, lag=None, axes=("valence",)):
    wish = {"rater": rater, "space": "vad", "axes": axes, "kind": "traced"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    assert client.post(f"/api/takes/{made}/samples", json=rows).status_code == 200
    if done:
        query = "" if lag is None else f"?lag={lag}"
        assert client.post(f"/api/takes/{made}/done{query}").status_code == 200
    return made


def test_a_second_take_of_a_rater_is_an_author_of_its_own(own):
    client, out, base = own
    for values in ([0.1, 0.2, 0.3], [0.5, 0.6, 0.7, 0.8]):
        made = take(client, base, "ann", values)
        client.post(f"/api/takes/{made}/done")
    take(client, base, "bo", [0.3, 0.1, 0.2])
    lake = open_lake(out / "lake")
    assert len(lake.states("va", by="rater:ann")) == 3
    assert lake.states("va", by="rater:ann#2").axis("valence").tolist() == pytest.approx(
        [0.5, 0.6, 0.7, 0.8]
    )
    told = client.get(f"{base}/agreement?space=va&axis=valence").json()
    assert told["raters"] == ["ann", "ann#2", "bo"]
    own_ = {(one["one"], one["other"]): one["same"] for one in told["pairs"]}
    assert own_ == {("ann#2", "ann"): True, ("bo", "ann"): False, ("bo", "ann#2"): False}
    others = [one["by"] for one in client.get(f"{base}/others").json()]
    assert others == ["rater:ann", "rater:ann#2"]


def test_a_server_that_dies_between_lake_and_note_writes_nothing_twice(own, monkeypatch):
    from affectory.store.takes import Takes

    client, out, base = own
    made = take(client, base, "zoe", [0.0, 0.5, 1.0])

    def dies(*_):
        raise SystemError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(Takes, "finish", dies)
        with pytest.raises(SystemError):
            client.post(f"/api/takes/{made}/done?lag=1")
    states = open_lake(out / "lake").states("va", by="rater:zoe")
    assert len(states) == 3  # they are there, and nobody noted it
    rows = {row["id"]: row for row in client.get(f"{base}/takes").json()}
    assert rows[made]["done"] is None
    assert client.post(f"/api/takes/{made}/done").json()["author"] == "rater:zoe"
    again = open_lake(out / "lake").states("va", by="rater:zoe")
    assert again == states
    facts = client.get(base).json()
    assert [one["by"] for one in facts["spaces"] if one["name"] == "va"] == [["rater:zoe"]]


def test_a_take_is_thrown_away_before_its_end_and_taken_back_after_it(own):
    client, out, base = own
    open_one = take(client, base, "ann", [0.0, 0.5])
    done = take(client, base, "it's", [0.0, 0.5, 1.0])
    stays = take(client, base, "cy", [0.0, 0.5, 1.0])
    for made in (done, stays):
        client.post(f"/api/takes/{made}/done")
    for made in (open_one, done):
        assert client.delete(f"/api/takes/{made}").json() == {"samples": 0}
        assert client.delete(f"/api/takes/{made}").status_code == 410
    assert [row["rater"] for row in client.get(f"{base}/takes").json()] == ["cy"]
    assert open_lake(out / "lake").states("va").by == "rater:cy"
    facts = client.get(base).json()
    assert [one["by"] for one in facts["spaces"] if one["name"] == "va"] == [["rater:cy"]]


def test_lags_of_hands_are_found_and_agreement_is_told_before_and_after(own):
    client, _, base = own
    for rater, late in (("ann", 0.0), ("bo", 0.8), ("cy", 2.0)):
        traced_take(client, base, rater, wave(late, noise=0.02, seed=len(rater)))
    told = client.get(f"{base}/agreement?space=vad&axis=valence&aligned=true").json()
    assert told["aligned"]["lags"] == pytest.approx([0.0, 0.8, 2.0], abs=0.15)
    assert told["icc"] < 0.7 < 0.95 < told["aligned"]["icc"]
    assert told["alpha"] < told["aligned"]["alpha"]
    pair = told["aligned"]["pairs"][0]
    assert pair["ccc"] > 0.95 > told["pairs"][0]["ccc"]
    assert told["icc_low"] is None  # twenty seconds of slow waves are too short
    assert "aligned" not in client.get(f"{base}/agreement?space=vad&axis=valence").json()


def wander(n, seed, kept=0.97):
    """Return samples of valence, 25 a second, that go their own way within a few seconds."""
    rng, told = np.random.default_rng(seed), np.zeros(n)
    shared = np.random.default_rng(99).normal(size=n)
    for i in range(1, n):
        told[i] = kept * told[i - 1] + np.sqrt(1 - kept**2) * (shared[i] + rng.normal(0, 0.5))
    rows = np.clip(told / 4, -1, 1).tolist()
    return [
        {"n": i, "at": i / 25, "play": i / 25, "said": {"valence": v}} for i, v in enumerate(rows)
    ]  # fmt: skip


def test_an_interval_is_one_over_long_stretches_of_time(own):
    client, _, base = own
    for rater, seed in (("ann", 1), ("bo", 2)):
        traced_take(client, base, rater, wander(5000, seed))
    told = client.get(f"{base}/agreement?space=vad&axis=valence").json()
    for name, value in (("icc", told), ("alpha", told), ("ccc", told["pairs"][0])):
        assert value[f"{name}_low"] < value[name] < value[f"{name}_high"]


def test_a_measured_lag_is_offered_against_the_others_and_the_method(own):
    client, _, base = own
    assert client.get(f"/api/takes/{take(client, base, 'x', [])}/lag").json() == {
        "method": None,
        "others": None,
    }
    traced_take(client, base, "ann", wave(0.0))
    made = traced_take(client, base, "bo", wave(1.2), done=False)
    told = client.get(f"/api/takes/{made}/lag").json()
    assert told["others"]["lag"] == pytest.approx(1.2, abs=0.11)
    assert told["others"]["before"] < 0.9 < told["others"]["after"]
    assert set(told["others"]) == {"lag", "before", "after"}
    for row in client.get(f"{base}/takes").json():
        client.delete(f"/api/takes/{row['id']}")
    states = client.get(f"{base}/states?space=vad").json()
    order = np.argsort(states["start"])
    start = np.array(states["start"])[order]
    said = np.array(states["values"]["valence"])[order]
    at = np.arange(0, 24, 0.04)
    late = said[np.maximum(np.searchsorted(start, at - 0.6, side="right") - 1, 0)]
    rows = [
        {"n": n, "at": t, "play": t, "said": {"valence": v}}
        for n, (t, v) in enumerate(zip(at.tolist(), late.tolist(), strict=True))
    ]
    made = traced_take(client, base, "cy", rows, done=False)
    told = client.get(f"/api/takes/{made}/lag").json()
    assert told["others"] is None
    assert told["method"]["lag"] == pytest.approx(0.6, abs=0.11)
    assert client.post(f"/api/takes/{made}/done?lag=0.6").json()["lag"] == 0.6
    assert client.get(f"{base}/states?space=vad&by=rater:cy").json()["start"][0] == -0.6


def test_gold_of_traced_takes_stands_beside_method_and_raters(own):
    client, out, base = own
    body = {"space": "vad", "kind": "traced"}
    assert "two or more" in client.post(f"{base}/gold", json=body).json()["detail"]
    for rater, late in (("ann", 0.0), ("bo", 1.0)):
        traced_take(client, base, rater, wave(late, noise=0.01), lag=0.5)
    traced_take(client, base, "cy", wave(0.0), done=False)  # goes on: not of the gold
    made = client.post(f"{base}/gold", json=body).json()
    assert made["by"] == "gold:traced"
    assert made["raters"] == ["ann", "bo"]
    assert made["lags"] == pytest.approx([0.0, 1.0], abs=0.15)  # 0.5 on average, as was noted
    gold = open_lake(out / "lake").states("vad", by="gold:traced")
    assert len(gold) == made["states"]
    rated = gold.space.index("valence")
    assert np.nanmedian(gold.spread[:, rated]) < 0.05
    assert gold.spread[0, gold.space.index("arousal")] == 2.0  # nobody rated it
    truth = np.sin(gold.start / 1.7) * 0.6 + 0.3 * np.sin(gold.start / 0.6)
    assert np.abs(gold.axis("valence") - truth)[:100].mean() < 0.1
    facts = client.get(base).json()
    by = next(one["by"] for one in facts["spaces"] if one["name"] == "vad")
    assert by == ["gold:traced", "perceive/utterance", "rater:ann", "rater:bo"]
    job = base.split("/")[3]
    ask = f"{base}/beside?space=vad&axis=valence&other={job}&place=0&by=gold:traced"
    told = client.get(ask).json()
    assert told["n"] == 4  # the fifth turn is beyond the twenty seconds that were rated
    assert -1 <= told["ccc"] <= 1
    again = client.post(f"{base}/gold", json=body).json()
    assert again == made
    assert len(open_lake(out / "lake").states("vad", by="gold:traced")) == made["states"]


def labels(client, base, rater, picks, space="ekman7n", axes=None):
    axes = axes or ["anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"]
    wish = {"rater": rater, "space": space, "axes": axes, "kind": "turns"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    rows = [
        {"n": n, "at": float(4 * n), "said": {axis: float(axis in pick) for axis in axes}}
        for n, pick in enumerate(picks)
    ]
    assert client.post(f"/api/takes/{made}/samples", json=rows).status_code == 200
    assert client.post(f"/api/takes/{made}/done").status_code == 200, made
    return made


def test_gold_of_labels_is_a_weighted_distribution_and_alpha_is_nominal(own):
    client, out, base = own
    picks = [["joy"], ["joy"], ["anger"], ["sadness"], ["fear"]]
    other = [["joy"], ["joy"], ["anger"], ["sadness"], ["sadness"]]
    for rater, said in (("ann", picks), ("bo", picks), ("cy", other)):
        labels(client, base, rater, said)
    told = client.get(f"{base}/agreement?space=ekman7n").json()
    from affectory.measure.raters import Metric, alpha

    codes = np.array([[0, 0, 0], [0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 2]])
    assert told["alpha"] == round(alpha(codes, Metric.NOMINAL), 4)
    assert told["alike"] == round(13 / 15, 4)
    made = client.post(f"{base}/gold", json={"space": "ekman7n", "kind": "turns"}).json()
    gold = open_lake(out / "lake").states("ekman7n", by="gold:turns")
    assert len(gold) == 5
    assert gold.actors == ("ann", "bo")  # who spoke
    np.testing.assert_allclose(gold.values.sum(axis=1), 1, atol=1e-6)
    last = gold.values[gold.seq == 4][0]
    assert last[gold.space.index("sadness")] == pytest.approx(made["weights"][2], abs=1e-3)
    job = base.split("/")[3]
    ask = f"{base}/beside?space=ekman7n&axis=joy&other={job}&place=0&by=gold:turns"
    assert client.get(ask).json()["n"] == 5


def test_a_take_and_a_gold_are_trajectories_that_are_read_back_equal(own):
    import io

    import polars as pl

    from affectory.core.trajectory import Clock, Trajectory
    from affectory.represent import vocabularies

    client, out, base = own
    made = traced_take(client, base, "ann", wave(0.0), lag=0.4)
    traced_take(client, base, "bo", wave(0.2))
    client.post(f"{base}/gold", json={"space": "vad", "kind": "traced"})
    for by, path in (
        ("rater:ann", f"/api/takes/{made}/file?kind=parquet"),
        ("gold:traced", f"{base}/trajectory?space=vad&by=gold:traced"),
        ("perceive/utterance", f"{base}/trajectory?space=vad&by=perceive/utterance"),
    ):
        table = pl.read_parquet(io.BytesIO(client.get(path).content))
        felt = Trajectory.from_frame(
            table, vocabularies.space("vad"), Clock.SECONDS, by=table["by"][0]
        )
        assert felt == open_lake(out / "lake").states("vad", by=by)


def test_an_elan_document_is_one_that_others_read(own):
    pympi = pytest.importorskip("pympi")
    client, out, base = own
    for kind, made in (
        ("valence", traced_take(client, base, "ann", wave(0.0, n=100))),
        ("joy@ann", labels(client, base, "ann", [["joy"], ["joy"], ["anger"], ["fear"], ["joy"]])),
    ):
        path = out.parent / "take.eaf"
        path.write_text(client.get(f"/api/takes/{made}/file?kind=eaf").text, encoding="utf-8")
        read = pympi.Elan.Eaf(str(path))
        rows = sorted(read.get_annotation_data_for_tier(kind))
        assert all(begin < end for begin, end, _ in rows)
        assert all(one[1] <= two[0] for one, two in pairwise(rows))
        assert {float(value) for _, _, value in rows} <= set(np.round(np.linspace(-1, 1, 201), 2))
        path.unlink()


def test_agreement_over_a_whole_trace_and_all_takes_as_one_table(tmp_path):
    import io

    import polars as pl

    rows = "\n".join(f"s{s},ann,I love it,{t}" for s in range(6) for t in (0, 10, 20))
    out = traced(tmp_path / "out", f"session,actor,text,time\n{rows}")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        missing = client.get(f"/api/traces/{job}/takes/file")
        assert "somebody rated" in missing.json()["detail"]
        for s in range(6):
            base = f"/api/traces/{job}/sessions/{s}"
            for rater, noise in (("ann", 0.0), ("bo", 0.1)):
                said = wave(late=s, noise=noise, seed=s)
                for row in said:  # sessions differ in their means
                    row["said"]["valence"] = row["said"]["valence"] / 2 + s / 20
                traced_take(client, base, rater, said)
        told = client.get(f"/api/traces/{job}/agreement?space=vad&axis=valence").json()
        assert told["sessions"] == 6
        value, low, high = told["pairs"][0]["ccc"]
        assert 0.9 < low < value < high
        assert told["icc"][0] > 0.9
        kinds = client.get(f"/api/traces/{job}/rated").json()
        assert kinds == [{"space": "vad", "axis": "valence", "kind": "traced", "sessions": 6}]
        table = pl.read_parquet(
            io.BytesIO(client.get(f"/api/traces/{job}/takes/file?kind=parquet").content)
        )
        assert table.height == 6 * 2 * 500
        assert set(table["author"]) == {"rater:ann", "rater:bo"}


def test_a_name_with_a_mark_is_refused_in_one_sentence(own):
    client, _, base = own
    wish = {"rater": "ann#2", "space": "va", "axes": ["valence"], "kind": "turns"}
    assert "without #" in client.post(f"{base}/takes", json=wish).json()["detail"]
    wish = {"rater": "ann", "space": "ekman7n", "axes": ["joy", "fear"], "kind": "traced"}
    assert "turn by turn" in client.post(f"{base}/takes", json=wish).json()["detail"]


def test_gold_of_flags_is_the_weighted_share_of_raters(own):
    client, out, base = own
    axes = ["anger", "joy", "surprise"]
    for rater, picks in (
        ("ann", [["joy"], ["joy", "surprise"], ["anger"], [], ["joy"]]),
        ("bo", [["joy"], ["joy"], ["anger"], [], ["joy"]]),
    ):
        labels(client, base, rater, picks, "goemotions28", axes)
    made = client.post(f"{base}/gold", json={"space": "goemotions28", "kind": "turns"}).json()
    gold = open_lake(out / "lake").states("goemotions28", by="gold:turns")
    second = gold.values[gold.seq == 1][0]
    assert second[gold.space.index("joy")] == 1
    assert second[gold.space.index("surprise")] == pytest.approx(made["weights"][0], abs=1e-3)
    told = client.get(f"{base}/agreement?space=goemotions28&axis=joy&kind=turns").json()
    assert told["icc"] == told["alpha"] == 1


def test_a_trace_and_a_turn_meet_in_the_mean_of_what_was_said_during_it(own):
    client, _, base = own
    states = client.get(f"{base}/states?space=vad").json()
    first = min(range(5), key=lambda i: states["start"][i])
    begin, end = sorted(states["start"])[:2]  # a turn without a length lasts until the next
    at = np.linspace(begin, end, 21)[:-1]
    # the hand comes to 0.8 only once the turn is heard: what held at its beginning says nothing
    rows = [
        {"n": n, "at": float(t), "said": {"valence": 0.0 if n < 4 else 0.8}}
        for n, t in enumerate(at)
    ]
    traced_take(client, base, "ann", rows)
    job = base.split("/")[3]
    ask = f"{base}/beside?space=vad&axis=valence&other={job}&place=0&by=rater:ann"
    told = client.get(ask).json()
    assert told["n"] == 1
    assert told["mae"] == pytest.approx(abs(states["values"]["valence"][first] - 0.64), abs=1e-3)


def test_a_take_that_is_ended_anew_with_another_lag_is_moved(own):
    client, out, base = own
    made = traced_take(client, base, "ann", wave(0.0), lag=0.4)
    client.post(f"/api/takes/{made}/done?lag=1.5")
    felt = open_lake(out / "lake").states("vad", by="rater:ann")
    assert len(felt) == 500
    assert felt.start[0] == pytest.approx(-1.5)


def test_samples_that_come_in_while_a_take_is_ended_are_in_the_lake(own, monkeypatch):
    from affectory.store.lake import Lake

    client, out, base = own
    made = take(client, base, "zoe", [0.0, 0.1, 0.2, 0.3, 0.4])
    rows = [{"n": n, "at": float(n), "said": {"valence": 0.5}} for n in range(5, 15)]
    put, late = Lake.put, []

    def slow(*given):
        put(*given)
        if not late:  # between the lake and the note that the take is done
            late.append(client.post(f"/api/takes/{made}/samples", json=rows).json())

    with monkeypatch.context() as busy:
        busy.setattr(Lake, "put", slow)
        assert client.post(f"/api/takes/{made}/done?lag=0").json()["done"] is not None
    assert late == [{"samples": 15}]
    assert len(open_lake(out / "lake").states("va", by="rater:zoe")) == 15
    more = [{"n": 99, "at": 99.0, "said": {"valence": 0.5}}]
    assert client.post(f"/api/takes/{made}/samples", json=more).status_code == 409


def test_a_take_that_goes_on_for_ever_is_not_done(own, monkeypatch):
    from affectory.store.lake import Lake

    client, _, base = own
    made = take(client, base, "zoe", [0.0, 0.1])
    put = Lake.put

    def busy(*given):
        put(*given)
        n = client.get(f"{base}/takes").json()[0]["samples"]
        more = [{"n": n, "at": float(n), "said": {"valence": 0.0}}]
        assert client.post(f"/api/takes/{made}/samples", json=more).json() == {"samples": n + 1}

    monkeypatch.setattr(Lake, "put", busy)
    told = client.post(f"/api/takes/{made}/done")
    assert told.status_code == 422
    assert "stop rating" in told.json()["detail"]
    assert client.get(f"{base}/takes").json()[0]["done"] is None


def test_a_take_that_another_server_deletes_while_it_is_ended_leaves_no_states(own, monkeypatch):
    from affectory.store.lake import Lake

    client, out, base = own
    made = take(client, base, "zoe", [0.0, 0.5, 1.0])
    put = Lake.put
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as other:

        def slow(*given):
            assert other.delete(f"/api/takes/{made}").status_code == 200
            put(*given)

        monkeypatch.setattr(Lake, "put", slow)
        assert client.post(f"/api/takes/{made}/done").status_code == 410
    assert client.get(f"{base}/takes").json() == []
    facts = client.get(base).json()
    assert [one["by"] for one in facts["spaces"] if one["name"] == "va"] in ([], [[]])
    assert client.post(f"/api/takes/{made}/samples", json=[]).status_code == 410


def test_a_take_whose_trace_is_gone_can_be_deleted(own):
    import shutil

    client, out, base = own
    made = take(client, base, "zoe", [0.0, 0.5, 1.0])
    client.post(f"/api/takes/{made}/done")
    shutil.rmtree(out / "lake")
    assert client.delete(f"/api/takes/{made}").json() == {"samples": 0}
    assert client.delete(f"/api/takes/{made}").status_code == 410


def test_a_lake_that_is_only_looked_at_gets_no_file_of_takes(own):
    client, out, base = own
    assert client.get(f"{base}/takes").json() == []
    assert client.get(f"{base}/others").status_code == 200
    assert not (out / "takes.sqlite").exists()


def test_another_sample_of_one_number_is_a_conflict(own):
    client, _, base = own
    made = take(client, base, "zoe", [0.1, 0.2])
    other = [{"n": 1, "at": 1.0, "said": {"valence": -0.8}}]
    told = client.post(f"/api/takes/{made}/samples", json=other)
    assert told.status_code == 409
    assert "begin another" in told.json()["detail"]
    assert client.get(f"/api/takes/{made}/samples").json()["valence"] == [0.1, 0.2]


def test_values_beyond_the_axis_and_turns_that_are_not_there_are_refused(own):
    client, _, base = own
    made = take(client, base, "zoe", [], "turns")
    for n, at, value, told in ((0, 0.0, 99.0, "-1 to 1"), (7777, 5.0, 0.1, "turn is 7777"),
                               (0, 1e308, 0.1, "clock")):  # fmt: skip
        sent = [{"n": n, "at": at, "said": {"valence": value}}]
        answer = client.post(f"/api/takes/{made}/samples", json=sent)
        assert answer.status_code == 422
        assert told in answer.json()["detail"]
    assert client.get(f"/api/takes/{made}/samples").json()["n"] == []


def test_what_lies_far_from_its_session_is_refused_and_nothing_of_it_kept(own):
    client, _, base = own
    made = take(client, base, "zoe", [])

    def sent(n, at, play=None):
        rows = [{"n": n, "at": 1.0, "said": {"valence": 0.1}},
                {"n": n + 1, "at": at, "play": play, "said": {"valence": 0.2}}]  # fmt: skip
        return client.post(f"/api/takes/{made}/samples", json=rows)

    for at, play, told in ((1e12, None, "expected 0 to 22 on its clock, or a day away"),
                           (-2e5, None, "a day away"), (2.0, 2e12, "play")):  # fmt: skip
        answer = sent(0, at, play)
        assert answer.status_code == 422
        assert told in answer.json()["detail"]
    assert client.get(f"/api/takes/{made}/samples").json()["n"] == []
    assert sent(0, 8e4).json() == {"samples": 2}  # a recording goes on when its last turn is said
    assert sent(2, -2e5).status_code == 422
    name = {"x-name": "a.wav"}
    assert client.post(f"{base}/media", content=sound(), headers=name).status_code == 200
    assert client.post(f"{base}/media/offset", json={"offset": 2e5}).status_code == 200
    assert sent(2, -2e5).json() == {"samples": 4}  # where its recording begins


def test_two_servers_over_one_lake_know_of_each_others_spaces(own):
    client, out, base = own
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as other:
        known = [space["name"] for space in other.get(base).json()["spaces"]]
        made = take(client, base, "ann", [0.1] * 40)
        client.post(f"/api/takes/{made}/done")
        told = {space["name"]: space["by"] for space in other.get(base).json()["spaces"]}
        assert set(told) - set(known) == {"va"}
        assert told["va"] == ["rater:ann"]
        assert other.get(f"{base}/states?space=va&by=rater:ann").status_code == 200
        other.delete(f"/api/takes/{made}")
        assert [space["name"] for space in client.get(base).json()["spaces"]] == known
        assert client.get(f"{base}/states?space=va").status_code == 422


def test_a_sample_waits_for_nobody_who_looks_how_raters_agree(own, monkeypatch):
    client, _, base = own
    made, free = take(client, base, "ann", [0.1] * 5), threading.Event()
    monkeypatch.setattr(agreement, "_session", lambda *asked: {"free": free.wait(60)})
    with ThreadPoolExecutor(60) as pool:
        path = f"{base}/agreement?space=va&axis=valence"
        looks = [pool.submit(client.get, path) for _ in range(50)]  # more than there are threads
        sent = [{"n": 5, "at": 5.0, "said": {"valence": 0.2}}]
        one = pool.submit(client.post, f"/api/takes/{made}/samples", json=sent)
        try:
            assert one.result(30).json() == {"samples": 6}
            assert not any(look.done() for look in looks)
        finally:
            free.set()
        assert [look.result(60).json() for look in looks] == [{"free": True}] * 50
