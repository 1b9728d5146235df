"""A session as a path over the plane of valence and arousal (Russell 1980)."""

__all__ = ["plane"]

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory
from affectory.show.canvas import SIZE, Floats, blank, dress, lines, only, smooth
from affectory.show.palette import LIGHT, Theme
from affectory.show.timeline import timeline

# Where Russell (1980, figure 4) places these words, rounded; anchors for the eye only.
ANCHORS = {
    "excited": (0.56, 0.68), "happy": (0.8, 0.28), "content": (0.72, -0.4), "relaxed": (0.5, -0.7),
    "tired": (-0.42, -0.76), "sad": (-0.78, -0.3), "upset": (-0.76, 0.3), "afraid": (-0.46, 0.74),
}  # fmt: skip
SHADES = 6  # steps of colour from the beginning to the end


def plane(
    felt: Trajectory,
    session: str | None = None,
    actor: str | None = None,
    *,
    reach: float = 1.0,
    theme: Theme = LIGHT,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with the path of one actor, darker as time goes on.

    The path is a Gaussian-weighted mean of the states (the dots), and breaks where a state is
    missing. A ring marks its beginning, a filled dot its end.

    Args:
        felt: States in a Space with the axes valence and arousal.
        session: Which session; None where there is only one.
        actor: Whose path; the actor with most states if None.
        reach: Radius of the circle, in (0, 1]; less than 1 looks closer at what is faint.
        theme: Colours.
        ax: Axes to draw on; new ones if None.

    Raises:
        NoRecords: if the session has no state.
        BadChoice: if the Space lacks valence or arousal, or the session the actor.
    """
    t, path = _path(felt, session, actor)
    ax = blank(360, 360, (10, 10, 10, 10)) if ax is None else ax
    dress(ax, theme)
    _circle(ax, reach, theme)
    ax.plot(
        path[:, 0], path[:, 1], linestyle="none", marker="o", markersize=4.2, markeredgewidth=0,
        color=theme["t2"], alpha=0.55, zorder=2, gid="states",
    )  # fmt: skip
    known = np.isfinite(path).all(axis=1)
    if known.any():
        _walk(ax, t, path, theme)
    return ax


def _path(felt: Trajectory, session: str | None, actor: str | None) -> tuple[Floats, Floats]:
    """Return times (n,) and places (n, 2) of one actor."""
    name = only(felt, session)
    across, up = lines(felt, name, "valence"), lines(felt, name, "arousal")
    counts = {line.actor: int(line.known.sum()) for line in across}
    who = max(counts, key=lambda one: counts[one]) if actor is None else actor
    if who not in counts:
        raise BadChoice("actor", who, counts)
    at = list(counts).index(who)
    return timeline(felt, name).place(across[at].t), np.column_stack(
        [across[at].value, up[at].value]
    )


def _circle(ax: Axes, reach: float, theme: Theme) -> None:
    """Draw the circle, its axes and the words around it."""
    edge = 1.04 * reach
    ax.set(xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal", xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.add_patch(Circle((0, 0), reach, fill=False, edgecolor=theme["line"], linewidth=1, zorder=1))
    ax.plot([-reach, reach], [0, 0], color=theme["line"], linewidth=1, zorder=1)
    ax.plot([0, 0], [-reach, reach], color=theme["line"], linewidth=1, zorder=1)
    for word, (x, y) in ANCHORS.items():
        ax.text(
            x * reach,
            y * reach,
            word,
            ha="center",
            va="center",
            fontsize=SIZE,
            color=theme["muted"],
            zorder=1,
        )
    ends = (
        ("pleasant", 0.98, 0.03, "right", "bottom"), ("unpleasant", -0.98, 0.03, "left", "bottom"),
        ("activated", 0.03, 0.99, "left", "top"), ("calm", 0.03, -0.99, "left", "bottom"),
    )  # fmt: skip
    for word, x, y, ha, va in ends:
        ax.text(
            x * reach,
            y * reach,
            word,
            ha=ha,
            va=va,
            fontsize=SIZE - 1,
            color=theme["muted"],
            style="italic",
        )


def _walk(ax: Axes, t: Floats, path: Floats, theme: Theme) -> None:
    """Draw the smoothed path in shades of time, its beginning and its end."""
    span = float(t[-1] - t[0])
    walk = smooth(t, path, span / 14) if span > 0 else path
    shade = np.minimum((SHADES * (t - t[0]) / max(span, 1e-9)).astype(int), SHADES - 1)
    for step in range(SHADES):
        legs = [
            Path(walk[at : at + 2])
            for at in np.flatnonzero(shade[:-1] == step)
            if np.isfinite(walk[at : at + 2]).all()
        ]
        if legs:
            patch = PathPatch(
                Path.make_compound_path(*legs), fill=False, edgecolor=theme[f"t{step}"],
                linewidth=2.6, capstyle="round", zorder=3, gid="leg",
            )  # fmt: skip
            ax.add_patch(patch)
    known = np.flatnonzero(np.isfinite(walk).all(axis=1))
    start, end = walk[known[0]], walk[known[-1]]
    above = 1 if end[1] >= start[1] else -1  # the higher of the two is named above
    _mark(ax, start, "start", ("panel", "t3"), -above, theme)
    _mark(ax, end, "end", ("t5", "panel"), above, theme)


def _mark(ax: Axes, at: Floats, word: str, faces: tuple[str, str], side: int, theme: Theme) -> None:
    face, edge = faces
    ax.plot(at[:1], at[1:], "o", ms=9, mfc=theme[face], mec=theme[edge], mew=2, zorder=5, gid=word)
    ax.annotate(
        word, (float(at[0]), float(at[1])), (0, 9 * side), textcoords="offset points", ha="center",
        va="bottom" if side > 0 else "top", fontsize=SIZE, fontweight="bold", color=theme["ink"],
        zorder=6,
    )  # fmt: skip
