"""The same states on another clock: counted in turns, or from the start of their session."""

__all__ = ["on_turns", "relative"]

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.groups import Names
from affectory.core.trajectory import Clock, Trajectory

Ints = NDArray[np.int64]


def on_turns(trajectory: Trajectory) -> Trajectory:
    """Return the states counted in turns: the order of their starts within the session.

    States that begin together are in the order of their records (`seq`), and those of one
    record share its turn. Where there is no record they are in the order of their actors'
    names, and two states of one actor are two turns. Draws of one state share its turn.

    Whatever the Space, the states of the same records have the same turns.

    Example:
        >>> from affectory import Clock, Trajectory, represent
        >>> va = represent.space("va")
        >>> felt = Trajectory(va, Clock.SECONDS, ["s"] * 3, ["bo", "ann", "bo"], [9, 9, 9],
        ...                   [9, 9, 9], [[0.5, 0.1]] * 3, seq=[0, 1, 2])
        >>> represent.on_turns(felt).select(actor="bo").start.tolist()
        [0.0, 2.0]
    """
    if trajectory.clock is Clock.TURNS:
        return trajectory
    session, start = trajectory.session.codes, trajectory.start
    seq, actor, nth = _places(trajectory)
    order = np.lexsort((nth, actor, seq, start, session))
    new_session = _changes(order, session)
    count = np.cumsum(_changes(order, session, start, seq, actor, nth))
    turn = np.empty(len(order))
    turn[order] = count - count[new_session][np.cumsum(new_session) - 1]
    return replace(trajectory, clock=Clock.TURNS, start=turn, stop=turn + 1)


def _places(trajectory: Trajectory) -> tuple[Ints, Ints, Ints]:
    """Return what orders states that begin together: seq; else actor, and place with the actor.

    Where a state has a record, the other two are 0; where it has none, seq is -1.
    """
    n, start = len(trajectory), trajectory.start
    seq = np.full(n, -1, dtype=np.int64) if trajectory.seq is None else trajectory.seq
    alone = seq < 0
    same = np.zeros(n, dtype=bool)
    same[1:] = (np.diff(trajectory.groups.of_row) == 0) & (np.diff(start) == 0)
    rows = np.arange(n)
    nth = rows - np.maximum.accumulate(np.where(same, 0, rows))
    return seq, np.where(alone, _by_name(trajectory.actor), 0), np.where(alone, nth, 0)


def _by_name(column: Names) -> Ints:
    """Return the place of each name in the alphabet: codes differ from table to table."""
    place = np.empty(len(column.names), dtype=np.int64)
    place[sorted(range(len(column.names)), key=column.names.__getitem__)] = np.arange(len(place))
    return place[column.codes]


def _changes(order: Ints, *keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Return whether each row, in `order`, differs in any key from the one before it."""
    new = np.zeros(len(order), dtype=bool)
    new[:1] = True
    for key in keys:
        new[1:] |= np.diff(key[order]) != 0
    return new


def relative(trajectory: Trajectory) -> Trajectory:
    """Return the states with times counted from the first state of their session."""
    first = np.full(len(trajectory.session.names), np.inf)
    np.minimum.at(first, trajectory.session.codes, trajectory.start)
    origin = first[trajectory.session.codes]
    return replace(trajectory, start=trajectory.start - origin, stop=trajectory.stop - origin)
