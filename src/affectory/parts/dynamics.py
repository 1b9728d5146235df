"""How something moves by itself from place to place.

Mechanisms alone: a Markov chain over k places with its stationary distribution, occupancy,
walks and half-life.
"""

__all__ = ["chain", "half_life", "halved", "occupancy", "second", "stationary", "walks"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
EASY = 1e-9


def chain(before: ArrayLike, after: ArrayLike, k: int, prior: ArrayLike = 0.0) -> Floats:
    """Return how often each place is followed by each: rows sum to one. Shape (k, k).

    Args:
        before: Places, 0 to k - 1. Shape (n,).
        after: What followed each. Shape (n,).
        k: How many places there are.
        prior: Counts added beforehand: one number, or a table (k, k). A place that was never
            left goes anywhere alike.
    """
    table = np.zeros((k, k)) + np.asarray(prior, np.float64)
    np.add.at(table, (np.asarray(before, np.int64), np.asarray(after, np.int64)), 1.0)
    total = table.sum(axis=1, keepdims=True)
    return np.where(total > 0, table / np.where(total > 0, total, 1.0), 1.0 / k)


def stationary(table: ArrayLike) -> Floats:
    """Return the distribution that the chain leaves as it is. Shape (k,).

    Raises:
        BadValues: if the rows of `table` are no distributions.

    Example:
        >>> from affectory.parts.dynamics import stationary
        >>> stationary([[0.9, 0.1], [0.3, 0.7]]).round(4).tolist()  # 0.3 : 0.1
        [0.75, 0.25]
    """
    rows = _checked(table)
    k = len(rows)
    equations = np.vstack([rows.T - np.eye(k), np.ones(k)])
    found = np.linalg.lstsq(equations, np.append(np.zeros(k), 1.0), rcond=None)[0]
    return np.asarray(np.maximum(found, 0) / np.maximum(found, 0).sum())


def occupancy(start: ArrayLike, table: ArrayLike, steps: int) -> Floats:
    """Return where the chain is after 1 to `steps` steps, as shares. Shape (..., steps, k)."""
    now, rows = np.asarray(start, np.float64), _checked(table)
    told = []
    for _ in range(steps):
        now = now @ rows
        told.append(now)
    return np.stack(told, axis=-2)


def walks(
    start: ArrayLike, table: ArrayLike, steps: int, draws: int, rng: np.random.Generator
) -> Places:
    """Return places that the chain visits, by chance. Shape (g, draws, steps).

    Args:
        start: Where each of g walks begins, as shares. Shape (g, k).
        table: Shape (k, k).
        steps: Steps of a walk.
        draws: Walks from each start.
        rng: What chance is drawn from.
    """
    rows = np.cumsum(_checked(table), axis=1)
    share = np.cumsum(np.asarray(start, np.float64), axis=1)
    shape = len(share), draws
    place = _drawn(np.repeat(share[:, None], draws, axis=1), rng.random(shape))
    told = []
    for _ in range(steps):
        place = _drawn(rows[place], rng.random(shape))
        told.append(place)
    return np.stack(told, axis=-1)


def second(table: ArrayLike) -> float:
    """Return the size of the second eigenvalue: what is left of a difference after a step."""
    sizes = np.sort(np.abs(np.linalg.eigvals(_checked(table))))[::-1]
    return float(sizes[1]) if len(sizes) > 1 else 0.0


def half_life(left: float) -> float:
    """Return after how many steps half of a difference is left, of which `left` stays a step.

    0 where nothing stays, infinity where all does.

    Example:
        >>> from affectory.parts.dynamics import half_life
        >>> half_life(0.5), half_life(0.25)
        (1.0, 0.5)
    """
    if left <= EASY:
        return 0.0
    return float("inf") if left >= 1 - EASY else float(np.log(0.5) / np.log(left))


def halved(far: ArrayLike) -> float:
    """Return when distances, a step apart, first fall to half of the first; infinity if never.

    Between two steps the distance is drawn as a line.

    Example:
        >>> from affectory.parts.dynamics import halved
        >>> halved([8.0, 6.0, 2.0])  # 4 lies halfway from 6 to 2
        1.5
    """
    told = np.asarray(far, np.float64)
    below = np.flatnonzero(told <= told[0] / 2)
    if not len(below):
        return float("inf")
    at = int(below[0])
    if at == 0:
        return 0.0
    return at - 1 + float((told[at - 1] - told[0] / 2) / (told[at - 1] - told[at]))


def _drawn(shares: Floats, chance: Floats) -> Places:
    """Return the first place whose cumulated share exceeds chance. Shapes (..., k), (...)."""
    return np.asarray(np.minimum((shares <= chance[..., None]).sum(axis=-1), shares.shape[-1] - 1))


def _checked(table: ArrayLike) -> Floats:
    rows = np.asarray(table, np.float64)
    square = rows.ndim == 2 and rows.shape[0] == rows.shape[1]
    if not square or (rows < 0).any() or not np.allclose(rows.sum(axis=1), 1, atol=1e-6):
        raise BadValues("chain", f"shape {rows.shape}", "k rows of k shares that sum to one")
    return rows
