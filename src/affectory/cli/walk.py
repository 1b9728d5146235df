"""The whole walk: read, perceive, measure, store, report; streaming, and going on after a stop."""

import hashlib
import json
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

import affectory
from affectory import sources
from affectory.cli.fetching import Mine
from affectory.cli.making import Wanted
from affectory.cli.tables import plain
from affectory.cli.telling import Wish, tell, traced
from affectory.core.errors import NoRecords
from affectory.core.evidence import Evidence
from affectory.core.records import Channel, Records
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.engine import engine
from affectory.engine.memory import give_back
from affectory.guard import crisis
from affectory.measure.arcs import arcs
from affectory.show.wording import count
from affectory.sources import Columns, Reading
from affectory.store.lake import Lake, open_lake

ARCS_OF = ("vad", "va", "valence")  # what is measured on the way; of the rest on demand
LARGE = 50_000_000  # bytes of input from which worker processes repay their start


@dataclass(frozen=True)
class Plan:
    """What to trace, how, and where to.

    Args:
        sources: Files, folders, globs or "-".
        columns: Names of the columns; None where they are to be guessed.
        layout: Format, None where it is to be guessed.
        wanted: The perceiver.
        out: Folder of the report, and of the lake unless that lies elsewhere.
        lake: Folder of the lake, or its address in an object store; None for `lake` in `out`.
        on: Engine.
        address: Where the cluster of the engine runs.
        workers: Processes; None chooses by the size of the input, or all of a cluster.
        batch: Records per batch.
        stories: Sessions shown in full in the report.
        title: Title of the report.
        redact: Whether the report masks personal data.
        fresh: Whether the lake is emptied first.
        seed: Seed of every resampling.
    """

    sources: tuple[str, ...]
    columns: Columns = field(default_factory=Columns)
    layout: str | None = None
    wanted: Wanted = field(default_factory=Wanted)
    out: Path = Path("out")
    lake: str | None = None
    on: str = "local"
    address: str | None = None
    workers: int | None = None
    batch: int = 20_000
    stories: int = 12
    title: str | None = None
    redact: bool = False
    fresh: bool = False
    seed: int = 0

    @property
    def where(self) -> str:
        """Where the lake lies."""
        return self.lake or str(self.out / "lake")

    def job(self) -> str:
        """Return the name of this work: a digest of input, method and settings."""
        told = {
            "sources": _stamp(self.sources, self.out),
            "columns": self.columns.named,
            "layout": self.layout,
            "method": [self.wanted.method, self.wanted.digest],
            "batch": self.batch,
            "version": affectory.__version__,
        }
        return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Perception:
    """What a worker does with one batch: all that needs no lake.

    Args:
        method: The perceiver.
    """

    method: Any

    def __call__(self, records: Records) -> "Found":
        """Perceive the batch, measure what was perceived, look for crisis language."""
        felt = self.method.perceive(records.on(Channel.TEXT))
        names = [name for name in ARCS_OF if name in felt] or list(felt)[:1]
        measured = {name: _measured(felt[name]) for name in names}
        return Found(felt, measured, tuple(_crisis(records)))


@dataclass(frozen=True)
class Found:
    """What was found in one batch.

    Args:
        felt: Its states.
        measured: Its arcs, by Space.
        flags: One piece of evidence per crisis phrase.
    """

    felt: States
    measured: dict[str, pl.DataFrame]
    flags: tuple[Evidence, ...]


@dataclass
class Tally:
    """What has been seen so far; the only thing here that changes."""

    records: int = 0
    said: int = 0  # of them, in words; the others are tools and the like
    sessions: int = 0
    rejected: int = 0
    flagged: int = 0
    shown: set[str] = field(default_factory=set)

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Return what was counted, by name."""
        return (
            ("records", self.records),
            ("sessions", self.sessions),
            ("rejected", self.rejected),
        )

    def add(self, reading: Reading) -> None:
        """Count one batch."""
        self.rejected += reading.rejected.height
        if reading.records is not None:
            self.records += len(reading.records)
            self.said += len(reading.records.on(Channel.TEXT))
            self.sessions += len(reading.records.sessions)


def trace(plan: Plan, quiet: bool = False, as_json: bool = False) -> Path:
    """Do the whole walk of `plan` and return the path of the report.

    With `as_json` standard output has a line of JSON a batch, and at the end one that names the
    job and the report; words for people go to standard error as ever.
    """
    console = Console(stderr=True, quiet=quiet)
    lake = _opened(plan)
    job, tally = plan.job(), Tally()
    mine = Mine(lake, job, plan.wanted.method, plan.wanted.digest)
    with _progress(console) as progress:
        task = progress.add_task("reading", total=None, turns=0)
        for reading in _walked(plan, lake, job, tally):
            _say_columns(console, reading, tally)
            if as_json:
                typer.echo(json.dumps(dict(tally.counts())))
            progress.update(
                task,
                advance=1,
                turns=tally.records,
                description=escape(plain(reading.source[-40:])),
            )
    if not tally.records:
        raise NoRecords(", ".join(plan.sources), _why(mine, quiet or as_json))
    traced(mine, tally.counts())
    with console.status("writing the report"):
        path = tell(
            Wish(
                plan.where,
                plan.out,
                job=job,
                stories=plan.stories,
                title=plan.title,
                redact=plan.redact,
                seed=plan.seed,
                lexicon=plan.wanted.lexicon,
            )
        )
    _say_end(console, plan, tally)
    ended = {**dict(tally.counts()), "job": job, "report": str(path)}
    typer.echo(json.dumps(ended) if as_json else path)
    return path


def _walked(plan: Plan, lake: Lake, job: str, tally: Tally) -> Iterator[Reading]:
    """Yield each batch when it is safely in the lake."""
    perception = Perception(plan.wanted.make())
    done = lake.done(job, "rejected")  # the last table of a batch to be written
    pending: deque[tuple[int, Reading]] = deque()
    readings = sources.stream(
        plan.sources, plan.columns, size=plan.batch, layout=plan.layout, without=(plan.out,)
    )

    def fresh() -> Iterator[Records]:
        for number, reading in enumerate(readings):
            if number <= done:  # an earlier start has written it
                tally.add(reading)
                continue
            pending.append((number, reading))
            yield _records(reading)

    every = engine.map(
        perception, fresh(), on=plan.on, workers=_workers(plan), address=plan.address
    )
    for found in every:
        number, reading = pending.popleft()
        _write(lake, job, number, reading, found)
        tally.flagged += len({(flag.session, flag.record) for flag in found.flags})
        tally.add(reading)
        yield reading
        give_back()


def _write(lake: Lake, job: str, number: int, reading: Reading, found: Found) -> None:
    """Write one batch, every table once; `rejected` last, so that it stands for the whole."""
    if reading.records is not None:
        lake.write_states(found.felt, job, number)
        for name, frame in found.measured.items():
            lake.write_arcs(found.felt[name].space, frame, job, number)
        if found.flags:
            lake.write_evidence(found.flags, job, number)
        lake.write_records(reading.records, job, number)
    lake.write_rejected(reading.rejected, job, number)


def _crisis(records: Records) -> Iterable[Evidence]:
    """Yield one piece of evidence per crisis phrase; the words stay in `records`."""
    flags = crisis.flags(records.frame["text"])
    rows = records.frame.select("session", "actor", "start", "stop", "seq")
    for flag in flags.iter_rows(named=True):
        session, actor, start, stop, seq = rows.row(flag["row"])
        yield Evidence(
            session, actor, start, stop, f"crisis/{flag['kind']}", 1.0,
            record=seq, span=(flag["start"], flag["stop"]), by="guard/crisis",
        )  # fmt: skip


def _measured(felt: Trajectory) -> pl.DataFrame:
    """Return the arcs of `felt`, with the clock that their rates are told in."""
    return arcs(felt).table().with_columns(pl.lit(felt.clock.value).alias("clock"))


def _opened(plan: Plan) -> Lake:
    """Open the lake, empty where a fresh start is wanted; a folder of other things is refused."""
    lake = open_lake(plan.where)
    if plan.fresh:
        lake.clear()
    return lake


def _records(reading: Reading) -> Records:
    """Return the records of a batch; an empty batch where there are none."""
    empty = pl.DataFrame(schema={"session": pl.String, "actor": pl.String, "text": pl.String})
    return Records(empty) if reading.records is None else reading.records


def _workers(plan: Plan) -> int | None:
    if plan.workers is not None or plan.on != "local":
        return plan.workers
    size = sum(Path(name).stat().st_size for name in plan.sources if Path(name).is_file())
    return 2 if size > LARGE else 1


def _stamp(names: tuple[str, ...], out: Path) -> list[object]:
    """Return what tells one input from another without reading it: names, sizes, ages."""
    if "-" in names:
        return ["-", time.time_ns()]  # what came through a pipe cannot be had again
    files = [(path.absolute(), path.stat()) for path in sources.origins(names, without=(out,))]
    return [[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in files]


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("batches, {task.fields[turns]:,} records"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=console.quiet or not console.is_terminal,
    )


def _say_columns(console: Console, reading: Reading, tally: Tally) -> None:
    """Say once per file how its columns were read, or why it was not."""
    if reading.source in tally.shown:
        return
    tally.shown.add(reading.source)
    name = Path(reading.source).name
    if reading.records is None:
        reason = reading.rejected["reason"][0] if reading.rejected.height else "nothing in it"
        for known in (reading.source, name):
            reason = reason.removeprefix(f"{known}: ")
        _say(console, f"{name}: not read: {reason}", "yellow")
        return
    told = ", ".join(f"{role}={column}" for role, column in reading.columns.items())
    clock = reading.records.clock.value
    _say(console, f"{name} ({reading.layout}, {clock}) {told}")
    if "actor" not in reading.columns and len(reading.records.actors) == 1:
        who = reading.records.actors[0]
        _say(console, f"  no column of speakers was found: all are {who!r} (--actor NAME)", "dim")
    for note in reading.notes:
        _say(console, f"  {note}", "dim")


def _say(console: Console, line: str, style: str = "") -> None:
    """Print one line as it is: names from outside are no markup, and paths stay whole."""
    console.print(Text(plain(line), style), soft_wrap=True)


def _say_end(console: Console, plan: Plan, tally: Tally) -> None:
    """Say what was counted, and how to look at what was refused."""
    words = f", {tally.said:,} of them with words" if tally.said < tally.records else ""
    whole = f"{count(tally.records, 'record')} of {count(tally.sessions, 'session')}"
    _say(console, f"{whole}{words}")
    if tally.flagged:
        held = f"crisis language in {count(tally.flagged, 'record')}"
        _say(console, f"{held}; the report begins with a notice")
    if tally.rejected:
        look = f'affectory query "select * from rejected" --lake {plan.lake or plan.out}'
        _say(console, f"{count(tally.rejected, 'rejected row')}: {look}", "yellow")


def _why(mine: Mine, quiet: bool) -> str:
    """Return why nothing was read; not again what was printed already."""
    found = mine.scan("rejected").select(pl.col("reason").unique(maintain_order=True)).head(3)
    reasons = found.collect()["reason"].to_list()
    if not reasons:
        return "check that there are rows in it, or name its format with --layout"
    return "; ".join(reasons) if quiet else "the lines above say why"
