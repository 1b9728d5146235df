"""web/files: every table can be kept as CSV and Parquet, and says what the page says."""

import io

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced
from typer.testing import CliRunner

from affectory.cli.main import app as command
from affectory.web.app import create_app
from affectory.web.files import as_file
from affectory.web.settings import Settings

LINES = ["I hate this, it is awful.", "Fine.", "It is nine.", "I love it, thank you!"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A client over twelve sessions, with two rows that cannot be read."""
    rows = ["session,actor,text,time,arm"]
    for n in range(12):
        told = LINES if n % 2 else LINES[::-1]
        rows += [f's{n},ann,"{text}",{at},{"ab"[n % 2]}' for at, text in enumerate(told)]
    rows += ["s1,ann,late,soon,a", "s2,ann,later,=1+1,a"]
    out = traced(tmp_path_factory.mktemp("kept") / "out", "\n".join(rows))
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        yield client, f"/api/traces/{client.get('/api/traces').json()[0]['job']}"


def fetched(client, path, kind, body=None):
    path += f"{'&' if '?' in path else '?'}kind={kind}"
    ask = client.get(path) if body is None else client.post(path, json=body)
    assert ask.status_code == 200, ask.text
    name = ask.headers["content-disposition"]
    assert "s1" not in name
    assert name.endswith(f'.{kind}"')
    if kind == "csv":
        assert ask.content.startswith("\ufeff".encode())
        return pl.read_csv(io.BytesIO(ask.content), infer_schema_length=None)
    return pl.read_parquet(io.BytesIO(ask.content))


TABLES = {
    "sessions": ({"find": "", "sort": "mean", "down": True}, 12, "valence_mean"),
    "rejected": (None, 2, "reason"),
    "curves": (None, 12, "part_16"),
    "alike": ([-1.0, 1.0], 6, "score"),
    "search": ({"words": "rising valence"}, 6, "r1_valence"),
    "queue": (None, 12, "reason"),
}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_kept(kept, table, kind):
    client, base = kept
    body, rows, column = TABLES[table]
    frame = fetched(client, f"{base}/{table}/file", kind, body)
    assert frame.height == rows
    assert column in frame.columns


def test_a_formula_is_harmless_in_csv_and_whole_in_parquet():
    frame = pl.DataFrame({"session": ["=SUM(A1)", "fine"], "n": [-1, 2]})
    csv = as_file(frame, "csv", "table").body.decode("utf-8-sig")
    assert csv == "session,n\n'=SUM(A1),-1\nfine,2\n"
    whole = pl.read_parquet(io.BytesIO(as_file(frame, "parquet", "table").body))
    assert whole.equals(frame)


def test_the_list_is_kept_as_it_is_found_and_sorted(kept):
    client, base = kept
    wish = {"find": "S1", "sort": "mean", "down": True}
    frame = fetched(client, f"{base}/sessions/file", "parquet", wish)
    asked = client.post(f"{base}/sessions", json=wish).json()
    assert frame["number"].to_list() == [row["number"] for row in asked["rows"]]
    assert frame.height == 3  # s1, s10, s11


def test_every_session_stands_in_the_file_with_its_kind(kept):
    client, base = kept
    frame = fetched(client, f"{base}/curves/file?k=2", "parquet")
    sizes = [one["n"] for one in client.get(f"{base}/kinds?k=2").json()["kinds"]]
    assert frame.group_by("kind").len().sort("kind")["len"].to_list() == sizes


def test_groups_and_figures_are_kept(kept):
    client, base = kept
    frame = fetched(client, f"{base}/groups/file", "csv", {"by": "arm", "measure": "change"})
    assert frame["n"].to_list() == [6, 6]
    assert set(frame["value"]) == {"a", "b"}
    told = fetched(client, "/api/figures/file", "parquet")
    assert {"records", "rejected"} <= set(told["figure"])


def test_a_trace_without_rejected_rows_has_an_empty_file(tmp_path):
    (tmp_path / "one.csv").write_text("actor,text\nann,hi\n")
    words = ["trace", str(tmp_path / "one.csv"), "--out", str(tmp_path / "out"), "-q"]
    assert CliRunner().invoke(command, words).exit_code == 0
    with TestClient(
        create_app(Settings(tmp_path / "out")), base_url=HERE, headers=HEADERS
    ) as client:
        base = f"/api/traces/{client.get('/api/traces').json()[0]['job']}"
        assert fetched(client, f"{base}/rejected/file", "csv").height == 0
        assert client.get(f"{base}/curves/file").status_code == 422
