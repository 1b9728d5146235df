"""`affectory forecast`: what follows the states in a lake or a table, with a fan."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from affectory.cli.tabled import Wish, named, states_of
from affectory.core.errors import BadChoice, NoRecords

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from affectory.core.records import Clock
    from affectory.core.trajectory import Trajectory
    from affectory.store.lake import Lake

FORECAST_HELP = """Say what may follow the states of each session and actor, and how surely.

Reads a lake that `affectory trace` wrote, or a table (csv, tsv, parquet, jsonl; - for standard
input) with one row a state: session, actor, time and the axes. Times may be dates or numbers; rows
are sorted by them. The forecasts of a lake are kept in it beside the states, with their settings
in `by`. A forecast is an estimate: not for decisions about people.

[bold]Examples[/]

  affectory forecast out --horizon 5 --axis valence\n
  affectory forecast diary.csv --axis mood --low 1 --high 7 --out mood.svg\n
  affectory forecast diary.csv --axis mood --time beep --actor person --clock days\n
  affectory forecast out --model kalman --level 0.9 --json
"""
PICTURES = (".svg", ".png", ".pdf")
MODELS = (
    *("auto", "persistence", "mean", "ar", "ses", "return", "damped"),
    *("drift", "var", "kalman", "gp"),
)
FURTHEST, FUTURES = 1_000, 10_000  # steps ahead; futures of each series
ROWS = 1_000_000  # of a grid, or of all futures: some gigabytes
DAY, EPOCH = 86_400.0, 1e8  # seconds of a day; later ones are dates
CAUTION = "an estimate from past states, to be right as often as the band says; not for decisions"

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="A picture (.svg, .png), a .csv, or a folder for both."),
]
Step = Annotated[
    float | None, typer.Option(help="Put states on a grid of so many clock units first.")
]
Unit = Annotated[
    str | None, typer.Option(help="What a table's times count: seconds, days, turns, steps.")
]
Method = Annotated[str, typer.Option("--with", "-m", help="Forecaster; see `affectory methods`.")]


def forecast(
    source: Annotated[str, typer.Argument(help="A lake, or a table of states.")] = "out",
    horizon: Annotated[int, typer.Option(help="Steps ahead.", min=1)] = 5,
    space: Annotated[str | None, typer.Option(help="Space; default: vad, va or valence.")] = None,
    axis: Annotated[str | None, typer.Option(help="Axis that is shown.")] = None,
    model: Annotated[str, typer.Option(help=f"One of {', '.join(MODELS)}.")] = "auto",
    method: Method = "forecast/states",
    level: Annotated[float, typer.Option(help="Share that the band is to hold.")] = 0.8,
    draws: Annotated[int, typer.Option(help="Keep so many possible futures.", min=0)] = 0,
    step: Step = None,
    session: Annotated[str | None, typer.Option(help="Column that names the session.")] = None,
    actor: Annotated[str | None, typer.Option(help="Column that names the person.")] = None,
    time: Annotated[str | None, typer.Option(help="Column that says when.")] = None,
    clock: Unit = None,
    low: Annotated[float | None, typer.Option(help="Least value of a table's axis.")] = None,
    high: Annotated[float | None, typer.Option(help="Greatest value of a table's axis.")] = None,
    keep: Annotated[bool, typer.Option(help="Keep the forecasts of a lake in it.")] = True,
    out: Out = None,
    limit: Annotated[int, typer.Option(help="Rows to print at most.", min=1)] = 50,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Forecast; the help a person sees is `FORECAST_HELP`."""
    import polars as pl

    from affectory.core.choices import one_of
    from affectory.core.records import Clock
    from affectory.sources import Columns

    _drawable(out)
    given: dict[str, Any] = {"model": model, "level": level, "draws": draws, "step": step}
    given["seed"] = seed
    made = _made(method, given, horizon)
    unit = None if clock is None else one_of(Clock, "--clock", clock)
    wish = Wish(Columns(session=session, actor=actor, time=time), unit, space, axis, low, high)
    lake, pasts = _pasts(source, wish)
    axis = named(axis, pasts[0].space.names)
    at = 0 if axis is None else pasts[0].space.index(axis)
    _payable(pasts, step, horizon, draws)
    told = [(past, made.forecast(past, horizon)) for past in pasts]
    rows = pl.concat([_rows(past, ahead, made, at, level) for past, ahead in told])
    if lake is not None and keep:
        _keep(lake, [ahead for _, ahead in told], _settings(method, given, horizon))
    _written(out, rows, told, pasts[0].space.names[at], level, step)
    _shown(rows, limit, as_json, level)


def _shown(rows: "pl.DataFrame", limit: int, as_json: bool, level: float) -> None:
    """Print the table, how much of it that is, and what a band is."""
    from affectory.cli import tables

    if as_json:
        tables.show(rows, limit=limit, as_json=True)
        return
    shown = rows.drop("at") if rows["when"].count() else rows.drop("when")
    tables.show(shown.head(limit), limit=limit, as_json=False)
    if rows.height > limit:
        typer.secho(f"{limit} of {rows.height} rows; --limit or --out x.csv shows more", dim=True)
    typer.secho(f"low to high: a band that is to hold {level:.0%}; {CAUTION}", err=True, dim=True)


def _made(method: str, given: dict[str, Any], horizon: int) -> Any:
    """Return the forecaster, where all that it is given makes sense."""
    from affectory.core import registry

    if given["model"] not in MODELS:
        more = "; neural must learn from other persons first, in Python: forecast/states.fit"
        net = more if given["model"] == "neural" else ""
        raise BadChoice("--model", given["model"], [*MODELS[:-1], MODELS[-1] + net])
    if not 0 < given["level"] < 1:
        raise BadChoice("--level", given["level"], "a number between 0 and 1")
    if horizon > FURTHEST:
        raise BadChoice("--horizon", horizon, f"1 to {FURTHEST} steps")
    if given["draws"] > FUTURES:
        raise BadChoice("--draws", given["draws"], f"0 to {FUTURES} futures")
    if method == "forecast/states":
        return registry.make(method, **given)
    own = [name for name, card in registry.methods().items()
           if name.startswith("forecast/") and not card.takes]  # fmt: skip
    if registry.find(method).__name__ and method not in own:
        raise BadChoice("--with", method, own)
    if (given["model"], given["draws"], given["step"]) != ("auto", 0, None):
        raise BadChoice(
            "--with", method, "forecast/states, where --model, --draws or --step is given"
        )
    return registry.make(method)


def _payable(pasts: "list[Trajectory]", step: float | None, horizon: int, draws: int) -> None:
    """Refuse a grid of too many rows, and too many futures."""
    import math

    if step is not None:
        if not (step > 0 and math.isfinite(step)):
            raise BadChoice("--step", step, "a number of clock units above 0")
        ends = [(past.groups.offsets, past) for past in pasts]
        rows = sum(float((p.stop[at[1:] - 1] - p.start[at[:-1]]).sum()) for at, p in ends) / step
        if rows > ROWS:
            unit = pasts[0].clock.value
            legal = f"a longer step: it makes {rows:,.0f} rows, at most {ROWS:,} can be told"
            raise BadChoice("--step", step, f"{legal} (one step is {step:g} {unit})")
    futures = sum(len(past.groups) * past.space.k for past in pasts) * horizon * max(draws, 1)
    if futures > 4 * ROWS:
        legal = f"fewer: they make {futures:,} numbers, at most {4 * ROWS:,} can be told"
        raise BadChoice("--draws, --horizon", (draws, horizon), legal)


def _pasts(source: str, wish: Wish) -> "tuple[Lake | None, list[Trajectory]]":
    """Return the lake, None for a table, and the states, one Trajectory a clock."""
    from affectory.cli.fetching import Mine
    from affectory.cli.places import lake_at, remote
    from affectory.core.records import Clock

    if not remote(source) and not Path(source).is_dir():
        return None, [states_of(source, wish)]
    import polars as pl

    told = {**wish.columns.named, "clock": wish.clock, "low": wish.low, "high": wish.high}
    for name, value in told.items():
        if value is not None:
            raise BadChoice(f"--{name}", str(value), "nothing: a lake knows it; it is for a table")
    mine = Mine.of(lake_at(source), None)
    name = wish.space or mine.space
    found = [
        mine.lake.states(name, where=mine.perceived & (pl.col("clock") == clock.value))
        for clock in Clock
    ]
    pasts = [past for past in found if len(past)]
    if not pasts:
        raise NoRecords(source, "trace something with words in it")
    return mine.lake, pasts


def _rows(
    past: "Trajectory", ahead: "Trajectory", made: Any, at: int, level: float
) -> "pl.DataFrame":
    """Return one row a session, actor and step: when, how much, between what, by which rule."""
    import numpy as np
    import polars as pl

    from affectory.measure.backtest import fan

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
            "when": _dates(start.ravel(), past.clock),
            past.space.names[at]: middle.ravel().round(4),
            "low": low.ravel().round(4),
            "high": high.ravel().round(4),
            "level": level,
            "rule": [rules[one][at] if rules else "" for one in range(g) for _ in range(h)],
        }
    ).with_columns(pl.col(pl.Float64).fill_nan(None), clock=pl.lit(past.clock.value))


def _dates(start: "NDArray[np.float64]", clock: "Clock") -> "pl.Series":
    """Return times as dates that can be read, null where they count from a beginning."""
    import polars as pl

    from affectory.core.records import Clock

    scale = {Clock.SECONDS: 1.0, Clock.DAYS: DAY}.get(clock, 0.0)
    told = pl.Series(start * scale)
    dated = told.is_between(EPOCH, 1e11)
    moments = pl.select(pl.when(dated).then(told * 1e6)).to_series().cast(pl.Int64)
    whole = bool((told.filter(dated) % DAY == 0).all())
    form = "%Y-%m-%d" if whole else "%Y-%m-%d %H:%M:%S"
    return moments.cast(pl.Datetime("us")).dt.strftime(form)


def _settings(method: str, given: dict[str, Any], horizon: int) -> str:
    """Return in few words how it was told: what sets these rows apart from others."""
    told = {"horizon": horizon}
    if method == "forecast/states":
        told |= {key: given[key] for key in ("level", "step") if given[key] is not None}
        told |= {key: given[key] for key in ("draws", "seed") if given["draws"]}
    return " ".join(f"{key}={value}" for key, value in told.items())


def _keep(lake: "Lake", told: "list[Trajectory]", how: str) -> None:
    """Write the forecasts into the lake, once; the latest trace stays what it was."""
    from affectory.cli.fetching import Mine
    from affectory.cli.tables import plain

    wish = f"{Mine.of(lake, None).job} {told[0].by} {how}"
    digest = hashlib.blake2b(wish.encode(), digest_size=8).hexdigest()
    by = f"{told[0].by} {how} #{digest[:6]}"
    wrote = [
        lake.write_states(replace(ahead, by=by), f"forecast-{digest}", batch)
        for batch, ahead in enumerate(told)
    ]
    kept = "kept" if any(wrote) else "was kept before"
    place = f"{lake.uri}, table states_{told[0].space.name}, by = '{by}'"
    typer.secho(plain(f"{kept} in {place} (affectory query --all)"), err=True, dim=True)


def _drawable(out: Path | None) -> None:
    """Refuse a file that cannot be written before anything is told or kept."""
    if out is not None and out.suffix not in ("", ".csv", *PICTURES):
        raise BadChoice("--out", out, (*PICTURES, ".csv", "a folder"))


def _written(
    out: Path | None,
    rows: "pl.DataFrame",
    told: "list[tuple[Trajectory, Trajectory]]",
    axis: str,
    level: float,
    step: float | None,
) -> None:
    """Write the picture of the longest pasts, the table, or both into a folder."""
    if out is None:
        return
    from affectory.cli import tables

    whole = not out.suffix
    (out if whole else out.parent).mkdir(parents=True, exist_ok=True)
    if whole or out.suffix == ".csv":
        tables.write_csv(rows, out / "forecast.csv" if whole else out)
        if told[0][1].draw is not None:
            path = out / "draws.csv" if whole else out.with_name(f"{out.stem}.draws.csv")
            tables.write_csv(_futures(told), path)
    if whole or out.suffix in PICTURES:
        from affectory.represent.alignment import resample
        from affectory.show.outlook import outlook

        past, ahead = max(told, key=lambda pair: len(pair[0]))
        past = past if step is None else resample(past, step=step)
        figure = outlook(past, ahead, axis, level=level)
        path = out / "forecast.svg" if whole else out
        figure.savefig(path)
        typer.echo(tables.plain(str(path)), err=True)


def _futures(told: "list[tuple[Trajectory, Trajectory]]") -> "pl.DataFrame":
    """Return one row a session, actor, possible future and step, with all axes."""
    import polars as pl

    parts = [
        ahead.to_polars().drop("stop").rename({"start": "at"}).with_columns(
            pl.lit(past.clock.value).alias("clock")
        )
        for past, ahead in told
    ]  # fmt: skip
    return pl.concat(parts)
