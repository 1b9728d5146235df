"""Docs that run: every command and every Python line of README and docs, and the error table."""

import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from affectory.cli import main
from affectory.core import errors
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.represent import vocabularies

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CHATS = """conversation,sent_at,author,body
a,2026-01-05T10:00:00Z,ann,I did not get the job. I feel awful.
a,2026-01-05T10:00:40Z,bo,"Oh no, I am so sorry."
a,2026-01-05T10:01:10Z,ann,"I am so angry, and so tired."
a,2026-01-05T10:02:00Z,bo,Shall I come over?
a,2026-01-05T10:02:20Z,ann,Would you? That would help a lot.
b,2026-01-06T10:00:00Z,cy,Great news! We won!
b,2026-01-06T10:00:30Z,di,That is wonderful!!
b,2026-01-06T10:01:00Z,cy,I still cannot believe it.
"""


def blocks(page, kind):
    """Return the fenced blocks of `kind` in `page`."""
    return re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def commands(page):
    """Return the affectory commands of a page; those that need data sets are left out."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    return [line for line in lines if line.startswith("affectory ") and "DATA" not in line]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Stand in a folder with the files that the docs speak of."""
    (tmp_path / "chats.csv").write_text(CHATS, encoding="utf-8")
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "spring.csv").write_text(CHATS, encoding="utf-8")
    said = {
        "session": "a",
        "actor": "zoe",
        "start": 0.0,
        "stop": 1.0,
        "valence": 0.5,
        "arousal": 0.0,
    }
    take = Trajectory.from_frame(
        pl.DataFrame([said]), vocabularies.space("va"), Clock.SECONDS, by="rater:zoe"
    )
    take.to_polars().write_parquet(tmp_path / "take.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "page", [page for page in PAGES if commands(page)], ids=lambda page: page.stem
)
def test_every_command_of_a_page_runs(page, desk):
    for line in commands(page):
        words = shlex.split(line, comments=True)[1:]
        done = CliRunner().invoke(main.app, words)
        assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.stem
)
def test_every_python_block_of_a_page_runs(page, desk):
    scope = {}
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), scope)


def test_every_command_is_told_in_the_readme():
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    names = {command.name or command.callback.__name__ for command in main.app.registered_commands}
    assert {name for name in names if f"affectory {name}" not in told} == set()


def test_every_error_has_a_row_and_every_row_an_error():
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == sorted(
        errors.__all__, key=lambda name: (name != "AffectoryError", name)
    )


def test_every_error_is_a_builtin_besides_and_says_three_things():
    for name in set(errors.__all__) - {"AffectoryError"}:
        kind = getattr(errors, name)
        assert issubclass(kind, errors.AffectoryError)
        assert len(kind.__bases__) == 2, name


def test_relative_links_lead_somewhere():
    link = re.compile(r"\]\(([^)#:]+?)(?:#[^)]*)?\)")
    links = [(page, to) for page in PAGES for to in link.findall(page.read_text(encoding="utf-8"))]
    lost = [(page.name, to) for page, to in links if not (page.parent / to).exists()]
    assert lost == []


def test_no_page_calls_a_person_what_they_are_not():
    pattern = re.compile(r"\b(patients?|diagnos(?:e|ed|es))\b", re.IGNORECASE)
    said = [p.name for p in PAGES if pattern.search(p.read_text(encoding="utf-8"))]
    assert said == []
