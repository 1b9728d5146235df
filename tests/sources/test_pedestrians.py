"""sources/pedestrians: both layouts are the same people."""

import os
from pathlib import Path

import pytest

from affectory.core.errors import BadChoice, BadFile, MissingFile
from affectory.core.records import Clock
from affectory.represent.vocabularies import PLACE2
from affectory.sources.pedestrians import read_pedestrians

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
TABLE = "scene,frame,ped,x,y\ncourt,0,2,1.5,-2\ncourt,10,2,1.6,-2\ncourt,0,1,0,0\nhall,0,1,3,4\n"


def test_a_scene_is_a_session_a_pedestrian_an_actor_and_ten_frames_two_fifths_of_a_second(tmp_path):
    (tmp_path / "eth_ucy.csv").write_text(TABLE)
    told = read_pedestrians(tmp_path, PLACE2)
    assert told.space.name == "place2"
    assert told.clock is Clock.SECONDS
    assert told.sessions == ("court", "hall")
    two = told.select(session="court", actor="2")
    assert two.start.tolist() == [0.0, pytest.approx(0.4)]
    assert two.values.tolist() == [[1.5, -2.0], [pytest.approx(1.6), -2.0]]


def test_text_files_say_the_same(tmp_path):
    (tmp_path / "eth_ucy.csv").write_text(TABLE)
    apart = tmp_path / "apart"
    apart.mkdir()
    (apart / "court.txt").write_text("0.0\t2.0\t1.5\t-2\n10.0\t2.0\t1.6\t-2\n0.0 1.0 0 0\n\n")
    (apart / "hall.txt").write_text("0\t1\t3\t4")
    assert read_pedestrians(apart, PLACE2) == read_pedestrians(tmp_path, PLACE2)


def test_sessions_can_be_chosen(tmp_path):
    (tmp_path / "eth_ucy.csv").write_text(TABLE)
    assert read_pedestrians(tmp_path, PLACE2, ["hall"]).sessions == ("hall",)
    with pytest.raises(BadChoice, match="attic"):
        read_pedestrians(tmp_path, PLACE2, ["attic"])


def test_what_is_no_such_file_is_refused(tmp_path):
    with pytest.raises(MissingFile):
        read_pedestrians(tmp_path, PLACE2)
    (tmp_path / "eth_ucy.csv").write_text("scene,frame,x,y\na,0,1,1\n")
    with pytest.raises(BadFile, match="ped"):
        read_pedestrians(tmp_path, PLACE2)
    (tmp_path / "eth_ucy.csv").write_text("scene,frame,ped,x,y\na,0,1,?,1\n")
    with pytest.raises(BadFile, match="number"):
        read_pedestrians(tmp_path, PLACE2)
    (tmp_path / "a.txt").write_text("0 1 2\n")
    with pytest.raises(BadFile, match="four columns"):
        read_pedestrians(tmp_path, PLACE2)


@pytest.mark.skipif(not (DATA / "eth_ucy").is_dir(), reason="no ETH/UCY here")
def test_the_published_set_is_all_there():
    told = read_pedestrians(DATA / "eth_ucy", PLACE2)
    assert (len(told), len(told.sessions), len(told.groups)) == (74_428, 8, 2_205)
