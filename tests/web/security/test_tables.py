"""Every table that can be kept is harmless to a spreadsheet that opens it."""

import csv
import io
import json

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, traced

from affectory.core.figure import Figure
from affectory.store.export import ARMED, harmless
from affectory.store.lake import open_lake
from affectory.web.app import create_app
from affectory.web.settings import Settings

FORMULAS = (
    "=HYPERLINK(\"http://x\",\"y\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)", "\t=1", "\r=1",
    "\n=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201", '","=1+1', "a\n=1+1", "=",
)  # fmt: skip


def cells(text):
    """Return every cell of a table, as a spreadsheet takes it apart."""
    return [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def runs(text):
    """Return the cells that a spreadsheet would run; a number is none."""
    return [cell for cell in cells(text) if cell.startswith(ARMED) and not is_number(cell)]


@pytest.fixture
def armed(tmp_path):
    """A client over a lake in which every word is a formula, and its trace."""
    rows = [
        {"session": f"{FORMULAS[n % 4]} s", "actor": word, "text": f"{word} I love it", "time": n,
         word: f"{word} {n % 2}"} for n, word in enumerate(FORMULAS * 2)
    ]  # fmt: skip
    out = traced(tmp_path / "out", "\n".join([*map(json.dumps, rows), "=no line"]), "=1+1.jsonl")
    lake = open_lake(out / "lake")
    figures = [Figure(f"{word} f1", 0.5, 0.4, 0.6, 9, setting=word) for word in FORMULAS]
    lake.write_figures("=run", "=task", figures, method="=method")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        wish = {"rater": "=cmd|' /C calc'!A0", "space": "va", "axes": ["valence"]}
        take = client.post(f"/api/traces/{job}/sessions/0/takes", json=wish).json()["id"]
        sample = [{"n": n, "at": float(n), "said": {"valence": -0.5}} for n in range(5)]
        client.post(f"/api/takes/{take}/samples", json=sample)
        client.post(f"/api/takes/{take}/done")
        yield client, job, take


def test_no_table_that_can_be_kept_runs_anything(armed):
    client, job, take = armed
    column = client.get(f"/api/traces/{job}/columns").json()[0]
    words = {"space": "vad", "axis": "valence", "by": column, "kind": "csv"}
    found = 0
    for path, ways in client.get("/api/openapi.json").json()["paths"].items():
        if not path.endswith("/file"):
            continue
        place = path.format(job=job, number=0, take=take, upload="0" * 16)
        if "get" in ways:
            asked = {one["name"] for one in ways["get"].get("parameters", [])}
            told = {name: value for name, value in words.items() if name in asked}
            if path.endswith("sessions/{number}/file"):
                told.pop("by", None)
            answer = client.get(place, params=told)
        elif "alike" in path:
            answer = client.post(place, params={"kind": "csv"}, json=[-1, 1])
        else:
            body = {"words": "rising", "find": "", "by": column}
            answer = client.post(place, params={"kind": "csv"}, json=body)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.headers["content-disposition"].startswith("attachment")
        assert runs(answer.text) == [], path
        found += 1
    assert found >= 8


def test_the_name_of_what_is_kept_says_nothing(armed):
    client, job, take = armed
    for path in (f"/api/takes/{take}/file", f"/api/traces/{job}/sessions/0/file?space=vad"):
        name = client.get(path).headers["content-disposition"]
        assert "=" not in name.partition("filename=")[2]


def test_a_cell_that_is_armed_is_told_apart_and_a_number_is_left():
    table = pl.DataFrame({"=a": list(FORMULAS), "n": [-1.5] * len(FORMULAS)})
    told = harmless(table)
    assert runs(told.write_csv()) == []
    assert told["n"].to_list() == [-1.5] * len(FORMULAS)
    assert told.columns == ["'=a", "n"]
