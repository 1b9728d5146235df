"""The same states at other times: resampled, or at times that two Trajectories share.

A state holds from its `start` to its `stop`; between states values go in a straight line from
start to start. What nobody observed stays missing: no line is drawn over a missing state, or
over a silence longer than `max_gap`.
"""

__all__ = ["align", "resample"]

from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues, ClockMismatch, NoRecords
from affectory.core.groups import Names
from affectory.core.trajectory import Trajectory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Match(StrEnum):
    """Which groups of two Trajectories belong together."""

    ACTOR = "actor"  # same session, same actor: two raters of one person
    SESSION = "session"  # same session, one actor in each: two persons in a conversation


def resample(
    trajectory: Trajectory,
    step: float | None = None,
    times: ArrayLike | None = None,
    max_gap: float | None = None,
) -> Trajectory:
    """Return the states at regular times, or at times of the caller's choice.

    With `step`, rows follow each other from the first start of a group to its last stop, which
    are kept, and the last row may be shorter. With `times`, every group has a row at each of
    them, missing where the group has no state.

    The spread of a point on a line is that of the weighted mean of its two ends; how much the
    state may have moved in between is not in it (`smooth` knows that).

    Args:
        trajectory: What to resample.
        step: Clock units from row to row, > 0.
        times: Ascending times in clock units, instead of `step`. Shape (m,).
        max_gap: Longest silence, from the stop of one known state to the start of the next, that
            a line may cross, whether or not missing states lie in it. None: a line crosses any
            silence, but never a missing state.

    Raises:
        BadChoice: if not exactly one of `step` and `times` is given, or one is illegal.
    """
    if (step is None) == (times is None):
        raise BadChoice("step, times", (step, times), "exactly one of the two")
    if max_gap is not None and not max_gap >= 0:
        raise BadChoice("max_gap", max_gap, "a number >= 0, or None")
    if step is not None:
        group, start, stop = _grid(trajectory, step)
    else:
        group, start, stop = _repeated(trajectory, np.asarray(times, dtype=np.float64))
    return _at(trajectory, group, start, stop, max_gap)


def align(
    one: Trajectory,
    two: Trajectory,
    max_gap: float | None = None,
    match: str = "actor",
) -> tuple[Trajectory, Trajectory]:
    """Return both Trajectories at the same times, row for row.

    The times are all starts of either that lie where both have states; groups that only one
    has are left out. The Spaces may differ.

    Args:
        one: The first.
        two: The second.
        max_gap: As in `resample`.
        match: "actor" pairs groups of one session and actor; "session" pairs the one actor that
            each has in a session, such as speaker and listener.

    Raises:
        BadChoice: if `match` is neither.
        ClockMismatch: if the clocks differ.
        BadValues: if a session has several groups that could be meant.
        NoRecords: if no group is in both at overlapping times.
    """
    if match not in {m.value for m in Match}:
        raise BadChoice("match", match, [m.value for m in Match])
    if one.clock is not two.clock:
        raise ClockMismatch(two.clock, one.clock, "align")
    first, second = _pairs(one, two, Match(match))
    low = np.maximum(_first(one)[first], _first(two)[second])
    high = np.minimum(_last(one)[first], _last(two)[second])
    pair, time = _union(one, two, first, second, low, high)
    if not len(pair):
        raise NoRecords("align", "give two trajectories of the same sessions, actors and hours")
    stop = _until(pair, time, high)
    here = _at(one, first[pair], time, stop, max_gap)
    # rows are sorted by the place of their names, so both need the same places
    actor = here.actor if match == Match.ACTOR else None
    there = _at(two, second[pair], time, stop, max_gap, here.session, actor)
    return here, there


def _first(trajectory: Trajectory) -> Floats:
    return trajectory.start[trajectory.groups.offsets[:-1]]


def _last(trajectory: Trajectory) -> Floats:
    return trajectory.groups.reduce(np.maximum, trajectory.stop)


def _grid(trajectory: Trajectory, step: float) -> tuple[Ints, Floats, Floats]:
    if not 0 < step < np.inf:
        raise BadChoice("step", step, "a number > 0")
    low, high = _first(trajectory), _last(trajectory)
    # a whole number of steps must not gain a row by rounding
    rows = np.maximum(np.ceil(np.round((high - low) / step, 9)), 1).astype(np.int64)
    # states without length end with a row at the last start
    rows += (trajectory.start[trajectory.groups.offsets[1:] - 1] == high) & (high > low)
    group = np.repeat(np.arange(len(rows)), rows)
    place = np.arange(len(group)) - np.repeat(np.cumsum(rows) - rows, rows)
    start = np.minimum(low[group] + step * place, high[group])
    return group, start, _until(group, start, high)


def _repeated(trajectory: Trajectory, times: Floats) -> tuple[Ints, Floats, Floats]:
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all():
        raise BadValues("times", f"shape {times.shape}", "(m,), m >= 1, finite")
    if (np.diff(times) < 0).any():
        raise BadValues("times", "times that go back", "ascending times", "sort them")
    g = len(trajectory.groups)
    group = np.repeat(np.arange(g), len(times))
    stop = np.append(times[1:], times[-1])
    return group, np.tile(times, g), np.tile(stop, g)


def _until(group: Ints, start: Floats, high: Floats) -> Floats:
    """Return where each row ends: where the next of its group begins, or at `high`."""
    stop = high[group]
    within = group[1:] == group[:-1]
    stop[:-1][within] = start[1:][within]
    return stop


def _at(
    trajectory: Trajectory,
    group: Ints,
    start: Floats,
    stop: Floats,
    max_gap: float | None,
    session: Names | None = None,
    actor: Names | None = None,
) -> Trajectory:
    """Return the states of `group` at `start`, under names from elsewhere where given."""
    left, right, share = _lines(trajectory, group, start, max_gap)
    lost, weight = left < 0, share[:, None]
    values = (1 - weight) * trajectory.values[left] + weight * trajectory.values[right]
    values[lost] = np.nan
    spread = None
    if trajectory.spread is not None:
        ends = (1 - weight) * trajectory.spread[left], weight * trajectory.spread[right]
        spread = np.hypot(*ends).astype(np.float32)
        spread[lost] = np.nan
    groups = trajectory.groups
    return replace(
        trajectory,
        session=session or Names(groups.session[group], trajectory.session.names),
        actor=actor or Names(groups.actor[group], trajectory.actor.names),
        start=start,
        stop=stop,
        values=values.astype(np.float32),
        spread=spread,
        draw=None if trajectory.draw is None else groups.draw[group],
        seq=None,
    )


def _lines(
    trajectory: Trajectory, group: Ints, time: Floats, max_gap: float | None
) -> tuple[Ints, Ints, Floats]:
    """Return the ends of the line that each point lies on, and how far along it is, in [0, 1).

    Ends are rows; left is -1 where nothing is known, right is left where no line is drawn.
    """
    begin, end = trajectory.start, trajectory.stop
    row = _last_before(trajectory.groups.of_row, begin, group, time)
    before, after = _known_around(trajectory)
    left = np.where(row >= 0, before[row], -1) if len(begin) else row
    right = np.where(left >= 0, after[row], -1) if len(begin) else row
    here = (left >= 0) & (left == row) & ((time < end[left]) | (time == begin[left]))
    drawn = right >= 0
    if max_gap is None:
        drawn &= right == left + 1
    else:
        drawn &= begin[right] - end[left] <= max_gap
    width = np.where(drawn, begin[right] - begin[left], 1.0)
    share = np.where(drawn, (time - begin[left]) / width, 0.0)
    left = np.where(drawn | here, left, -1)
    return left, np.where(drawn, right, left), share


def _known_around(trajectory: Trajectory) -> tuple[Ints, Ints]:
    """Return the last known row up to each row and the next after it, in its group, else -1."""
    n, owner = len(trajectory), trajectory.groups.of_row
    rows = np.arange(n)
    before = np.maximum.accumulate(np.where(trajectory.missing, -1, rows))
    before[(before >= 0) & (owner[before] != owner)] = -1
    coming = np.where(trajectory.missing, n, rows)
    after = np.append(np.minimum.accumulate(coming[::-1])[::-1][1:], n)[:n]
    same = owner[np.minimum(after, n - 1)] == owner
    return before, np.where((after < n) & same, after, -1)


def _last_before(owner: Ints, begin: Floats, group: Ints, time: Floats) -> Ints:
    """Return the last row of the same owner that begins at or before each time, else -1."""
    query = np.repeat([0, 1], [len(owner), len(group)])
    order = np.lexsort((query, np.append(begin, time), np.append(owner, group)))
    # rows are sorted by owner and time, so the rank among rows is the row itself
    rank = np.cumsum(query[order] == 0) - 1
    before = np.empty(len(order), dtype=np.int64)
    before[order] = rank
    found = before[len(owner) :]
    mine = (found >= 0) & (np.append(owner, -1)[found] == group)
    return np.where(mine, found, -1)


def _pairs(one: Trajectory, two: Trajectory, match: Match) -> tuple[Ints, Ints]:
    """Return the numbers of the groups that belong together."""
    first, second = _keys(one, match), _keys(two, match)
    shared = [key for key in first if key in second]
    return (
        np.array([first[key] for key in shared], dtype=np.int64),
        np.array([second[key] for key in shared], dtype=np.int64),
    )


def _keys(trajectory: Trajectory, match: Match) -> dict[tuple[str, ...], int]:
    groups = trajectory.groups
    session = [trajectory.session.names[code] for code in groups.session]
    actor = [trajectory.actor.names[code] for code in groups.actor]
    if match is Match.SESSION:
        keys: list[tuple[str, ...]] = [(name,) for name in session]
    else:
        keys = list(zip(session, actor, map(str, groups.draw), strict=True))
    if len(set(keys)) < len(keys):
        cure = "select one actor first: trajectory.select(actor=...)"
        raise BadValues("align", "several actors or draws in a session", "one", cure)
    return {key: at for at, key in enumerate(keys)}


def _union(
    one: Trajectory, two: Trajectory, first: Ints, second: Ints, low: Floats, high: Floats
) -> tuple[Ints, Floats]:
    """Return the pair and time of every start that lies within both, each once, sorted."""
    pairs, times = [], []
    for trajectory, groups in ((one, first), (two, second)):
        pair_of = np.full(len(trajectory.groups), -1, dtype=np.int64)
        pair_of[groups] = np.arange(len(groups))
        pair = pair_of[trajectory.groups.of_row]
        inside = np.flatnonzero(pair >= 0)
        pair, time = pair[inside], trajectory.start[inside]
        keep = (time >= low[pair]) & (time <= high[pair])
        pairs.append(pair[keep])
        times.append(time[keep])
    pair, time = np.concatenate(pairs), np.concatenate(times)
    order = np.lexsort((time, pair))
    pair, time = pair[order], time[order]
    fresh = np.ones(len(pair), dtype=bool)
    fresh[1:] = (np.diff(pair) != 0) | (np.diff(time) != 0)
    return pair[fresh], time[fresh]
