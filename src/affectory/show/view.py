"""How much of an axis a picture shows: as little as holds every value, for all pictures alike."""

__all__ = ["bound", "closer"]

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from affectory.core.space import Axis
from affectory.show.wording import signed

SHARES = (0.25, 0.5, 0.75)  # of the way from rest to either end


def closer(axis: Axis, parts: Iterable[ArrayLike]) -> Axis:
    """Return `axis` with ends drawn in to a quarter, a half or three quarters.

    Args:
        axis: The whole axis.
        parts: Values that must stay in view; NaN is passed over.

    Example:
        >>> valence = Axis("valence", -1.0, 1.0)
        >>> closer(valence, [[0.1, -0.4]]).high, closer(valence, [[0.1, -0.9]]).high
        (0.5, 1.0)
    """
    known = np.concatenate([np.ravel(np.asarray(part, dtype=np.float64)) for part in parts])
    known = known[np.isfinite(known)]
    for share in SHARES:
        low, high = (axis.rest + share * (end - axis.rest) for end in (axis.low, axis.high))
        if len(known) and known.min() >= low and known.max() <= high:
            return replace(axis, low=low, high=high)
    return axis


def bound(value: float, axis: Axis) -> str:
    """Return the words of a tick: with its sign on a signed axis.

    Example:
        >>> bound(0.5, Axis("valence", -1.0, 1.0)), bound(50.0, Axis("distress", 0.0, 100.0))
        ('+0.5', '50')
    """
    digits = next((d for d in (0, 1, 2) if round(value, d) == value), 3)
    return signed(value, digits) if axis.low < 0 else f"{value:g}"
