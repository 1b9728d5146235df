"""The space of concepts: where tokens lie to one another, drawn on its two widest directions."""

__all__ = ["concept_map", "projected"]

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues
from affectory.show.canvas import SIZE, blank, dress
from affectory.show.palette import LIGHT, MARKERS, SPEAKERS, Theme


def projected(vectors: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places on the two widest directions, and their shares of the variance.

    The sign of a direction is such that its greatest part is positive. Shapes (n, 2), (2,).
    """
    told = np.asarray(vectors, np.float64)
    centred = told - told.mean(axis=0)
    left, size, right = np.linalg.svd(centred, full_matrices=False)
    sign = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    places = (left * size * sign)[:, :2]
    share = size**2 / max(float((size**2).sum()), 1e-300)
    pad = max(0, 2 - places.shape[1])
    return np.pad(places, ((0, 0), (0, pad))), np.pad(share[:2], (0, max(0, 2 - len(share))))


def concept_map(
    vectors: ArrayLike,
    names: Sequence[str],
    family: Sequence[str],
    *,
    title: str = "",
    theme: Theme = LIGHT,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with a mark and a word a token; families differ by colour and by mark.

    Args:
        vectors: Shape (n, d).
        names: Length n.
        family: Length n.
        title: What is shown.
        theme: Colours.
        ax: Axes to draw on; new ones if None.

    Raises:
        BadValues: if the lengths differ, or there is no token.
    """
    places, share = projected(vectors) if len(names) else (np.zeros((0, 2)), np.zeros(2))
    if not len(places) == len(names) == len(family) or not len(names):
        raise BadValues("concept_map", f"{len(names)} names", f"{len(places)} > 0, one a vector")
    ax = blank(720, 560, (24, 24, 44, 36)) if ax is None else ax
    dress(ax, theme)
    for at, kind in enumerate(dict.fromkeys(family)):
        own = np.array([each == kind for each in family])
        role = theme[f"s{at % SPEAKERS}"]
        mark = MARKERS[at % len(MARKERS)]
        ax.plot(places[own, 0], places[own, 1], mark, ms=5, color=role, label=kind, gid=f"f{at}")
        for (x, y), word in zip(places[own], np.array(names)[own], strict=True):
            ax.annotate(
                str(word), (x, y), (4, 3), textcoords="offset points", fontsize=SIZE - 4,
                color=theme["ink"], parse_math=False,
            )  # fmt: skip
    ax.legend(frameon=False, fontsize=SIZE - 2, labelcolor=theme["muted"], loc="best")
    ax.margins(x=0.12, y=0.06)  # words stand to the right of their marks
    ax.set(xticks=[], yticks=[])
    ax.set_xlabel(f"the two widest directions hold {share.sum():.0%} of the variance")
    ax.set_title(title, fontsize=SIZE, color=theme["muted"], loc="left")
    return ax
