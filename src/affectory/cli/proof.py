"""Proof: published protocols on the shipped methods, and the recipe that trained them."""

from pathlib import Path

import typer
from rich.console import Console

from affectory.bench.protocol import protocols
from affectory.cli import tables
from affectory.core import registry
from affectory.core.errors import BadChoice, MissingFile


def bench(names: tuple[str, ...], data: Path, seed: int, as_json: bool) -> None:
    """Run the named protocols (none: all) and print their figures; skip data that is absent."""
    known = protocols()
    for name in names:
        if name not in known:
            raise BadChoice("protocol", name, known)
    console = Console(stderr=True)
    ran = 0
    for name in names or known:
        try:
            with console.status(known[name].about):
                figures = known[name].run(data, seed)
        except MissingFile as lost:
            if names:
                raise
            console.print(f"[yellow]{name}[/]: skipped, {lost}", highlight=False)
            continue
        ran += 1
        tables.show_figures(figures, as_json=as_json, title=f"{name}: {known[name].about}")
    if not ran:
        raise MissingFile(data, "no protocol found its data set; name --data")


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
