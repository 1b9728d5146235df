"""Proof: published protocols on the shipped methods, and the recipe that trained them."""

from pathlib import Path

import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from affectory.bench.protocol import Protocol, protocols
from affectory.cli import tables
from affectory.core import registry
from affectory.core.errors import BadChoice, MissingExtra, MissingFile, MissingModel
from affectory.core.figure import Figure


def bench(names: tuple[str, ...], data: Path, seed: int, as_json: bool, every: bool) -> None:
    """Run the named protocols and print their figures.

    None named: the quick ones, or all; what lacks its data, model or extra is then left out.
    """
    known = protocols()
    for name in names:
        if name not in known:
            raise BadChoice("protocol", name, known)
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
    console = Console(stderr=True)
    path = recipe(data, out, seed, lambda said: console.print(said, highlight=False))
    typer.echo(path)
