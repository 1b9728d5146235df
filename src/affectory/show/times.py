"""Times as a person says them: turn 3, 1:05, day 12, 3 Mar 2026.

Within a session times count from its beginning; the first turn, step, token or day is
number 1. Not here: any change to the times themselves.
"""

__all__ = ["bounds", "date", "length", "ticks", "when"]

import math
from datetime import UTC, datetime

import polars as pl

from affectory.core.records import Clock

_NOUNS = {Clock.TURNS: "turn", Clock.STEPS: "step", Clock.TOKENS: "token", Clock.DAYS: "day"}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_LONG = 4  # hours after which seconds are no longer said
_STEPS_OF_SECONDS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
    _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY, 90 * _DAY, 365 * _DAY,
)  # fmt: skip
EPOCH = 1e8  # seconds later than this (1973) are read as dates, not as offsets


def when(clock: Clock, elapsed: float) -> str:
    """Return the moment `elapsed` clock units after the beginning of a session.

    Example:
        >>> when(Clock.TURNS, 0.0), when(Clock.SECONDS, 65.0), when(Clock.DAYS, 11.0)
        ('turn 1', '1:05', 'day 12')
    """
    if clock is Clock.SECONDS:
        return _clock_face(elapsed)
    return f"{_NOUNS[clock]} {elapsed + 1:,.0f}"


def length(clock: Clock, units: float) -> str:
    """Return a duration in words.

    Example:
        >>> length(Clock.SECONDS, 754.0), length(Clock.TURNS, 1.0), length(Clock.SECONDS, 3e6)
        ('12 min 34 s', '1 turn', '34 days 17 h')
    """
    if clock is not Clock.SECONDS:
        return _count(units, _NOUNS[clock])
    if units < _MINUTE:
        return f"{units:.0f} s"
    for unit, name, part, piece in (
        (_DAY, "day", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s"),
    ):  # fmt: skip
        if units >= unit:
            whole, rest = int(units // unit), int(units % unit // part)
            head = _count(whole, name) if name == "day" else f"{whole} {name}"
            return f"{head} {rest} {piece}" if rest else head
    raise AssertionError


def date(seconds: float) -> str:
    """Return the day of an absolute time, or an empty string for a relative one.

    Example:
        >>> date(1_772_496_000.0), date(12.0)
        ('3 Mar 2026', '')
    """
    if not EPOCH < seconds < 1e11:
        return ""
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day.day} {day:%b %Y}"


def bounds(frame: pl.DataFrame) -> tuple[float, float]:
    """Return when the first record of `frame` starts and the last one stops."""
    ends = frame.select(low=pl.col("start").min(), high=pl.col("stop").max()).row(0)
    return float(ends[0]), float(ends[1])


def ticks(clock: Clock, span: float, most: int = 7) -> tuple[list[float], list[str], str]:
    """Return where to mark an axis of `span` clock units, the words there, and its title."""
    if clock is Clock.SECONDS:
        step = next((s for s in _STEPS_OF_SECONDS if span / s <= most), math.ceil(span / most))
        at = [float(k * step) for k in range(int(span // step) + 1)]
        if step >= _DAY:
            return at, [f"{t / _DAY:.0f}" for t in at], "days since the beginning"
        face = "h:mm" if span >= _HOUR and step >= _MINUTE else "m:ss"
        words = [_hours(t) if face == "h:mm" else _clock_face(t) for t in at]
        return at, words, f"time ({face})"
    step = _round_step(span / most)
    at = [0.0, *(float(k * step - 1) for k in range(1, int((span + 1) // step) + 1))]
    at = [at[0], *(t for t in at[1:] if t >= min(step, span) * 0.5)]
    return at, [f"{t + 1:,.0f}" for t in at], _NOUNS[clock]


def _round_step(least: float) -> int:
    """Return the least of 1, 2, 5, 10, ... that is not below `least`."""
    if least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(least))
    return int(next(m * power for m in (1, 2, 5, 10) if m * power >= least))


def _clock_face(seconds: float) -> str:
    """Return m:ss, then h:mm:ss, then rounder words: nobody needs the second after four hours."""
    whole = round(seconds)
    hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
    if hours >= 24:
        return f"day {hours // 24 + 1}, {hours % 24} h"
    if hours >= _LONG:
        return f"{hours} h {minutes:02d}"
    rest = f"{whole % _MINUTE:02d}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"


def _hours(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02d}"


def _count(n: float, noun: str) -> str:
    return f"{n:,.0f} {noun}{'' if round(n) == 1 else 's'}"
