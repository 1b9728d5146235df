"""Markers of a population over days: what was counted, high periods, events, and what may follow.

One strip a marker. Dots are days; the line is a Gaussian-weighted mean, a guide for the eye that
breaks where days are missing. Shaded are high periods, dashed and numbered are events, and the
band at the right is a forecast.
"""

__all__ = ["markers"]

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from affectory.core.errors import NoRecords
from affectory.core.trajectory import Trajectory
from affectory.measure.forecasts import band
from affectory.show.canvas import SIZE, dress, smooth, thin
from affectory.show.palette import LIGHT, SPEAKERS, Theme

WIDTH, STRIP, EDGES = 720, 120, (64, 20, 40, 30)  # points; left, right, bottom, top
EASE = 3.0  # days of the guide for the eye, about a week wide
NAMED = 4  # events whose names are written; beyond, numbers alone
TICKS = 8


def markers(
    felt: Trajectory,
    *,
    axes: Sequence[str] | None = None,
    ahead: Trajectory | None = None,
    level: float = 0.9,
    high: pl.DataFrame | None = None,
    events: Sequence[tuple[float, str]] = (),
    theme: Theme = LIGHT,
) -> Figure:
    """Return a figure with a strip for each marker of one population.

    Args:
        felt: One state a day, of one session.
        axes: Which markers; all if None.
        ahead: What may follow, with spread.
        level: Share that the drawn band of `ahead` is to hold.
        high: High periods: columns axis, first and last.
        events: Day and name of each; those outside of the picture are left out.
        theme: Whose colours.

    Raises:
        NoRecords: if no day is known.
        BadChoice: if there is no such marker.
    """
    if not len(felt) or felt.missing.all():
        raise NoRecords("show.markers", "give days with enough posts")
    names = tuple(felt.space.names if axes is None else axes)
    columns = [felt.space.index(name) for name in names]
    ends = felt.start[0], (felt if ahead is None else ahead).stop[-1]
    seen = [event for event in sorted(events) if ends[0] <= event[0] <= ends[1]]
    figure, strips = _strips(len(names), theme)
    for place, (name, at, ax) in enumerate(zip(names, columns, strips, strict=True)):
        colour = theme[f"s{place % SPEAKERS}"]
        for first, last in _spans(high, name):
            ax.axvspan(first, last + 1, color=colour, alpha=0.14, linewidth=0, gid="high")
        _days(ax, felt, at, colour)
        if ahead is not None:
            _ahead(ax, ahead, at, level, colour)
        for day, _ in seen:
            ax.axvline(day, color=theme["muted"], linewidth=0.9, dashes=(3, 3), gid="event")
        ax.set_title(name.replace("_", " "), loc="left", fontsize=SIZE, color=theme["ink"])
        ax.set_xlim(*ends)
        ax.margins(y=0.12)
        ax.yaxis.set_major_formatter(lambda y, _: f"{y:.1%}" if y < 0.1 else f"{y:.0%}")
        ax.yaxis.set_major_locator(MaxNLocator(4))
    _dates(strips[-1], ends)
    _named(strips[0], seen, theme)
    return figure


def _strips(n: int, theme: Theme) -> tuple[Figure, list[Axes]]:
    """Return a figure with n strips above each other that share their days."""
    left, right, bottom, top = EDGES
    height = n * STRIP + bottom + top
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
    strips = []
    for at in range(n):
        low = (bottom + (n - 1 - at) * STRIP) / height
        box = (left / WIDTH, low, 1 - (left + right) / WIDTH, (STRIP - 34) / height)
        ax = dress(figure.add_axes(box), theme)
        ax.set_xticks([])
        strips.append(ax)
    return figure, strips


def _spans(high: pl.DataFrame | None, axis: str) -> list[tuple[float, float]]:
    if high is None:
        return []
    return [(first, last) for first, last in high.filter(axis=axis).select("first", "last").rows()]


def _days(ax: Axes, felt: Trajectory, at: int, colour: str) -> None:
    t, value = felt.start + 0.5, felt.values[:, at].astype(np.float64)
    some = thin(t, value)
    ax.plot(t[some], value[some], ".", color=colour, markersize=3, alpha=0.45, gid="days")
    ax.plot(t, smooth(t, value, EASE), color=colour, linewidth=1.8, gid="guide")


def _ahead(ax: Axes, ahead: Trajectory, at: int, level: float, colour: str) -> None:
    t, value = ahead.start + 0.5, ahead.values[:, at].astype(np.float64)
    ax.plot(t, value, color=colour, linewidth=1.4, dashes=(2, 1.5), gid="ahead")
    if ahead.spread is not None:
        low, high = band(value, ahead.spread[:, at], level)
        axis = ahead.space.axes[at]
        low, high = np.clip([low, high], axis.low, axis.high)
        ax.fill_between(t, low, high, color=colour, alpha=0.2, linewidth=0, gid="band")


def _dates(ax: Axes, ends: tuple[float, float]) -> None:
    """Write dates below the last strip: first days of months where there are several."""
    begin = date(1970, 1, 1)
    days = [begin + timedelta(int(day)) for day in np.arange(np.floor(ends[0]), ends[1])]
    firsts = [day for day in days if day.day == 1]
    marks = firsts if len(firsts) >= 3 else days
    marks = marks[:: max(1, -(-len(marks) // TICKS))]
    face = "%b %Y" if len(firsts) >= 3 else "%d %b"
    words = [f"{day:{face}}".lstrip("0") for day in marks]
    ax.set_xticks([(day - begin).days for day in marks], words)


def _named(ax: Axes, events: Sequence[tuple[float, str]], theme: Theme) -> None:
    """Write numbers above the events, and names above the figure where they are few."""
    for number, (day, _) in enumerate(events, 1):
        ax.annotate(
            str(number), (day, 1), (0, 2), xycoords=("data", "axes fraction"), ha="center",
            textcoords="offset points", fontsize=SIZE - 2, color=theme["muted"],
        )  # fmt: skip
    told = [f"{number} {name}" for number, (_, name) in enumerate(events[:NAMED], 1)]
    if told and ax.figure is not None:
        rest = " ..." if len(events) > NAMED else ""
        text = ax.figure.text(
            EDGES[0] / WIDTH, 0.99, "   ".join(told) + rest, va="top", fontsize=SIZE - 1,
            color=theme["muted"],
        )  # fmt: skip
        text.set_parse_math(False)  # a name is a name, also "$x$"
