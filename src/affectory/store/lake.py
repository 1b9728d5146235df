"""The lake: a folder, or a bucket, of Delta tables that are written once and read by anyone.

    records  states/<space>  arcs/<space>  evidence  runs  rejected  spaces

Each append names its job and batch, and happens exactly once: a job that was killed is
started again from its first batch, or from `done`, and the lake holds every batch once.
A lake may hold several jobs: `latest` names the one that ended last, `view` reads one alone.
"""

__all__ = ["Lake", "open_lake"]

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from affectory.core.errors import BadChoice, BadFile, MissingFile, UnknownSpace
from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.records import COLUMNS, Records
from affectory.core.space import Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.store import clearing, rows, schema, sql
from affectory.store.delta import Delta
from affectory.store.schema import FIXED, WRITTEN, Columns, Table, conform, named, table


def open_lake(
    path: str | Path, create: bool = True, storage_options: dict[str, str] | None = None
) -> "Lake":
    """Return the lake at `path`.

    Args:
        path: A folder, or the address of one in an object store (`s3://...`, `gs://...`).
        create: Whether a folder that does not exist, or is empty, becomes a new lake.
        storage_options: Keys and settings of the object store.

    Raises:
        MissingFile: if there is no such folder and `create` is false.
        BadFile: if the path is a file, or a folder that holds other things.

    Example:
        >>> import tempfile
        >>> from affectory.store.lake import open_lake
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     open_lake(folder).tables()
        ()
    """
    text = str(path)
    if "://" in text and not text.startswith("file://"):
        return Lake(text.rstrip("/"), storage_options)
    folder = Path(text.removeprefix("file://")).expanduser().absolute()
    if folder.is_file():
        raise BadFile(folder, "a file", "a folder", "name the folder of the lake")
    inside = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    ours = inside & {*FIXED, *schema.OF_SPACE}
    if not ours and not create:
        raise MissingFile(folder, "there is no lake; write one first: affectory trace ... --out")
    if not ours and any(not name.startswith(".") for name in inside):
        raise BadFile(folder, "a folder of other things", "a lake", "choose an empty folder")
    return Lake(str(folder), storage_options)


@dataclass(frozen=True, eq=False)
class Lake:
    """A handle on the tables of one lake; made by `open_lake`.

    Args:
        uri: Where it is.
        storage_options: Keys and settings of the object store.
        job: Whose rows are read; None for all. Set by `view`.
    """

    uri: str
    storage_options: dict[str, str] | None = field(default=None, repr=False)
    job: str | None = None
    _handles: dict[str, Delta] = field(default_factory=dict, repr=False)
    _listed: dict[object, tuple[Space, ...]] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as an address; handles are opened there."""
        return type(self), (self.uri, self.storage_options, self.job)

    def view(self, job: str | None) -> "Lake":
        """Return this lake with the rows of `job` alone to read; None gives all of them back.

        Every reader and `query` see only that job's rows; `runs` and `spaces`, and with them
        `tables`, stay whole. Writing is as before: each append names its own job.
        """
        return replace(self, job=job)

    # writing

    def append(
        self, name: str, frame: pl.DataFrame, job: str, batch: int, space: Space | None = None
    ) -> bool:
        """Write `frame` to table `name`, once; return False where that batch was there already.

        Args:
            name: One of `records`, `evidence`, `runs`, `rejected`, `states/<space>`,
                `arcs/<space>`.
            frame: Rows; absent columns become null.
            job: Who writes: the same name for the same work, best a digest of input and method.
            batch: Number of the batch, >= 0. A job numbers its batches in the order in which
                it writes them: what comes after a higher number counts as written.
            space: The Space of a table of states or arcs.

        Raises:
            BadChoice: if there is no such table, or `batch` is negative.
            BadValues: if the columns do not fit the table.
            BadFile: if the table cannot be written.
        """
        to = table(name, space)
        self._enter(batch, to)
        return self._delta(name).append(conform(frame, to), to, job, batch)

    def write_records(self, records: Records, job: str, batch: int) -> bool:
        """Write a batch of records, once."""
        return self.append("records", rows.records_to_frame(records), job, batch)

    def write_states(self, states: States | Trajectory, job: str, batch: int) -> bool:
        """Write a batch of states, each Space to its own table, once."""
        each = states.trajectories if isinstance(states, States) else (states,)
        self._enter(batch, *(table(f"states/{t.space.name}", t.space) for t in each))
        wrote = [
            self.append(f"states/{t.space.name}", rows.states_to_frame(t), job, batch, t.space)
            for t in each
        ]
        return any(wrote)

    def put(self, felt: Trajectory, job: str) -> None:
        """Write one author's states of one session, in place of those that it gave before."""
        name, to = f"states/{felt.space.name}", table(f"states/{felt.space.name}", felt.space)
        self._enter(0, to)
        frame, which = conform(rows.states_to_frame(felt), to), rows.given(job, felt)
        while not self._delta(name).append(frame, to, job, self.done(job, name) + 1, which):
            pass  # another process took that number: take the next

    def take_back(self, felt: Trajectory, job: str) -> int:
        """Delete an author's states of one session; the files that held them go by `vacuum`."""
        return self._delta(f"states/{felt.space.name}").remove(rows.given(job, felt))

    def write_arcs(self, space: Space, frame: pl.DataFrame, job: str, batch: int) -> bool:
        """Write measures per session, actor and axis of `space`, one column a measure, once."""
        return self.append(f"arcs/{space.name}", frame, job, batch, space)

    def write_evidence(
        self, evidence: Iterable[Evidence], job: str, batch: int, space: str = ""
    ) -> bool:
        """Write a batch of reasons, once; `space` names the Space of their axes."""
        return self.append("evidence", rows.evidence_to_frame(evidence, space), job, batch)

    def write_figures(
        self,
        run: str,
        task: str,
        figures: Iterable[Figure],
        *,
        batch: int | None = None,
        at: datetime | None = None,
        **of_all: str | int | float | None,
    ) -> bool:
        """Note the figures of one task of one run, with their time.

        A run that is done again is noted again, so that `latest` finds it. Whoever may be
        killed and start over passes `batch`, and the figures of that batch are written once.

        Args:
            run: Name of the run.
            task: What was measured, on which data.
            figures: The figures.
            batch: Number of the note among those of this task of this run, >= 0; None for
                the next one.
            at: When it was; None for now. A time without a zone is local.
            of_all: What holds for all of them: `method`, `digest`, `seed`, `published`.

        Returns:
            Whether it was written: False only where this `batch` was there already.
        """
        frame = rows.figures_to_frame(figures, at, run=run, task=task, **of_all)
        name = f"{run}/{task}"
        if batch is not None:
            return self.append("runs", frame, name, batch)
        while not self.append("runs", frame, name, self.done(name, "runs") + 1):
            pass  # another process took that number: take the next
        return True

    def write_rejected(self, frame: pl.DataFrame, job: str, batch: int) -> bool:
        """Write which input rows were refused: `file`, `line`, `reason`, `raw`; once."""
        return self.append("rejected", frame, job, batch)

    def done(self, job: str, *tables: str) -> int:
        """Return the last batch of `job` that every one of `tables` holds, -1 for none.

        A job that begins after it writes nothing twice and misses nothing.
        """
        return min((self._delta(name).last(job) for name in tables), default=-1)

    # reading

    def records(
        self, sessions: str | Collection[str] | None = None, where: pl.Expr | None = None
    ) -> Records:
        """Return the records of the named sessions (None: all) for which `where` is true.

        Raises:
            ClockMismatch: if they count in several clocks.
        """
        frame = self._rows("records", sessions, where, FIXED["records"])
        return Records(frame.select(list(COLUMNS)), rows.one_clock(frame, "records"))

    def states(
        self,
        space: str,
        sessions: str | Collection[str] | None = None,
        by: str | None = None,
        where: pl.Expr | None = None,
    ) -> Trajectory:
        """Return the states in the Space called `space`.

        Args:
            space: Name of the Space.
            sessions: Whose states; None for all.
            by: Which method or rater; needed only where several speak.
            where: A further condition on the rows.

        Raises:
            UnknownSpace: if the lake has no states in it.
            BadChoice: if several speak and `by` does not choose.
            ClockMismatch: if the states count in several clocks.
        """
        about = self._delta(f"states/{space}").about()
        if about is None or about.space is None:
            raise UnknownSpace(space, [known.name for known in self.spaces()])
        if by is not None:
            where = (pl.col("by") == by) & (pl.lit(True) if where is None else where)
        columns = table(f"states/{space}", about.space).columns
        frame = self._rows(f"states/{space}", sessions, where, columns)
        return rows.trajectory_from_frame(frame, about.space, f"states/{space}")

    def evidence(
        self, sessions: str | Collection[str] | None = None, where: pl.Expr | None = None
    ) -> tuple[Evidence, ...]:
        """Return the reasons for the states of the named sessions."""
        return rows.evidence_from_frame(self._rows("evidence", sessions, where, FIXED["evidence"]))

    def runs(self) -> pl.DataFrame:
        """Return every figure with its run, task and method, in the order of time."""
        return self._rows("runs", None, None, FIXED["runs"]).sort("at", maintain_order=True)

    def latest(self, task: str = "trace") -> str | None:
        """Return the run whose `task` was noted last, None where none was.

        The name of a run of task "trace" is the job that wrote its rows: see `view`.
        """
        runs = self._rows("runs", None, pl.col("task") == task, FIXED["runs"])
        return None if runs.is_empty() else str(runs.sort("at", maintain_order=True)["run"][-1])

    def rejected(self) -> pl.DataFrame:
        """Return which input rows were refused: `file`, `line`, `reason`, `raw`."""
        return self._rows("rejected", None, None, FIXED["rejected"])

    def arcs(self, space: str) -> pl.DataFrame:
        """Return the measures per session, actor and axis of the Space called `space`."""
        name = f"arcs/{space}"
        return self._delta(name).collected(_in_order(self.scan(name)).drop(*WRITTEN))

    def spaces(self) -> tuple[Space, ...]:
        """Return the Spaces that the lake has states or arcs in."""
        stamp = self._delta("spaces").stamp()
        known = self._listed.get(stamp)
        if known is None:
            frame = self._rows("spaces", None, None, FIXED["spaces"])
            known = tuple(map(Space.from_json, frame["json"]))
            self._listed.clear()
            self._listed[stamp] = known
        return known

    def sessions(self) -> tuple[str, ...]:
        """Return the names of the sessions that have records or states, sorted."""
        names = [name for name in self.tables() if name.partition("/")[0] in ("records", "states")]
        if not names:
            return ()
        every = pl.concat([self.scan(name).select("session") for name in names])
        return tuple(self._delta("records").collected(every.unique().sort("session"))["session"])

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that have been written."""
        spaces = [known.name for known in self.spaces()]
        names = [*FIXED, *(f"{kind}/{space}" for kind in schema.OF_SPACE for space in spaces)]
        return tuple(name for name in names if self._delta(name).there())

    def stamp(self, name: str) -> tuple[str, int] | None:
        """Return what changes whenever a table does, None where it was never written."""
        return self._delta(name).stamp()

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a lazy view of a table, with the `job` and `batch` that wrote each row.

        Raises:
            BadChoice: if the lake has no such table.
        """
        frame = self._mine(name)
        if frame is None:
            raise BadChoice("table", name, self.tables() or "none: the lake is empty")
        return frame

    def query(self, text: str, job: str | None = None) -> pl.DataFrame:
        """Return the answer to a SQL query over the tables.

        Args:
            text: One SELECT, with or without WITH; nothing that opens a file. Tables are
                called `records`, `evidence`, `runs`, `rejected`, `spaces`, and `states_vad`
                or `"states/vad"` for `states/vad`.
            job: Whose rows the tables hold, as in a `view` of it; None for those seen here.

        Raises:
            BadQuery: if it cannot or must not be run; the message names the tables.
        """
        seen = self if job is None else self.view(job)
        return sql.answer(text, seen.tables(), seen.scan)

    # keeping

    def compact(self) -> dict[str, int]:
        """Join small files into large ones; return how many files each table has then."""
        return {name: self._delta(name).compact() for name in self.tables()}

    def vacuum(self, hours: int = 168) -> dict[str, int]:
        """Delete files that no version of the last `hours` needs; return how many per table.

        Readers that began earlier, and versions older than that, lose their files.
        """
        return {name: self._delta(name).vacuum(hours) for name in self.tables()}

    def clear(self) -> tuple[str, ...]:
        """Delete every table, and nothing else; return their names.

        Hidden files beside the tables stay. No link is followed. Who is killed while clearing
        clears again: a table can be told as ours until its last file is gone.

        Raises:
            BadFile: if anything else lies in the folder, before anything is deleted; or if
                the lake is in an object store.
        """
        gone = clearing.clear(self.uri, lambda name: self._delta(name).about() is not None)
        self._handles.clear()
        self._listed.clear()
        return gone

    def _delta(self, name: str) -> Delta:
        known = self._handles.get(named(name))
        if known is None:
            made = Delta(f"{self.uri}/{name}", name, self.storage_options)
            known = self._handles.setdefault(name, made)
        return known

    def _enter(self, batch: int, *to: Table) -> None:
        """Put the Spaces of tables on the list, before their first rows exist, in one commit."""
        if batch < 0:
            raise BadChoice("batch", batch, "an integer >= 0")
        new = [t.about.space for t in to if t.about.space and not self._delta(t.name).seen]
        if not new:
            return
        frame = rows.spaces_to_frame(new)
        self._delta("spaces").append_each(frame, table("spaces"), dict.fromkeys(frame["job"], 0))

    def _mine(self, name: str) -> pl.LazyFrame | None:
        """Return a lazy view of a table, of the job that is looked at; None where there is none."""
        frame = self._delta(name).scan()
        if frame is None or self.job is None or name in schema.WHOLE:
            return frame
        return frame.filter(pl.col("job") == self.job)

    def _rows(
        self,
        name: str,
        sessions: str | Collection[str] | None,
        where: pl.Expr | None,
        columns: Columns,
    ) -> pl.DataFrame:
        """Return the rows of a table in the order in which they were written."""
        frame = self._mine(name)
        if frame is None:
            return pl.DataFrame(schema=dict(columns))
        if sessions is not None:
            chosen = [sessions] if isinstance(sessions, str) else list(sessions)
            frame = frame.filter(pl.col("session").is_in(chosen))
        if where is not None:
            frame = frame.filter(where)
        return self._delta(name).collected(_in_order(frame).select(list(columns)))


def _in_order(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows as their jobs wrote them."""
    return frame.sort("job", "batch", maintain_order=True)
