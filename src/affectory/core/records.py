"""What was perceived, when, and from whom: many sessions in one columnar table.

A batch of whole sessions is the unit of work, of privacy, of splitting and of scale. A
Session is a view of one slice of the table, never a heap of objects.
"""

__all__ = ["COLUMNS", "Channel", "Clock", "Records", "Session"]

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadColumn, BadValues, ClockMismatch, MissingExtra
from affectory.core.groups import Names


class Clock(StrEnum):
    """The unit in which a batch counts time."""

    SECONDS = "seconds"  # absolute times are seconds since 1970-01-01 UTC
    TURNS = "turns"
    DAYS = "days"
    STEPS = "steps"
    TOKENS = "tokens"


class Channel(StrEnum):
    """The sense through which a record came."""

    TEXT = "text"
    VOICE = "voice"
    FACE = "face"
    SCENE = "scene"
    BODY = "body"
    LIFE = "life"
    TRACE = "trace"
    MIND = "mind"


COLUMNS: dict[str, Any] = {
    "session": pl.String,  # which conversation, recording or life
    "seq": pl.Int64,  # place within the session, from 0
    "actor": pl.String,  # who
    "channel": pl.String,
    "start": pl.Float64,  # in units of the clock
    "stop": pl.Float64,
    "text": pl.String,
    "samples": pl.List(pl.Float32),  # signal payload, `rate` a second
    "uri": pl.String,  # payload kept outside the table
    "rate": pl.Float64,
    "meta": pl.String,  # whatever else the source said of this row, as one JSON object
}
NEEDED = ("session", "actor")


@dataclass(frozen=True, eq=False)
class Records:
    """Records of many sessions, sorted by session (in order of appearance) and `seq`.

    Args:
        frame: A polars frame with at least `session` and `actor`. Missing columns of
            `COLUMNS` are filled: `seq` counts within the session, `start` is `seq`
            (allowed on the turn and step clocks only), `stop` is `start`, or one later on
            the turn clock, `channel` is text. Further columns are refused: put them into
            `meta`.
        clock: The unit of `start` and `stop`.

    Raises:
        BadColumn: if `session` or `actor` is missing.
        BadValues: if a column is unknown, a key is null, a time is not finite, or `stop`
            precedes `start`.

    Example:
        >>> import polars as pl
        >>> from affectory.core.records import Records
        >>> talk = pl.DataFrame({"session": "s", "actor": ["ann", "bo"], "text": ["hi", "ho"]})
        >>> [len(session) for session in Records(talk)]
        [2]
    """

    frame: pl.DataFrame
    clock: Clock = Clock.TURNS
    _checked: bool = field(default=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Complete, check and sort the frame once."""
        if not self._checked:
            object.__setattr__(self, "frame", _legal(self.frame, Clock(self.clock)))
            object.__setattr__(self, "clock", Clock(self.clock))

    def __len__(self) -> int:
        """Return how many records there are."""
        return self.frame.height

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same records on the same clock."""
        if not isinstance(other, Records):
            return NotImplemented
        return self.clock is other.clock and self.frame.equals(other.frame)

    __hash__ = None  # type: ignore[assignment]  # `digest` is the hash of a table

    def __iter__(self) -> Iterator["Session"]:
        """Yield each session in order of appearance."""
        for name, low, high in zip(self.sessions, self.offsets[:-1], self.offsets[1:], strict=True):
            yield Session(name, self.frame[int(low) : int(high)], self.clock)

    def __getitem__(self, session: str) -> "Session":
        """Return the session called `session`.

        Raises:
            BadChoice: if there is none of that name.
        """
        if session not in self.sessions:
            raise BadChoice("session", session, self.sessions[:20])
        at = self.sessions.index(session)
        low, high = int(self.offsets[at]), int(self.offsets[at + 1])
        return Session(session, self.frame[low:high], self.clock)

    @cached_property
    def names(self) -> tuple[Names, Names]:
        """Session and actor of each row; encoded once for all states of these records."""
        return Names.of(self.frame["session"]), Names.of(self.frame["actor"])

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """Where each session begins, and the total. Shape (sessions + 1,)."""
        names = self.frame["session"]
        starts = (names != names.shift(1)).fill_null(True).arg_true().to_numpy()
        return np.append(starts, len(names)).astype(np.int64)

    @cached_property
    def sessions(self) -> tuple[str, ...]:
        """The names of the sessions, in order."""
        return tuple(self.frame["session"].gather(self.offsets[:-1]).to_list())

    @property
    def actors(self) -> tuple[str, ...]:
        """The names of the actors, in order of appearance."""
        return tuple(self.frame["actor"].unique(maintain_order=True).to_list())

    def where(self, keep: pl.Expr) -> Self:
        """Return the records for which the polars expression `keep` is true."""
        return replace(self, frame=self.frame.filter(keep), _checked=True)

    def on(self, channel: Channel) -> Self:
        """Return the records of one channel."""
        return self.where(pl.col("channel") == channel.value)

    def meta(self, key: str) -> pl.Series:
        """Return what `meta` says under `key`, as strings, null where absent. Length n."""
        path = '$["' + key.replace('"', '\\"') + '"]'
        return self.frame["meta"].str.json_path_match(path).alias(key)

    def batches(self, size: int) -> Iterator[Self]:
        """Yield batches of whole sessions with about `size` records each (at least one session).

        Raises:
            BadChoice: if `size` is below one.
        """
        if size < 1:
            raise BadChoice("size", size, "an integer >= 1")
        low = 0
        while low < len(self.offsets) - 1:
            high = int(np.searchsorted(self.offsets, self.offsets[low] + size, side="right")) - 1
            high = max(high, low + 1)
            rows = self.frame[int(self.offsets[low]) : int(self.offsets[high])]
            yield replace(self, frame=rows, _checked=True)
            low = high

    def digest(self) -> str:
        """Return a hash of the content, the same for equal records however they are held."""
        total = hashlib.blake2b(self.clock.value.encode(), digest_size=16)
        for name in COLUMNS:
            for part in _content(self.frame[name]):
                total.update(part)
        return total.hexdigest()

    def to_polars(self) -> pl.DataFrame:
        """Return the frame itself."""
        return self.frame

    def to_pandas(self) -> Any:
        """Return a pandas frame.

        Raises:
            MissingExtra: if pandas and pyarrow are not installed.
        """
        try:
            return self.frame.to_pandas()
        except ImportError as error:
            raise MissingExtra("pandas", "pandas", "Records.to_pandas") from error

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the table on through the Arrow C interface, without a copy."""
        return self.frame.__arrow_c_stream__(requested_schema)

    @classmethod
    def concat(cls, batches: Sequence["Records"]) -> Self:
        """Return the records of all `batches` in one.

        Raises:
            BadValues: if there is no batch.
            ClockMismatch: if the clocks differ.
        """
        if not batches:
            raise BadValues("Records.concat", "no batch", "at least one")
        for batch in batches:
            if batch.clock is not batches[0].clock:
                raise ClockMismatch(batch.clock, batches[0].clock, "Records.concat")
        return cls(pl.concat([batch.frame for batch in batches]), batches[0].clock)


@dataclass(frozen=True)
class Session:
    """A view of the records of one session, in order.

    Args:
        name: Name of the session.
        frame: The slice of the table.
        clock: Unit of its times.
    """

    name: str
    frame: pl.DataFrame
    clock: Clock

    def __len__(self) -> int:
        """Return how many records the session has."""
        return self.frame.height

    @property
    def actors(self) -> tuple[str, ...]:
        """Who takes part, in order of appearance."""
        return tuple(self.frame["actor"].unique(maintain_order=True).to_list())

    @property
    def records(self) -> Records:
        """The session as a batch of one."""
        return Records(self.frame, self.clock, _checked=True)


def _legal(frame: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    """Return `frame` with all of `COLUMNS`, checked and sorted."""
    for name in NEEDED:
        if name not in frame.columns:
            raise BadColumn(name, frame.columns, "name it, or read the file with sources.read")
    extra = [name for name in frame.columns if name not in COLUMNS]
    if extra:
        raise BadValues("records", f"unknown columns {extra}", list(COLUMNS), "move them to meta")
    full = _completed(frame, clock)
    _check_keys(full)
    _check_times(full)
    return _sorted(full)


def _completed(frame: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    """Fill the columns that can be filled honestly, and cast all of them."""
    have = set(frame.columns)
    if "seq" not in have:
        frame = frame.with_columns(pl.int_range(pl.len()).over("session").alias("seq"))
    if "start" not in have:
        if clock not in (Clock.TURNS, Clock.STEPS):
            raise BadValues("records", f"no start on the {clock} clock", "times", "use turns")
        frame = frame.with_columns(pl.col("seq").alias("start"))
    if "channel" not in have:
        frame = frame.with_columns(pl.lit(Channel.TEXT.value).alias("channel"))
    absent = [pl.lit(None, kind).alias(n) for n, kind in COLUMNS.items() if n not in frame.columns]
    full = frame.with_columns(absent).select(pl.col(n).cast(kind) for n, kind in COLUMNS.items())
    length = 1.0 if clock is Clock.TURNS else 0.0
    return full.with_columns(pl.col("stop").fill_null(pl.col("start") + length))


def _check_keys(frame: pl.DataFrame) -> None:
    for name in ("session", "seq", "actor", "channel"):
        if frame[name].null_count():
            row = frame[name].is_null().arg_true()[0]
            raise BadValues("records", f"null {name} in row {row}", "a value in every row")
    unknown = set(frame["channel"].unique()) - {channel.value for channel in Channel}
    if unknown:
        raise BadChoice("channel", min(unknown), [channel.value for channel in Channel])


def _check_times(frame: pl.DataFrame) -> None:
    start, stop = frame["start"], frame["stop"]
    lost = ~(start.is_finite() & stop.is_finite()).fill_null(False)
    if lost.any():
        row = lost.arg_true()[0]
        raise BadValues("records", f"start {start[row]} in row {row}", "finite times")
    if (stop < start).any():
        row = (stop < start).arg_true()[0]
        raise BadValues(
            "records", f"stop {stop[row]} before start {start[row]} in row {row}", "later"
        )


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort by session in order of appearance, then by seq; a no-op where that holds already."""
    keyed = frame.with_row_index("_row").with_columns(
        pl.col("_row").first().over("session").alias("_place")
    )
    place, seq = pl.col("_place"), pl.col("seq")
    falls = (place > place.shift(-1)) | ((place == place.shift(-1)) & (seq > seq.shift(-1)))
    if keyed.select(falls.any()).item():
        keyed = keyed.sort("_place", "seq", maintain_order=True)
    return keyed.drop("_row", "_place")


def _content(column: pl.Series) -> Iterator[bytes]:
    """Yield nulls, lengths and values of a column as bytes, whatever its memory looks like."""
    yield np.packbits(column.is_null().to_numpy()).tobytes()
    if column.dtype == pl.String:
        said = column.fill_null("")
        yield said.str.len_bytes().to_numpy().tobytes()
        yield str(said.str.join("").item() or "").encode()
    elif column.dtype == pl.List:
        yield column.list.len().fill_null(0).to_numpy().tobytes()
        yield from _content(column.explode())
    else:
        yield column.fill_null(0).to_numpy().tobytes()
