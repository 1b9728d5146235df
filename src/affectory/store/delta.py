"""One Delta table: open it, append to it exactly once, scan it.

Everything that knows the `deltalake` package is here; it is imported on first use, so that
whoever only reads files never pays for it.
"""

__all__ = ["Delta"]

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from affectory.core.errors import BadFile, BadValues
from affectory.store import schema
from affectory.store.schema import About, Table

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable, WriterProperties

# A handle that is kept gets slower with every commit it has followed; one that is opened anew
# starts from the last checkpoint. Measured over 1,000 appends: 47 ms each, against 13.
FRESH = 25
TRIES = 50  # how often another writer may win before we give up; one round takes milliseconds


@dataclass(eq=False)
class Delta:
    """A handle on one table of a lake, for any number of threads.

    Readers share the newest snapshot, which is never changed in place: where the log has gone on,
    it is another one. Writers follow the log with a handle of their own, one at a time.

    Args:
        uri: Where the table lives.
        name: Its name in the lake.
        options: Options of the object store.
    """

    uri: str
    name: str
    options: dict[str, str] | None = field(default=None, repr=False)
    _seen: "DeltaTable | None" = field(default=None, repr=False)
    _entry: tuple[int, ...] | None = field(default=None, repr=False)
    _pen: "DeltaTable | None" = field(default=None, repr=False)
    _followed: int = field(default=0, repr=False)
    _reading: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _writing: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def snapshot(self) -> "DeltaTable | None":
        """Return the table as it is now, or None where it was never written.

        Raises:
            BadFile: if its log cannot be read, or something else wrote it.
            NewerSchema: if a later version of the house wrote it.
        """
        with self._reading:
            found = self._seen
            last = None if found is None else self._last_entry(found)
            if last is None or last != self._entry:
                found = self._seen = self._opened()
                self._entry = None if found is None else self._last_entry(found)
        if found is not None:
            self._about(found)
        return found

    def _opened(self) -> "DeltaTable | None":
        """Return the table as its log tells it, None where there is none."""
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        with self._spoken_for():
            try:
                return DeltaTable(self.uri, storage_options=self.options)
            except TableNotFoundError:
                return None

    def _last_entry(self, found: "DeltaTable") -> tuple[int, ...] | None:
        """Return what tells the last entry of the log, None where it is not the last any more.

        A look at a file costs a hundredth of a look at a log. In an object store nobody can look:
        there it is always None.
        """
        if "://" in self.uri:
            return None
        log, version = Path(self.uri, "_delta_log"), found.version()
        try:
            last = (log / f"{version:020}.json").stat()
        except OSError:
            return None
        if (log / f"{version + 1:020}.json").exists():
            return None
        return last.st_mtime_ns, last.st_ino, last.st_size

    def _latest(self) -> "DeltaTable | None":
        """Return the table as it is now, for the one who writes.

        Raises:
            BadFile: if its log cannot be read, or something else wrote it.
            NewerSchema: if a later version of the house wrote it.
        """
        from deltalake.exceptions import TableNotFoundError

        if self._pen is None or self._followed >= FRESH:
            self._pen, self._followed = self._opened(), 0
        else:
            with self._spoken_for():
                try:
                    self._pen.update_incremental()
                except TableNotFoundError:
                    self._pen = None
        if self._pen is not None:
            self._about(self._pen)
        return self._pen

    @property
    def seen(self) -> bool:
        """Whether the table was there when it was last looked at; a table stays where it is."""
        return self._seen is not None or self._pen is not None

    def there(self) -> bool:
        """Whether the table was ever written; looks only until it has been found."""
        return self.seen or self.snapshot() is not None

    def stamp(self) -> tuple[str, int] | None:
        """Return what changes whenever the table does, None where it was never written."""
        found = self.snapshot()
        return None if found is None else (str(found.metadata().id), found.version())

    def about(self) -> About | None:
        """Return what the table says of itself, or None where it was never written."""
        found = self.snapshot()
        return None if found is None else self._about(found)

    def last(self, job: str) -> int:
        """Return the last batch of `job` that the table holds, -1 for none."""
        return _mark(self.snapshot(), job)

    def append(
        self, frame: pl.DataFrame, to: Table, job: str, batch: int, instead: str = ""
    ) -> bool:
        """Write `frame` unless this batch of `job` is in the table; return whether it was.

        Args:
            frame: Rows.
            to: The table.
            job: Who writes.
            batch: Number of the batch.
            instead: A condition in SQL; rows for which it holds go in the same commit, and
                it must hold for every row of `frame`.

        Rows and the mark of the batch are one atomic commit: a process that dies in between
        leaves both or neither. Two processes that write the same batch at once meet in the
        log, where the second loses and finds the batch done.

        Raises:
            BadFile: if the table cannot be written.
            BadValues: if the table holds another Space of the same name.
        """
        rows = frame.with_columns(pl.lit(job).alias("job"), pl.lit(batch, pl.Int64).alias("batch"))
        return self.append_each(rows, to, {job: batch}, instead)

    def append_each(
        self, frame: pl.DataFrame, to: Table, marks: Mapping[str, int], instead: str = ""
    ) -> bool:
        """Write one batch of each of several jobs, in one commit; leave out what is there.

        Args:
            frame: Rows with the `job` and `batch` of each.
            to: The table.
            marks: The batch of each job.
            instead: Which rows go in the same commit, as in `append`.

        Raises:
            BadFile: if the table cannot be written.
            BadValues: if the table holds another Space of the same name.
        """
        with self._writing:
            return self._append(frame, to, marks, instead)

    def _append(
        self, frame: pl.DataFrame, to: Table, marks: Mapping[str, int], instead: str
    ) -> bool:
        lost = ""
        for _ in range(TRIES):
            found = self._latest()
            left = {job: batch for job, batch in marks.items() if _mark(found, job) < batch}
            if not left:
                return False
            if found is not None and self._about(found).version < schema.VERSION:
                self._rewrite(found)
                continue
            some = len(left) < len(marks)
            rows = frame.filter(pl.col("job").is_in(list(left))) if some else frame
            lost = self._write(found, rows, to, left, instead)
            if not lost:
                return True
        raise BadFile(self.uri, f"{TRIES} times {lost}", "a turn to write", "start again")

    def _write(
        self,
        found: "DeltaTable | None",
        rows: pl.DataFrame,
        to: Table,
        marks: Mapping[str, int],
        instead: str = "",
    ) -> str:
        """Commit `rows` on top of the snapshot `found`; return why not where another was faster."""
        from deltalake import write_deltalake
        from deltalake.exceptions import CommitFailedError, DeltaError

        settings = {"delta.dataSkippingStatsColumns": to.skipping}
        settings |= {"delta.checkpointInterval": str(FRESH)}
        how: dict[str, Any] = {"commit_properties": _marked(marks, found is None)}
        how |= {"writer_properties": _packing(rows.columns)}
        if found is None:
            how |= {"mode": "error", "name": to.name, "description": to.about.to_json()}
            how |= {"configuration": settings}
        else:
            self._fits(found, rows, to)
            how |= {"mode": "append"} | ({"schema_mode": "merge"} if to.open else {})
            how |= {"mode": "overwrite", "predicate": instead} if instead else {}
        with self._spoken_for():
            try:
                target = self.uri if found is None else found
                write_deltalake(target, rows, storage_options=self.options, **how)
                self._followed += 1
            except CommitFailedError as error:
                self._pen = None
                return _first(error)
            except DeltaError as error:
                if found is None and "already exists" in str(error):
                    return _first(error)
                raise
        return ""

    def remove(self, which: str) -> int:
        """Delete the rows for which a condition in SQL holds; return how many.

        Their files stay until a vacuum.

        Raises:
            BadFile: if the table cannot be written.
        """
        with self._writing:
            return self._removed(which)

    def _removed(self, which: str) -> int:
        from deltalake.exceptions import CommitFailedError

        lost = ""
        for _ in range(TRIES):
            found = self._latest()
            if found is None:
                return 0
            with self._spoken_for():
                try:
                    self._followed += 1
                    return int(found.delete(which)["num_deleted_rows"] or 0)
                except CommitFailedError as error:
                    self._pen, lost = None, _first(error)
        raise BadFile(self.uri, f"{TRIES} times {lost}", "a turn to write", "start again")

    def _rewrite(self, found: "DeltaTable") -> None:
        """Bring an older table to the present schema; the marks of its batches stay."""
        from deltalake import write_deltalake
        from deltalake.exceptions import CommitFailedError

        old = self._about(found)
        frame = pl.scan_delta(found, storage_options=self.options)
        rows = schema.migrated(self.name, frame, old.version).collect()
        with self._spoken_for():
            try:
                write_deltalake(found, rows, mode="overwrite", schema_mode="overwrite")
                found.alter.set_table_description(About(schema.VERSION, old.space).to_json())
            except CommitFailedError:
                self._pen = None

    def scan(self) -> pl.LazyFrame | None:
        """Return a lazy view in the present schema, or None where it was never written."""
        found = self.snapshot()
        if found is None:
            return None
        frame = pl.scan_delta(found, storage_options=self.options)
        return schema.migrated(self.name, frame, self._about(found).version)

    def collected(self, frame: pl.LazyFrame) -> pl.DataFrame:
        """Run a scan; a data file that is lost or damaged is named in one sentence."""
        try:
            return frame.collect()
        except (OSError, pl.exceptions.ComputeError) as error:
            cure = "restore the file from a copy"
            raise BadFile(self.uri, _first(error), "a readable table", cure) from None

    def compact(self) -> int:
        """Join small files into large ones; return how many files the table has then."""
        with self._writing, self._spoken_for():
            found = self._latest()
            if found is None:
                return 0
            columns = [column.name for column in found.schema().fields]
            found.optimize.compact(writer_properties=_packing(columns))
            return len(found.file_uris())

    def vacuum(self, hours: int) -> int:
        """Delete files that no version of the last `hours` needs; return how many."""
        with self._writing, self._spoken_for():
            found = self._latest()
            if found is None:
                return 0
            return len(found.vacuum(hours, dry_run=False, enforce_retention_duration=False))

    def _about(self, found: "DeltaTable") -> About:
        said = About.from_json(found.metadata().description)
        if said is None:
            cure = "choose another folder, or move that table away"
            raise BadFile(self.uri, "a Delta table of something else", "one of ours", cure)
        if said.version > schema.VERSION:
            schema.migrated(self.name, pl.LazyFrame(), said.version)
        return said

    def _fits(self, found: "DeltaTable", rows: pl.DataFrame, to: Table) -> None:
        """Refuse a Space, or a column, that only shares its name with the one in the table."""
        there, here = self._about(found).space, to.about.space
        if there and here and (there.kind, there.axes) != (here.kind, here.axes):
            cure = "give your Space a name of its own"
            raise BadValues(f"table {self.name!r}", here.names, f"{there.names} as written", cure)
        if not to.open:
            return
        kinds = pl.scan_delta(found, storage_options=self.options).collect_schema()
        for name, kind in rows.schema.items():
            if kinds.get(name, kind) != kind:
                got = f"column {name!r} of type {kind}"
                raise BadValues(f"table {self.name!r}", got, kinds[name], "cast it, or rename it")

    @contextmanager
    def _spoken_for(self) -> Iterator[None]:
        """Turn what the storage layer raises into one sentence."""
        from deltalake.exceptions import DeltaError

        try:
            yield
        except Exception as error:
            # the storage layer raises bare Exceptions too; anything else is a mistake of ours
            if type(error) is not Exception and not isinstance(error, DeltaError | OSError):
                raise
            cure = "check the path and its rights, or restore the table from a copy"
            raise BadFile(self.uri, _first(error), "a Delta table", cure) from None


def _packing(columns: Iterable[str]) -> "WriterProperties":
    """Return how columns are packed: as small as polars packs them, at twice its time."""
    from deltalake import ColumnProperties, WriterProperties

    listed = ColumnProperties(dictionary_enabled=True)
    return WriterProperties(
        compression="ZSTD",
        compression_level=3,
        default_column_properties=ColumnProperties(dictionary_enabled=False),
        column_properties={name: listed for name in columns if name in schema.REPEATING},
    )


def _mark(found: "DeltaTable | None", job: str) -> int:
    """Return the last batch of `job` in the snapshot, -1 for none."""
    version = None if found is None else found.transaction_version(job)
    return -1 if version is None else version


def _first(error: Exception) -> str:
    """Return the first line of an error: what follows is the storage layer's own stack."""
    return str(error).partition("\n")[0] or type(error).__name__


def _marked(marks: Mapping[str, int], first: bool) -> "CommitProperties":
    """Return the marks that make a batch of each job unique in the log of a table.

    A table's first commit must not be retried by the storage layer: it would land on top of
    another writer's first commit without a look at the marks in it.
    """
    from deltalake import CommitProperties, Transaction

    retries = 0 if first else None
    return CommitProperties(
        None, retries, app_transactions=[Transaction(*m) for m in marks.items()]
    )
