"""Chunks of a source's own table -> rows under the house's names.

The columns that play no role go into `meta` as one JSON object per row, encoded by polars
over the whole column. A row whose time cannot be read is rejected with its reason; a row
without text is kept, as something that happened and said nothing.
"""

__all__ = ["KEPT", "Rows", "Shape", "mapped", "sessions_of"]

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from affectory.core.records import Clock
from affectory.sources.chunks import Chunk
from affectory.sources.files import Origin
from affectory.sources.names import SOMEBODY
from affectory.sources.reading import LONGEST, REJECTED, rejected
from affectory.sources.times import Habit, scale_of, seconds

KEPT = ("session", "actor", "channel", "start", "stop", "text", "meta")  # columns of a record
ROLES = ("session", "actor", "text", "time", "stop", "seq")


@dataclass(frozen=True)
class Shape:
    """What is decided once per file.

    Args:
        columns: Role -> column.
        habit: How the times are written; unknown on the turn clock.
    """

    columns: Mapping[str, str]
    habit: Habit = field(default_factory=Habit)

    @property
    def clock(self) -> Clock:
        """Seconds where any time was found, else turns."""
        return Clock.SECONDS if self.habit.known else Clock.TURNS


@dataclass(frozen=True)
class Rows:
    """Rows under the house's names, in file order.

    Args:
        frame: Columns of `KEPT`, and `order`, what the rows of a session are sorted by.
        rejected: Rows that were not used.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=rejected)


def mapped(chunk: Chunk, shape: Shape, origin: Origin) -> Rows:
    """Return the rows of one chunk.

    Args:
        chunk: The source's own columns.
        shape: Roles and habit of the whole file.
        origin: The file, for the names of sessions and rejects.
    """
    frame = chunk.frame
    time = _times(frame, shape, "time")
    reasons = _reasons(frame, shape, time)
    full = pl.DataFrame(
        [
            sessions_of(frame, shape, origin),
            _named(frame, shape, "actor", SOMEBODY),
            pl.repeat("text", frame.height, dtype=pl.String, eager=True).alias("channel"),
            time.alias("start"),
            _stops(frame, shape, time),
            _texts(frame, shape),
            _meta(frame, shape),
            _order(frame, shape, time).alias("order"),
        ]
    )
    bad = reasons.is_not_null()
    if not bad.any():
        return Rows(full, chunk.rejected)
    lost = _lost(frame.filter(bad), chunk.line.filter(bad), reasons.filter(bad), origin)
    return Rows(full.filter(~bad), pl.concat([chunk.rejected, lost]).sort("line"))


def _column(frame: pl.DataFrame, shape: Shape, role: str) -> pl.Series | None:
    """Return the column of a role; None where this chunk has none."""
    name = shape.columns.get(role)
    return frame[name] if name is not None and name in frame.columns else None


def _strings(values: pl.Series) -> pl.Series:
    """Return values as strings, empty ones as null."""
    if isinstance(values.dtype, pl.Struct):
        return values.struct.json_encode()
    if values.dtype.is_nested():
        whole = values.alias("it").to_frame().select(pl.struct("it").struct.json_encode())
        return whole.to_series().str.slice(6).str.head(-1)  # within {"it": ... }
    if values.dtype == pl.Binary:
        return values.cast(pl.String, strict=False)
    if values.dtype.is_float() and (values == values.floor()).all():
        values = values.cast(pl.Int64, strict=False)  # 3.0 is how pandas writes 3 beside a gap
    text = values.cast(pl.String)
    return pl.select(pl.when(text.str.len_bytes() > 0).then(text)).to_series()


def _named(frame: pl.DataFrame, shape: Shape, role: str, default: str) -> pl.Series:
    """Return a key column as trimmed strings."""
    values = _column(frame, shape, role)
    if values is None:
        fill = None if role in shape.columns else default
        return pl.repeat(fill, frame.height, dtype=pl.String, eager=True).alias(role)
    text = _strings(values).str.strip_chars()
    return pl.select(pl.when(text.str.len_bytes() > 0).then(text)).to_series().alias(role)


def sessions_of(frame: pl.DataFrame, shape: Shape, origin: Origin) -> pl.Series:
    """Return the session of each row; that of a table without the column is the file's stem."""
    if "session" not in shape.columns:
        return pl.repeat(origin.stem, frame.height, dtype=pl.String, eager=True).alias("session")
    names = _named(frame, shape, "session", "")
    return (f"{origin.stem}/" + names).alias("session") if origin.prefix else names


def _texts(frame: pl.DataFrame, shape: Shape) -> pl.Series:
    values = _column(frame, shape, "text")
    if values is None:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias("text")
    text = _strings(values)
    blank = text.str.strip_chars().str.len_bytes() == 0
    return pl.select(pl.when(~blank).then(text)).to_series().alias("text")


def _times(frame: pl.DataFrame, shape: Shape, role: str) -> pl.Series:
    values = _column(frame, shape, role)
    if values is None or not shape.habit.known:
        return pl.repeat(None, frame.height, dtype=pl.Float64, eager=True)
    return seconds(values, shape.habit, scale_of(values.name))


def _stops(frame: pl.DataFrame, shape: Shape, start: pl.Series) -> pl.Series:
    """Return the ends; one before its start is no end (it stays in `meta`)."""
    stop = _times(frame, shape, "stop")
    return pl.select(pl.when(stop >= start).then(stop)).to_series().alias("stop")


def _order(frame: pl.DataFrame, shape: Shape, time: pl.Series) -> pl.Series:
    """Return what the rows of a session are sorted by: the named place, else the time."""
    values = _column(frame, shape, "seq")
    if values is None:
        return time
    if values.dtype == pl.String:
        values = values.str.strip_chars()
    return values.cast(pl.Float64, strict=False)


def _meta(frame: pl.DataFrame, shape: Shape) -> pl.Series:
    """Return the other columns as one JSON object per row, null where there are none.

    Stop and seq stay in it as they were written, since the reader may change them.
    """
    used = {shape.columns.get(role) for role in ("session", "actor", "text", "time")}
    rest = [name for name in frame.columns if name not in used]
    if not rest:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias("meta")
    whole = pl.struct(pl.all()).struct.json_encode().alias("meta")
    return _plain(frame.select(rest)).select(whole).to_series()


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame that JSON can hold."""
    binary = [name for name in frame.columns if frame[name].dtype == pl.Binary]
    return frame.with_columns(pl.col(binary).bin.encode("base64")) if binary else frame


def _empty(values: pl.Series) -> pl.Series:
    """Tell which values are missing or, as strings, blank."""
    if values.dtype != pl.String:
        return values.is_null()
    return (values.str.strip_chars().str.len_bytes() == 0).fill_null(True)


def _reasons(frame: pl.DataFrame, shape: Shape, time: pl.Series) -> pl.Series:
    """Return why each row cannot be used; null for those that can."""
    reason: pl.Expr = pl.lit(None, pl.String)
    for role in ("session", "actor"):
        if role in shape.columns:
            values = _named(frame, shape, role, "")
            name = shape.columns[role]
            absent = pl.lit(f"no {role} in column {name!r}")
            reason = pl.when(reason.is_null() & values.is_null()).then(absent).otherwise(reason)
    if shape.habit.known:
        given = _column(frame, shape, "time")
        empty = pl.lit(True) if given is None else pl.lit(_empty(given))
        name = shape.columns["time"]
        kind = "date" if shape.habit.absolute else "clock time"
        unread = pl.lit(f"not a time that can be read as a {kind}, in column {name!r}")
        timeless = pl.when(empty).then(pl.lit(f"no time in column {name!r}")).otherwise(unread)
        reason = pl.when(reason.is_null() & time.is_null()).then(timeless).otherwise(reason)
    every = pl.DataFrame({"row": pl.int_range(frame.height, eager=True)})
    return every.select(reason.alias("reason")).to_series()


def _lost(frame: pl.DataFrame, line: pl.Series, reason: pl.Series, origin: Origin) -> pl.DataFrame:
    """Return rejected rows, each with what it held."""
    raw = _plain(frame).select(pl.struct(pl.all()).struct.json_encode())
    columns = {
        "file": pl.repeat(origin.label, frame.height, dtype=pl.String, eager=True),
        "line": line,
        "reason": reason,
        "raw": raw.to_series().str.head(LONGEST),
    }
    return pl.DataFrame(columns, schema=REJECTED)
