"""`affectory forecast`: what follows the states in a lake or a table, with a fan."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from affectory.core.errors import BadChoice, BadColumn, MissingFile, NoRecords

if TYPE_CHECKING:
    import polars as pl

    from affectory.core.space import Space
    from affectory.core.trajectory import Trajectory
    from affectory.store.lake import Lake

FORECAST_HELP = """Say what may follow the states of each session and actor, and how surely.

Reads a lake that `affectory trace` wrote, or a table (csv, tsv, parquet) with one row a state:
session, actor, start and the axes. The forecasts of a lake are kept in it beside the states,
under another name in `by`. A forecast is an estimate: not for decisions about people.

[bold]Examples[/]

  affectory forecast out --horizon 5 --axis valence\n
  affectory forecast diary.csv --axis mood --low 1 --high 7 --out mood.svg\n
  affectory forecast out --model kalman --level 0.9 --json
"""
PICTURES = (".svg", ".png", ".pdf")
CAUTION = "an estimate from past states, to be right as often as the band says; not for decisions"


def forecast(
    source: Annotated[str, typer.Argument(help="A lake, or a table of states.")] = "out",
    horizon: Annotated[int, typer.Option(help="Steps ahead.", min=1)] = 5,
    space: Annotated[str | None, typer.Option(help="Space; default: vad, va or valence.")] = None,
    axis: Annotated[str | None, typer.Option(help="Axis that is shown.")] = None,
    model: Annotated[
        str, typer.Option(help="auto, persistence, mean, ar, ses, damped, drift, kalman, gp ...")
    ] = "auto",
    method: Annotated[
        str, typer.Option("--with", "-m", help="Forecaster; see `affectory methods`.")
    ] = "forecast/states",
    level: Annotated[float, typer.Option(help="Share that the band is to hold.")] = 0.8,
    draws: Annotated[int, typer.Option(help="Keep so many possible futures.", min=0)] = 0,
    step: Annotated[
        float | None, typer.Option(help="Put states on a grid of so many clock units first.")
    ] = None,
    low: Annotated[float | None, typer.Option(help="Least value of a table's axis.")] = None,
    high: Annotated[float | None, typer.Option(help="Greatest value of a table's axis.")] = None,
    keep: Annotated[bool, typer.Option(help="Keep the forecasts of a lake in it.")] = True,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A picture (.svg, .png), a .csv, or a folder for both."),
    ] = None,
    limit: Annotated[int, typer.Option(help="Rows to print at most.", min=1)] = 50,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Forecast; the help a person sees is `FORECAST_HELP`."""
    import polars as pl

    from affectory.cli import tables
    from affectory.core import registry

    _drawable(out)
    given: dict[str, Any] = {"level": level, "draws": draws, "step": step, "seed": seed}
    given |= {"model": model}
    own = method == "forecast/states"
    if not own and (model, draws, step) != ("auto", 0, None):
        raise BadChoice(
            "--with", method, "forecast/states, where --model, --draws or --step is given"
        )
    made = registry.make(method, **(given if own else {}))
    lake, pasts = _pasts(source, space, axis, low, high)
    shown: list[pl.DataFrame] = []
    told: list[tuple[Trajectory, Trajectory]] = []
    for past in pasts:
        ahead = made.forecast(past, horizon)
        told.append((past, ahead))
        shown.append(_rows(past, ahead, made, axis, level))
    rows = pl.concat(shown)
    if lake is not None and keep:
        _keep(lake, [ahead for _, ahead in told], repr((method, sorted(given.items()), horizon)))
    _written(out, rows, told, axis, level)
    tables.show(rows, limit=limit, as_json=as_json)
    if not as_json:
        typer.secho(CAUTION, err=True, dim=True)


def _pasts(
    source: str, space: str | None, axis: str | None, low: float | None, high: float | None
) -> "tuple[Lake | None, list[Trajectory]]":
    """Return the lake, None for a table, and the states, one Trajectory a clock."""
    from affectory.cli.fetching import Mine
    from affectory.cli.places import lake_at, remote
    from affectory.core.records import Clock

    if not remote(source) and not Path(source).is_dir():
        return None, [_table(Path(source), space, axis, low, high)]
    import polars as pl

    mine = Mine.of(lake_at(source), None)
    name = space or mine.space
    found = [
        mine.lake.states(name, where=mine.perceived & (pl.col("clock") == clock.value))
        for clock in Clock
    ]
    pasts = [past for past in found if len(past)]
    if not pasts:
        raise NoRecords(source, "trace something with words in it")
    return mine.lake, pasts


def _table(
    path: Path, space: str | None, axis: str | None, low: float | None, high: float | None
) -> "Trajectory":
    """Return the states of a table; who and when are filled in where it does not say."""
    import polars as pl

    from affectory.core.records import Clock
    from affectory.core.trajectory import Trajectory

    if not path.is_file():
        raise MissingFile(path)
    kind = path.suffix.lower()
    comma = "\t" if kind == ".tsv" else ","
    table = pl.read_parquet(path) if kind == ".parquet" else pl.read_csv(path, separator=comma)
    has = set(table.columns)
    filled = {"session": pl.lit(path.stem), "actor": pl.lit("somebody")}
    table = table.with_columns(**{name: word for name, word in filled.items() if name not in has})
    if "start" not in has:
        place = pl.int_range(pl.len()).over("session", "actor").cast(pl.Float64)
        table = table.with_columns(place.alias("start"))
    known = _space(table, space, axis, low, high)
    clock = Clock.STEPS if "start" not in has else Clock.TURNS
    return Trajectory.from_frame(table, known, clock, by=path.name)


def _space(
    table: "pl.DataFrame", space: str | None, axis: str | None, low: float | None,
    high: float | None,
) -> "Space":  # fmt: skip
    """Return the Space of a table: a known one whose axes it has, or one of the named axis."""
    import numpy as np

    from affectory.cli.fetching import PREFERRED
    from affectory.core.space import Axis, Kind, Space
    from affectory.represent import vocabularies

    has = set(table.columns)
    for name in (space,) if space else PREFERRED:
        known = vocabularies.space(name)
        if (
            has >= set(known.names)
            and (axis is None or axis in known.names)
            and low is high is None
        ):
            return known
        if space:
            raise BadColumn(f"space {space!r}", table.columns, f"it needs {', '.join(known.names)}")
    if axis is None or axis not in has:
        raise BadColumn("the axis", table.columns, "name it with --axis, its bounds with --low")
    values = table[axis].drop_nulls().drop_nans()
    told = np.asarray(values.to_numpy(), np.float64)
    if not len(told):
        raise NoRecords("affectory forecast", f"give values in column {axis!r}")
    ends = told.min() if low is None else low, told.max() if high is None else high
    if not ends[0] < ends[1]:
        raise BadChoice("--low, --high", ends, "a lower and a higher number")
    return Space(axis, Kind.SCALE, (Axis(axis, ends[0], ends[1], ends[0]),), "a table")


def _rows(
    past: "Trajectory", ahead: "Trajectory", made: Any, axis: str | None, level: float
) -> "pl.DataFrame":
    """Return one row a session, actor and step: when, how much, between what, by which rule."""
    import numpy as np
    import polars as pl

    from affectory.measure.backtest import fan

    at = past.space.index(axis) if axis is not None else 0
    middle, low, high = (part[..., at] for part in fan(ahead, level))
    g, h = middle.shape
    rules = made.chosen(past, 1) if hasattr(made, "chosen") else ()
    groups, first = ahead.groups, np.arange(g) * (len(ahead.groups) // max(g, 1))
    start = ahead.start[groups.offsets[first][:, None] + np.arange(h)]
    names = [
        (ahead.session.names[groups.session[one]], ahead.actor.names[groups.actor[one]])
        for one in first
    ]
    return pl.DataFrame(
        {
            "session": [session for session, _ in names for _ in range(h)],
            "actor": [actor for _, actor in names for _ in range(h)],
            "step": np.tile(np.arange(1, h + 1), g),
            "at": start.ravel(),
            past.space.names[at]: middle.ravel().round(4),
            "low": low.ravel().round(4),
            "high": high.ravel().round(4),
            "rule": [rules[one][at] if rules else "" for one in range(g) for _ in range(h)],
        }
    ).with_columns(pl.col(pl.Float64).fill_nan(None), clock=pl.lit(past.clock.value))


def _keep(lake: "Lake", told: "list[Trajectory]", how: str) -> None:
    """Write the forecasts into the lake, once; the latest trace stays what it was."""
    from affectory.cli.fetching import Mine

    wish = f"{Mine.of(lake, None).job} {how}"
    job = f"forecast-{hashlib.blake2b(wish.encode(), digest_size=8).hexdigest()}"
    for batch, ahead in enumerate(told):
        lake.write_states(ahead, job, batch)


def _drawable(out: Path | None) -> None:
    """Refuse a file that cannot be written before anything is told or kept."""
    if out is not None and out.suffix not in ("", ".csv", *PICTURES):
        raise BadChoice("--out", out, (*PICTURES, ".csv", "a folder"))


def _written(
    out: Path | None,
    rows: "pl.DataFrame",
    told: "list[tuple[Trajectory, Trajectory]]",
    axis: str | None,
    level: float,
) -> None:
    """Write the picture of the longest pasts, the table, or both into a folder."""
    if out is None:
        return
    from affectory.cli import tables

    whole = not out.suffix
    (out if whole else out.parent).mkdir(parents=True, exist_ok=True)
    if whole or out.suffix == ".csv":
        tables.write_csv(rows, out / "forecast.csv" if whole else out)
    if whole or out.suffix in PICTURES:
        from affectory.show.outlook import outlook

        past, ahead = max(told, key=lambda pair: len(pair[0]))
        figure = outlook(past, ahead, axis or past.space.names[0], level=level)
        path = out / "forecast.svg" if whole else out
        figure.savefig(path)
        typer.echo(tables.plain(str(path)), err=True)
