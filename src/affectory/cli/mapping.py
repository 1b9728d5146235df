"""`affectory atlas`: what there is for which task, by which technique, and what is missing."""

from pathlib import Path
from typing import Annotated

import typer


def atlas(
    task: Annotated[str | None, typer.Option(help="Only this task.")] = None,
    technique: Annotated[str | None, typer.Option(help="Only this technique.")] = None,
    metric: Annotated[str | None, typer.Option(help="Only papers that published it.")] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Only what runs without extra or server.")
    ] = False,
    works: Annotated[bool, typer.Option("--works", help="Only what is built.")] = False,
    gaps: Annotated[bool, typer.Option("--gaps", help="Only what is missing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    page: Annotated[
        Path | None, typer.Option(help="Draw the map anew on this Markdown page.")
    ] = None,
) -> None:
    """Show the map of tasks and techniques: what works, what is planned, what is missing.

    Examples: affectory atlas --works; affectory atlas --task conversation; affectory atlas --gaps
    """
    import polars as pl

    from affectory.bench import atlas as room
    from affectory.cli import tables

    found = room.atlas().where(task, technique, metric, offline=offline, works=works)
    if page is not None:
        own = page.read_text(encoding="utf-8") if page.is_file() else ""
        page.write_text(room.redrawn(own, found), encoding="utf-8")
        typer.echo(page)
    elif gaps:
        missing = found.gaps()
        rows = [
            {"what": kind, "missing": name} for kind, names in missing.items() for name in names
        ]
        tables.show(pl.DataFrame(rows), limit=200, as_json=as_json)
    else:
        tables.show(found.table(), limit=200, as_json=as_json)
    for name in found.unplaced:
        typer.secho(f"{name} has no place on the map yet", err=True)
