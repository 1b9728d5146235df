"""The command line: `affectory trace chats.csv --out out/` and its smaller siblings.

Commands import what they need when they run, so that `--help` answers at once.
"""

import gc
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from affectory import __version__
from affectory.cli import (
    explaining,
    forecasting,
    living,
    mapping,
    modelling,
    populating,
    serving,
    triaging,
)
from affectory.cli.options import Address, On
from affectory.cli.stopping import Stop, goes_on

app = typer.Typer(
    name="affectory",
    help="Emotional trajectories: how an emotion moves over time.\n\n"
    "Point [bold]trace[/] at conversations; read the report it prints the path of.",
    epilog="Everything runs on this machine; nothing is sent anywhere. "
    "A state is an estimate of expressed emotion, not of what a person feels.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Sources = Annotated[
    list[str],
    typer.Argument(help="Files, folders, globs, or - for standard input.", show_default=False),
]
Lake = Annotated[
    str,
    typer.Option(
        "--lake",
        "-l",
        help="Folder that a trace wrote, or the address of a lake (s3://bucket/lake).",
        envvar="AFFECTORY_LAKE",
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the lake and the report.")]
Method = Annotated[str, typer.Option("--with", "-m", help="Perceiver; see `affectory methods`.")]
Lexicon = Annotated[
    Path | None, typer.Option(help="Weighted word list for perceive/lexicon (csv, tsv, parquet).")
]
Size = Annotated[
    str | None,
    typer.Option(help="light, or accurate: slower and better (extra encoder).", show_default=False),
]
Session = Annotated[str | None, typer.Option(help="Column that names the conversation.")]
Actor = Annotated[str | None, typer.Option(help="Column that names the speaker.")]
Text = Annotated[str | None, typer.Option(help="Column that holds the words.")]
Time = Annotated[str | None, typer.Option(help="Column that holds the time.")]
Layout = Annotated[str | None, typer.Option(help="Format, where guessing from the name fails.")]
Workers = Annotated[
    int | None, typer.Option("--workers", "-j", help="Processes; default: by input size.")
]
Seed = Annotated[int, typer.Option(help="Seed of every resampling.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the path of the report only.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Data = Annotated[
    Path, typer.Option(help="Folder with the data sets.", envvar="AFFECTORY_DATA", exists=False)
]

TRACE_HELP = """Read conversations, perceive their emotions, measure their dynamics, write a report.

Columns are guessed, shown, and can be named. A row that cannot be read goes to the lake's
`rejected` table with file, line and reason. A trace that was stopped goes on where it stopped
when the same command is given again.

[bold]Examples[/]

  affectory trace chats.csv --out out/\n
  affectory trace chats.csv --text body --actor author --time sent_at\n
  affectory trace interviews/*.srt logs/ --workers 2\n
  cat chat.jsonl | affectory trace - --out out/
"""


@app.command(help=TRACE_HELP, rich_help_panel="The walk")
def trace(
    sources: Sources,
    out: Out = Path("out"),
    lake: Annotated[
        str | None,
        typer.Option(help="Another place for the lake: a folder, or s3://bucket/lake."),
    ] = None,
    method: Method = "perceive/utterance",
    lexicon: Lexicon = None,
    size: Size = None,
    session: Session = None,
    actor: Actor = None,
    text: Text = None,
    time: Time = None,
    layout: Layout = None,
    on: On = "local",
    address: Address = None,
    workers: Workers = None,
    batch: Annotated[int, typer.Option(help="Records per batch, whole sessions.", min=1)] = 20_000,
    stories: Annotated[int, typer.Option(help="Sessions shown in full.", min=0)] = 12,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    redact: Annotated[
        bool, typer.Option(help="Mask speakers, numbers, links in the report.")
    ] = False,
    fresh: Annotated[bool, typer.Option(help="Empty the lake in --out first.")] = False,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON a batch, for other programs.")
    ] = False,
) -> None:
    """Do the whole walk; the help a person sees is `TRACE_HELP`."""
    if not fresh and "-" not in sources:  # what came through a pipe comes once
        goes_on()

    from affectory.cli import walk
    from affectory.cli.making import Wanted
    from affectory.sources import Columns

    plan = walk.Plan(
        sources=tuple(sources),
        columns=Columns(session=session, actor=actor, text=text, time=time),
        layout=layout,
        wanted=Wanted(method, lexicon, size),
        out=out,
        lake=lake,
        on=on,
        address=address,
        workers=workers,
        batch=batch,
        stories=stories,
        title=title,
        redact=redact,
        fresh=fresh,
        seed=seed,
    )
    walk.trace(plan, quiet=quiet, as_json=as_json)


@app.command(rich_help_panel="The walk")
def demo(
    out: Out = Path("out/demo"),
    quiet: Quiet = False,
    fresh: Annotated[bool, typer.Option(help="Start from an empty lake.")] = True,
) -> None:
    """Trace the sample conversations that ship with the package.

    Example: affectory demo --out out/demo
    """
    from affectory.cli import walk
    from affectory.sources import Columns

    sample = Path(__file__).parents[1] / "samples"
    files = sorted(str(path) for path in sample.iterdir() if path.suffix != ".md")
    plan = walk.Plan(
        tuple(files), Columns(), out=out, fresh=fresh, title="The sample conversations"
    )
    walk.trace(plan, quiet=quiet)


@app.command(rich_help_panel="The lake")
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over records, states_vad, arcs_vad ...")],
    lake: Lake = "out",
    limit: Annotated[int, typer.Option(help="Rows to print at most.", min=1)] = 50,
    every: Annotated[
        bool, typer.Option("--all", help="Rows of every trace, not the latest.")
    ] = False,
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option(help="Write all rows to this csv file.")] = None,
) -> None:
    """Run SQL over the latest trace in a lake.

    Example: affectory query "select session, actor, avg(valence) v from states_vad group by 1, 2"
    """
    from affectory.cli import tables
    from affectory.cli.places import lake_at

    place = lake_at(lake)
    found = place.query(sql, job=None if every else place.latest())
    if csv is not None:
        tables.write_csv(found, csv)
    else:
        tables.show(found, limit=limit, as_json=as_json)


@app.command(rich_help_panel="The lake")
def measure(
    lake: Lake = "out",
    space: Annotated[str, typer.Option(help="Space whose arcs to measure.")] = "vad",
    axis: Annotated[str | None, typer.Option(help="One axis only.")] = None,
    each: Annotated[bool, typer.Option("--each", help="One row per session and actor.")] = False,
    limit: Annotated[int, typer.Option(help="Rows to print at most.", min=1)] = 50,
    seed: Seed = 0,
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option(help="Write the rows to this csv file.")] = None,
) -> None:
    """Measure the dynamics of the states in a lake: home base, inertia, instability, recovery ...

    Examples: affectory measure --lake out --axis valence; affectory measure --each --csv arcs.csv
    """
    from affectory.cli import measuring, tables

    rows = measuring.rows(lake, space, axis, each=each, seed=seed)
    if csv is not None:
        tables.write_csv(rows, csv)
    else:
        tables.show(rows, limit=limit, as_json=as_json)


@app.command(rich_help_panel="The lake")
def report(
    lake: Lake = "out",
    stories: Annotated[int, typer.Option(help="Sessions shown in full.", min=0)] = 12,
    session: Annotated[list[str] | None, typer.Option(help="Show this one (repeatable).")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    redact: Annotated[
        bool, typer.Option(help="Mask speakers, numbers, links in the report.")
    ] = False,
    lexicon: Lexicon = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for it; default: beside the lake, or out."),
    ] = None,
) -> None:
    """Write the report of a lake anew, for instance for chosen sessions.

    Example: affectory report --lake out --session interview
    """
    from affectory.cli.telling import Wish, tell

    path = tell(
        Wish(
            lake,
            out,
            stories=stories,
            sessions=tuple(session or ()),
            title=title,
            redact=redact,
            seed=seed,
            lexicon=lexicon,
        )
    )
    typer.echo(path)


@app.command(rich_help_panel="What there is")
def methods(as_json: AsJson = False) -> None:
    """List the methods: what they take and give, their papers and cautions."""
    from affectory.cli import listing

    listing.methods(as_json)


@app.command(rich_help_panel="What there is")
def spaces(as_json: AsJson = False) -> None:
    """List the Spaces: the kinds of state and their axes, in order."""
    from affectory.cli import listing

    listing.spaces(as_json)


@app.command(rich_help_panel="What there is")
def doctor() -> None:
    """Check the installation: versions, extras, weights, the sample, a first state."""
    from affectory.cli import listing

    raise typer.Exit(listing.doctor())


@app.command(rich_help_panel="Proof")
def bench(
    protocol: Annotated[
        list[str] | None, typer.Argument(help="Protocols; default: the quick ones.")
    ] = None,
    data: Data = Path("../shared/data"),
    seed: Seed = 0,
    as_json: AsJson = False,
    every: Annotated[bool, typer.Option("--all", help="Also those that take minutes.")] = False,
    names: Annotated[
        bool, typer.Option("--list", help="List them, and how long each takes.")
    ] = False,
    lake: Annotated[
        str | None,
        typer.Option(
            "--lake",
            "-l",
            help="Note the figures in this lake too: `affectory serve` shows them as boards.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print published protocols' figures for the shipped methods, with intervals and baselines.

    Examples: affectory bench --data DATA; affectory bench goemotions emobank --data DATA --lake out
    """
    from affectory.cli import proof

    if names:
        proof.listed(as_json)
    else:
        proof.bench(tuple(protocol or ()), data, seed, as_json, every, lake)


@app.command(rich_help_panel="Proof")
def train(
    method: Annotated[str, typer.Argument(help="Method to train, such as perceive/utterance.")],
    data: Data = Path("../shared/data"),
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path("weights"),
    seed: Seed = 0,
) -> None:
    """Train weights by the documented recipe; perceive/utterance goes on where it stopped.

    Example: affectory train perceive/utterance --data DATA --out weights/
    """
    from affectory.cli import proof

    proof.train(method, data, out, seed)


app.add_typer(modelling.app, name="models", rich_help_panel="Language models")
app.command(rich_help_panel="Language models")(modelling.ask)
app.command(rich_help_panel="What there is")(mapping.atlas)
app.command(rich_help_panel="The lake")(serving.serve)
app.command(help=living.LIVE_HELP, rich_help_panel="The walk")(living.live)
app.command(rich_help_panel="The walk")(explaining.explain)
app.command(help=populating.POPULATION_HELP, rich_help_panel="The walk")(populating.population)
app.command(help=forecasting.FORECAST_HELP, rich_help_panel="The walk")(forecasting.forecast)
app.command(help=triaging.TRIAGE_HELP, rich_help_panel="The walk")(triaging.triage)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"affectory {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options of the program as a whole."""


def main() -> None:
    """Run the command line; every failure ends in one line on stderr and an exit code."""
    # threads that wait by spinning starve whoever shares the cores; said before a library looks
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    stop = Stop()
    before = signal.signal(signal.SIGINT, stop)
    try:
        app(standalone_mode=True)
    except BaseException as error:  # the last door: no traceback reaches a user
        if stop.asked:
            again = "; give the same command again to go on where it stopped"
            _leave(f"stopped{again if stop.resumes else ''}", 130)
        if os.environ.get("AFFECTORY_DEBUG") or not isinstance(error, Exception):
            raise
        _leave(*_told(error))
    finally:
        signal.signal(signal.SIGINT, before)
        gc.freeze()  # else the exit walks a million objects that the process gives back anyway


def _told(error: Exception) -> tuple[str, int]:
    """Return the sentence and the exit code for `error`."""
    from affectory.core.errors import AffectoryError

    if isinstance(error, AffectoryError):
        return str(error), 2
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}", 2
    kind = type(error).__name__
    return f"this is a fault of affectory ({kind}); set AFFECTORY_DEBUG=1 to see where", 70


def _leave(sentence: str, code: int) -> None:
    typer.secho(f"affectory: {sentence}", err=True, fg="red")
    sys.exit(code)
