"""Frames and figures as tables in a terminal, as JSON, or as csv."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from affectory.core.figure import Figure

PAGE = 120  # characters


def show(frame: pl.DataFrame, *, limit: int, as_json: bool, title: str = "") -> None:
    """Print the first `limit` rows of `frame`, and how many there are."""
    if as_json:
        typer.echo(frame.write_json())
        return
    table = Table(title=title or None, header_style="bold", title_justify="left")
    for name, kind in frame.schema.items():
        table.add_column(name, justify="right" if kind.is_numeric() else "left", overflow="fold")
    for row in frame.head(limit).iter_rows():
        table.add_row(*map(_cell, row))
    console = _console()
    console.print(table)
    if frame.height > limit:
        console.print(f"[dim]{limit} of {frame.height} rows; --limit or --csv shows more[/]")


def show_figures(figures: Sequence[Figure], *, as_json: bool, title: str = "") -> None:
    """Print figures with their intervals and n; settings stand below, each once."""
    if as_json:
        typer.echo(json.dumps([_plain(figure) for figure in figures], indent=1))
        return
    notes = list(dict.fromkeys(figure.setting for figure in figures if figure.setting))
    table = Table(title=title or None, header_style="bold", title_justify="left")
    for name in ("figure", "of", "value", "95 % interval", "n", "unit", "note"):
        right = name in ("value", "n")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for figure in figures:
        undefined = math.isnan(figure.value)
        band = "" if math.isnan(figure.low) else f"{figure.low:.4g} to {figure.high:.4g}"
        table.add_row(
            figure.name,
            figure.by,
            "-" if undefined else f"{figure.value:.4g}",
            figure.reason or band,
            f"{figure.n:,}",
            figure.unit,
            str(notes.index(figure.setting) + 1) if figure.setting else "",
        )
    console = _console()
    console.print(table)
    for number, note in enumerate(notes, 1):
        console.print(f"[dim]{number}  {note}[/]", highlight=False, soft_wrap=True)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` to `path` and say so; nested columns become JSON."""
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    told = [pl.struct(name).struct.json_encode().alias(name) for name in nested]
    frame.with_columns(told).write_csv(path)
    typer.echo(f"{frame.height} rows in {path}", err=True)


def _console() -> Console:
    """Return the terminal, or a page wide enough for tables where the output is a file."""
    console = Console()
    return console if console.is_terminal else Console(width=PAGE)


def _cell(value: Any) -> str:
    if value is None:
        return "[dim]-[/]"
    if isinstance(value, float):
        return "[dim]NaN[/]" if math.isnan(value) else f"{value:.4g}"
    return str(value).replace("[", r"\[")


def _plain(figure: Figure) -> dict[str, Any]:
    """Return the figure as JSON can hold it: NaN becomes null."""
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in asdict(figure).items()
    }
