"""The network that moves anchors: two hidden layers, run in numpy."""

__all__ = ["Corrector"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.calibrate import softmax

F32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Corrector:
    """Weights of the network.

    Args:
        layers: Weights and shifts of the hidden layers: (f, u), (u,), (u, u), (u,).
        moves: Weights and shifts of what anchors are moved by: (u, s r), (s r,).
        odds: Weights and shifts of the logits of modes: (u, s), (s,).
    """

    layers: tuple[F32, ...]
    moves: tuple[F32, F32]
    odds: tuple[F32, F32]

    def say(self, inputs: F32) -> tuple[F32, F32]:
        """Return moves of anchors (n, s, r) and chances of modes (n, s)."""
        hidden = inputs
        for weights, shift in zip(self.layers[::2], self.layers[1::2], strict=True):
            hidden = np.maximum(hidden @ weights + shift, 0)
        s = len(self.odds[1])
        moved = (hidden @ self.moves[0] + self.moves[1]).reshape(len(inputs), s, -1)
        return moved, softmax(hidden @ self.odds[0] + self.odds[1]).astype(np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        own = {f"layer{at}": part for at, part in enumerate(self.layers)}
        both = {"moves": self.moves, "odds": self.odds}
        return own | {f"{name}{at}": p for name, pair in both.items() for at, p in enumerate(pair)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        layers = tuple(arrays[f"layer{at}"] for at in range(4))
        moves, odds = ((arrays[f"{name}0"], arrays[f"{name}1"]) for name in ("moves", "odds"))
        return cls(layers, moves, odds)
