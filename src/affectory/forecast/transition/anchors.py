"""Where the seven emotions lie in VAD, and what a personality adds to it: closed forms.

Anchors are those of the authors' code, terms of Russell & Mehrabian (1977) in which fear is
"terrified" and joy "happy"; neutral is the origin. The influence of the Big Five on temperament is
the regression of Mehrabian (1996), "Analysis of the Big-five Personality Factors in Terms of the
PAD Temperament Model".
"""

__all__ = ["ANCHORS", "LABELS", "influence", "nearest", "placed", "returns"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.parts.dynamics import halved, occupancy, stationary
from affectory.represent.prototypes import prototypes_of
from affectory.represent.vocabularies import EKMAN7N, RM151

Floats = NDArray[np.float64]
_TERMS = ("angry", "disgusted", "terrified", "happy", "sad", "surprised")
LABELS = EKMAN7N
ANCHORS: Floats = np.vstack(
    [prototypes_of(RM151.name).mean[[RM151.index(term) for term in _TERMS]], np.zeros(3)]
)  # in the order of LABELS


def influence(traits: ArrayLike, stability: bool = False) -> Floats:
    """Return what a personality adds to valence, arousal, dominance (Mehrabian 1996).

    ``V = .21 E + .59 A + .19 N``, ``A = .15 O + .30 A - .57 N``,
    ``D = .25 O + .17 C + .60 E - .32 A``.

    Args:
        traits: O, C, E, A, N in [0, 1]. Shape (..., 5).
        stability: Whether 1 - N stands for N. Mehrabian's last terms are of emotional
            stability; the authors' code feeds neuroticism as it is, as does the default.

    Returns:
        Shape (..., 3).

    Example:
        >>> from affectory.forecast.transition import influence
        >>> influence((0.648, 0.375, 0.386, 0.58, 0.477)).round(4).tolist()  # Chandler
        [0.5139, -0.0007, 0.2718]
    """
    told = np.asarray(traits, np.float64)
    o, c, e, a, n = np.moveaxis(told, -1, 0)
    n = 1 - n if stability else n
    parts = (0.21 * e + 0.59 * a + 0.19 * n, 0.15 * o + 0.30 * a - 0.57 * n,
             0.25 * o + 0.17 * c + 0.60 * e - 0.32 * a)  # fmt: skip
    return np.stack(parts, axis=-1)


def nearest(values: ArrayLike) -> NDArray[np.int64]:
    """Return the label whose anchor is nearest to each place in VAD (n, 3). Shape (n,)."""
    apart = np.asarray(values, np.float64)[:, None] - ANCHORS
    return np.asarray((apart**2).sum(axis=-1).argmin(axis=1))


def placed(shares: Floats) -> tuple[Floats, Floats]:
    """Return mean and deviation of the anchors of labels so likely. (..., 7) to (..., 3)."""
    mean = shares @ ANCHORS
    return mean, np.sqrt(np.maximum(shares @ ANCHORS**2 - mean**2, 0))


def returns(table: Floats, horizon: int) -> dict[str, float]:
    """Return after how many steps of a chain (7, 7) half of each emotion is gone, by label.

    The distance is that of the expected place in VAD from where the chain rests.
    """
    middle = stationary(table) @ ANCHORS
    told = {}
    for at, name in enumerate(LABELS.names):
        later = occupancy(np.eye(LABELS.k)[at], table, horizon) @ ANCHORS
        told[name] = halved(np.linalg.norm(np.vstack([ANCHORS[at], later]) - middle, axis=1))
    return told
