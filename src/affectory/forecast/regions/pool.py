"""Many persons become one vector: a region is who walks it.

Each person is the mean of his states there, so that neither the order of persons nor the cutting
of a list of stays matters; a learned query then weighs persons, ``z = softmax(K h q) V h``, and z
has length one. Learned so that two halves of the persons of one region say alike, and those of
other regions otherwise (InfoNCE, van den Oord et al. 2018).
"""

__all__ = ["STEPS", "Pool"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.alone import one_thread

Floats = NDArray[np.float64]
WARMTH, STEPS, RATE = 0.1, 200, 3e-3


@dataclass(frozen=True, eq=False)
class Pool:
    """How persons' states become the vector of a region.

    Args:
        query: Shape (d,).
        keys: Shape (d, d).
        values: Shape (d, e).
        middle: Mean and deviation of persons' states where it was learned. Shape (2, d).
    """

    query: Floats
    keys: Floats
    values: Floats
    middle: Floats

    @classmethod
    def mean(cls, d: int) -> Self:
        """Return the pool that takes the plain mean over persons."""
        return cls(np.zeros(d), np.eye(d), np.eye(d), np.stack([np.zeros(d), np.ones(d)]))

    def vector(self, inside: Sequence[NDArray[Any]]) -> Floats:
        """Return the vector of length one of a region. Shape (e,).

        Args:
            inside: States of each person there. Shapes (n, d).
        """
        return self.of(np.stack([np.asarray(own, np.float64).mean(axis=0) for own in inside]))

    def of(self, persons: Floats) -> Floats:
        """Return the vector of the mean states of persons. Shape (p, d) -> (e,)."""
        x = (persons - self.middle[0]) / self.middle[1]
        score = x @ self.keys @ self.query
        weight = np.exp(score - score.max())
        z = weight @ (x @ self.values) / weight.sum()
        return np.asarray(z / max(float(np.linalg.norm(z)), 1e-12))

    @classmethod
    def fit(cls, regions: Sequence[Floats], seed: int = 0, steps: int = STEPS) -> Self:
        """Learn from regions, each the means of its persons. Shapes (p, d), p >= 2.

        Raises:
            MissingExtra: if torch is not installed.
        """
        rng = np.random.default_rng(seed)
        every = np.concatenate(regions)
        d = every.shape[1]
        middle = np.stack([every.mean(axis=0), every.std(axis=0) + 1e-3])
        most = max(map(len, regions))
        x = np.zeros((len(regions), most, d), np.float32)
        there = np.zeros((len(regions), most), bool)
        for at, own in enumerate(regions):
            x[at, : len(own)], there[at, : len(own)] = (own - middle[0]) / middle[1], True
        with one_thread() as torch:
            torch.manual_seed(seed)
            parts = [torch.zeros(d), torch.eye(d), torch.eye(d)]
            query, keys, values = (part.requires_grad_() for part in parts)
            pace = torch.optim.AdamW([query, keys, values], RATE, weight_decay=0.01)
            states = torch.from_numpy(x)
            for _ in range(steps):
                sides = [torch.from_numpy(half) for half in _split(there, rng)]
                z = [_pooled(torch, states, half, query, keys, values) for half in sides]
                alike = z[0] @ z[1].T / WARMTH
                goal = torch.arange(len(regions))
                loss = torch.nn.functional.cross_entropy(alike, goal)
                loss = loss + torch.nn.functional.cross_entropy(alike.T, goal)
                pace.zero_grad()
                loss.backward()
                pace.step()
            asked, key, value = (
                part.detach().numpy().astype(np.float64) for part in (query, keys, values)
            )
            return cls(asked, key, value, middle)


def _split(
    there: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    chance = np.where(there, rng.random(there.shape), 2.0)
    rank = chance.argsort(axis=1).argsort(axis=1)
    first = there & (rank < there.sum(axis=1, keepdims=True) // 2)
    return first, there & ~first


def _pooled(torch: Any, x: Any, half: Any, query: Any, keys: Any, values: Any) -> Any:
    score = (x @ keys @ query).masked_fill(~half, -1e9)
    z = (torch.softmax(score, 1)[:, :, None] * (x @ values)).sum(1)
    return z / z.norm(dim=1, keepdim=True).clamp(min=1e-9)
