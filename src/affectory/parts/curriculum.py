"""From easy to hard: how difficult a sequence of labels is, and what is learned when.

Difficulty follows Yang et al. 2022 and Li et al. 2026 (system 32): weighted shifts between the
labels of turns, per turn. Sorted by it, sequences are cut into buckets of equal size; learning
begins with the easiest bucket and adds one after another. Labels and speakers are codes here; which
labels resemble each other is handed in as a matrix.

Differs from the paper: a turn whose label is unknown makes no shift (*ours*); orders at random and
from hard to easy are there as controls.
"""

__all__ = ["Order", "Plan", "buckets", "difficulty"]

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Order(StrEnum):
    """Which bucket comes first."""

    RISING = "rising"  # easy first
    FALLING = "falling"  # hard first
    RANDOM = "random"  # buckets of the same size, drawn by chance
    NONE = "none"  # everything from the first epoch on


def difficulty(
    label: ArrayLike,
    speaker: ArrayLike,
    offsets: ArrayLike,
    similarity: ArrayLike,
    *,
    gain: float = 1.0,
    base: float = 0.4,
    side: ArrayLike | None = None,
) -> Floats:
    """Return the difficulty of each sequence, ``(same + across + N_sp) / (N_u + N_sp)``.

    A shift from label i to j weighs ``gain * similarity[i, j] + base`` where i is not j. `same`
    adds the shifts between consecutive turns of one speaker, `across` those between neighbouring
    turns of two; N_sp counts speakers, N_u turns.

    Args:
        label: Code of each turn, -1 where it is unknown. Shape (n,).
        speaker: Code of who speaks. Shape (n,).
        offsets: Where each of d sequences begins, and n. Shape (d + 1,).
        similarity: How like two labels are, in [0, 1]. Shape (k, k).
        gain: Weight of similarity, k in the paper.
        base: Weight of any shift, b in the paper.
        side: What tells neighbouring turns apart in `across`; None: the speaker.

    Raises:
        BadValues: if lengths differ, a label has no row in `similarity`, or a sequence is empty.

    Example:
        >>> from affectory.parts.curriculum import difficulty
        >>> difficulty([0, 0, 0, 0], [0, 1, 0, 1], [0, 4], [[1.0]]).round(3)  # 2 / (4 + 2)
        array([0.333])
    """
    told = np.asarray(label, np.int64)
    who = np.asarray(speaker, np.int64)
    cuts = np.asarray(offsets, np.int64)
    _check(told, who, cuts, np.shape(similarity))
    sizes = np.diff(cuts)
    group = np.repeat(np.arange(len(sizes)), sizes)
    weight = gain * np.asarray(similarity, np.float64) + base
    apart = who if side is None else np.asarray(side, np.int64)
    near = np.arange(len(told))
    across = _shifts(told, group, weight, near, apart[1:] != apart[:-1], len(sizes))
    order = np.lexsort((near, who, group))
    same = _shifts(told, group, weight, order, who[order][1:] == who[order][:-1], len(sizes))
    pairs = np.unique(np.column_stack([group, who]), axis=0)
    speakers = np.bincount(pairs[:, 0], minlength=len(sizes))
    return np.asarray((same + across + speakers) / (sizes + speakers))


def _check(told: Places, who: Places, cuts: Places, shape: tuple[int, ...]) -> None:
    if told.ndim != 1 or told.shape != who.shape or not len(cuts) or cuts[-1] != len(told):
        found = f"labels {told.shape}, speakers {who.shape}, offsets {cuts[-1:]}"
        raise BadValues("difficulty", found, "one label and speaker a turn, offsets up to n")
    if (np.diff(cuts) <= 0).any():
        raise BadValues("difficulty", "a sequence without a turn", "one or more", "leave it out")
    if len(shape) != 2 or shape[0] != shape[1] or (told >= shape[0]).any():
        raise BadValues("difficulty", f"similarity {shape}", f"(k, k), k > {told.max(initial=0)}")


def _shifts(
    told: Places, group: Places, weight: Floats, order: Places, asked: NDArray[np.bool_], d: int
) -> Floats:
    """Return the weights of shifts between neighbours in `order`, summed by group. Shape (d,)."""
    before, after = order[:-1], order[1:]
    real = asked & (group[before] == group[after]) & (told[before] != told[after])
    real &= (told[before] >= 0) & (told[after] >= 0)
    size = weight[told[before[real]], told[after[real]]]
    return np.bincount(group[after[real]], size, minlength=d).astype(np.float64)


def buckets(hardness: ArrayLike, n: int) -> Places:
    """Return the bucket of each sequence, 0 the easiest; sizes differ by one at most. Shape (d,).

    Equals stay in their order.

    Raises:
        BadChoice: if `n` is below 1.
    """
    if n < 1:
        raise BadChoice("buckets", n, "an integer >= 1")
    order = np.argsort(np.asarray(hardness, np.float64), kind="stable")
    out = np.empty(len(order), np.int64)
    for bucket, rows in enumerate(np.array_split(order, n)):
        out[rows] = bucket
    return out


@dataclass(frozen=True)
class Plan:
    """What is learned in which epoch: epoch e reads the buckets up to e, later ones all.

    Args:
        n: Buckets.
        each: Epochs until the next bucket is added.
        order: Which bucket comes first.

    Example:
        >>> import numpy as np
        >>> from affectory.parts.curriculum import Plan
        >>> rng = np.random.default_rng(0)
        >>> [sorted(rows.tolist()) for rows in Plan(2).epochs([0.1, 0.9, 0.3, 0.5], 3, rng)]
        [[0, 2], [0, 1, 2, 3], [0, 1, 2, 3]]
    """

    n: int = 2
    each: int = 1
    order: Order = Order.RISING

    def epochs(
        self, hardness: ArrayLike, count: int, rng: np.random.Generator
    ) -> Iterator[NDArray[Any]]:
        """Yield the sequences of each of `count` epochs, in an order drawn by chance."""
        told = np.asarray(hardness, np.float64)
        signs = {Order.FALLING: -told, Order.RANDOM: rng.random(len(told))}
        bucket = buckets(signs.get(self.order, told), 1 if self.order is Order.NONE else self.n)
        for epoch in range(count):
            yield rng.permutation(np.flatnonzero(bucket <= epoch // self.each))
