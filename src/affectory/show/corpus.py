"""Many sessions at once: a strip and a step for each, from its beginning to its end."""

__all__ = ["corpus", "rows_of"]

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from affectory.core.space import Axis
from affectory.core.trajectory import Trajectory
from affectory.show.canvas import SIZE, Floats, blank, dress
from affectory.show.palette import LEVELS, LIGHT, Theme, levels
from affectory.show.shape import Shapes, shapes
from affectory.show.view import bound, closer

CELLS = 48  # of the finest strip
ROWS = 36  # strips of one picture
IN_ORDER = 24  # up to so many sessions keep their order; more are sorted by change
SPLIT = (0.62, 0.68)  # end of the strips and beginning of the steps, in shares of the axes


def corpus(
    felt: Trajectory,
    axis: str = "valence",
    *,
    rows: int = ROWS,
    theme: Theme = LIGHT,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with a row per session: how it went, and from where to where.

    Left, the mean of `axis` in each part of the session, a hole where nothing was read. Right,
    an open ring for the mean of the first third, a full dot for the last third. Both show as
    little of the axis as holds everything. Up to 24
    sessions stand in order, more are sorted by their change, and of more than `rows` every
    so-manieth is drawn.

    Args:
        felt: States of many sessions.
        axis: Which axis of the Space.
        rows: How many sessions at most.
        theme: Colours.
        ax: Axes to draw on; new ones if None.

    Raises:
        BadChoice: if the Space has no such axis.
    """
    known = shapes(felt, axis)
    shown = rows_of(known, rows)
    values = strips(known, felt.axis(axis).astype(np.float64), shown)
    ends = (known.first[shown], known.last[shown])
    scale = closer(felt.space.axes[felt.space.index(axis)], (values, *ends))
    names = [_short(known.names[at]) for at in shown]
    if ax is None:
        left = 24 + 6.6 * max(len(name) for name in names)
        ax = blank(1180, 28 + 25 * len(names) + 26, (left, 16, 26, 28))
    dress(ax, theme)
    table = levels(values, scale.rest, scale.low, scale.high)
    for step in range(-LEVELS, LEVELS + 1):
        cells = _cells(table, step)
        if cells:
            shape = Path.make_compound_path(*cells)
            patch = PathPatch(shape, facecolor=theme[f"d{step}"], linewidth=0, gid=f"level{step}")
            ax.add_patch(patch)
    _steps(ax, *ends, scale, theme)
    ax.set(xlim=(0, 1), ylim=(len(shown), 0))
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks(np.arange(len(shown)) + 0.5, names)
    for word in ax.get_yticklabels():
        word.set(parse_math=False, color=theme["ink"])
    edge = SPLIT[0]
    ax.set_xticks([0, edge / 2, edge], ["beginning", "middle", "end"])
    for word, side in zip(ax.get_xticklabels(), ("left", "center", "right"), strict=True):
        word.set(horizontalalignment=side)
    return ax


def rows_of(known: Shapes, most: int = ROWS) -> NDArray[np.int64]:
    """Return which sessions are drawn, top to bottom: by change, where none changes by mean."""
    if len(known.names) <= IN_ORDER:
        return np.arange(len(known.names))
    by = known.change if np.isfinite(known.change).any() else known.mean
    if not np.isfinite(by).any():
        return np.arange(min(len(known.names), most))
    order = np.argsort(by, kind="stable")
    order = order[: int(np.isfinite(by).sum())][::-1]
    if len(order) <= most:
        return order
    return order[np.linspace(0, len(order) - 1, most).round().astype(np.int64)]


def strips(known: Shapes, values: Floats, shown: NDArray[np.int64]) -> Floats:
    """Return the mean of each part of each shown session. Shape (shown, 48).

    A short session has as many parts as it has states in two, so that a hole is a lack of
    readings and not of turns.
    """
    at = np.full(len(known.names), -1)
    at[shown] = np.arange(len(shown))
    parts = np.clip(known.size // 2, 1, CELLS)[shown]
    keep = (at[known.row] >= 0) & np.isfinite(values)
    row = at[known.row][keep]
    cell = np.minimum((known.share[keep] * parts[row]).astype(np.int64), parts[row] - 1)
    size = len(shown) * CELLS
    key = row * CELLS + cell
    count = np.bincount(key, minlength=size)
    total = np.bincount(key, values[keep], size)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan).reshape(len(shown), CELLS)
    spread = (np.arange(CELLS)[None, :] * parts[:, None]) // CELLS
    return np.take_along_axis(mean, spread, axis=1)


def _cells(table: NDArray[np.float64], step: int) -> list[Path]:
    """Return one rectangle for each run of cells that have this step."""
    out = []
    for y, row in enumerate(table == step):
        edge = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        for left, right in (edge.reshape(-1, 2) * (SPLIT[0] / CELLS)).tolist():
            top, foot = y + 0.14, y + 0.86
            corners = [(left, top), (right, top), (right, foot), (left, foot), (left, top)]
            out.append(Path(corners, closed=True))
    return out


def _steps(ax: Axes, first: Floats, last: Floats, scale: Axis, theme: Theme) -> None:
    """Draw from where to where each session went."""

    def across(value: Floats | float) -> Floats:
        return SPLIT[1] + (np.asarray(value) - scale.low) / (scale.high - scale.low) * (
            1 - SPLIT[1]
        )

    y = np.arange(len(first)) + 0.5
    first, last = across(first), across(last)
    sides = {scale.low: "left", scale.high: "right"}  # words stay within the picture
    for mark in sorted({scale.low, scale.rest, scale.high}):
        x = float(across(mark))
        ax.plot([x, x], [0, len(first)], color=theme["line"], lw=1.6 if mark == scale.rest else 0.8)
        ax.annotate(
            bound(mark, scale), (x, 0), (0, 5),
            textcoords="offset points", ha=sides.get(mark, "center"), fontsize=SIZE,
            color=theme["muted"],
        )  # fmt: skip
    known_both = np.isfinite(last - first)
    for colour, rows in ((theme["pos"], last >= first), (theme["neg"], last < first)):
        ends = np.column_stack([first, last, y])[rows & known_both]
        if not len(ends):
            continue
        legs = Path.make_compound_path(*(Path([(a, at), (b, at)]) for a, b, at in ends))
        ax.add_patch(PathPatch(legs, edgecolor=colour, linewidth=2, fill=False))
        ax.plot(ends[:, 0], ends[:, 2], "o", ms=6.5, mfc=theme["panel"], mec=colour, mew=1.6)
        ax.plot(ends[:, 1], ends[:, 2], "o", ms=7.5, mfc=colour, mec=colour, mew=0)


def _short(name: str, most: int = 20) -> str:
    """Return a name cut in its middle: what tells sessions apart often stands at the end."""
    return name if len(name) <= most else f"{name[: most // 3]}…{name[-(most - most // 3 - 1) :]}"
