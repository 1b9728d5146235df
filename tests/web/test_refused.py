"""web/refused: the first rows that could not be read, in order, and no more than are shown."""

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE

from affectory.core.figure import Figure
from affectory.store.lake import Lake, open_lake
from affectory.web.app import create_app
from affectory.web.settings import Settings

JOB, UPLOAD = "jobx", "0123abcd"


@pytest.fixture
def client(tmp_path):
    """A client over a lake with forty rows that could not be read, half of them of an upload."""
    lake = open_lake(tmp_path / "lake")
    for batch in range(4):
        folder = f"/home/x/uploads/{UPLOAD}" if batch % 2 else "/home/x"
        rows = [
            {"file": f"{folder}/talk.csv", "line": 10 * batch + n, "reason": "no time", "raw": "r"}
            for n in range(10)
        ]
        lake.write_rejected(pl.DataFrame(rows), JOB, batch)
    lake.write_figures(JOB, "trace", [Figure("rejected", 40.0, n=40)], method="perceive/utterance")
    with TestClient(
        create_app(Settings(tmp_path / "lake")), base_url=HERE, headers=HEADERS
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "lines"),
    [(f"traces/{JOB}", range(15)), (f"uploads/{UPLOAD}", [*range(10, 20), *range(30, 35)])],
)
def test_the_first_rows_are_told_and_the_others_are_not_read(client, monkeypatch, path, lines):
    monkeypatch.delattr(Lake, "rejected")  # which reads every row
    told = client.get(f"/api/{path}/rejected?most=15").json()
    assert [row["line"] for row in told] == list(lines)
    assert {row["file"] for row in told} == {"talk.csv"}


def test_a_file_has_every_row(client):
    told = client.get(f"/api/traces/{JOB}/rejected/file").text
    assert len(told.splitlines()) == 41


def test_where_everything_could_be_read_there_is_nothing_to_tell(tmp_path):
    with TestClient(create_app(Settings(tmp_path)), base_url=HERE, headers=HEADERS) as client:
        assert client.get(f"/api/uploads/{UPLOAD}/rejected").json() == []
