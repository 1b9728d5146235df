"""Numbers and facts as short words and sentences."""

__all__ = ["DASH", "MINUS", "amounts", "count", "listed", "number", "quantity", "signed", "story"]

import math
from collections.abc import Sequence
from typing import TypeGuard

from affectory.core.trajectory import Clock
from affectory.show import times
from affectory.show.canvas import Line

DASH = "\N{EN DASH}"  # stands for what is undefined
MINUS = "\N{MINUS SIGN}"
_TIMES = ("_time", "half_life", "lag")  # measures that are durations


def number(value: float | None, digits: int = 2) -> str:
    """Return a number with a true minus, thousands apart, or a dash for what is undefined.

    Example:
        >>> number(0.123), number(12345.0, 0), number(float("nan")) == DASH
        ('0.12', '12,345', True)
    """
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def signed(value: float | None, digits: int = 2) -> str:
    """Return a number with its sign, plus as well as minus.

    Example:
        >>> signed(0.5), signed(-0.5) == f"{MINUS}0.50", signed(0.001)
        ('+0.50', True, '0.00')
    """
    text = number(value, digits)
    return f"+{text}" if text.strip("0.,") and text[0] not in MINUS + DASH else text


def count(n: int, noun: str) -> str:
    """Return "1 turn", "2 turns", "no turns".

    Example:
        >>> count(1, "turn"), count(1200, "turn"), count(2, "person|people")
        ('1 turn', '1,200 turns', '2 people')
    """
    one, _, many = noun.partition("|")
    word = one if n == 1 else (many or f"{one}s")
    return f"{n:,} {word}" if n else f"no {word}"


def listed(words: Sequence[str], most: int = 4) -> str:
    """Return "a, b and c", or "a, b, c and 9 more".

    Example:
        >>> listed(["a", "b", "c"]), listed(list("abcdef"), 2)
        ('a, b and c', 'a, b and 4 more')
    """
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most:,} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def quantity(name: str, value: float | None, unit: str = "") -> str:
    """Return a measure with its unit, as people say it; a dash for what is undefined.

    Speeds per second become speeds per minute, hour or day, times become minutes and hours.

    Example:
        >>> quantity("slope", 0.0012, "value / seconds"), quantity("half_life", 95.0, "seconds")
        ('0.072 / min', '1 min 35 s')
        >>> quantity("change", 12.0, "SUDS"), quantity("mean", 0.25)
        ('12.0 SUDS', '0.25')
    """
    (words,), tail = amounts(name, (value,), unit)
    return words if words == DASH else f"{words} {tail}".strip()


def amounts(
    name: str, values: Sequence[float | None], unit: str = ""
) -> tuple[tuple[str, ...], str]:
    """Return measures in one number of digits, and the unit that stands behind them.

    Example:
        >>> amounts("mean", (0.03, 0.29))
        (('0.03', '0.29'), '')
    """
    what, _, per = (part.strip() for part in unit.partition("/"))
    what = what.removeprefix("value^2").removeprefix("value").replace("1", "").strip("* ")
    known = [value for value in values if value is not None and math.isfinite(value)]
    if what == "seconds" and not per and name.endswith(_TIMES) and min(known, default=0.0) >= 0:
        return tuple(times.length(Clock.SECONDS, v) if _is(v) else DASH for v in values), ""
    size = max(map(abs, known), default=0.0)
    scale, per = _speed(size) if per == "seconds" else (1.0, per.removesuffix("s"))
    tail = f"{what} / {per}" if per else what
    said = (_three(v * scale, size * scale) if _is(v) else DASH for v in values)
    return tuple(said), tail.strip()


def _speed(size: float) -> tuple[float, str]:
    """Return the unit of time that makes a speed per second a number easy to read."""
    units = ((60.0, "min"), (3_600.0, "h"), (86_400.0, "day"))
    return next((unit for unit in units if size * unit[0] >= 0.01), units[0 if not size else -1])


def _is(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _three(value: float, size: float) -> str:
    """Return as many digits as a number of that `size` needs to show two or three."""
    if size == 0:
        return "0"
    if size < 0.0005:
        return f"{value:.1e}".replace("-", MINUS)
    return number(value, 3 if size < 0.1 else 2 if size < 10 else 1 if size < 1000 else 0)


def story(line: Line, axis: str, clock: Clock) -> str:
    """Return in one sentence how one actor's line goes; what a picture's reader would say."""
    known = line.known
    n = int(known.sum())
    if n == 0:
        return f"{line.actor} has no reading."
    t, value = line.t[known], line.value[known]
    if n < 3:
        return f"{axis.capitalize()} of {line.actor}: {listed([signed(v) for v in value])}."
    third = n // 3
    first, last = float(value[:third].mean()), float(value[-third:].mean())
    verb = "rises" if last - first > 0.1 else "falls" if first - last > 0.1 else "stays level"
    top, low = int(value.argmax()), int(value.argmin())
    return (
        f"{axis.capitalize()} of {line.actor} {verb}, {signed(first)} in the first third of the "
        f"turns and {signed(last)} in the last; highest {signed(float(value[top]))} at "
        f"{times.when(clock, t[top])}, lowest {signed(float(value[low]))} at "
        f"{times.when(clock, t[low])}."
    )
