"""cli/proof: which protocols run unasked, which are named, and what is left out and why."""

import json

import pytest
from typer.testing import CliRunner

from affectory.bench.protocol import QUICK, Protocol, protocols
from affectory.cli import main, proof
from affectory.cli.places import lake_at
from affectory.core.errors import BadFile, MissingExtra, MissingModel
from affectory.core.figure import Figure


def lacking(folder, seed):
    raise MissingModel("small", "nothing here")


def bare(folder, seed):
    raise MissingExtra("torch", "lm", "a model")


def measured(folder, seed):
    return (Figure("share", 0.5, n=seed, setting=folder.name),)


def twice(folder, seed):
    return tuple(Figure("share", 0.5, n=9, setting="test", by=by) for by in ("ours", "always yes"))


KNOWN = {
    "bare": Protocol("bare", "needs an extra", "tea", bare),
    "both": Protocol("both", "has a baseline", "tea", twice, minutes=QUICK + 1),
    "brief": Protocol("brief", "runs at once", "tea", measured),
    "lacking": Protocol("lacking", "needs a model", "tea", lacking),
    "lengthy": Protocol("lengthy", "takes long", "tea", measured, minutes=QUICK + 1),
    "lost": Protocol("lost", "needs other data", "coffee", measured),
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command on protocols of our own."""
    (tmp_path / "tea").mkdir()
    monkeypatch.setattr(proof, "protocols", lambda: KNOWN)
    return lambda *words: CliRunner().invoke(main.app, ["bench", *words, "--data", str(tmp_path)])


def test_unasked_the_quick_ones_run_and_the_others_are_named(run):
    done = run("--seed", "7", "--json")
    assert done.exit_code == 0
    assert [(f["name"], f["n"]) for f in json.loads(done.stdout)] == [("share", 7)]
    assert "lengthy (2 min)" in done.stderr
    for name, cure in (("bare", "affectory[lm]"), ("lacking", "models get"), ("lost", "coffee")):
        assert f"{name}: skipped" in done.stderr
        assert cure in done.stderr.replace("\n", " ")


def test_figures_are_noted_in_a_lake_each_time_with_who_gave_them(run, tmp_path):
    for seed in ("7", "8"):
        assert run("brief", "both", "--seed", seed, "--lake", str(tmp_path / "out")).exit_code == 0
    runs = lake_at(tmp_path / "out").runs()
    kept = runs.select("task", "figure", "method", "seed").rows()
    assert sorted(kept) == sorted(
        (task, figure, by, seed)
        for seed in (7, 8)
        for task, figure, by in (
            ("brief", "share", ""), ("both", "share", "ours"), ("both", "share", "always yes"))
    )  # fmt: skip
    assert all(name.startswith("bench ") for name in runs["run"])


def test_figures_stand_where_a_trace_puts_its_lake(run, tmp_path):
    (tmp_path / "out" / "live").mkdir(parents=True)  # somebody talked there, and traced nothing
    assert run("brief", "--lake", str(tmp_path / "out")).exit_code == 0
    path = tmp_path / "talk.csv"
    path.write_text("actor,text\nann,I love it\n", encoding="utf-8")
    traced = ["trace", str(path), "--out", str(tmp_path / "out"), "-q"]
    assert CliRunner().invoke(main.app, traced).exit_code == 0
    assert run("brief", "--lake", str(tmp_path / "out" / "lake")).exit_code == 0
    runs = lake_at(tmp_path / "out").runs()
    assert sorted(runs["task"].unique().to_list()) == ["brief", "trace"]
    assert runs.filter(runs["task"] == "brief").height == 2


def test_a_place_that_is_a_file_is_told_before_anything_is_measured(run, tmp_path):
    path = tmp_path / "out"
    path.write_text("no lake", encoding="utf-8")
    done = run("lengthy", "--lake", str(path))
    assert isinstance(done.exception, BadFile)
    assert "expected a folder" in str(done.exception)
    assert "CPU min" not in done.stderr  # nothing was begun


def test_all_are_all(run):
    done = run("--all")
    assert "runs at once" in done.stdout
    assert "takes long" in done.stdout
    assert "not run" not in done.stderr


def test_by_name_a_long_one_runs_and_nothing_is_left_out_in_silence(run):
    done = run("lengthy")
    assert "takes long" in done.stdout
    assert "lengthy, about 2 CPU min: takes long" in done.stderr
    for name, kind in (("bare", MissingExtra), ("lacking", MissingModel)):
        assert isinstance(run(name).exception, kind)


def test_the_list_says_what_each_needs_and_takes(run):
    rows = json.loads(run("--list", "--json").stdout)
    assert [row["protocol"] for row in rows] == [*KNOWN]
    assert rows[4] == {
        "protocol": "lengthy", "data": "tea", "minutes": 2, "about": "takes long"
    }  # fmt: skip


def test_what_runs_unasked_takes_ten_minutes_at_most_in_all():
    assert sum(one.minutes for one in protocols().values() if one.quick) <= 10
