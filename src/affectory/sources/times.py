"""Written times -> seconds: dates since 1970 UTC, or the place on a recording's own clock.

Rows may be written in different ways; every way is tried on what the others left, over
whole columns. What is decided once per column is decided from all of it: whether it holds
dates or clock times, and whether 03/04 is the third of April or the fourth of March.
"""

__all__ = ["Habit", "readable", "scale_of", "seconds"]

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

Way = Callable[[pl.Series], pl.Series]  # written times -> seconds, null where it does not fit
EPOCH = 1e8  # numbers from here on (1973 in seconds) count from 1970, smaller ones from 0
SCALES = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))  # nano, micro, milliseconds: from, factor
NUMBER = r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*s?\s*$"
SPAN = r"^\s*\[?(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d+)?)\]?\s*$"
CLOCK = (
    r"(?:[T ,]+\s*(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*([AaPp]\.?\s?[Mm]\.?)?)?"
)
ZONE = r"\s*(?:(Z|z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?"
ISO = r"^\s*\[?(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + CLOCK + ZONE + r"\]?\s*$"
LOCAL = r"^\s*\[?(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}|\d{2})" + CLOCK + ZONE + r"\]?\s*$"
COMPACT = (
    r"^\s*((?:19|20)\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])(?:[T ]?(\d{2})(\d{2})(\d{2})?"
    r"(?:[.,](\d{1,9}))?())?" + ZONE + r"\s*$"
)
PARTS = ("hour", "minute", "second", "fraction", "half", "utc", "sign", "off_hour", "off_minute")
WORDED = (  # after the day's name and any comma are taken out
    "%d %b %Y %H:%M:%S %z",
    "%d %B %Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%d %B %Y %H:%M",
    "%d %b %Y %H:%M",
    "%B %d %Y %H:%M:%S",
    "%b %d %Y %H:%M:%S",
    "%B %d %Y %H:%M",
    "%b %d %Y %H:%M",
    "%B %d %Y %I:%M %p",
    "%b %d %Y %I:%M %p",
    "%b %d %Y %I:%M:%S %p",
    "%b %d %H:%M:%S %z %Y",
)
WORDED_DAYS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")


@dataclass(frozen=True)
class Habit:
    """How a column writes its times; habits of parts of a column are added with ``+``.

    Args:
        dates: Rows that are dates.
        spans: Rows that are clock times or small numbers.
        first: Largest first number of local dates such as 03/04/2024; 0 without any.
        second: Largest second number of them.
    """

    dates: int = 0
    spans: int = 0
    first: int = 0
    second: int = 0

    @classmethod
    def of(cls, written: pl.Series) -> "Habit":
        """Return the habit that the values of a column show."""
        number, text = _split(written)
        local = text.str.extract_groups(LOCAL).struct
        slashed = local.field("2") != "."
        dates = int((number.abs() >= EPOCH).sum()) + int(
            text.str.contains(r"\d{4}|\d[/.-]\d").sum()
        )
        spans = int((number.abs() < EPOCH).sum()) + int(text.str.contains(SPAN).sum())
        largest = [
            int(local.field(place).filter(slashed).cast(pl.Int64).max() or 0)  # type: ignore[arg-type]
            for place in ("1", "3")
        ]
        return cls(dates, spans, *largest)

    def __add__(self, other: "Habit") -> "Habit":
        """Return the habit of both parts of a column."""
        return Habit(
            self.dates + other.dates,
            self.spans + other.spans,
            max(self.first, other.first),
            max(self.second, other.second),
        )

    @property
    def absolute(self) -> bool:
        """Whether the column holds dates rather than places on a recording's clock."""
        return self.dates > self.spans

    @property
    def day_first(self) -> bool:
        """Whether 03/04 is the third of April: unless some month would be above twelve."""
        return self.second <= 12

    @property
    def ambiguous(self) -> bool:
        """Whether the column has local dates and none of them shows the order."""
        return 0 < self.first <= 12 and 0 < self.second <= 12

    @property
    def known(self) -> bool:
        """Whether the column has any time at all."""
        return bool(self.dates or self.spans)


def readable(values: pl.Series) -> pl.Series:
    """Tell which values can be read as a time of some kind. Boolean, length n."""
    return seconds(values, Habit(dates=1)).is_not_null() | seconds(values, Habit()).is_not_null()


def scale_of(name: str) -> float:
    """Return how many seconds one unit of a column of numbers has, from the column's name."""
    return 1e-3 if re.search(r"(?:ms|msecs?|millis|milliseconds)$", name.lower()) else 1.0


def seconds(written: pl.Series, habit: Habit, scale: float = 1.0) -> pl.Series:
    """Return the times in seconds, null where one is missing, unreadable or of another kind.

    Dates without a zone are taken as UTC. ``12:30`` is twelve minutes and thirty seconds.

    Args:
        written: Strings, numbers, dates or durations. Length n.
        habit: What the whole column shows.
        scale: Seconds in one unit of plain numbers that count from 0.

    Returns:
        Float64. Length n; seconds since 1970-01-01 UTC if ``habit.absolute``, else since
        the recording began.
    """
    number, text = _split(written)
    if habit.absolute:
        result = _epoch(number)
        ways: list[Way] = [_iso, _compact, lambda rest: _local(rest, habit.day_first), _worded]
    else:
        result = pl.select(pl.when(number.abs() < EPOCH).then(number * scale)).to_series()
        ways = [_span]
    for way in ways:
        left = (result.is_null() & text.is_not_null()).arg_true()
        if not len(left):
            break
        result = result.scatter(left, way(text.gather(left)))
    return result.alias(written.name)


def _split(written: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the values that are numbers (seconds of typed times included), and the others."""
    kind = written.dtype
    if kind.is_temporal():
        number = _typed(written)
    elif kind.is_float():
        number = written.cast(pl.Float64)
    else:
        text = written.cast(pl.String)
        number = text.str.strip_chars(" \ts").cast(pl.Float64, strict=False)
        plain = number.is_finite() & ~text.str.contains(COMPACT)
        number = pl.select(pl.when(plain).then(number)).to_series()
        return number, pl.select(pl.when(number.is_null()).then(text)).to_series()
    number = pl.select(pl.when(number.is_finite()).then(number)).to_series()
    return number, pl.repeat(None, len(written), dtype=pl.String, eager=True)


def _typed(written: pl.Series) -> pl.Series:
    """Return dates, datetimes, durations and times of day as seconds."""
    if isinstance(written.dtype, pl.Duration):
        return written.dt.total_microseconds() / 1e6
    if written.dtype == pl.Time:
        return written.cast(pl.Int64) / 1e9
    return written.cast(pl.Datetime("us")).cast(pl.Int64) / 1e6


def _epoch(number: pl.Series) -> pl.Series:
    """Return numbers since 1970 in seconds; their unit is told by their size, row by row."""
    size = pl.lit(number.abs())
    scaled = pl.when(size >= EPOCH).then(pl.lit(number)).otherwise(None)
    for least, factor in reversed(SCALES):
        scaled = pl.when(size >= least).then(pl.lit(number) * factor).otherwise(scaled)
    return pl.select(scaled).to_series()


def _span(text: pl.Series) -> pl.Series:
    """Read ``hh:mm:ss,ms`` and ``mm:ss``."""
    part = text.str.extract_groups(SPAN).struct
    hour = part.field("1").cast(pl.Float64).fill_null(0.0)
    minute = part.field("2").cast(pl.Float64)
    second = part.field("3").str.replace(",", ".", literal=True).cast(pl.Float64)
    total = 3600 * hour + 60 * minute + second
    return pl.select(pl.when((second < 60) & (minute < 60) | (hour == 0)).then(total)).to_series()


def _iso(text: pl.Series) -> pl.Series:
    """Read ISO 8601 and its relatives, with or without time, fraction and zone."""
    part = text.str.extract_groups(ISO).struct
    day = _days(part.field("1"), part.field("2"), part.field("3"))
    return day + _clock(part, 4)


def _compact(text: pl.Series) -> pl.Series:
    """Read the basic form of ISO 8601: 20240305, 20240305T060708Z."""
    part = text.str.extract_groups(COMPACT).struct
    day = _days(part.field("1"), part.field("2"), part.field("3"))
    return day + _clock(part, 4)


def _local(text: pl.Series, day_first: bool) -> pl.Series:
    """Read 31/12/2024 and 12/31/24; with points the day always comes first."""
    part = text.str.extract_groups(LOCAL).struct
    one, two, year = part.field("1"), part.field("3"), part.field("4")
    century = pl.when(year.str.len_bytes() == 2).then(pl.lit("20")).otherwise(pl.lit(""))
    full = pl.select(century + pl.lit(year)).to_series()
    swapped = pl.lit(part.field("2") != ".") & (not day_first)
    day = pl.select(pl.when(swapped).then(two).otherwise(one)).to_series()
    month = pl.select(pl.when(swapped).then(one).otherwise(two)).to_series()
    return _days(full, month, day) + _clock(part, 5)


def _days(year: pl.Series, month: pl.Series, day: pl.Series) -> pl.Series:
    """Return the seconds from 1970 to the beginning of a day, null if there is no such day."""
    written = pl.select(pl.format("{}-{}-{}", year, month, day)).to_series()
    return written.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int64) * 86400.0


def _clock(part: "pl.series.struct.StructNameSpace", start: int) -> pl.Series:
    """Return the seconds of a day in UTC from the groups that `CLOCK` and `ZONE` capture."""
    cell = {name: part.field(str(start + at)) for at, name in enumerate(PARTS)}
    hour = cell["hour"].cast(pl.Float64).fill_null(0.0)
    minute = cell["minute"].cast(pl.Float64).fill_null(0.0)
    second = cell["second"].cast(pl.Float64).fill_null(0.0)
    fraction = ("0." + cell["fraction"].fill_null("0")).cast(pl.Float64)
    half = cell["half"].str.to_lowercase().str.head(1).fill_null("")
    twelve = pl.select(
        pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    ).to_series()
    ahead = cell["off_hour"].cast(pl.Float64).fill_null(0.0) * 3600
    ahead = ahead + cell["off_minute"].cast(pl.Float64).fill_null(0.0) * 60
    ahead = pl.select(pl.when(cell["sign"] == "-").then(-ahead).otherwise(ahead)).to_series()
    total = twelve * 3600 + minute * 60 + second + fraction - ahead
    sound = (twelve < 24) & (minute < 60) & (second < 61)
    return pl.select(pl.when(sound).then(total)).to_series()


def _worded(text: pl.Series) -> pl.Series:
    """Read dates with the month's name, as in mail headers."""
    clean = (
        text.str.replace(r"^\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+", "")
        .str.replace_all(",", " ")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .str.replace(r" (?:GMT|UTC|Z)$", " +0000")
    )
    found = pl.repeat(None, len(text), dtype=pl.Float64, eager=True)
    for form in WORDED + WORDED_DAYS:
        if form in WORDED_DAYS:
            tried = clean.str.to_date(form, strict=False).cast(pl.Datetime("us"))
        else:
            tried = clean.str.to_datetime(form, strict=False, time_unit="us")
        found = found.fill_null(tried.dt.replace_time_zone(None).cast(pl.Int64) / 1e6)
    return found
