"""How measures are distributed over many sessions."""

__all__ = ["histograms"]

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from affectory.show.canvas import SIZE, Floats, blank, dress
from affectory.show.palette import LIGHT, Theme
from affectory.show.wording import number


def histograms(
    table: pl.DataFrame, names: tuple[str, ...], *, theme: Theme = LIGHT, most: int = 4
) -> Figure:
    """Return a Figure with the distribution of up to `most` columns of `table`, medians marked.

    Args:
        table: One row a session, an actor or a pair; null and NaN are left out.
        names: Numeric columns.
        theme: Colours.
        most: How many columns are drawn.
    """
    names = names[:most]
    figure = blank(1180, 150, (16, 16, 30, 30)).figure
    assert isinstance(figure, Figure)
    figure.clear()
    for at, name in enumerate(names):
        box = ((16 + at * 1164 / most) / 1180, 0.22, 262 / 1180, 0.58)
        ax = dress(figure.add_axes(box), theme)
        values = table[name].drop_nulls().drop_nans().to_numpy().astype(np.float64)
        _histogram(ax, values, name.replace("_", " "), theme)
    return figure


def _histogram(ax: Axes, values: Floats, name: str, theme: Theme) -> None:
    ax.set_yticks([])
    ax.set_title(name, fontsize=SIZE, color=theme["ink"], loc="left", parse_math=False)
    if not len(values):
        return
    height, edge = np.histogram(values, bins=min(24, max(5, int(np.sqrt(len(values)) * 2))))
    ax.stairs(height, edge, fill=True, color=theme["d2"])
    middle = float(np.median(values))
    ax.axvline(middle, color=theme["ink"], linewidth=1.6)
    ax.set_ylim(0, height.max() * 1.25)
    ax.set_xlim(edge[0], edge[-1])
    ends = [end for end in (edge[0], edge[-1]) if abs(end - middle) > 0.2 * (edge[-1] - edge[0])]
    marks = sorted([*map(float, ends), middle])
    ax.set_xticks(marks, [number(mark) for mark in marks])
    for mark, word in zip(marks, ax.get_xticklabels(), strict=True):
        side = "left" if mark == edge[0] else "right" if mark == edge[-1] else "center"
        word.set(horizontalalignment=side)
    ax.get_xticklabels()[marks.index(middle)].set(color=theme["ink"], fontweight="bold")
