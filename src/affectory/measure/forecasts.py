"""How good a forecast is: its distance from what came, its fan, and what persistence would say.

Arrays first, one value an entry, so that any mean and any interval can follow: MASE scales
absolute errors by the past's own steps (Hyndman & Koehler 2006); CRPS is the error of a whole
distribution, in units of the state, and the absolute error where there is no spread (Gneiting &
Raftery 2007). NaN in gives NaN out.
"""

__all__ = ["band", "covered", "crps_bounded", "crps_draws", "crps_normal", "naive_scale", "skill"]

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice

Floats = NDArray[np.float64]
_STANDARD = NormalDist()
_TURN = np.sqrt(2.0)


def naive_scale(values: ArrayLike, group: ArrayLike, lag: int = 1) -> Floats:
    """Return the mean absolute step of each group's past, by which MASE divides. Shape (g, k).

    A group that never moved, or is too short, has NaN.

    Args:
        values: Past states, in order of time within each group. Shape (n, k).
        group: Number of each state's group, 0 to g - 1, equal numbers together. Shape (n,).
        lag: Rows back: 1 for persistence, a season for the seasonal kind.

    Raises:
        BadChoice: if lag is less than 1.
    """
    if lag < 1:
        raise BadChoice("lag", lag, "1 or more")
    told, code = np.asarray(values, np.float64), np.asarray(group, np.int64)
    g = int(code.max(initial=-1)) + 1
    step = np.abs(told[lag:] - told[:-lag])
    there = ~np.isnan(step) & (code[lag:] == code[:-lag])[:, None]
    total, count = np.zeros((g, told.shape[1])), np.zeros((g, told.shape[1]))
    np.add.at(total, code[lag:], np.where(there, step, 0.0))
    np.add.at(count, code[lag:], there)
    return np.where(total > 0, total / np.maximum(count, 1), np.nan)


def crps_normal(truth: ArrayLike, mean: ArrayLike, spread: ArrayLike) -> Floats:
    """Return the CRPS of normal forecasts; the absolute error where `spread` is 0.

    Args:
        truth: What came. Any shape.
        mean: Centres, shaped like `truth`.
        spread: One standard deviation, >= 0, shaped like `truth`.
    """
    miss = np.asarray(truth, np.float64) - np.asarray(mean, np.float64)
    width = np.asarray(spread, np.float64)
    sure = width <= 0
    z = miss / np.where(sure, 1.0, width)
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    # z (2 Phi(z) - 1) = z erf(z / sqrt 2)
    score = width * (z * _erf(z / _TURN) + 2 * density - 1 / np.sqrt(np.pi))
    return np.asarray(np.where(sure, np.abs(miss), score))


def crps_bounded(
    truth: ArrayLike, mean: ArrayLike, spread: ArrayLike, low: ArrayLike, high: ArrayLike
) -> Floats:
    """Return the CRPS of normal forecasts whose parts beyond the bounds count as at the bounds.

    ``crps - s (G((l - m) / s) + G((m - u) / s))``, where the integral of the squared normal law
    P with density p is G(z) = z P^2 + 2 p P - P(z sqrt 2) / sqrt pi.

    Args:
        truth: What came, within the bounds. Any shape.
        mean: Centres, within the bounds.
        spread: One standard deviation, >= 0.
        low: Least legal value.
        high: Greatest legal value.
    """
    centre, width = np.asarray(mean, np.float64), np.asarray(spread, np.float64)
    sure = width <= 0
    safe = np.where(sure, 1.0, width)
    beyond = _tail((np.asarray(low) - centre) / safe) + _tail((centre - np.asarray(high)) / safe)
    return np.asarray(crps_normal(truth, centre, width) - np.where(sure, 0.0, width * beyond))


def crps_draws(truth: ArrayLike, draws: ArrayLike) -> Floats:
    """Return the CRPS of forecasts given as draws: E|x - y| - E|x - x'| / 2, over all pairs.

    Args:
        truth: What came. Shape (...).
        draws: What might come, equally likely. Shape (s, ...).
    """
    told = np.sort(np.asarray(draws, np.float64), axis=0)
    s = len(told)
    near = np.abs(told - np.asarray(truth, np.float64)).mean(axis=0)
    weight = (2 * np.arange(1, s + 1) - s - 1).reshape(-1, *[1] * (told.ndim - 1))
    return np.asarray(near - (weight * told).sum(axis=0) / s**2)


def band(mean: ArrayLike, spread: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Return the ends of the central interval of normal forecasts that holds `level`.

    Raises:
        BadChoice: if level is not in (0, 1).
    """
    if not 0 < level < 1:
        raise BadChoice("level", level, "a number between 0 and 1")
    reach = _STANDARD.inv_cdf(0.5 + level / 2) * np.asarray(spread, np.float64)
    middle = np.asarray(mean, np.float64)
    return middle - reach, middle + reach


def covered(truth: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """Return 1 where what came lies within the ends, 0 where not, NaN where unknown."""
    came, under, over = (np.asarray(part, np.float64) for part in (truth, low, high))
    known = ~(np.isnan(came) | np.isnan(under) | np.isnan(over))
    return np.where(known, (came >= under) & (came <= over), np.nan)


def skill(errors: ArrayLike, rival: ArrayLike) -> float:
    """Return 1 - mean error / mean error of the rival, over entries that both have."""
    mine, other = np.asarray(errors, np.float64), np.asarray(rival, np.float64)
    both = ~(np.isnan(mine) | np.isnan(other))
    below = other[both].mean() if both.any() else 0.0
    return float(1 - mine[both].mean() / below) if below > 0 else float("nan")


def _tail(z: Floats) -> Floats:
    """Return the integral of the squared normal law up to `z`, never below 0."""
    z = np.maximum(z, -40.0)  # below it there is nothing, in whatever precision
    law, density = (1 + _erf(z / _TURN)) / 2, np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    both = z * law**2 + 2 * density * law - (1 + _erf(z)) / 2 / np.sqrt(np.pi)
    return np.asarray(np.maximum(both, 0.0))


def _erf(x: Floats) -> Any:
    """Abramowitz & Stegun 7.1.26 is off by 1.5e-7, less than states in single precision are."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027
                + t * 1.061405429))))  # fmt: skip
    return np.sign(x) * (1 - poly * np.exp(-(x**2)))
