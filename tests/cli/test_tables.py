"""cli/tables: what strangers said is shown, and does nothing."""

import json
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectory.cli import tables
from affectory.cli.tables import figures_json, plain
from affectory.core.figure import Figure

SHALOM = "\U0001f468\u200d\U0001f469 \u05e9\u05dc\u05d5\u05dd"  # a joined emoji, and right to left
ODD = "[red]alarm[/b] :smile: [link=http://x]go"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("well, no", "well, no"),
        ("a\tb\r\nc\u2028d", "a b c d"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]0;title\x07here", "here"),
        ("\x1b]8;;http://x\x1b\\go\x1b]8;;\x1b\\", "go"),
        ("\x1bP1$q\x1b\\told", "told"),
        ("\x9b31mred, \x9d0;title\x9cdone", "red, done"),
        ("\x1b(0lines\x1bc", "lines"),
        ("\x1b]never closed", "never closed"),
        ("\x1b\x1b[31m[31m", "[31m"),
        ("bell\x07 back\x08 nul\x00 del\x7f", "bell back nul del"),
        ("to \u202egpj.exe\u2069", "to gpj.exe"),
        (SHALOM, SHALOM),
        ("name\udcff.txt", "name\ufffd.txt"),
        ("[b]bold[/b]", "[b]bold[/b]"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_line_for_the_terminal_only_shows(said, shown):
    assert plain(said) == shown


PIECES = st.sampled_from(["\x1b", "[", "]", "\x9b", "\x9d", "31m", "\x07", "\\", "P", "\x18", "a"])


@given(st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_no_control_is_ever_left(text):
    shown = plain(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs")]
    assert plain(shown) == shown


def test_words_headers_and_titles_are_not_read_as_markup(capsys):
    frame = pl.DataFrame({f"text {ODD}": [f"said {ODD}", None], "x": [float("nan"), -0.25]})
    tables.show(frame, limit=1, as_json=False, title=f"title {ODD}")
    printed = capsys.readouterr().out
    assert all(f"{where} {ODD}" in printed for where in ("text", "said", "title"))
    assert "1 of 2 rows" in printed


def test_a_transcript_does_not_speak_to_the_terminal(capsys):
    frame = pl.DataFrame({"a\x1b[2J": ["\x1b]0;mine\x07one\ntwo\x9b31m"]})
    tables.show(frame, limit=9, as_json=False, title="\x1b[5mtitle")
    printed = capsys.readouterr().out
    assert "one two" in printed
    assert not [c for c in printed if unicodedata.category(c) == "Cc" and c != "\n"]


def test_json_on_a_terminal_holds_no_control_and_loses_none(capsys):
    said = "\x1b[31m\x7f\x9b31m \u00e9"
    tables.show(pl.DataFrame({"text": [said]}), limit=1, as_json=True)
    printed = capsys.readouterr().out.rstrip("\n")
    assert not [c for c in printed if unicodedata.category(c) == "Cc"]
    assert json.loads(printed) == [{"text": said}]


FIGURES = (
    Figure(f"ccc {ODD}", 0.5, 0.4, 0.6, 1200, f"unit {ODD}", f"setting {ODD}", f"by {ODD}"),
    Figure("inertia", float("nan"), n=1, reason="one [state]"),
)


def test_figures_and_their_notes_are_not_read_as_markup(capsys, monkeypatch):
    monkeypatch.setattr(tables, "PAGE", 400)
    tables.show_figures(FIGURES, as_json=False, title=f"title {ODD}")
    printed = capsys.readouterr().out
    for where in ("ccc", "unit", "by", "title", "1  setting"):
        assert f"{where} {ODD}" in printed
    assert "0.4 to 0.6" in printed
    assert "1,200" in printed
    assert "one [state]" in printed


def test_figures_become_objects_with_null_for_what_is_not_finite(capsys):
    told = figures_json((*FIGURES, Figure("ratio", float("inf"), n=2)))
    assert json.loads(json.dumps({"one": told}, allow_nan=False)) == {"one": told}
    assert [one["value"] for one in told] == [0.5, None, None]
    assert (told[0]["low"], told[0]["n"], told[1]["low"]) == (0.4, 1200, None)
    tables.show_figures(FIGURES, as_json=True)
    assert json.loads(capsys.readouterr().out) == figures_json(FIGURES)


def test_a_csv_says_where_it_is_and_runs_nothing(tmp_path, capsys):
    tables.write_csv(pl.DataFrame({"text": ["=1+1"], "n": [-1]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "text,n\n'=1+1,-1\n"
    assert "1 rows in" in capsys.readouterr().err
