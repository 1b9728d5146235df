"""Windows of equal length over paths, and which of them run side by side.

Rows are the states of actors in sessions, sorted by session, actor and time. A window holds
`length` states of one actor at times that follow each other in its session: a gap in the
actor's own states, seen by the times of the others, ends a run. Windows of one session that
begin at the same time are a scene.
"""

__all__ = ["Windows", "earlier", "latest", "windows"]

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Windows(NamedTuple):
    """Windows, those of one scene together.

    Attributes:
        rows: Which rows each window holds, in order of time. Shape (n, length).
        scene: Number of each window's scene, 0 to m - 1, ascending. Shape (n,).
    """

    rows: Places
    scene: Places


def windows(
    session: NDArray[np.int32],
    actor: NDArray[np.int32],
    time: Floats,
    length: int,
    stride: int = 1,
    company: int = 1,
) -> Windows:
    """Return every window of `length` states.

    Args:
        session: Number of each row's session. Shape (n,).
        actor: Number of each row's actor. Shape (n,).
        time: When each state begins. Shape (n,).
        length: States a window.
        stride: Times of the session from one scene to the next.
        company: Windows that a scene must have to be kept.

    Raises:
        BadChoice: if a number is less than 1.
    """
    for name, number in (("length", length), ("stride", stride), ("company", company)):
        if number < 1:
            raise BadChoice(name, number, "1 or more")
    tick, origin = _ticks(session, time)
    fresh = np.ones(len(tick), bool)
    fresh[1:] = (np.diff(session) != 0) | (np.diff(actor) != 0) | (np.diff(tick) != 1)
    run = np.cumsum(fresh)
    n = max(len(run) - length + 1, 0)
    first = np.flatnonzero(run[:n] == run[length - 1 : length - 1 + n])
    first = first[(tick[first] - origin[first]) % stride == 0]
    first = first[np.argsort(tick[first], kind="stable")]
    _, scene, count = np.unique(tick[first], return_inverse=True, return_counts=True)
    kept = count[scene] >= company
    _, scene = np.unique(scene[kept], return_inverse=True)
    return Windows(first[kept][:, None] + np.arange(length), scene.astype(np.int64))


def latest(offsets: Places, there: NDArray[np.bool_], length: int) -> Places:
    """Return the rows of the last `length` states of each group, the first repeated where fewer.

    Args:
        offsets: Where each group begins, and the total. Shape (g + 1,).
        there: Which states are not missing. Shape (n,).
        length: States of each.

    Returns:
        Rows, -1 in a group that has no state. Shape (g, length).
    """
    told = np.flatnonzero(there)
    low, high = np.searchsorted(told, offsets[:-1]), np.searchsorted(told, offsets[1:])
    at = np.maximum(high[:, None] - np.arange(length, 0, -1), low[:, None])
    empty = (high <= low)[:, None]
    padded = np.append(told, -1)
    return np.where(empty, -1, padded[np.where(empty, -1, at)])


def _ticks(session: NDArray[np.int32], time: Floats) -> tuple[Places, Places]:
    """Return the number of each row's time among those of all sessions, and its session's first.

    Times of one session have neighbouring numbers.
    """
    order = np.lexsort((time, session))
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(session[order]) != 0) | (np.diff(time[order]) != 0)
    tick, origin = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    tick[order] = np.cumsum(fresh)
    begins = np.ones(len(order), bool)
    begins[1:] = np.diff(session[order]) != 0
    heads = np.flatnonzero(begins)
    origin[order] = np.repeat(tick[order][heads], np.diff(np.append(heads, len(order))))
    return tick, origin


def earlier(session: NDArray[np.int32], time: Floats, share: float) -> NDArray[np.bool_]:
    """Return which rows are at one of the first `share` of their session's times. Shape (n,).

    Raises:
        BadChoice: if the share is not in (0, 1).
    """
    if not 0 < share < 1:
        raise BadChoice("share", share, "a number between 0 and 1")
    tick, origin = _ticks(session, time)
    place = tick - origin
    many = np.zeros(int(session.max(initial=-1)) + 1, np.int64)
    np.maximum.at(many, session, place + 1)
    return np.asarray(place < np.floor(share * many)[session])
