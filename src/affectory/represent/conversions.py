"""The same states in another Space: `to_space`, and what can be reached from where.

Three kinds of step, none of which invents what the states do not say (there is no way from
valence to dominance, or from distress to joy):

- labels -> labels by the recorded table of `label_maps`; flags are first turned into shares of
  their sum;
- labels -> places in `vad` (or its valence, its arousal) by the weighted mean of prototypes;
- places -> labels by the likelihood of Gaussians around prototypes, flat priors.

Spread is carried through, never invented: exactly where the step is linear, to first order
(the delta method) where it is not. Errors of different axes are taken as independent, since a
Trajectory does not hold their covariance; for shares of one whole this errs on the wide side
when labels are merged.
"""

__all__ = ["routes", "to_space"]

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues, NoRoute
from affectory.core.space import TOLERANCE, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.represent.label_maps import MAPS
from affectory.represent.prototypes import prototypes_of
from affectory.represent.vocabularies import (
    AFFECTNET8,
    ED32,
    EKMAN6,
    EKMAN7N,
    ESCONV7,
    GOEMOTIONS28,
    MELD7,
    POLARITY,
    RM151,
    VA,
    VAD,
    VALENCE,
    space,
)

Floats = NDArray[np.float64]
Narrow = NDArray[np.float32]
Step = Callable[[Floats, Floats | None], tuple[Floats, Floats | None]]

LABELS = (POLARITY, EKMAN6, EKMAN7N, MELD7, GOEMOTIONS28, ED32, ESCONV7, AFFECTNET8, RM151)
PLACES = (VAD, VA, VALENCE)
BLOCK = 1 << 20  # numbers in one block of the widest side: bounds memory, keeps the cache warm


def routes(before: str) -> tuple[str, ...]:
    """Return the names of the Spaces that states in Space `before` can be said in.

    Raises:
        UnknownSpace: if there is no Space of that name.

    Example:
        >>> from affectory.represent.conversions import routes
        >>> routes("va")[:3], routes("suds")
        (('affectnet8', 'ed32', 'ekman6'), ('suds',))
    """
    start = space(before)
    names = {start.name} | {after for first, after in MAPS if first == before}
    if start in PLACES:
        names |= {label.name for label in LABELS}
    if start in LABELS or start in PLACES:
        axes = VAD.names if start in LABELS else start.names
        names |= {place.name for place in PLACES if set(place.names) <= set(axes)}
    return tuple(sorted(names))


def to_space(trajectory: Trajectory, name: str) -> Trajectory:
    """Return the same states in the Space called `name`, with times, actors and author kept.

    A missing state stays missing; a row of flags that are all zero, or a share that is all on
    labels without a counterpart (neutral in `ekman6`), becomes missing.

    Args:
        trajectory: States in a Space of `vocabularies`.
        name: Name of the Space to say them in.

    Raises:
        UnknownSpace: if there is no Space of that name.
        BadValues: if the states are in a Space of ours by name only, with other axes.
        NoRoute: (a SpaceMismatch) if there is no way there; it lists the ways that there are.

    Example:
        >>> import numpy as np
        >>> from affectory.core.trajectory import Clock, Trajectory
        >>> from affectory.represent import to_space
        >>> from affectory.represent.vocabularies import MELD7
        >>> joy = np.eye(7)[[MELD7.index("joy")]]
        >>> felt = Trajectory(MELD7, Clock.TURNS, ["s"], ["ann"], [0], [1], joy)
        >>> print(to_space(felt, "vad").values.round(2))
        [[0.76 0.48 0.35]]
    """
    before, after = _house(trajectory.space), space(name)
    if before == after:
        return trajectory
    if after.name not in routes(before.name):
        raise NoRoute(before.name, after.name, routes(before.name), "to_space")
    values, spread = _in_blocks(_step(before, after), trajectory, after)
    return replace(trajectory, space=after, values=values, spread=spread)


def _house(own: Space) -> Space:
    """Return the Space of the house that `own` is, whoever built it."""
    known = space(own.name)
    if (own.kind, own.axes) != (known.kind, known.axes):
        raise BadValues(f"space {own.name!r}", own.names, known.names, "give it another name")
    return known


def _step(before: Space, after: Space) -> Step:
    if before in PLACES and after in PLACES:
        return _project([before.index(axis) for axis in after.names])
    if before in PLACES:
        return _likelihood(before, after)
    if after in PLACES:
        columns = [VAD.index(axis) for axis in after.names]
        table = prototypes_of(before.name).mean[:, columns]
        weight = np.ones(before.k)
    else:
        table = MAPS[before.name, after.name].matrix
        weight = table.sum(axis=1)
    linear = before.kind is Kind.DISTRIBUTION and bool((weight == 1).all())
    return _weighted_mean(table, weight, linear)


def _in_blocks(step: Step, trajectory: Trajectory, after: Space) -> tuple[Narrow, Narrow | None]:
    """Apply `step` to a block of rows at a time."""
    n, k = trajectory.values.shape
    rows = max(BLOCK // max(k, after.k), 1)
    values = np.empty((n, after.k), np.float32)
    spread = None if trajectory.spread is None else np.empty_like(values)
    low, high = after.bounds
    for at in range(0, n, rows):
        here = slice(at, at + rows)
        known = trajectory.values[here].astype(np.float64)
        var = None if trajectory.spread is None else trajectory.spread[here].astype(float) ** 2
        out, out_var = step(known, var)
        np.clip(out, low, high, out=values[here], casting="same_kind")
        if spread is not None and out_var is not None:
            lost = np.isnan(out).any(axis=1)
            spread[here] = np.sqrt(np.maximum(out_var, 0.0))
            spread[here][lost] = np.nan
    return values, spread


def _project(columns: list[int]) -> Step:
    def step(x: Floats, var: Floats | None) -> tuple[Floats, Floats | None]:
        return x[:, columns], None if var is None else var[:, columns]

    return step


def _weighted_mean(table: Floats, weight: Floats, linear: bool) -> Step:
    """Return the step ``y = sum_i f_i t_i / sum_i f_i w_i``.

    With ``s`` the lower sum, ``dy_j/df_i = (t_ij - y_j w_i) / s``; where the shares are known
    to sum to one (`linear`) it is ``t_ij``.
    """
    k = table.shape[1]
    first = np.column_stack([table, weight])  # one product each, since f is the tall side
    second = np.column_stack([table**2, table * weight[:, None], weight**2])

    def step(f: Floats, var: Floats | None) -> tuple[Floats, Floats | None]:
        sums = np.maximum(f, 0.0) @ first
        total = np.where(sums[:, k:] < TOLERANCE, np.nan, sums[:, k:])
        y = sums[:, :k] / total
        if var is None or linear:
            return y, None if var is None else var @ second[:, :k]
        square, cross, both = np.split(var @ second, [k, 2 * k], axis=1)
        return y, (square - 2 * y * cross + y**2 * both) / total**2

    return step


def _likelihood(before: Space, after: Space) -> Step:
    """Return the step ``p_c = softmax_c(-|(x - mu_c) / sd|^2 / 2)``.

    ``dp_c/dx_d = p_c (mu_cd - m_d) / sd_d^2`` with ``m = sum_c p_c mu_c``.
    """
    known = prototypes_of(after.name)
    columns = [VAD.index(axis) for axis in before.names]
    mean, precision = known.mean[:, columns], known.sd[columns] ** -2.0
    offset = 0.5 * (mean**2 @ precision)

    def step(x: Floats, var: Floats | None) -> tuple[Floats, Floats | None]:
        score = (x * precision) @ mean.T - offset
        score -= score.max(axis=1, keepdims=True)
        p = np.exp(score, out=score)
        p /= p.sum(axis=1, keepdims=True)
        if var is None:
            return p, None
        centre = p @ mean
        wide = var * precision**2
        slope = wide @ (mean**2).T - 2 * (wide * centre) @ mean.T
        return p, p**2 * (slope + (wide * centre**2).sum(axis=1, keepdims=True))

    return step
