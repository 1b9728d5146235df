"""Two actors over each other, with the lag at which one follows the other."""

__all__ = ["dyad"]

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory
from affectory.show.arc import arc
from affectory.show.canvas import SIZE, Floats, blank, dress, only
from affectory.show.palette import LIGHT, Theme
from affectory.show.wording import signed


def dyad(
    felt: Trajectory,
    session: str | None,
    a: str,
    b: str,
    *,
    axis: str = "valence",
    profile: tuple[Sequence[float], Sequence[float]] | None = None,
    places: Mapping[str, int] | None = None,
    theme: Theme = LIGHT,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with the arcs of `a` and `b`, and the lag profile beside them.

    Args:
        felt: States of both.
        session: Which session; None where there is only one.
        a: One actor.
        b: The other.
        axis: Which axis of the Space.
        profile: Lags (positive: `a` leads) and the correlation at each; no inset if None.
        places: Palette place of each actor; by the order of their names if None.
        theme: Colours.
        ax: Axes to draw on; new ones if None.

    Raises:
        NoRecords: if the session has no state.
        BadChoice: if the session lacks one of the two, or the Space the axis.
    """
    name = only(felt, session)
    pair = felt.select(session=name, actor=(a, b))
    for who in (a, b):
        if who not in pair.actors:
            raise BadChoice("actor", who, felt.select(session=name).actors)
    wide = 16 if profile is None else 220
    ax = blank(720, 290, (44, wide, 42, 26)) if ax is None else ax
    arc(pair, name, axis, places=places, peaks=False, theme=theme, ax=ax)
    if profile is not None:
        lag, r = (np.asarray(side, dtype=np.float64) for side in profile)
        lags(lag, r, (a, b), theme=theme, ax=ax.inset_axes((1.11, 0.1, 0.33, 0.7)))
    return ax


def lags(
    lag: Floats, r: Floats, names: tuple[str, str], *, theme: Theme = LIGHT, ax: Axes | None = None
) -> Axes:
    """Return axes with the correlation at every lag, the strongest one named.

    Args:
        lag: Positive where the first leads, in clock units or turns. Shape (m,).
        r: Correlation at each lag; NaN where undefined. Shape (m,).
        names: The two actors.
        theme: Colours.
        ax: Axes to draw on; new ones if None.
    """
    ax = blank(420, 200, (34, 34, 30, 20)) if ax is None else ax
    dress(ax, theme)
    ax.axhline(0, color=theme["line"], linewidth=1.6, zorder=1)
    ax.axvline(0, color=theme["line"], linewidth=1, zorder=1)
    known = np.isfinite(r)
    best = int(np.nanargmax(np.abs(r))) if known.any() else -1
    for at in np.flatnonzero(known):
        strong = at == best
        colour = theme["accent"] if strong else theme["line"]
        ax.vlines(lag[at], 0, r[at], color=colour, linewidth=7 if strong else 5, zorder=2)
    reach = float(np.abs(lag).max()) or 1.0
    ax.set(xlim=(-1.1 * reach, 1.1 * reach), ylim=(-1.05, 1.05), yticks=[-1, 0, 1])
    ax.set_yticklabels([signed(-1, 0), "0", signed(1, 0)])
    ax.set_xticks([-reach, 0, reach], [f"{names[1]} leads", "", f"{names[0]} leads"])
    for word, side in zip(ax.get_xticklabels(), ("left", "center", "right"), strict=True):
        word.set(parse_math=False, horizontalalignment=side)
    if best >= 0:
        ax.annotate(
            f"r {signed(float(r[best]))}", (lag[best], r[best]), (0, 5 if r[best] > 0 else -5),
            textcoords="offset points", ha="center", va="bottom" if r[best] > 0 else "top",
            fontsize=SIZE, fontweight="bold", color=theme["ink"],
        )  # fmt: skip
    return ax
