"""Learned continuations of many series at once: from recent steps and the place in the season.

One model for all series, so that each can be short: the last `lags` steps, less their mean and
in units of the series' own steps, say the next `h` directly. Linear: ridge regression. A net:
one hidden layer of tanh beside the linear way, Huber loss, Adam, several seeds averaged; learning
stops when the loss on the latest tenth of the windows no longer falls. numpy alone.
"""

__all__ = ["Look", "Net", "Recent", "learn", "scale_of"]

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
HUBER = 1.0  # where the loss turns from square to straight, in units of the scale
BATCH = 256
DECAY = (0.9, 0.999)  # of Adam's means
STEADY = 1e-9


class Look(NamedTuple):
    """What a model looks at.

    Attributes:
        lags: Steps back.
        ahead: Steps that are said directly.
        season: Steps of a season.
    """

    lags: int
    ahead: int
    season: int


@dataclass(frozen=True)
class Net:
    """How the net learns.

    Args:
        hidden: Units.
        rate: Step of Adam.
        decay: Weight decay.
        epochs: At most so many.
        patience: Epochs without a lower loss after which learning stops.
        copies: Nets that are averaged.
        seed: Seed of the first.
    """

    hidden: int = 32
    rate: float = 1e-3
    decay: float = 1e-3
    epochs: int = 40
    patience: int = 4
    copies: int = 5
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Recent:
    """What was learned.

    Args:
        look: What it looks at.
        weights: Linear way. Shape (d, ahead).
        nets: Weights in and out of each net's hidden units. Shapes (d, u), (u, ahead).
    """

    look: Look
    weights: Floats
    nets: tuple[tuple[Floats, Floats], ...] = field(default=())

    def follow(self, x: Floats, phase: Places, h: int) -> Floats:
        """Return the next `h` steps of whole series; beyond `ahead`, its own answers go in.

        Args:
            x: Shape (s, t), t >= lags.
            phase: Place in the season of the step after the last. Shape (s,).
            h: Steps ahead.
        """
        known, scale, done = x, scale_of(x, self.look.season), 0
        while done < h:
            rows, middle = _rows(known[:, -self.look.lags :], phase + done, scale, self.look)
            said = self._said(rows) * scale[:, None] + middle[:, None]
            known = np.hstack([known, said])
            done += self.look.ahead
        return known[:, x.shape[1] : x.shape[1] + h]

    def _said(self, rows: Floats) -> Floats:
        said = rows @ self.weights
        if not self.nets:
            return np.asarray(said)
        beside = [np.tanh(rows @ inner) @ outer for inner, outer in self.nets]
        return np.asarray(said + np.mean(beside, axis=0))


def scale_of(x: Floats, season: int) -> Floats:
    """Return the mean absolute step from season to season, NaN left out. Shape (s,).

    From day to day for a series whose seasons are all alike; 1 for one at rest.
    """
    size = np.zeros(len(x))
    for lag in (season, 1):
        steps = np.abs(x[:, lag:] - x[:, :-lag])
        known = ~np.isnan(steps)
        mean = np.where(known, steps, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        size = np.where(size > STEADY, size, mean)
    return np.where(size > STEADY, size, 1.0)


def learn(
    x: list[Floats], phase: list[int], look: Look, ridge: float = 1.0, net: Net | None = None
) -> Recent | None:
    """Return a model of all windows of whole series; None where there are too few.

    Args:
        x: One series each. Shapes (t_i,).
        phase: Place in the season of each one's first step.
        look: What it looks at.
        ridge: Penalty on the linear way, in windows.
        net: How a net is learned beside; None: none.
    """
    rows, told, when = _windows(x, phase, look)
    if len(rows) < 2 * look.season:
        return None
    weights = _ridge(rows, told, ridge)
    if net is None:
        return Recent(look, weights)
    rest = told - rows @ weights
    late = when >= np.quantile(when, 0.9)
    nets = tuple(_net(rows, rest, late, net, net.seed + copy) for copy in range(net.copies))
    return Recent(look, weights, nets)


def _ridge(rows: Floats, told: Floats, ridge: float) -> Floats:
    penalty = ridge * np.eye(rows.shape[1])
    return np.asarray(np.linalg.solve(rows.T @ rows + penalty, rows.T @ told))


def _windows(x: list[Floats], phase: list[int], look: Look) -> tuple[Floats, Floats, Floats]:
    """Return rows, what followed them in the same units, and when. (n, d), (n, ahead), (n,)."""
    rows, told, when = [np.empty((0, look.lags + look.season))], [np.empty((0, look.ahead))], []
    for series, first in zip(x, phase, strict=True):
        n = len(series) - look.lags - look.ahead + 1
        if n < 1:
            continue
        whole = np.lib.stride_tricks.sliding_window_view(series, look.lags + look.ahead)
        scale = np.full(n, scale_of(series[None], look.season)[0])
        past, middle = _rows(whole[:, : look.lags], first + look.lags + np.arange(n), scale, look)
        rows.append(past)
        told.append((whole[:, look.lags :] - middle[:, None]) / scale[:, None])
        when.append(np.arange(n) - n)
    return np.concatenate(rows), np.concatenate(told), np.concatenate([*when, np.empty(0)])


def _rows(past: Floats, phase: Places, scale: Floats, look: Look) -> tuple[Floats, Floats]:
    """Return recent steps less their mean, beside the place in the season. (n, d), (n,)."""
    middle = past.mean(axis=1)
    place = np.eye(look.season)[np.asarray(phase) % look.season]
    return np.hstack([(past - middle[:, None]) / scale[:, None], place]), middle


def _net(
    rows: Floats, told: Floats, late: NDArray[np.bool_], how: Net, seed: int
) -> tuple[Floats, Floats]:
    """Learn what the linear way leaves; early stop on the late windows."""
    rng = np.random.default_rng(seed)
    parts = [
        rng.normal(0, rows.shape[1] ** -0.5, (rows.shape[1], how.hidden)),
        np.zeros((how.hidden, told.shape[1])),
    ]
    means, squares = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    early = np.flatnonzero(~late)
    best, least, since, step = [p.copy() for p in parts], np.inf, 0, 0
    for _ in range(how.epochs):
        order = rng.permutation(early)
        for low in range(0, len(order), BATCH):
            step += 1
            some = order[low : low + BATCH]
            for at, slope in enumerate(_slopes(rows[some], told[some], parts)):
                means[at] += (1 - DECAY[0]) * (slope - means[at])
                squares[at] += (1 - DECAY[1]) * (slope**2 - squares[at])
                pace = how.rate * np.sqrt(1 - DECAY[1] ** step) / (1 - DECAY[0] ** step)
                parts[at] -= pace * means[at] / (np.sqrt(squares[at]) + 1e-8)
                parts[at] -= how.rate * how.decay * parts[at]
        now = float(_huber(np.tanh(rows[late] @ parts[0]) @ parts[1] - told[late]).mean())
        best, least, since = (
            ([p.copy() for p in parts], now, 0) if now < least else (best, least, since + 1)
        )
        if since >= how.patience:
            break
    return best[0], best[1]


def _slopes(rows: Floats, told: Floats, parts: list[Floats]) -> tuple[Floats, Floats]:
    unit = np.tanh(rows @ parts[0])
    miss = np.clip(unit @ parts[1] - told, -HUBER, HUBER) / len(rows)
    return rows.T @ (miss @ parts[1].T * (1 - unit**2)), unit.T @ miss


def _huber(miss: Floats) -> Floats:
    far = np.abs(miss)
    return np.where(far <= HUBER, 0.5 * far**2, HUBER * (far - 0.5 * HUBER))
