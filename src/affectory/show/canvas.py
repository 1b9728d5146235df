"""An empty, well-dressed pair of axes, and the drawing of lines that keep their gaps.

Figures are built through `matplotlib.figure.Figure`: no pyplot, hence no global state and no
window. Sizes are in points, 72 to the inch, so that one unit of a drawing is one unit of its
SVG view box.
"""

__all__ = ["Line", "blank", "dress", "lines", "only", "smooth", "thin"]

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, NoRecords
from affectory.core.trajectory import Trajectory
from affectory.show.palette import Theme

Floats = NDArray[np.float64]
CELLS = 4096  # beyond as many points a line is eased on cells
MOST = 3_000  # points of one line that are drawn one by one
SIZE = 12.0  # of words, in points


@dataclass(frozen=True)
class Line:
    """The states of one actor on one axis; NaN where a state is missing.

    Args:
        actor: Who feels.
        t: Clock units since the beginning of the session. Shape (n,).
        value: Value on the axis. Shape (n,).
        spread: One standard deviation; NaN where unknown. Shape (n,).
        seq: `seq` of the record of each state, -1 for none. Shape (n,).
    """

    actor: str
    t: Floats
    value: Floats
    spread: Floats
    seq: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which states are there. Shape (n,)."""
        return np.isfinite(self.value)


def lines(felt: Trajectory, session: str | None, axis: str) -> tuple[Line, ...]:
    """Return one line per actor of `session` (None: the only one), by name.

    Raises:
        NoRecords: if the session has no state.
        BadChoice: if the Space has no such axis, or several sessions wait to be named.
    """
    at = felt.space.index(axis)
    part = felt.select(session=only(felt, session))
    origin = float(part.start.min())
    out = []
    for actor in sorted(part.actors):
        own = part.select(actor=actor)
        own = own if own.draw is None else own.rows(own.draw == own.draw.min())
        width = np.full(len(own), np.nan) if own.spread is None else own.spread[:, at]
        seq = np.full(len(own), -1) if own.seq is None else own.seq
        out.append(
            Line(
                actor,
                own.start - origin,
                own.values[:, at].astype(np.float64),
                np.asarray(width, np.float64),
                np.asarray(seq, np.int64),
            )
        )
    return tuple(out)


def only(felt: Trajectory, session: str | None) -> str:
    """Return `session`, or the one session that `felt` has.

    Raises:
        NoRecords: if there is no state of that session.
        BadChoice: if none is named and there are several.
    """
    if session is None and len(felt.sessions) > 1:
        raise BadChoice("session", session, felt.sessions[:20])
    if not len(felt) or (session is not None and session not in felt.sessions):
        raise NoRecords("show", "name a session that has states")
    return felt.sessions[0] if session is None else session


def blank(width: float, height: float, margins: tuple[float, float, float, float]) -> Axes:
    """Return axes on a new Figure of `width` by `height` points.

    Args:
        width: Of the whole figure, in points.
        height: Of the whole figure, in points.
        margins: Left, right, bottom and top, in points.
    """
    left, right, bottom, top = margins
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    return figure.add_axes(box)


def dress(ax: Axes, theme: Theme) -> Axes:
    """Return `ax` in the house style: no box, hair lines, muted words."""
    ax.set_facecolor("none")
    if ax.figure is not None:
        ax.figure.patch.set_facecolor(theme["panel"])
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(theme["line"])
    ax.tick_params(length=0, pad=6, labelsize=SIZE, labelcolor=theme["muted"])
    for one in (ax.xaxis, ax.yaxis):
        one.label.set(color=theme["muted"], fontsize=SIZE)
    return ax


def smooth(t: Floats, value: Floats, width: float) -> Floats:
    """Return the Gaussian-weighted mean of `value` around each time; NaN stays NaN.

    A guide for the eye, never a state: states that are missing lend no weight and get no
    value, so a line through the result breaks where the states break.

    Args:
        t: Sorted times. Shape (n,).
        value: Shape (n,) or (n, k).
        width: Standard deviation of the kernel, in clock units, > 0.
    """
    table = value[:, None] if value.ndim == 1 else value
    known = np.asarray(np.isfinite(table).all(axis=1))
    filled = np.where(known[:, None], table, 0.0)
    if len(t) > CELLS:  # the eye sees no finer than a cell, and the work would grow with n squared
        span = float(t[-1] - t[0]) or 1.0
        place = np.clip((t - t[0]) / span * CELLS, 0, CELLS - 1).astype(np.int64)
        weight = np.bincount(place, known, CELLS).astype(np.float64)
        total = np.stack([np.bincount(place, c, CELLS) for c in filled.T], axis=1).astype(
            np.float64
        )
        middle = t[0] + (np.arange(CELLS) + 0.5) * span / CELLS
        out = _eased(middle, total, weight, width)[place]
    else:
        out = _eased(t, filled, known.astype(np.float64), width)
    out[~known] = np.nan
    return np.asarray(out[:, 0] if value.ndim == 1 else out)


def _eased(t: Floats, total: Floats, weight: Floats, width: float) -> Floats:
    """Return the Gaussian-weighted mean around each time of sums over `weight` states each."""
    out = np.zeros(total.shape)
    for low in range(0, len(t), 512):  # a slab at a time: memory stays small for long sessions
        rows = slice(low, min(low + 512, len(t)))
        left = np.searchsorted(t, t[rows][0] - 4 * width)
        right = np.searchsorted(t, t[rows][-1] + 4 * width, side="right")
        kernel = np.exp(-0.5 * ((t[rows, None] - t[None, left:right]) / width) ** 2)
        heavy = kernel @ weight[left:right, None]
        out[rows] = (kernel @ total[left:right]) / np.where(heavy > 0, heavy, 1.0)
    return out


def thin(t: Floats, value: Floats, most: int = MOST) -> NDArray[np.int64]:
    """Return which points to draw: all, or the extremes and the gaps of `most` / 4 stretches.

    The first, least, greatest and one missing point of every stretch stay, so that neither a
    peak nor a gap is lost.
    """
    n = len(t)
    if n <= most:
        return np.arange(n)
    keep: set[int] = {0, n - 1}
    for part in np.array_split(np.arange(n), most // 4):
        gap = np.isnan(value[part])
        keep.add(int(part[0]))
        if gap.any():
            keep.add(int(part[np.argmax(gap)]))
        if not gap.all():
            keep.update(
                (int(part[np.nanargmin(value[part])]), int(part[np.nanargmax(value[part])]))
            )
    return np.array(sorted(keep))
