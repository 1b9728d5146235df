"""Where a moment of a session stands on the page: by its time, or turn by turn.

Where one silence fills more than a quarter of a session, times would press the talk into two
thin columns; then states stand in order, the ticks say the time, and the silences are marked.
"""

__all__ = ["Silence", "Timeline", "timeline"]

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.show import times
from affectory.show.canvas import Floats

LONG = 0.25  # share of a session that makes a silence long
MEASURED = (Clock.SECONDS, Clock.DAYS)  # clocks on which nothing may happen for a while


class Silence(NamedTuple):
    """A long time without a state: where it stands on the page, and how long it is."""

    place: float
    words: str


@dataclass(frozen=True)
class Timeline:
    """The distinct times of a session and the way they are set.

    Args:
        clock: Unit of the times.
        moments: Distinct times since the beginning of the session, sorted. Shape (m,).
        in_order: Whether states stand in order rather than by time.
    """

    clock: Clock
    moments: Floats
    in_order: bool

    def place(self, t: Floats) -> Floats:
        """Return where times stand. Shape (n,)."""
        return np.searchsorted(self.moments, t).astype(np.float64) if self.in_order else t

    @property
    def span(self) -> float:
        """Where the last moment stands; 1 where there is only one."""
        return float(self.place(self.moments[-1:])[0]) or 1.0

    def ticks(self, most: int = 7) -> tuple[list[float], list[str], str]:
        """Return where to mark the axis, the words there, and its title."""
        if not self.in_order:
            return times.ticks(self.clock, float(self.moments[-1]), most)
        step = max(1, -(-len(self.moments) // most))
        at = list(range(0, len(self.moments), step))
        words = [times.when(self.clock, float(self.moments[k])) for k in at]
        return [float(k) for k in at], words, "turn by turn, with the time at some of them"

    def silences(self, most: int = 3) -> tuple[Silence, ...]:
        """Return the longest silences of a timeline that is in order, none close to another."""
        if not self.in_order:
            return ()
        steps = np.diff(self.moments)
        least = max(10 * float(np.median(steps)), 0.02 * float(self.moments[-1]))
        kept: list[int] = []
        for k in np.argsort(-steps, kind="stable").tolist():
            far = all(abs(k - other) > 0.16 * len(steps) for other in kept)
            if len(kept) < most and steps[k] > least and far:
                kept.append(k)
        return tuple(
            Silence(k + 0.5, times.length(self.clock, float(steps[k]))) for k in sorted(kept)
        )


def timeline(felt: Trajectory, session: str, in_order: bool | None = None) -> Timeline:
    """Return the timeline of `session`; in order where a long silence asks for it (None)."""
    start = felt.select(session=session).start
    moments = np.unique(start) - start.min()
    if in_order is None:
        steps = np.diff(moments)
        measured = felt.clock in MEASURED and len(moments) > 6
        in_order = measured and bool(steps.max() > LONG * moments[-1])
    return Timeline(felt.clock, moments, in_order)
