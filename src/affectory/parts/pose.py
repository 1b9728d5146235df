"""Where a path stands, where it heads and how fast: taken out of it, and put back.

``x' = (x - o) R s``: o is the last observed point, R turns the last heading onto the first axis,
s makes the last step one unit long (Bae, Oh & Jeon 2023, EigenTrajectory, section 3.1). In the
plane a point is a complex number and turning with scaling is one product, so no angle is ever
computed. A path that stands still is neither turned nor scaled.
"""

__all__ = ["Pose"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues

Reals = NDArray[Any]
_STILL = 1e-9


@dataclass(frozen=True, eq=False)
class Pose:
    """How n paths stand.

    Args:
        origin: Last observed point of each. Shape (n, k).
        turn: What the differences from the origin are multiplied by, of size 1 where paths are
            not scaled; complex where they are turned. Shape (n,).
    """

    origin: Reals
    turn: Reals

    @classmethod
    def of(cls, seen: Reals, turned: bool = False, scaled: bool = False) -> Self:
        """Return how observed paths `seen` (n, t, k) stand at their end.

        Args:
            seen: Observed points, three at least where paths are turned or scaled.
            turned: Whether headings are taken out; in the plane only (k = 2).
            scaled: Whether the lengths of the last steps are taken out.

        Raises:
            BadValues: if there are too few points, or paths are turned outside of the plane.
        """
        origin = seen[:, -1]
        n, t, k = seen.shape
        if not (turned or scaled):
            return cls(origin, np.ones(n, seen.dtype))
        if t < 3 or (turned and k != 2):
            raise BadValues("paths", f"shape {seen.shape}", "3 or more points, in the plane")
        step = (origin - seen[:, -3]) / 2
        if not turned:
            size = np.sqrt(np.einsum("nk,nk->n", step, step))
            return cls(origin, np.where(size > _STILL, 1 / np.maximum(size, _STILL), 1))
        heading = _complex(step)[:, 0]
        size = np.abs(heading)
        still = size <= _STILL
        power = np.where(still, 1, size * size if scaled else size)
        return cls(origin, np.where(still, 1, np.conj(heading) / power).astype(heading.dtype))

    def rows(self, keep: Any) -> "Pose":
        """Return how the chosen paths stand."""
        return Pose(self.origin[keep], self.turn[keep])

    def away(self, paths: Reals) -> Reals:
        """Return `paths` (n, t, k) without their poses, flat. Shape (n, t k)."""
        n, t, k = paths.shape
        if not np.iscomplexobj(self.turn):
            free = paths - self.origin[:, None]
            free *= self.turn[:, None, None]
            return free.reshape(n, t * k)
        free = _complex(paths) - _complex(self.origin)
        free *= self.turn[:, None]
        return np.asarray(free.view(paths.dtype))

    def back(self, free: Reals, k: int) -> Reals:
        """Return paths as they stood. Shape (n, ..., t, k).

        Args:
            free: Paths without their poses, flat. Shape (n, ..., t k).
            k: Axes.
        """
        shape = (*free.shape[:-1], free.shape[-1] // k, k)
        n, rest = shape[0], (1,) * (len(shape) - 2)
        if not np.iscomplexobj(self.turn):
            return free.reshape(shape) / self.turn.reshape(n, *rest, 1) + self.origin.reshape(
                n, *rest, k
            )
        paths = _complex(free.reshape(n, -1, 2)) * (1 / self.turn)[:, None]
        paths += _complex(self.origin)
        return np.asarray(paths.view(free.dtype)).reshape(shape)


def _complex(points: Reals) -> Reals:
    """Return points (n, t, 2) as complex numbers (n, t), or (n, 2) as (n, 1)."""
    tight = np.ascontiguousarray(points)
    kind = np.complex64 if tight.dtype == np.float32 else np.complex128
    return tight.reshape(len(tight), -1).view(kind)
