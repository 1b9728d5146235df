"""Moods of regions on a map of cells: how they feel there, and how sure that is.

A full square has the tint of its mean; one whose interval holds the rest of the axis has a smaller
square, for nobody knows on which side it lies; a region of too few persons is an empty frame. There
is no street and no name on the map: it shows groups, never persons.
"""

__all__ = ["region_map"]

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from affectory.core.errors import BadValues
from affectory.core.space import Axis
from affectory.show.canvas import SIZE, blank, dress
from affectory.show.palette import LEVELS, LIGHT, Theme, levels
from affectory.show.view import bound, closer

SURE, UNSURE = 0.92, 0.5  # sides of the squares, in cells


def region_map(
    moods: pl.DataFrame,
    axis: Axis,
    places: Sequence[tuple[int, int]],
    *,
    title: str = "",
    theme: Theme = LIGHT,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with a square a region.

    Args:
        moods: Columns region, persons, mean, low, high, as `measure.cohorts.region_moods` gives.
        axis: The axis that the means are on.
        places: Column and row of each region, rows counted from the south. Length n.
        title: What the map shows, and whether it is simulated.
        theme: Colours.
        ax: Axes to draw on; new ones if None.

    Raises:
        BadValues: if there is not one place a region.
    """
    if len(places) != moods.height:
        raise BadValues("region_map", f"{len(places)} places", f"{moods.height}, one a region")
    ax = blank(560, 560, (16, 16, 56, 36)) if ax is None else ax
    dress(ax, theme)
    told = [moods[name].fill_null(np.nan).to_numpy() for name in ("mean", "low", "high")]
    scale = closer(axis, told[:1])
    steps = levels(told[0], scale.rest, scale.low, scale.high)
    for (x, y), step, low, high in zip(places, steps, told[1], told[2], strict=True):
        if np.isnan(step):
            ax.add_patch(_square(x, y, SURE, edgecolor=theme["line"], fill=False, linewidth=0.8))
            continue
        side = UNSURE if low <= scale.rest <= high else SURE
        colour = theme[f"d{int(step)}"]
        ax.add_patch(_square(x, y, side, facecolor=colour, linewidth=0, gid="region"))
    across, up = ([place[at] for place in places] or [0] for at in (0, 1))
    ax.set(xlim=(min(across) - 1, max(across) + 2), ylim=(min(up) - 1, max(up) + 2))
    ax.set(aspect="equal", xticks=[], yticks=[])
    ax.spines["bottom"].set_visible(False)
    ax.set_title(title, fontsize=SIZE, color=theme["muted"], loc="left")
    _legend(ax, scale, theme)
    return ax


def _square(x: int, y: int, side: float, **style: object) -> Rectangle:
    edge = (1 - side) / 2
    return Rectangle((x + edge, y + edge), side, side, **style)  # type: ignore[arg-type]


def _legend(ax: Axes, scale: Axis, theme: Theme) -> None:
    """Draw the tints from the lower to the upper end under the map."""
    steps = range(-LEVELS, LEVELS + 1)
    for at, step in enumerate(steps):
        box = Rectangle(
            (0.2 + 0.03 * at, -0.045), 0.028, 0.02, transform=ax.transAxes, clip_on=False,
            facecolor=theme[f"d{step}"], linewidth=0,
        )  # fmt: skip
        ax.add_patch(box)
    ends = ((0.19, bound(scale.low, scale), "right"),
            (0.21 + 0.03 * len(steps), bound(scale.high, scale), "left"))  # fmt: skip
    for x, word, side in ends:
        ax.text(x, -0.05, word, transform=ax.transAxes, ha=side, va="bottom", fontsize=SIZE,
                color=theme["muted"])  # fmt: skip
    ax.text(
        0.66, -0.05, f"mean {scale.name}; small: may be rest", transform=ax.transAxes,
        va="bottom", fontsize=SIZE - 2, color=theme["muted"],
    )  # fmt: skip
