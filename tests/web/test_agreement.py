"""web/agreement, web/fusing: holes, unlike lengths, several axes; a gold is shown as it is kept."""

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.measure.agreement import ccc
from affectory.store.lake import open_lake
from affectory.web.app import create_app
from affectory.web.settings import Settings


def rate(client, base, rater, at, *, done=True, lag=0.0, **axes):
    """Rate axes of VA all along, at some seconds of play."""
    wish = {"rater": rater, "space": "va", "axes": list(axes), "kind": "traced"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    every = zip(at.tolist(), *(said.tolist() for said in axes.values()), strict=True)
    rows = [
        {"n": n, "at": t, "play": t, "said": dict(zip(axes, said, strict=True))}
        for n, (t, *said) in enumerate(every)
    ]
    for first in range(0, len(rows), 5000):
        sent = client.post(f"/api/takes/{made}/samples", json=rows[first : first + 5000])
        assert sent.status_code == 200, sent.text
    if done:
        assert client.post(f"/api/takes/{made}/done?lag={lag}").status_code == 200
    return made


def times(seconds):
    return np.arange(0, seconds, 0.04)


def wave(at, late=0.0):
    return 0.6 * np.sin((at - late) / 7)


def asked(client, base, **more):
    query = "&".join(f"{key}={value}" for key, value in ({"space": "va", **more}).items())
    answer = client.get(f"{base}/agreement?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def kept(client, base, out, **wish):
    made = client.post(f"{base}/gold", json={"space": "va", "kind": "traced", **wish})
    assert made.status_code == 200, made.text
    return made.json(), open_lake(out / "lake").states("va", by="gold:traced")


def test_a_third_rater_who_stops_early_takes_nothing_from_the_gold(own):
    client, out, base = own
    at, short = times(300), times(10)
    rate(client, base, "ann", at, valence=wave(at))
    rate(client, base, "bo", at, valence=0.9 * wave(at) + 0.02)
    before, _ = kept(client, base, out)
    rate(client, base, "cy", short, valence=wave(short))
    after, felt = kept(client, base, out)
    assert after["states"] == before["states"]
    assert felt.start[-1] > 299
    told = asked(client, base, axis="valence")
    assert told["at"][-1] > 299
    assert told["traces"][2][-1] is None
    assert told["traces"][0][-1] is not None
    assert told["seconds"] == pytest.approx(300, abs=0.2)
    assert told["all"] == pytest.approx(short[-1], abs=0.2)


def test_a_hole_in_a_take_is_one_on_the_page_and_in_the_lake(own):
    client, out, base = own
    at = times(300)
    some = at[(at < 20) | (at > 280)]
    rate(client, base, "ann", at, valence=wave(at))
    rate(client, base, "bo", some, valence=wave(some))
    told = asked(client, base, axis="valence")
    assert told["pairs"][0]["ccc"] > 0.999  # where both spoke they said the same
    assert told["seconds"] == pytest.approx(41, abs=0.3)
    assert told["traces"][1][200] is None
    felt = open_lake(out / "lake").states("va", by="rater:bo")
    assert (felt.stop - felt.start).max() < 1.01
    rate(client, base, "cy", some, valence=wave(some))
    for row in client.get(f"{base}/takes").json():
        if row["rater"] == "ann":
            client.delete(f"/api/takes/{row['id']}")
    _, gold = kept(client, base, out)
    assert not ((gold.start > 21.1) & (gold.start < 279.9)).any()
    assert (gold.stop - gold.start).max() < 0.2  # nor does the last state before it reach across


def test_the_gold_that_is_shown_is_the_gold_that_is_kept(own):
    client, out, base = own
    at, rng = times(120), np.random.default_rng(0)

    def noise():
        return rng.normal(0, 0.02, len(at))

    for rater, late in (("ann", 0.0), ("bo", 0.8)):
        rate(client, base, rater, at, lag=0.4, valence=wave(at, late) + noise(),
             arousal=-0.5 * wave(at, late) + 0.3 + noise())  # fmt: skip
    rate(client, base, "cy", at, lag=0.4, valence=wave(at) + noise(), arousal=10 * noise())
    rate(client, base, "di", at, done=False, valence=-wave(at), arousal=wave(at))
    for aligned in (False, True):
        made, felt = kept(client, base, out, aligned=aligned)
        for axis in ("valence", "arousal"):
            told = asked(client, base, axis=axis, aligned=aligned)
            shown = told["aligned"] if aligned else told
            assert told["raters"] == [*made["raters"], "di"]
            assert shown["weights"] == [*made["weights"], None]  # di goes on, and counts nothing
            place = np.searchsorted(felt.start, np.array(shown["gold"]["at"]) - 6e-4)
            stored = felt.axis(axis)[place]
            np.testing.assert_allclose(shown["gold"]["values"], stored, atol=1e-4)
        if aligned:
            assert np.mean(made["lags"]) == pytest.approx(0.4, abs=0.01)  # as was noted of all
    assert made["weights"][2] < min(made["weights"][:2])  # noise on one of two axes


def test_a_lag_after_the_others_counts_from_where_they_stand_in_the_lake(own):
    client, _, base = own
    at = times(60)
    for rater in ("ann", "bo"):
        rate(client, base, rater, at, lag=1.0, valence=wave(at, 1.0))
    mine = rate(client, base, "cy", at, done=False, valence=wave(at, 1.5))
    told = client.get(f"/api/takes/{mine}/lag").json()
    assert told["others"]["lag"] == pytest.approx(1.5, abs=0.06)
    assert client.post(f"/api/takes/{mine}/done?lag=1.5").status_code == 200
    assert asked(client, base, axis="valence")["lags"] == pytest.approx([0, 0, 0], abs=0.06)
    late = rate(client, base, "di", at, valence=wave(at, 2.0))
    assert asked(client, base, axis="valence")["lags"] == pytest.approx([0, 0, 0, 2], abs=0.06)
    assert client.delete(f"/api/takes/{late}").status_code == 200


def test_axes_are_rated_by_whom_they_are_rated(own):
    client, out, base = own
    at = times(60)
    rate(client, base, "ann", at, valence=wave(at), arousal=wave(at) / 2)
    rate(client, base, "bo", at[at > 30], valence=wave(at[at > 30]))
    told = asked(client, base, axis="arousal")
    assert told["raters"] == ["ann"]
    assert told["pairs"] == []
    _, felt = kept(client, base, out)
    np.testing.assert_allclose(felt.axis("arousal"), felt.axis("valence") / 2, atol=1e-3)


def test_what_was_rated_is_told_in_samples_and_seconds(own):
    client, _, base = own
    for rater in ("ann", "bo"):
        rate(client, base, rater, np.arange(4.0), valence=np.array([0, 0.5, 0.2, -0.4]))
    told = asked(client, base, axis="valence")
    assert told["n"] == 8
    assert told["seconds"] == told["all"] == pytest.approx(3, abs=0.02)


def test_a_space_or_an_axis_that_is_none_is_not_there(own):
    client, _, base = own
    trace = base.split("/sessions")[0]
    for place in (base, trace):
        answer = client.get(f"{place}/agreement?space=nope&axis=valence")
        assert answer.status_code == 404, place
        assert "nope" in answer.json()["detail"]
        answer = client.get(f"{place}/agreement?space=va&axis=nope")
        assert answer.status_code in (404, 422), place
        assert "nope" in answer.json()["detail"]


def test_what_was_made_of_takes_is_made_once_until_somebody_goes_on(own, monkeypatch):
    from affectory.web import panel

    client, _, base = own
    at = times(30)
    for rater in ("ann", "bo"):
        made = rate(client, base, rater, at, done=False, valence=wave(at), arousal=wave(at))
    often = []

    def counted(*args, **more):
        often.append(1)
        return settled(*args, **more)

    settled = panel.settled
    monkeypatch.setattr(panel, "settled", counted)
    for axis in ("valence", "arousal", "valence"):
        asked(client, base, axis=axis)
    assert len(often) == 1
    more = [{"n": 9999, "at": 31.0, "play": 31.0, "said": {"valence": 0.0, "arousal": 0.0}}]
    client.post(f"/api/takes/{made}/samples", json=more)
    asked(client, base, axis="valence")
    assert len(often) == 2


def test_sessions_of_unlike_lengths_are_pooled(tmp_path):
    rows = "\n".join(f"s{s},ann,I love it,{t}" for s in range(6) for t in (0, 10, 20))
    out = traced(tmp_path / "out", f"session,actor,text,time\n{rows}")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        for s in range(6):
            base = f"/api/traces/{job}/sessions/{s}"
            at, short = times(40), times(12)
            rate(client, base, "ann", at, valence=wave(at, s) + s / 20)
            rate(client, base, "bo", short, valence=wave(short, s) + s / 20)
        told = client.get(f"/api/traces/{job}/agreement?space=va&axis=valence").json()
        assert told["sessions"] == 6
        assert told["pairs"][0]["ccc"][0] > 0.999


def test_a_session_of_seconds_sways_minutes_of_another_as_long_as_it_lasts(tmp_path):
    rows = "\n".join(f"s{s},ann,I love it,{t}" for s in range(2) for t in (0, 10, 20))
    out = traced(tmp_path / "out", f"session,actor,text,time\n{rows}")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        for s, (seconds, way) in enumerate(((4, -1), (600, 1))):  # 400 rows, and 6,001
            base = f"/api/traces/{job}/sessions/{s}"
            rate(client, base, "ann", times(seconds), valence=wave(times(seconds)) + 0.2)
            rate(client, base, "bo", times(seconds), valence=way * wave(times(seconds)) + 0.2)
        told = client.get(f"/api/traces/{job}/agreement?space=va&axis=valence").json()
    x = np.concatenate([wave(times(4)), wave(times(600))])
    y = np.concatenate([-wave(times(4)), wave(times(600))])
    assert told["pairs"][0]["ccc"][0] == pytest.approx(ccc(x, y), abs=1e-3)
