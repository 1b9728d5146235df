"""Frames and figures as tables in a terminal, as JSON, or as csv.

What is printed was said by strangers: it reaches the terminal as text, never as markup,
never as a sequence that moves the cursor or names the window.
"""

__all__ = ["escaped", "figures_json", "plain", "show", "show_figures", "write_csv"]

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from affectory.core.figure import Figure
from affectory.store import export

NARROW = 12  # letters that a column needs to be read
PAGE = 120  # characters

# ECMA-48: strings (OSC, DCS, ...) with their end, CSI sequences, other escapes, then whatever
# control is left; Unicode's bidi overrides, which show a line in another order than it has.
_SEQUENCE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
)
_BLANK = re.compile(r"[\t-\r\x85\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LONE = re.compile(r"[\ud800-\udfff]")  # bytes of a file's name that are no text


def plain(text: str) -> str:
    r"""Return `text` as one line that only shows: no escape sequence, no control character.

    Tabs and line breaks become a space. What looks like markup stays as it is; wrap it in
    `rich.text.Text`, or escape it, where markup is read.

    Args:
        text: Anything that somebody said, or that a file is called.

    Example:
        >>> from affectory.cli.tables import plain
        >>> plain("so\x1b[31m red\x1b[0m, [b]she[/b]\nsaid")
        'so red, [b]she[/b] said'
    """
    shown = _CONTROL.sub("", _BLANK.sub(" ", _SEQUENCE.sub("", text)))
    return _LONE.sub("\ufffd", shown)


def show(frame: pl.DataFrame, *, limit: int, as_json: bool, title: str = "") -> None:
    """Print the first `limit` rows of `frame`, and how many there are."""
    if as_json:
        typer.echo(escaped(frame.write_json()))
        return
    console, table = _console(), _table(title)
    shown = frame.select(frame.columns[: max(console.width // NARROW, 1)])
    for name, kind in shown.schema.items():
        _add_column(table, name, kind.is_numeric())
    for row in shown.head(limit).iter_rows():
        table.add_row(*map(_cell, row))
    console.print(table)
    if shown.width < frame.width:  # more would break every word of every cell
        rest = ", ".join(frame.columns[shown.width :])
        console.print(Text(f"not shown: {rest}; name the columns you want", style="dim"))
    if frame.height > limit:
        said = f"{limit} of {frame.height} rows; --limit or --csv shows more"
        console.print(Text(said, style="dim"))


def show_figures(figures: Sequence[Figure], *, as_json: bool, title: str = "") -> None:
    """Print figures with their intervals and n; settings stand below, each once."""
    if as_json:
        typer.echo(json.dumps(figures_json(figures), indent=1))
        return
    notes = list(dict.fromkeys(figure.setting for figure in figures if figure.setting))
    table = _table(title)
    for name in ("figure", "of", "value", "95 % interval", "n", "unit", "note"):
        _add_column(table, name, name in ("value", "n"))
    for figure in figures:
        note = str(notes.index(figure.setting) + 1) if figure.setting else ""
        table.add_row(*(Text(plain(cell)) for cell in (*_told(figure), note)))
    console = _console()
    console.print(table)
    for number, note in enumerate(notes, 1):
        console.print(Text(f"{number}  {plain(note)}", style="dim"), soft_wrap=True)


def figures_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Return figures as JSON can hold them, one object each; what is not finite is null."""
    return [
        {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(figure).items()
        }
        for figure in figures
    ]


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` to `path` and say so; nested columns become JSON, formulas text."""
    export.write_csv(frame, path)
    typer.echo(f"{frame.height} rows in {plain(str(path))}", err=True)


def _console() -> Console:
    """Return the terminal, or a page wide enough for tables where the output is a file."""
    console = Console()
    return console if console.is_terminal else Console(width=PAGE)


def _table(title: str) -> Table:
    head = Text(plain(title), style="table.title") if title else None
    return Table(title=head, header_style="bold", title_justify="left")


def _add_column(table: Table, name: str, right: bool) -> None:
    table.add_column(Text(plain(name)), justify="right" if right else "left", overflow="fold")


def _told(figure: Figure) -> tuple[str, ...]:
    """Return the cells of a figure, without its note."""
    value = "-" if math.isnan(figure.value) else f"{figure.value:.4g}"
    band = "" if math.isnan(figure.low) else f"{figure.low:.4g} to {figure.high:.4g}"
    reason = figure.reason or band
    return figure.name, figure.by, value, reason, f"{figure.n:,}", figure.unit


def _cell(value: Any) -> Text:
    if value is None:
        return Text("-", style="dim")
    if isinstance(value, float):
        return Text("NaN", style="dim") if math.isnan(value) else Text(f"{value:.4g}")
    return Text(plain(str(value)))


def escaped(text: str) -> str:
    """Return JSON with the controls escaped that it may hold as they are: DEL and C1."""
    return re.sub(r"[\x7f-\x9f]", lambda found: f"\\u{ord(found.group()):04x}", text)
