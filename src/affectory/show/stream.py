"""The shares of the emotions over a session, stacked."""

__all__ = ["emotional", "families", "stream"]

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory
from affectory.show.canvas import SIZE, Floats, blank, dress, only, smooth, thin
from affectory.show.palette import FAMILY, LIGHT, Theme
from affectory.show.timeline import timeline

ORDER = (
    "positive", "joy", "surprise", "neutral", "sadness", "fear", "anger", "disgust", "negative",
)  # fmt: skip
FAINT = 0.004  # greatest share of a band that is not drawn: its outline would be all of it
THICK = 0.085  # least height of a band that is named within
STEADY = 0.8  # least share of readings for which curves are drawn rather than columns


def stream(
    felt: Trajectory,
    session: str | None = None,
    actor: str | None = None,
    *,
    legend: bool = True,
    theme: Theme = LIGHT,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with the share of each emotion family, stacked from 0 to 1.

    With enough readings the shares are Gaussian-weighted means (a guide for the eye) over
    about a tenth of the session; with fewer, each reading has a column of its own. Labels are
    folded into families; neutral is muted and in the middle, pleasant ones above it,
    unpleasant below. Nothing is drawn where there is no reading.

    Args:
        felt: States in a distribution or flags Space of emotion labels.
        session: Which session; None where there is only one.
        actor: Whose emotions; everyone's together if None.
        legend: Whether to name the families above the axes.
        theme: Colours.
        ax: Axes to draw on; new ones if None.

    Raises:
        NoRecords: if the session has no state.
        BadChoice: if the session lacks the actor.
    """
    name = only(felt, session)
    part = felt.select(session=name, actor=actor)
    if not len(part):
        raise BadChoice("actor", actor, felt.select(session=name).actors)
    time = timeline(felt, name)
    order = np.argsort(part.start, kind="stable")
    origin = float(felt.select(session=name).start.min())
    x = time.place(part.start[order] - origin)
    names, shares = families(part.space.names, part.values[order].astype(np.float64))
    room = 54 if legend else 6
    ax = blank(360, 310 + room, (14, 14, 42, room)) if ax is None else ax
    dress(ax, theme)
    known = np.isfinite(shares[:, 0])
    if known.mean() >= STEADY and len(x) > 11:
        _stack(ax, x, smooth(x, shares, time.span / 14), names, theme)
    else:
        _columns(ax, x, shares, names, theme)
    at, words, title = time.ticks(most=4)
    ax.set(ylim=(0, 1), yticks=[], xlabel=title.partition(",")[0])
    ax.set_xticks(at, words)
    ax.margins(x=0)
    if legend:
        keys = [Patch(color=theme[f"e-{f}"], label=f) for f in names]
        ax.legend(
            handles=keys, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False,
            fontsize=SIZE - 1, labelcolor=theme["ink"], handlelength=0.9, borderaxespad=0.2,
        )  # fmt: skip
    return ax


def emotional(labels: tuple[str, ...]) -> bool:
    """Whether labels are emotions, so that shares of their families can be drawn.

    Example:
        >>> emotional(("joy", "fear", "hope")), emotional(("fatigue", "sleep_issues"))
        (True, False)
    """
    return 2 * sum(label in FAMILY for label in labels) > len(labels)


def families(labels: tuple[str, ...], values: Floats) -> tuple[list[str], Floats]:
    """Return the families present, top to bottom, and their shares of the whole (n, f)."""
    of = [FAMILY.get(label, "neutral") for label in labels]
    present = [family for family in ORDER if family in of]
    sums = np.column_stack([values[:, [f == family for f in of]].sum(axis=1) for family in present])
    total = sums.sum(axis=1, keepdims=True)
    return present, sums / np.where(total > 0, total, np.nan)


def _stack(ax: Axes, t: Floats, shares: Floats, names: list[str], theme: Theme) -> None:
    """Fill one band a family, from the top; a missing row leaves a gap in all of them."""
    at = thin(t, shares[:, 0], 600)
    t, shares = t[at], shares[at]
    edges = 1 - np.column_stack([np.zeros(len(t)), np.cumsum(shares, axis=1)])
    for place, family in enumerate(names):
        if not np.nanmax(shares[:, place], initial=0.0) > FAINT:
            continue
        upper, lower = edges[:, place], edges[:, place + 1]
        ax.fill_between(
            t, lower, upper, color=theme[f"e-{family}"], edgecolor=theme["panel"], linewidth=1.2,
            gid=f"band-{family}",
        )  # fmt: skip
        _name(ax, t, upper, lower, family, theme)


def _name(ax: Axes, t: Floats, upper: Floats, lower: Floats, family: str, theme: Theme) -> None:
    """Write the family's name where its band is thickest, if there is room."""
    inner = slice(len(t) // 6, len(t) - len(t) // 6)
    thick = np.nan_to_num((upper - lower)[inner])
    if thick.max(initial=0.0) < THICK:
        return
    at = int(np.argmax(thick)) + inner.start
    ax.text(
        t[at], (upper[at] + lower[at]) / 2, family, ha="center", va="center", fontsize=SIZE,
        color=theme["ink"], fontweight="bold", gid=f"name-{family}",
    )  # fmt: skip


def _columns(ax: Axes, x: Floats, shares: Floats, names: list[str], theme: Theme) -> None:
    """Draw one stacked column for each reading, narrow enough not to hide another."""
    known = np.isfinite(shares[:, 0])
    steps = np.diff(x)
    wide = 0.86 * float(np.quantile(steps[steps > 0], 0.2)) if (steps > 0).any() else 0.5
    top = np.ones(int(known.sum()))
    for place, family in enumerate(names):
        height = shares[known, place]
        ax.bar(
            x[known], -height, wide, top, color=theme[f"e-{family}"], linewidth=0,
            label=family, gid=f"band-{family}",
        )  # fmt: skip
        top = top - height
