"""What predictors look at in Trajectories: windows to learn from, the last states of each path."""

__all__ = ["Lessons", "cut", "last_seen"]

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.trajectory import Trajectory
from affectory.forecast.eigen.codes import F32, Places, Sight
from affectory.parts.windows import latest, windows

COMPANY = 2  # who is alone in a window of a place is left out


class Lessons(NamedTuple):
    """Windows, each parted into what is seen and what follows.

    Attributes:
        sight: What is known of each at its origin.
        future: What followed. Shape (n, h, k).
        parted: What folds part: the name of its session where actors are in several, for what
            happens in a session moves all who are in it; else its session and actor. Shape (n,).
    """

    sight: Sight
    future: F32
    parted: NDArray[np.str_]

    def joined(self, other: "Lessons") -> "Lessons":
        """Return the windows of both; scenes of the other come after."""

        def after(mine: Places, yours: Places) -> Places:
            return np.concatenate([mine, yours + mine.max(initial=-1) + 1])

        one, two = self.sight, other.sight
        return Lessons(
            Sight(
                np.concatenate([one.seen, two.seen]),
                np.concatenate([one.mean, two.mean]),
                np.concatenate([one.spread, two.spread]),
                np.concatenate([one.known, two.known]),
                after(one.scene, two.scene),
            ),
            np.concatenate([self.future, other.future]),
            np.concatenate([self.parted, other.parted]),
        )

    def rows(self, keep: NDArray[np.bool_]) -> "Lessons":
        """Return some of the windows."""
        return Lessons(self.sight.rows(keep), self.future[keep], self.parted[keep])


def cut(past: Trajectory, seen: int, ahead: int, together: bool) -> Lessons:
    """Return every window of `seen` + `ahead` states that are there.

    Args:
        past: Paths.
        seen: States that are looked at.
        ahead: States that follow.
        together: Whether times are those of the session, so that a gap ends a path, and who is
            alone in a window is left out; else missing states are passed over.
    """
    there = np.flatnonzero(~past.missing)
    group, length = past.groups.of_row[there], seen + ahead
    if together:
        session, actor = past.session.codes[there], past.actor.codes[there]
        found = windows(session, actor, past.start[there], length, company=COMPANY)
    else:
        alone = np.zeros(len(group), np.int32)
        found = windows(group.astype(np.int32), alone, np.arange(float(len(group))), length)
    values = past.values[there]
    mean, spread, known = _so_far(values, group)
    at = found.rows[:, seen - 1]
    sight = Sight(values[found.rows[:, :seen]], mean[at], spread[at], known[at], found.scene)
    return Lessons(sight, values[found.rows[:, seen:]], _parted(past)[group[at]])


def last_seen(past: Trajectory, seen: int) -> Sight:
    """Return what is known of every group at its last state; of none, that it is at rest."""
    g, k = len(past.groups), past.space.k
    there = np.flatnonzero(~past.missing)
    rest = np.array([axis.rest for axis in past.space.axes], np.float32)
    values = np.concatenate([past.values[there], rest[None]])  # the last row is nobody's
    mean, spread, known = _so_far(values[:-1], past.groups.of_row[there])
    mean, spread = np.concatenate([mean, rest[None]]), np.concatenate([spread, np.zeros((1, k))])
    known = np.append(known, 0)
    rows = latest(past.groups.offsets, ~past.missing, seen)
    at = np.where(rows < 0, len(there), np.searchsorted(there, np.maximum(rows, 0)))
    last = at[:, -1]
    ends = np.append(past.start[there], np.inf)[last]
    keys = np.column_stack([past.groups.session, ends])
    _, scene = np.unique(keys, axis=0, return_inverse=True)
    return Sight(
        values[at].reshape(g, seen, k),
        mean[last].astype(np.float32),
        spread[last].astype(np.float32),
        known[last].astype(np.float32),
        scene.reshape(-1).astype(np.int64),
    )


def _parted(past: Trajectory) -> NDArray[np.str_]:
    """Return what folds part each group by. Shape (g,)."""
    groups = past.groups
    session = np.array(past.session.names, str)[groups.session]
    several = len(np.unique(groups.actor)) < len(groups) and len(np.unique(groups.session)) > 1
    actor = np.array(past.actor.names, str)[groups.actor]
    return session if several else np.char.add(np.char.add(session, "\n"), actor)


def _so_far(values: F32, group: Places) -> tuple[F32, F32, F32]:
    """Return mean, deviation and number of each row's group up to the row."""
    n = len(values)
    if not n:
        return values, values, np.empty(0, np.float32)
    fresh = np.ones(n, bool)
    fresh[1:] = group[1:] != group[:-1]
    head = np.flatnonzero(fresh)
    count = np.arange(n) - np.repeat(head, np.diff(np.append(head, n))) + 1
    told = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    sums = []
    for part in (told, told**2):
        whole = np.cumsum(part, axis=0)
        before = np.vstack([np.zeros((1, part.shape[1])), whole])[head]
        sums.append((whole - np.repeat(before, np.diff(np.append(head, n)), axis=0))
                    / count[:, None])  # fmt: skip
    mean = sums[0] + values.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.maximum(sums[1] - sums[0] ** 2, 0))
    return mean.astype(np.float32), spread.astype(np.float32), count.astype(np.float32)
