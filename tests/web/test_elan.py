"""web/elan: documents that others read, in the recording's time, whatever people are called."""

from xml.etree import ElementTree

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced
from tests.web.test_media import put, sound

from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.web.app import create_app
from affectory.web.elan import Film, tiers
from affectory.web.settings import Settings

VALENCE = Space("valence", Kind.DIMENSIONS, (Axis("valence", -1, 1),))
DATED = 1764481000.0


def felt(start, stop, actors=None, by="rater:ann"):
    n = len(start)
    values = np.linspace(-1, 1, n, dtype=np.float32)[:, None]
    return Trajectory(
        VALENCE, Clock.SECONDS, Names.of(["s"] * n), Names.of(actors or ["ann"] * n),
        np.array(start, float), np.array(stop, float), values, by=by,
    )  # fmt: skip


def read(document):
    """Return the times of a document, and its tiers by name."""
    root = ElementTree.fromstring(document)  # what it says is our own
    times = [int(one.get("TIME_VALUE")) for one in root.iter("TIME_SLOT")]
    return times, [tier.get("TIER_ID") for tier in root.iter("TIER")], root


def test_what_xml_cannot_say_is_left_out_and_tiers_keep_names_of_their_own():
    odd = ["a\x01nn", "ann", "ann\ufffe"]
    times, names, _ = read(tiers(felt([0, 1, 2], [1, 2, 3], odd, by="rater:\x0bx"), ["valence"]))
    assert names == ["valence@ann", "valence@ann_2", "valence@ann_3"]
    assert times == [0, 1000, 2000, 3000]


def test_times_are_counted_from_the_beginning_that_is_told():
    document = tiers(felt([DATED, DATED + 4], [DATED + 4, DATED + 9]), ["valence"], Film(DATED))
    assert read(document)[0] == [0, 4000, 9000]
    early = tiers(felt([0, 4], [4, 9]), ["valence"], Film(5.0))  # before the recording begins
    assert read(early)[0] == [0, 4000]


@pytest.mark.parametrize("far", [1e308, 1e17])
def test_a_time_beyond_all_bounds_is_the_last_that_can_be_said(far):
    assert read(tiers(felt([0, far], [far, far]), ["valence"]))[0] == [0, 2**53]


def test_a_moment_lasts_until_the_next_and_silence_is_no_value():
    quiet = felt([0, 4, 20, 21], [0, 5, 21, 21])
    values = np.array([[0.5], [0.5], [0.5], [0.1]], np.float32)
    quiet = Trajectory(quiet.space, quiet.clock, quiet.session, quiet.actor, quiet.start,
                       quiet.stop, values, by=quiet.by)  # fmt: skip
    assert read(tiers(quiet, ["valence"]))[0] == [0, 5000, 20_000, 21_000]


def exported(tmp_path, text, media=None, offset=None):
    """Return the ELAN document of the valence of a session with a recording in the folder."""
    out = traced(tmp_path / "out", text)
    with TestClient(
        create_app(Settings(out, media=media)), base_url=HERE, headers=HEADERS
    ) as client:
        job = client.get("/api/traces").json()[0]["job"]
        base = f"/api/traces/{job}/sessions/0"
        if offset is not None:
            assert client.post(f"{base}/media/offset", json={"offset": offset}).status_code == 200
        by = client.get(base).json()["method"]
        return client.get(f"{base}/trajectory?space=vad&by={by}&kind=eaf").text


def test_dates_begin_with_the_recording_whose_file_is_named(tmp_path):
    rows = f"actor,text,time\nann,I love it,{DATED:.0f}\nann,I hate it,{DATED + 4:.0f}\n"
    put(tmp_path / "media" / "talk.wav", sound(12))
    document = exported(tmp_path, rows, tmp_path / "media", offset=2.5)
    times, _, root = read(document)
    assert min(times) == 2500  # as late as the turns are in the recording
    assert max(times) < 60_000
    told = next(root.iter("MEDIA_DESCRIPTOR")).attrib
    assert told["RELATIVE_MEDIA_URL"] == "./talk.wav"
    assert str(tmp_path) not in document
    from affectory.sources import read as records

    path = tmp_path / "talk.eaf"
    path.write_text(document, encoding="utf-8")
    assert records(path).frame["meta"].str.json_path_match("$.media").to_list()[0] == "talk.wav"


def test_a_session_without_a_recording_names_none(tmp_path):
    document = exported(tmp_path, "actor,text,time\nann,I love it,0\nann,I hate it,4\n")
    times, _, root = read(document)
    assert min(times) == 0
    assert list(root.iter("MEDIA_DESCRIPTOR")) == []
