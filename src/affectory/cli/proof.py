"""Proof: published protocols on the shipped methods, and the recipe that trained them."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from affectory.bench.protocol import Protocol, protocols
from affectory.cli import tables
from affectory.cli.places import lake_for
from affectory.cli.stopping import goes_on
from affectory.core import registry
from affectory.core.errors import BadChoice, MissingExtra, MissingFile, MissingModel
from affectory.core.figure import Figure
from affectory.store.lake import Lake


def bench(
    names: tuple[str, ...],
    data: Path,
    seed: int,
    as_json: bool,
    every: bool,
    place: str | None = None,
) -> None:
    """Run the named protocols and print their figures; note them in the lake at `place`.

    None named: the quick ones, or all; what lacks its data, model or extra is then left out.
    Each protocol's figures are noted as soon as it ends: who stops the command loses none.
    """
    known = protocols()
    for name in names:
        if name not in known:
            raise BadChoice("protocol", name, known)
    lake = None if place is None else lake_for(place)
    run = f"bench {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    chosen = names or tuple(name for name, one in known.items() if every or one.quick)
    console = Console(stderr=True)
    ran = 0
    for name in chosen:
        try:
            figures = _measured(known[name], data, seed, console)
        except (MissingFile, MissingModel, MissingExtra) as lost:
            if names:
                raise
            console.print(f"[yellow]{name}[/]: skipped, {escape(str(lost))}", highlight=False)
            continue
        ran += 1
        if lake is not None:
            _noted(lake, run, name, figures, seed)
        tables.show_figures(figures, as_json=as_json, title=f"{name}: {known[name].about}")
    if not ran:
        raise MissingFile(data, "no protocol found its data set; name --data")
    if not names and not every:
        rest = [f"{name} ({one.minutes} min)" for name, one in known.items() if not one.quick]
        console.print(f"not run, for they take long: {', '.join(rest)}; name them, or --all")


def listed(as_json: bool) -> None:
    """List the protocols, their data sets, and how long they take."""
    rows = [
        {"protocol": one.name, "data": one.folder, "minutes": one.minutes, "about": one.about}
        for one in protocols().values()
    ]
    tables.show(pl.DataFrame(rows), limit=len(rows), as_json=as_json)


def _measured(one: Protocol, data: Path, seed: int, console: Console) -> tuple[Figure, ...]:
    """Return the figures of a protocol; meanwhile say what is run, for how long, of how long."""
    told = f"{one.name}, about {one.minutes} CPU min: {one.about}"
    if not console.is_terminal:  # a file or a pipe, where nothing turns
        console.print(told, highlight=False, soft_wrap=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as shown:
        shown.add_task(told, total=None)
        return one.run(data, seed)


def _noted(lake: Lake, run: str, task: str, figures: tuple[Figure, ...], seed: int) -> None:
    """Note figures of a protocol in a lake, each with who gave it as its method."""
    authors: dict[str, list[Figure]] = {}
    for one in figures:
        authors.setdefault(one.by, []).append(one)
    for by, some in authors.items():
        lake.write_figures(run, task, some, method=by, seed=seed)


def train(method: str, data: Path, out: Path, seed: int) -> None:
    """Train `method` by its recipe and print where the weights are.

    Raises:
        BadChoice: if the method has no recipe.
    """
    cls = registry.find(method)
    recipe = getattr(cls, "train", None)
    if recipe is None:
        trained = [name for name in registry.methods() if hasattr(registry.find(name), "train")]
        raise BadChoice("method", method, trained)
    if getattr(cls, "resumes", False):
        goes_on()
    console = Console(stderr=True)
    path = recipe(data, out, seed, lambda said: console.print(said, highlight=False))
    typer.echo(path)
