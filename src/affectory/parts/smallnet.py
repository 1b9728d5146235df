"""One hidden layer that learns several numbers at once by Adam, in numpy, gaps allowed.

For a few thousand rows of a dozen numbers, where a framework would take longer to load than this
takes to learn. The loss is Huber's, so that leaps do not rule it.

Papers: Kingma & Ba (2015), Adam; Huber (1964).
"""

__all__ = ["SmallNet"]

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues

Floats = NDArray[np.float64]
RATE, FIRST, SECOND = 3e-3, 0.9, 0.999
DECAY = 1e-4
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class SmallNet:
    """A network that has learned.

    Args:
        layers: Weights and shifts of both layers: (d, hidden), (hidden,), (hidden, k), (k,).
        rows: Mean and spread of the inputs. Shape (2, d).
        size: Spread of the answers, by which they are divided. Shape (k,).
    """

    layers: tuple[Floats, Floats, Floats, Floats]
    rows: Floats
    size: Floats

    def predict(self, x: Floats) -> Floats:
        """Return the answers for rows `x` (n, d). Shape (n, k)."""
        inner, shift, outer, end = self.layers
        return np.asarray(
            (np.tanh((x - self.rows[0]) / self.rows[1] @ inner + shift) @ outer + end) * self.size
        )

    @classmethod
    def fit(
        cls, x: Floats, y: Floats, *, hidden: int = 24, epochs: int = 20, batch: int = 256,
        seed: int = 0,
    ) -> Self:  # fmt: skip
        """Learn from rows `x` (n, d) and answers `y` (n, k), NaN where unknown.

        An answer that is never known is told as 0.

        Args:
            x: Inputs.
            y: Answers.
            hidden: Units of the hidden layer.
            epochs: Times that every row is seen; the step shrinks to nothing over them.
            batch: Rows a step.
            seed: Of the first weights and the order.

        Raises:
            BadValues: if there is no row.
        """
        if not len(x):
            raise BadValues("SmallNet.fit", "no row", "one at least")
        draw = np.random.default_rng(seed)
        rows = np.stack([x.mean(axis=0), x.std(axis=0) + LEAST])
        size = np.sqrt(np.nansum(y**2, axis=0) / np.maximum((~np.isnan(y)).sum(axis=0), 1)) + LEAST
        told, z = y / size, (x - rows[0]) / rows[1]
        d, k = x.shape[1], y.shape[1]
        layers = [
            draw.normal(0, d**-0.5, (d, hidden)), np.zeros(hidden),
            draw.normal(0, 0.1 * hidden**-0.5, (hidden, k)), np.zeros(k),
        ]  # fmt: skip
        moments = [(np.zeros_like(part), np.zeros_like(part)) for part in layers]
        total, step = epochs * -(-len(z) // batch), 0
        for _ in range(epochs):
            order = draw.permutation(len(z))
            for low in range(0, len(z), batch):
                step += 1
                some = order[low : low + batch]
                slopes = _slopes(layers, z[some], told[some])
                rate = RATE * (1 - (step - 1) / total)
                for at, slope in enumerate(slopes):
                    moments[at] = _moved(layers[at], moments[at], slope, rate, step)
        return cls((layers[0], layers[1], layers[2], layers[3]), rows, size)


def _slopes(layers: list[Floats], z: Floats, told: Floats) -> tuple[Floats, ...]:
    inner, shift, outer, end = layers
    hidden = np.tanh(z @ inner + shift)
    miss = hidden @ outer + end - told
    known = ~np.isnan(miss)
    pull = np.where(known, np.clip(np.nan_to_num(miss), -1, 1), 0.0) / max(int(known.sum()), 1)
    back = (pull @ outer.T) * (1 - hidden**2)
    return z.T @ back, back.sum(axis=0), hidden.T @ pull, pull.sum(axis=0)


def _moved(
    part: Floats, moment: tuple[Floats, Floats], slope: Floats, rate: float, step: int
) -> tuple[Floats, Floats]:
    """Move `part` in place; return its new moments."""
    first = FIRST * moment[0] + (1 - FIRST) * slope
    second = SECOND * moment[1] + (1 - SECOND) * slope**2
    lean = first / (1 - FIRST**step), second / (1 - SECOND**step)
    part -= rate * (lean[0] / (np.sqrt(lean[1]) + 1e-8) + DECAY * part)
    return first, second
