"""Rows in file order -> batches of whole sessions, in memory that does not grow with the file.

A first pass looks at the keys alone. Where every session lies in one piece, the rows are
streamed and the open session is carried from one block to the next. Where sessions are
mixed, as in a chat server's log, the rows are dealt into files of neighbouring sessions on
disk first, each of which fits in memory.
"""

__all__ = ["Survey", "contiguous", "dealt", "records_of"]

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from affectory.core.records import Clock, Records
from affectory.sources.rows import KEPT, Rows

DEALT = 250_000  # rows of one file on disk, unless a single session has more
SMALL = 100_000  # sessions up to which counts of pieces are not worth adding up
ONE = pl.lit(1, pl.UInt32)
FILES = 256  # at most so many of them
UNKNOWN = -1  # the file of sessions that the first pass has spelled differently, as 1.0 for 1


@dataclass(frozen=True)
class Survey:
    """What a first pass over the keys has found.

    Args:
        sessions: One row per session in order of appearance: session, rows.
        whole: Whether every session lies in one piece.
    """

    sessions: pl.DataFrame
    whole: bool

    @classmethod
    def of(cls, keys: Iterable[pl.Series]) -> "Survey":
        """Return the survey of the session column, handed over in pieces."""
        counts = [pl.DataFrame(schema={"session": pl.String, "rows": pl.UInt32})]
        runs, folded = 0, 1
        last: str | None = None
        for piece in keys:
            if not len(piece):
                continue
            goes_on = runs > 0 and piece[0] == last
            runs, last = runs + len(piece.rle()) - goes_on, piece[-1]
            counts.append(_counted(piece.to_frame("session").with_columns(rows=ONE)))
            if sum(frame.height for frame in counts) > 2 * folded:
                counts = [_counted(pl.concat(counts))]
                folded = max(counts[0].height, SMALL)
        sessions = _counted(pl.concat(counts))
        return cls(sessions, sessions.height == runs)


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of each session, sessions in order of appearance."""
    return frame.group_by("session", maintain_order=True).agg(pl.col("rows").sum())


def contiguous(pieces: Iterable[Rows], size: int) -> Iterator[Rows]:
    """Yield rows whose sessions lie in one piece as batches of about `size` rows."""
    held: list[Rows] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += piece.frame.height
        if count < size:
            continue
        frame = _together(held)
        closed = (frame["session"] != frame["session"][-1]).sum()
        lost = pl.concat([rows.rejected for rows in held])
        yield Rows(frame.head(closed), lost)
        held, count = [Rows(frame.slice(closed))], frame.height - closed
    if held:
        yield Rows(_together(held), pl.concat([rows.rejected for rows in held]))


def _together(held: list[Rows]) -> pl.DataFrame:
    return pl.concat([rows.frame for rows in held])


def dealt(pieces: Iterable[Rows], survey: Survey) -> Iterator[Rows]:
    """Yield rows whose sessions are mixed, some neighbouring sessions at a time."""
    share = max(DEALT, int(survey.sessions["rows"].sum() or 0) // FILES + 1)
    heap = ((survey.sessions["rows"].cum_sum() - 1) // share).alias("heap")
    places = survey.sessions.select("session", heap, pl.int_range(pl.len()).alias("place"))
    with tempfile.TemporaryDirectory(prefix="affectory-") as folder:
        for number, piece in enumerate(pieces):
            if piece.rejected.height:
                yield Rows(piece.frame.clear(), piece.rejected)
            known = piece.frame.join(places, on="session", how="left", maintain_order="left")
            known = known.with_columns(pl.col("heap").fill_null(UNKNOWN))
            for (name,), rows in known.group_by("heap"):
                rows.drop("heap").write_ipc(_heap(folder, name) / f"{number:08}.arrow")
        for name in [*heap.unique().sort().to_list(), UNKNOWN]:
            files = sorted(_heap(folder, name).iterdir())
            if files:
                frame = pl.concat([pl.read_ipc(file) for file in files])
                yield Rows(frame.sort("place", maintain_order=True).drop("place"))


def _heap(folder: str, name: object) -> Path:
    path = Path(folder) / str(name)
    path.mkdir(exist_ok=True)
    return path


def records_of(rows: Rows, clock: Clock) -> Records | None:
    """Return whole sessions as records: sorted by time or named place, stably."""
    frame = rows.frame
    if not frame.height:
        return None
    place = pl.int_range(pl.len()).first().over("session")
    if frame["order"].null_count() < frame.height:
        frame = (
            frame.with_columns(place.alias("place"))
            .sort("place", "order", maintain_order=True, nulls_last=True)
            .drop("place")
        )
    if clock is Clock.TURNS:
        frame = frame.drop("start", "stop")
    return Records(frame.select(name for name in KEPT if name in frame.columns), clock)
