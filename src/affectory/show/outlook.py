"""Small pictures of many pasts, each with what may follow: a line, then a fan."""

__all__ = ["outlook"]

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from affectory.core.errors import NoRecords
from affectory.core.space import Axis
from affectory.core.trajectory import Trajectory
from affectory.measure.backtest import fan
from affectory.show.canvas import SIZE, Floats, blank, dress
from affectory.show.palette import LIGHT, Theme
from affectory.show.times import length
from affectory.show.view import bound

COLUMNS = 3
WIDE, TALL = 300, 150  # points of one picture
MOST = 12  # pictures
HEAD, FOOT = 34, 26  # points of the words above and below
BEFORE = 60  # states of a past that are drawn


def outlook(
    past: Trajectory,
    ahead: Trajectory,
    axis: str = "valence",
    *,
    level: float = 0.8,
    most: int = MOST,
    model: str = "",
    theme: Theme = LIGHT,
) -> Figure:
    """Return a Figure with one picture a session and actor: the past, and its forecast.

    Dots are states, one a step, the last at 0; a missing one breaks the line. Behind the upright
    line, "now", begins what is forecast: the middle, and a band that is to hold `level` of what
    comes; the one within is to hold half of that. Words above say so.

    Args:
        past: States.
        ahead: What follows them, of the same sessions and actors in the same order.
        axis: Which axis of the Space.
        level: Share that the wide band is to hold, in (0, 1).
        most: Pictures at most, those of the longest pasts.
        model: How the forecast was made, in words for the reader; "": whoever made it.
        theme: Colours.

    Raises:
        NoRecords: if there is no state.
        BadChoice: if the Space has no such axis.
    """
    at = past.space.index(axis)
    if not len(past):
        raise NoRecords("outlook", "give states")
    bands = [tuple(part[:, :, at] for part in fan(ahead, share)) for share in (level, level / 2)]
    shown = np.sort(np.argsort(-past.groups.sizes, kind="stable")[:most])
    rows = -(-len(shown) // COLUMNS)
    tall = rows * TALL + HEAD + FOOT
    figure = blank(COLUMNS * WIDE, tall, (16, 16, 30, 16)).figure
    assert isinstance(figure, Figure)
    figure.clear()
    grid = figure.subplots(
        rows, COLUMNS, squeeze=False, sharey=True,
        gridspec_kw={"left": 0.05, "right": 0.985, "top": 1 - (HEAD + 18) / tall,
                     "bottom": (FOOT + 18) / tall, "hspace": 0.6, "wspace": 0.12},
    )  # fmt: skip
    for place, ax in enumerate(grid.flat):
        if place >= len(shown):
            ax.set_visible(False)
            continue
        group = int(shown[place])
        own = [tuple(part[group] for part in band) for band in bands]
        _picture(dress(ax, theme), past, group, at, own, theme)
    few = f"; {len(shown)} of {len(past.groups)} series, those of the longest pasts"
    said = (
        f"{axis}: dots are states, the line after now is forecast by {model or ahead.by}; "
        f"wide band to hold {level:.0%}, narrow band {level / 2:.0%}"
        f"{few if len(shown) < len(past.groups) else ''}"
    )
    for y, words, colour in ((tall - 16, said, "ink"), (8, _unit(ahead), "muted")):
        text = figure.text(0.05, y / tall, words, fontsize=SIZE - 2, color=theme[colour])
        text.set_parse_math(False)
    return figure


def _unit(ahead: Trajectory) -> str:
    """Return what a step is: so long on the clock, where it is as long for all."""
    pace = ahead.stop - ahead.start
    alike = bool(np.allclose(pace, pace[0], rtol=1e-3, atol=0)) and pace[0] > 0
    same = f"one step is {length(ahead.clock, float(pace[0]))}" if alike else "one row each"
    return f"steps from the last row (now = 0); {same}"


def _picture(
    ax: Axes,
    past: Trajectory,
    group: int,
    at: int,
    bands: list[tuple[Floats, ...]],
    theme: Theme,
) -> None:
    low, high = past.groups.offsets[group : group + 2]
    rows = slice(max(int(low), int(high) - BEFORE), int(high))
    value = past.values[rows, at].astype(np.float64)
    time, later = np.arange(len(value)) - len(value) + 1.0, np.arange(1.0, len(bands[0][0]) + 1)
    scale: Axis = past.space.axes[at]
    known = np.flatnonzero(~np.isnan(value))
    colour, name = theme["s0"], past.session.names[past.groups.session[group]]
    ax.plot(time, value, color=colour, linewidth=1.2, alpha=0.6, gid="past")
    ax.plot(time, value, "o", color=colour, markersize=2.6, markeredgewidth=0)
    ax.axvline(0, color=theme["muted"], linewidth=0.8, gid="now")
    ax.text(-0.1, 0, "now", transform=ax.get_xaxis_transform(), fontsize=SIZE - 4,
            color=theme["muted"], ha="right", va="bottom")  # fmt: skip
    begin = [time[known[-1]], value[known[-1]]] if len(known) else [later[0], bands[0][0][0]]
    x = np.append(begin[0], later)
    for alpha, (_, under, over) in zip((0.16, 0.26), bands, strict=True):
        low_end, high_end = (np.append(begin[1], end) for end in (under, over))
        ax.fill_between(
            x, low_end, high_end, color=theme["accent"], alpha=alpha, linewidth=0, gid="fan"
        )
    ax.plot(x, np.append(begin[1], bands[0][0]), color=theme["accent"], linewidth=2, gid="ahead")
    reach = scale.high - scale.low
    ax.set_ylim(scale.low - 0.03 * reach, scale.high + 0.03 * reach)
    marks = sorted({scale.low, scale.rest, scale.high})
    ax.set_yticks(marks, [bound(y, scale) for y in marks])
    ax.axhline(scale.rest, color=theme["line"], linewidth=0.8, zorder=0.8)
    ax.tick_params(labelsize=SIZE - 3)
    actor = past.actor.names[past.groups.actor[group]]
    title = ax.set_title(f"{actor}, {name}", fontsize=SIZE - 2, color=theme["ink"], loc="left")
    title.set_parse_math(False)  # a name is a name, also "$x$"
