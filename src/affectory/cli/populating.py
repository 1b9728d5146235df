"""`affectory population`: markers of a population's posts by day, high periods, what follows."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import polars as pl

    from affectory.core.trajectory import Trajectory
    from affectory.senses.lexicon import Lexicon
    from affectory.sources.calendar import Event

POPULATION_HELP = """Count words of markers in dated posts, day by day; find high days; look ahead.

A day's value is the share of its posts with a word of the marker. Days with few posts or few people
are missing. Writes markers.csv, periods.csv, forecast.csv, events.csv and timeline.svg. Of groups
only: a marker is word use, not a diagnosis, and who posts is not the population.

[bold]Examples[/]

  affectory population posts.csv --events events.csv --out out/\n
  affectory population posts/*.jsonl --lexicon es_categories_mental_health.tsv --language es\n
  affectory population posts.csv --text body --time created_at --portion people --days 30
"""

Sources = Annotated[
    list[str],
    typer.Argument(help="Files, folders, globs, or - for standard input.", show_default=False),
]
ListFile = Annotated[
    Path | None,
    typer.Option(help="Lists: one category a line, then its terms; or a table of words and flags."),
]
Language = Annotated[str, typer.Option(help="Language of the lists, such as es.")]
Events = Annotated[Path | None, typer.Option(help="Dates and names of events (csv).")]
Portion = Annotated[str, typer.Option(help="posts, people, mean or median.")]
Least = Annotated[int, typer.Option(help="Posts of a day that is told of.", min=1)]
People = Annotated[int, typer.Option(help="Different people of such a day.", min=1)]
Days = Annotated[int, typer.Option(help="Days to look ahead; 0: none.", min=0)]
Strategy = Annotated[str, typer.Option(help="naive, seasonal naive, holt-winters, network ...")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for tables and the figure.")]
Actor = Annotated[str | None, typer.Option(help="Column that names the person.")]
Text = Annotated[str | None, typer.Option(help="Column that holds the words.")]
Time = Annotated[str | None, typer.Option(help="Column that holds the date.")]
Layout = Annotated[str | None, typer.Option(help="Format, where guessing fails.")]
MOST = 12  # markers that are drawn
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def population(
    sources: Sources,
    lexicon: ListFile = None,
    language: Language = "",
    events: Events = None,
    portion: Portion = "posts",
    least: Least = 30,
    people: People = 5,
    days: Days = 14,
    strategy: Strategy = "holt-winters",
    out: Out = Path("out/population"),
    actor: Actor = None,
    text: Text = None,
    time: Time = None,
    layout: Layout = None,
    as_json: AsJson = False,
) -> None:
    """Follow markers of a population; the help a person sees is `POPULATION_HELP`."""
    from affectory.cli import tables
    from affectory.core import registry
    from affectory.core.errors import NoRecords
    from affectory.measure.alerts import marked, periods
    from affectory.measure.prevalence import per_word, prevalence
    from affectory.show.markers import markers
    from affectory.sources import Columns, read
    from affectory.sources.calendar import read_events

    told = read_events(events) if events is not None else ()
    records = read(sources, Columns(actor=actor, text=text, time=time), layout=layout)
    reader = registry.make("perceive/lexicon", lexicon=_lists(lexicon, language), degree=False)
    felt = per_word(reader.perceive(records).only, reader.covered(records))
    counted = prevalence(felt, portion, least=least, people=people)
    if counted.felt.missing.all():
        cure = f"no day has {least} posts of {people} people; more posts, or a lower --least"
        raise NoRecords("affectory population", cure)
    known = marked(counted.felt)
    high = periods(known)
    ahead = None
    if days:
        ahead = registry.make("forecast/population", strategy=strategy).forecast(counted.felt, days)
    out.mkdir(parents=True, exist_ok=True)
    frame = counted.felt.to_polars().drop("session", "actor", "stop", "by")
    _write(
        out / "markers.csv", _dated(frame.with_columns(posts=counted.posts, people=counted.people))
    )
    _write(out / "periods.csv", _dated(high.drop("session", "actor")))
    if ahead is not None:
        _write(out / "forecast.csv", _dated(ahead.to_polars().drop("session", "actor", "stop")))
    if told:
        _write(out / "events.csv", _dated(_around(counted.felt, told)))
    axes = _strongest(counted.felt)
    drawn = markers(counted.felt, axes=axes, ahead=ahead, high=high, events=told)
    drawn.savefig(out / "timeline.svg", format="svg")
    tables.show(_summary(counted.felt, known, high), limit=50, as_json=as_json)
    if not as_json:
        typer.echo(out / "timeline.svg")


def _lists(path: Path | None, language: str) -> "Lexicon":
    """Return the lists of a file in either form, or the house's own few words."""
    from affectory.senses.categories import is_categories, read_categories, starter_markers
    from affectory.senses.lexicon import read_lexicon

    if path is None:
        return starter_markers()
    if is_categories(path):
        return read_categories(path, language)
    return read_lexicon(path, language=language or None)


def _dated(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Return a frame whose days are dates."""
    import polars as pl

    days = [name for name in ("start", "day", "first", "last", "peak_at") if name in frame.columns]
    dates = frame.with_columns(pl.col(days).cast(pl.Int32).cast(pl.Date))
    return dates.rename({"start": "date"}) if "start" in days else dates


def _write(path: Path, frame: "pl.DataFrame") -> None:
    from affectory.cli import tables

    tables.write_csv(frame, path)


def _around(felt: "Trajectory", events: "tuple[Event, ...]") -> "pl.DataFrame":
    from affectory.measure.prevalence import around

    return around(felt, events).drop("session")


def _strongest(felt: "Trajectory") -> tuple[str, ...]:
    """Return the markers to draw: all, or those that occur most."""
    import numpy as np

    order = np.argsort(-np.nanmean(felt.values, axis=0), kind="stable")[:MOST]
    return tuple(felt.space.names[at] for at in sorted(order.tolist()))


def _summary(felt: "Trajectory", known: "pl.DataFrame", high: "pl.DataFrame") -> "pl.DataFrame":
    """Return a row a marker: days, mean, last week, high days, periods, the latest period."""
    import polars as pl

    last = felt.start.max() - 7
    own = known.filter(pl.col("value").is_not_null())
    told = own.group_by("axis", maintain_order=True).agg(
        pl.len().alias("days"),
        pl.col("value").mean().round(4).alias("mean"),
        pl.col("value").filter(pl.col("start") > last).mean().round(4).alias("last week"),
        pl.col("high").sum().alias("high days"),
        pl.col("anomaly").sum().alias("anomalies"),
    )
    runs = high.group_by("axis").agg(
        pl.len().alias("periods"),
        pl.col("first").max().cast(pl.Int32).cast(pl.Date).cast(pl.String).alias("latest"),
    )
    told = told.join(runs, on="axis", how="left", maintain_order="left")
    return told.with_columns(pl.col("periods").fill_null(0)).rename({"axis": "marker"})
