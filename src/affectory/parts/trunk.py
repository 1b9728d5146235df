"""One hidden layer under several heads, learned from answers of which most are untold.

``x' = clip((x - m) / s)``, ``h = relu(x' @ inner + lift)``, ``out = h @ outer + x' @ straight +
shift``; flags are learned by log loss, reals by squared error, each head by the rows that have
its answer (Caruana 1997, "Multitask Learning"). Learned with Adam in numpy alone, so that nothing
but numpy is needed at either end.
"""

__all__ = ["Recipe", "Trunk"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.calibrate import sigmoid

Floats = NDArray[np.float64]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """How a trunk learns.

    Args:
        hidden: Size of the shared layer.
        epochs: How often all rows are seen.
        rate: First step of Adam; it falls to zero along half a cosine.
        decay: Weight decay a step, in units of the rate.
        drop: Share of the shared layer that is left out at each step.
        batch: Rows a step.
    """

    hidden: int = 64
    epochs: int = 8
    rate: float = 3e-3
    decay: float = 3e-2
    drop: float = 0.2
    batch: int = 128


@dataclass(frozen=True, eq=False)
class Trunk:
    """The learned numbers.

    Args:
        middle: Mean and deviation of the inputs. Shape (2, d).
        inner: Shape (d, h).
        lift: Shape (h,).
        outer: Shape (h, k).
        straight: Shape (d, k).
        shift: Shape (k,).
    """

    middle: Floats
    inner: Floats
    lift: Floats
    outer: Floats
    straight: Floats
    shift: Floats

    def predict(self, x: Floats) -> Floats:
        """Return raw answers: logits of flags, and reals as they are. Shape (n, k)."""
        rows = np.clip((x - self.middle[0]) / self.middle[1], -FAR, FAR)
        hidden = np.maximum(rows @ self.inner + self.lift, 0)
        return np.asarray(hidden @ self.outer + rows @ self.straight + self.shift)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {name: getattr(self, name).astype(np.float32) for name in ("middle", *NAMES)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        return cls(*(arrays[name].astype(np.float64) for name in ("middle", *NAMES)))

    @classmethod
    def fit(
        cls,
        x: Floats,
        y: Floats,
        reals: Sequence[int],
        weight: Floats | None = None,
        recipe: Recipe | None = None,
        seed: int = 0,
    ) -> Self:
        """Learn from rows `x` (n, d) and answers `y` (n, k), NaN where an answer is untold.

        Args:
            x: Inputs.
            y: Answers: in [0, 1] for flags, about one unit wide for reals.
            reals: Columns of `y` that are reals.
            weight: Weight of each answer's loss; None: all alike. Shape (k,).
            recipe: How it learns.
            seed: Seed of beginnings and of the order of rows.
        """
        how, rng = recipe or Recipe(), np.random.default_rng(seed)
        middle = np.stack([x.mean(axis=0), x.std(axis=0) + 1e-3])
        rows = np.clip((x - middle[0]) / middle[1], -FAR, FAR).astype(np.float32)
        known = ~np.isnan(y)
        told = np.where(known, y, 0.0).astype(np.float32)
        share = (known * (1.0 if weight is None else weight)).astype(np.float32)
        lesson = _Lesson(rows, told, share, np.isin(np.arange(y.shape[1]), reals))
        learned = _learn(lesson, _fresh(lesson, how, rng), how, rng)
        return cls(middle, *(learned[name].astype(np.float64) for name in NAMES))


@dataclass(frozen=True, eq=False)
class _Lesson:
    rows: F32
    told: F32
    share: F32
    reals: NDArray[np.bool_]

    def slopes(
        self, state: dict[str, F32], at: NDArray[np.int64], how: Recipe, rng: np.random.Generator
    ) -> dict[str, F32]:
        """Return the slope of the mean loss over the rows `at`, by name of the weights."""
        x, y, w = self.rows[at], self.told[at], self.share[at]
        hidden = np.maximum(x @ state["inner"] + state["lift"], 0)
        kept = (rng.random(hidden.shape, np.float32) >= how.drop) / np.float32(1 - how.drop)
        hidden = hidden * kept
        out = hidden @ state["outer"] + x @ state["straight"] + state["shift"]
        said = np.where(self.reals, out, sigmoid(out))
        miss = ((said - y) * w / np.float32(len(at))).astype(np.float32)
        back = (miss @ state["outer"].T) * (hidden > 0) * kept
        return {
            "inner": x.T @ back,
            "lift": back.sum(axis=0),
            "outer": hidden.T @ miss,
            "straight": x.T @ miss,
            "shift": miss.sum(axis=0),
        }


def _fresh(lesson: _Lesson, how: Recipe, rng: np.random.Generator) -> dict[str, F32]:
    d, k = lesson.rows.shape[1], lesson.told.shape[1]
    inner = rng.normal(0, np.sqrt(1 / d), (d, how.hidden)).astype(np.float32)
    outer = rng.normal(0, 0.1 * np.sqrt(1 / how.hidden), (how.hidden, k)).astype(np.float32)
    count = np.maximum(lesson.share.sum(axis=0), 1e-9)
    mean = (lesson.told * lesson.share).sum(axis=0) / count
    usual = np.clip(mean, 1e-3, 1 - 1e-3)
    shift = np.where(lesson.reals, mean, np.log(usual / (1 - usual))).astype(np.float32)
    zero = np.zeros((d, k), np.float32)
    parts = (inner, np.zeros(how.hidden, np.float32), outer, zero, shift)
    return dict(zip(NAMES, parts, strict=True))


def _learn(
    lesson: _Lesson, state: dict[str, F32], how: Recipe, rng: np.random.Generator
) -> dict[str, F32]:
    n = len(lesson.rows)
    first = {name: np.zeros_like(array) for name, array in state.items()}
    second = {name: np.zeros_like(array) for name, array in state.items()}
    steps, step = how.epochs * -(-n // how.batch), 0
    for _ in range(how.epochs):
        order = rng.permutation(n)
        for low in range(0, n, how.batch):
            step += 1
            rate = np.float32(how.rate * 0.5 * (1 + np.cos(np.pi * step / steps)))
            for name, slope in lesson.slopes(state, order[low : low + how.batch], how, rng).items():
                first[name] += 0.1 * (slope - first[name])
                second[name] += 0.001 * (slope**2 - second[name])
                move = (first[name] / (1 - 0.9**step)) / (
                    np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
                )
                fade = how.decay if name not in ("lift", "shift") else 0.0
                state[name] = (state[name] - rate * (move + fade * state[name])).astype(np.float32)
    return state


FAR = 4.0  # deviations beyond which an input counts as no farther: few lessons lie there
NAMES = ("inner", "lift", "outer", "straight", "shift")
