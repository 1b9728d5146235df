"""The trajectory of each actor over a session, with what is uncertain and what is missing."""

__all__ = ["arc"]

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from affectory.core.space import Axis
from affectory.core.trajectory import Trajectory
from affectory.show.canvas import SIZE, Floats, Line, blank, dress, lines, only, smooth, thin
from affectory.show.palette import LIGHT, MARKERS, SPEAKERS, Theme, speakers
from affectory.show.timeline import Timeline, timeline
from affectory.show.view import bound
from affectory.show.wording import signed

ENDS = {
    "valence": ("unpleasant", "pleasant"),
    "arousal": ("calm", "activated"),
    "dominance": ("overpowered", "in control"),
}
SPARSE = 9  # states of one actor up to which no guide for the eye is drawn
EASE = 18  # the guide's kernel is this fraction of the session


def arc(
    felt: Trajectory,
    session: str | None = None,
    axis: str = "valence",
    *,
    places: Mapping[str, int] | None = None,
    homes: Mapping[str, tuple[float, float]] | None = None,
    changes: Sequence[float] = (),
    in_order: bool | None = None,
    view: Axis | None = None,
    peaks: bool = True,
    legend: bool = True,
    theme: Theme = LIGHT,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with one line per actor over time.

    Dots are states. A missing state breaks the line and leaves a cross at the foot. The ribbon
    is one standard deviation of a state, where the method gives one. With more than nine states
    of an actor a Gaussian-weighted mean, a guide for the eye, is drawn through the dots.

    Args:
        felt: States in any Space that has `axis`.
        session: Which session; None where there is only one.
        axis: Which axis of the Space.
        places: Palette place of each actor; by the order of their names if None.
        homes: Low and high end of the home base of each actor, drawn at the right edge.
        changes: Times of change, in clock units since the beginning of the session.
        in_order: Whether states stand turn by turn rather than by time; None chooses turn by
            turn where one silence would fill more than a quarter of the picture.
        view: The axis with the ends that are drawn; its own if None. See `view.closer`.
        peaks: Whether to write the greatest and the least value beside their dots.
        legend: Whether to name the actors above the axes.
        theme: Colours.
        ax: Axes to draw on; new ones on a Figure of 10 by 4 inches if None.

    Raises:
        NoRecords: if the session has no state.
        BadChoice: if the Space has no such axis.

    Example:
        >>> from affectory.core.trajectory import Clock
        >>> from affectory.represent.vocabularies import VALENCE
        >>> walk = [[-0.4], [float("nan")], [0.5]]
        >>> felt = Trajectory(VALENCE, Clock.TURNS, ["s"] * 3, ["ann"] * 3, *[[0, 1, 2]] * 2, walk)
        >>> [line.get_gid() for line in arc(felt).lines if line.get_gid()]
        ['line', 'states', 'gaps']
    """
    drawn = lines(felt, session, axis)
    scale = felt.space.axes[felt.space.index(axis)] if view is None else view
    time = timeline(felt, only(felt, session), in_order)
    places = speakers(line.actor for line in drawn) if places is None else places
    ax = blank(720, 290, (44, 30, 42, 26)) if ax is None else ax
    dress(ax, theme)
    _ground(ax, scale, time, theme)
    _homes(ax, homes or {}, scale, places, theme)
    for x in time.place(np.asarray(changes, dtype=np.float64)):
        ax.axvline(x, color=theme["accent"], linewidth=1.4, dashes=(2, 3), zorder=1.5, gid="change")
    for line in drawn:
        place = places[line.actor]
        _trace(ax, line, time, scale, theme[f"s{place % SPEAKERS}"], MARKERS[place % len(MARKERS)])
    if peaks:
        _extremes(ax, drawn, time, theme, places)
    if legend:
        _legend(ax, drawn, theme, places)
    return ax


def _ground(ax: Axes, scale: Axis, time: Timeline, theme: Theme) -> None:
    """Draw what the axes mean: ends in words, rest as a line, time in human units."""
    reach = scale.high - scale.low
    pad = 0.025 * time.span
    ax.set(ylim=(scale.low - 0.17 * reach, scale.high + 0.05 * reach))
    ax.set(xlim=(-pad, time.span + pad))
    marks = sorted({scale.low, scale.rest, scale.high})
    ax.set_yticks(marks, [bound(y, scale) for y in marks])
    for y in np.linspace(scale.low, scale.high, 5):
        ax.axhline(y, color=theme["line"], linewidth=0.6, zorder=0.8)
    ax.axhline(scale.rest, color=theme["line"], linewidth=1.8, zorder=0.9)
    low, high = ENDS.get(scale.name, (f"no {scale.name}", f"most {scale.name}"))
    for word, y, rise in ((high, scale.high, 9), (low, scale.low, -9)):
        ax.annotate(
            word, (0, y), (-31, rise), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="bottom" if rise > 0 else "top", fontsize=SIZE - 1,
            style="italic", color=theme["muted"], zorder=5,
        )  # fmt: skip
    at, words, title = time.ticks()
    ax.set_xticks(at, words)
    ax.set_xlabel(title)
    _silences(ax, time, theme)


def _silences(ax: Axes, time: Timeline, theme: Theme) -> None:
    for x, words in time.silences():
        ax.axvline(x, color=theme["muted"], linewidth=1, dashes=(1, 3), zorder=1, gid="silence")
        ax.annotate(
            f"{words} later", (x, 1), (0, 3), xycoords=("data", "axes fraction"), ha="center",
            textcoords="offset points", fontsize=SIZE - 1, color=theme["muted"],
        )  # fmt: skip


def _homes(
    ax: Axes,
    homes: Mapping[str, tuple[float, float]],
    scale: Axis,
    places: Mapping[str, int],
    theme: Theme,
) -> None:
    """Draw where each actor dwells as a bar beside the axes."""
    for at, actor in enumerate(sorted(set(homes) & set(places))):
        low, high = np.clip(homes[actor], scale.low, scale.high)
        x = 1.012 + 0.011 * at
        ax.plot(
            [x, x], [low, high], transform=ax.get_yaxis_transform(), clip_on=False, linewidth=4.5,
            color=theme[f"s{places[actor] % SPEAKERS}"], alpha=0.6, gid="home",
            solid_capstyle="round",
        )  # fmt: skip


def _trace(ax: Axes, line: Line, time: Timeline, scale: Axis, colour: str, marker: str) -> None:
    """Draw the ribbon, the line, the dots and the gaps of one actor."""
    at = thin(line.t, line.value)
    x, value = time.place(line.t)[at], line.value[at]
    many = int(line.known.sum()) > SPARSE
    middle = smooth(time.place(line.t), line.value, time.span / EASE)[at] if many else value
    _ribbon(ax, x, middle, _width(line)[at], scale, colour)
    wide, alpha = (0.9, 0.32) if many else (2.2, 1.0)
    ax.plot(x, value, color=colour, zorder=2, gid="line", lw=wide, alpha=alpha)
    ax.plot(
        x, value, color=colour, linestyle="none", marker=marker, markeredgewidth=0, zorder=3,
        markersize=4.2 if many else 6.5, alpha=0.55 if many else 1.0, gid="states",
    )  # fmt: skip
    if many:
        ax.plot(x, middle, color=colour, linewidth=3, solid_capstyle="round", zorder=4, gid="guide")
    lost = time.place(line.t[~line.known])
    if len(lost):
        foot = np.full(len(lost), scale.low - 0.135 * (scale.high - scale.low))
        ax.plot(
            lost, foot, linestyle="none", marker="x", markersize=4.5, markeredgewidth=1.3,
            color=colour, zorder=3, clip_on=False, gid="gaps",
        )  # fmt: skip


def _width(line: Line) -> Floats:
    """Return a ribbon's half width: the actor's typical spread where there are many states."""
    if not np.isfinite(line.spread).any() or int(line.known.sum()) <= SPARSE:
        return line.spread
    return np.full(len(line.t), float(np.sqrt(np.nanmean(line.spread**2))))


def _ribbon(ax: Axes, x: Floats, middle: Floats, width: Floats, scale: Axis, colour: str) -> None:
    if np.isfinite(width).any():
        low, high = np.clip([middle - width, middle + width], scale.low, scale.high)
        ax.fill_between(x, low, high, color=colour, alpha=0.11, linewidth=0, zorder=1, gid="ribbon")


def _extremes(
    ax: Axes, drawn: Sequence[Line], time: Timeline, theme: Theme, places: Mapping[str, int]
) -> None:
    """Write the greatest and the least value of the session beside their dots."""
    known = [line for line in drawn if line.known.any()]
    if not known:
        return
    top = max(known, key=lambda line: float(np.nanmax(line.value)))
    low = min(known, key=lambda line: float(np.nanmin(line.value)))
    marks = [(top, int(np.nanargmax(top.value)), 8), (low, int(np.nanargmin(low.value)), -8)]
    for line, at, rise in marks if marks[0][:2] != marks[1][:2] else marks[:1]:
        ax.annotate(
            signed(float(line.value[at])), (float(time.place(line.t)[at]), line.value[at]),
            (0, rise), textcoords="offset points", ha="center",
            va="bottom" if rise > 0 else "top", fontsize=SIZE, fontweight="bold",
            color=theme[f"s{places[line.actor] % SPEAKERS}"], zorder=6, gid="peak",
        )  # fmt: skip


def _legend(ax: Axes, drawn: Sequence[Line], theme: Theme, places: Mapping[str, int]) -> None:
    keys = [
        Line2D(
            [], [], color=theme[f"s{places[line.actor] % SPEAKERS}"], linewidth=2.2, markersize=6.5,
            marker=MARKERS[places[line.actor] % len(MARKERS)], label=line.actor,
        )
        for line in drawn[:SPEAKERS]
    ]  # fmt: skip
    box = ax.legend(
        handles=keys, loc="lower right", bbox_to_anchor=(1, 0.985), ncols=4, frameon=False,
        labelcolor=theme["ink"], fontsize=SIZE, borderaxespad=0.2, handlelength=1.6,
    )  # fmt: skip
    for text in box.get_texts():
        text.set_parse_math(False)  # a name is a name, also "$x$"
