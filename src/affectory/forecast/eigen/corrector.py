"""The network that moves anchors: two layers, and between them a look at who is near.

Whoever moves in a place looks at the nearest others of the scene, each told by where it is and how
fast, seen from the looker; four heads of attention mix them, or look away (Vaswani et al. 2017).
Run in numpy.
"""

__all__ = ["HEADS", "TOLD", "Corrector", "Near", "near"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.calibrate import softmax
from affectory.parts.pose import Pose

F32 = NDArray[np.float32]
Places = NDArray[np.int64]
MOST, HEADS = 6, 4  # others that are looked at; ways of looking
TOLD = 5  # numbers that tell of one of them
REACH = 24.0  # mean steps, beyond which nobody is seen
FAR = 4.0


class Near(NamedTuple):
    """The nearest others of each path's scene.

    Attributes:
        told: Where they are, and how fast, from the looker's place and heading, and how near.
            Shape (n, 6, 5).
        there: Which of them there are. Shape (n, 6).
    """

    told: F32
    there: NDArray[np.bool_]

    def rows(self, some: Any) -> "Near":
        """Return those of some of the paths."""
        return Near(self.told[some], self.there[some])


@dataclass(frozen=True, eq=False)
class Corrector:
    """Weights of the network.

    Args:
        parts: Weights and shifts by the name of the layer: "first" (f, u), "others" (5, v),
            "mixed" (v, 2 v), "asked" (u, v), "second" (u + v, u), "moves" (u, s r), "odds"
            (u, s); where nobody is looked at, the three in the middle are absent.
    """

    parts: Mapping[str, tuple[F32, F32]]

    @property
    def looks(self) -> bool:
        """Whether it looks at others."""
        return "others" in self.parts

    def say(self, inputs: F32, others: Near | None) -> tuple[F32, F32]:
        """Return moves of anchors (n, s, r) and chances of modes (n, s)."""
        hidden = np.maximum(self._through("first", inputs), 0)
        if self.looks and others is not None:
            hidden = np.hstack([hidden, self._mixed(hidden, others)])
        hidden = np.maximum(self._through("second", hidden), 0)
        s = self.parts["odds"][1].shape[0]
        moved = self._through("moves", hidden).reshape(len(inputs), s, -1)
        return moved, softmax(self._through("odds", hidden)).astype(np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {f"{name}/{at}": p for name, pair in self.parts.items() for at, p in enumerate(pair)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        names = dict.fromkeys(key.partition("/")[0] for key in arrays)
        return cls({name: (arrays[f"{name}/0"], arrays[f"{name}/1"]) for name in names})

    def _through(self, name: str, x: F32) -> F32:
        weights, shift = self.parts[name]
        return np.asarray(x @ weights + shift)

    def _mixed(self, hidden: F32, others: Near) -> F32:
        """Return what attention makes of the others. Shape (n, v)."""
        both = self._through("mixed", np.maximum(self._through("others", others.told), 0))
        n, v = len(hidden), both.shape[2] // 2
        wide = v // HEADS
        keys, values = (
            part.reshape(n, MOST, HEADS, wide) for part in (both[..., :v], both[..., v:])
        )
        asked = self._through("asked", hidden).reshape(n, 1, HEADS, wide)
        score = (asked * keys).sum(axis=3) / np.sqrt(wide)
        score = np.where(others.there[:, :, None], score, -np.inf)
        score = np.concatenate([np.zeros((n, 1, HEADS)), score], axis=1)  # to look away scores 0
        share = softmax(score.swapaxes(1, 2))[..., 1:].swapaxes(1, 2)
        return np.asarray((share[..., None] * values).sum(axis=1).reshape(n, v), np.float32)


def near(seen: F32, scene: Places, pose: Pose, pace: float) -> Near:
    """Return the nearest others of each path's scene, in mean steps.

    Args:
        seen: Last states, in the plane. Shape (n, t, 2).
        scene: Which paths happen together. Shape (n,).
        pose: How paths stand; its turn is the heading.
        pace: Mean length of a step.
    """
    n = len(seen)
    told, there = np.zeros((n, MOST, TOLD), np.float32), np.zeros((n, MOST), bool)
    place = np.ascontiguousarray(seen[:, -1]).view(np.complex64)[:, 0] / pace
    step = np.ascontiguousarray((seen[:, -1] - seen[:, -3]) / 2).view(np.complex64)[:, 0] / pace
    turn = pose.turn / np.abs(pose.turn)
    order = np.argsort(scene, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(scene[order])) + 1):
        if len(own) < 2:
            continue
        away = place[own] - place[own][:, None]
        apart = np.abs(away)
        np.fill_diagonal(apart, np.inf)
        nearest = np.argsort(apart, axis=1, kind="stable")[:, : min(MOST, len(own) - 1)]
        gap = np.take_along_axis(apart, nearest, axis=1)
        where = np.take_along_axis(away, nearest, axis=1) * turn[own][:, None] / 4
        fast = (step[own][nearest] - step[own][:, None]) * turn[own][:, None]
        rows = np.stack([where.real, where.imag, fast.real, fast.imag, 1 / (gap / 2 + 0.5)], axis=2)
        told[own, : nearest.shape[1]] = np.clip(rows, -FAR, FAR)
        there[own, : nearest.shape[1]] = gap < REACH
    return Near(told, there)
