"""Several raters, methods or senses in one Trajectory: precision weights, honest spread.

Paper: the factor by which disagreement widens the spread is Birge's (1932), "The calculation
of errors by the method of least squares", Physical Review 40, as used by the Particle Data
Group.
"""

__all__ = ["join"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.groups import Names
from affectory.core.space import Kind
from affectory.core.trajectory import Trajectory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_SD = 1e-6  # nobody is sure beyond the rounding of float32


def join(trajectories: Sequence[Trajectory], by: str = "join") -> Trajectory:
    """Return one state for every time that any of the `trajectories` has, fused.

    Rows meet where session, actor, draw, start and stop are the same (`align` or `resample`
    brings them there). With weights ``w = 1 / spread^2`` the value is ``m = sum w x / sum w``
    and its variance ``max(1, sum w (x - m)^2 / (r - 1)) / sum w`` for r raters: as sure as
    they are together where they agree, less so where they disagree. Without spread all weigh
    the same, the spread is the standard error of their mean, and NaN for a single rater. In a
    distribution all axes of a row share one weight, so that the sum stays one.

    Args:
        trajectories: Same Space and Clock; all with spread, or none. A missing state has no
            voice; the result is missing where all are.
        by: Who says so.

    Raises:
        BadValues: if there is none, or only some have spread.
        SpaceMismatch: if the Spaces differ.
        ClockMismatch: if the Clocks differ.
    """
    if not trajectories:
        raise BadValues("join", "no trajectory", "at least one")
    head = trajectories[0]
    for other in trajectories:
        head.meets(other, "join")
    if len({one.spread is None for one in trajectories}) > 1:
        cure = "give all a spread, or take it off with dataclasses.replace(t, spread=None)"
        raise BadValues("join", "spread in some trajectories only", "in all or none", cure)
    stack = _stacked(trajectories)
    values, spread = _fused(stack, head.space.kind, head.spread is not None)
    first = stack.offsets[:-1]
    return Trajectory(
        head.space,
        head.clock,
        stack.session.take(first),
        stack.actor.take(first),
        stack.start[first],
        stack.stop[first],
        values.astype(np.float32),
        spread.astype(np.float32),
        stack.draw[first],
        by,
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Stack:
    """The rows of all raters, sorted; those of one state follow each other."""

    session: Names
    actor: Names
    draw: NDArray[np.int32]
    start: Floats
    stop: Floats
    values: Floats
    var: Floats
    offsets: Ints


def _stacked(parts: Sequence[Trajectory]) -> _Stack:
    session, actor = _merged([p.session for p in parts]), _merged([p.actor for p in parts])
    draws = [np.zeros(len(p), np.int32) if p.draw is None else p.draw for p in parts]
    draw = np.concatenate(draws)
    start, stop = (np.concatenate([getattr(p, n) for p in parts]) for n in ("start", "stop"))
    values = np.concatenate([p.values for p in parts]).astype(np.float64)
    sds = [np.ones_like(p.values) if p.spread is None else p.spread for p in parts]
    var = np.maximum(np.concatenate(sds).astype(np.float64), LEAST_SD) ** 2
    order = np.lexsort((stop, start, draw, actor.codes, session.codes))
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = np.any(
        [np.diff(key[order]) != 0 for key in (session.codes, actor.codes, draw, start, stop)],
        axis=0,
    )
    offsets = np.append(np.flatnonzero(fresh), len(order))
    return _Stack(
        session.take(order), actor.take(order), draw[order], start[order], stop[order],
        values[order], var[order], offsets,
    )  # fmt: skip


def _merged(columns: Sequence[Names]) -> Names:
    """Return columns with dictionaries of their own as one column."""
    names = tuple(dict.fromkeys(name for column in columns for name in column.names))
    place = {name: at for at, name in enumerate(names)}
    codes = [
        np.array([place[name] for name in column.names], np.int32)[column.codes]
        for column in columns
    ]
    return Names(np.concatenate(codes), names)


def _fused(stack: _Stack, kind: Kind, sure: bool) -> tuple[Floats, Floats]:
    """Return values and spread of every state, NaN where all voices are missing."""
    silent = np.isnan(stack.values + stack.var).any(axis=1, keepdims=True)
    weight = 1.0 / stack.var
    if kind is Kind.DISTRIBUTION:
        weight = np.repeat(1.0 / stack.var.mean(axis=1, keepdims=True), weight.shape[1], axis=1)
    weight = np.where(silent, 0.0, weight)
    x = np.where(silent, 0.0, stack.values)
    total, voices = _sum(stack, weight), _sum(stack, np.where(silent, 0.0, np.ones_like(x)))
    total[total == 0] = np.nan
    mean = _sum(stack, weight * x) / total
    apart = weight * (x - np.repeat(mean, np.diff(stack.offsets), axis=0)) ** 2
    chi2 = _sum(stack, np.where(silent, 0.0, apart))
    ratio = chi2 / np.where(voices > 1, voices - 1, np.nan)
    scale = np.fmax(ratio, 1.0) if sure else ratio
    spread = np.sqrt(scale / total)
    spread[np.isnan(mean)] = np.nan
    return mean, spread


def _sum(stack: _Stack, rows: Floats) -> Floats:
    if not len(rows):
        return rows.copy()
    return np.asarray(np.add.reduceat(rows, stack.offsets[:-1], axis=0))
