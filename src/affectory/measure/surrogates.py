"""Worlds in which two actors never met, and how often such a world reaches the data.

A p counts distinct worlds only: a course of n states has n - 1 rotations, and drawing them
200 times makes no more of them. Where all of them are fewer than were asked for, each is seen
once, so that p = (1 + how many reach the data) / (1 + how many there are) holds exactly for
courses whose states may be exchanged (Phipson & Smyth 2010).
"""

__all__ = ["Reached", "Surrogate", "World", "Worlds", "reachable", "two_sided"]

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.measure.series import Flags, Floats, Rows

_USUAL_P = 0.05
_ROUNDING = 1e-9


class Surrogate(Enum):
    """How a world without influence is made from the data."""

    SHIFT = auto()  # the partner's own course, rotated by a random time: keeps its inertia
    PARTNER = auto()  # the course of a partner from another session: keeps a common script


class World(NamedTuple):
    """One surrogate of all parts at once.

    Attributes:
        source: Row that stands in the place of each row. Shape (N,).
        fresh: Parts that were neither as in the data nor as in an earlier world, where these
            can be told apart. Shape (p,).
        parted: Whether any part differs from the data.
    """

    source: Rows
    fresh: Flags
    parted: bool


@dataclass(frozen=True)
class Worlds:
    """Surrogates of p parts (pairs, or directed pairs) of N rows in all.

    Args:
        head: First row of each part, and the total. Shape (p + 1,).
        session: Code of the session of each part. Shape (p,).
        how: How they are made.
        wanted: How many to make at most.
        seed: Seed of the draws.
    """

    head: Rows
    session: Rows
    how: Surrogate
    wanted: int
    seed: tuple[int, ...]

    @cached_property
    def size(self) -> Rows:
        """Rows of each part. Shape (p,)."""
        return np.diff(self.head)

    @cached_property
    def choices(self) -> Rows:
        """Courses that may stand in the place of each part's own, for SHIFT its own too. (p,)."""
        if self.how is Surrogate.SHIFT:
            return self.size
        full = self.size > 0
        _, code = np.unique(self.session, return_inverse=True)
        of_session = np.bincount(code, full)[code] if len(code) else np.zeros(0)
        return np.where(full, full.sum() - of_session, 0).astype(np.int64)

    @cached_property
    def distinct(self) -> Rows:
        """How many surrogates of each part there can be. Shape (p,)."""
        own = 1 if self.how is Surrogate.SHIFT else 0
        return np.minimum(np.maximum(self.choices - own, 0), self.wanted)

    @cached_property
    def made(self) -> int:
        """How many worlds are made: not more than there are."""
        some = self.choices[self.choices > 0].astype(np.float64)
        if not (self.distinct > 0).any():
            return 0
        return int(min(self.wanted, np.exp(min(np.log(some).sum(), 50.0)) + 0.5))

    def __iter__(self) -> Iterator[World]:
        """Yield the worlds."""
        rng = np.random.default_rng(self.seed)
        part = np.repeat(np.arange(len(self.size)), self.size)
        place = np.arange(self.head[-1]) - self.head[part]
        every = self._orders(part, rng)
        for world in range(self.made):
            choice = rng.integers(0, np.maximum(self.choices, 1))
            first = world < self.choices
            row = np.minimum(self._starts + world, len(every) - 1)
            choice = np.where(first, every[row], choice)
            yield self._world(part, place, choice, first)

    @cached_property
    def _starts(self) -> Rows:
        """Where the order of choices of each part begins. Shape (p,)."""
        return np.append(0, np.cumsum(self._kept))[:-1]

    @cached_property
    def _kept(self) -> Rows:
        """How many choices of each part are put into an order. Shape (p,)."""
        if self.how is Surrogate.SHIFT:
            return self.choices
        return np.where(self.choices <= self.wanted, self.choices, 0)

    def _orders(self, part: Rows, rng: np.random.Generator) -> Rows:
        """Return every choice of each part once, in random order. Shape (sum of kept,)."""
        owner = np.repeat(np.arange(len(self.size)), self._kept)
        choice = np.arange(len(owner)) - self._starts[owner]
        order = np.lexsort((rng.random(len(owner)), owner))
        return np.append(choice[order], 0)

    def _world(self, part: Rows, place: Rows, choice: Rows, first: Flags) -> World:
        if self.how is Surrogate.SHIFT:
            size = np.maximum(self.size, 1)
            source = self.head[part] + (place + choice[part]) % size[part]
            return World(np.asarray(source), first & (choice != 0), bool(choice.any()))
        other = self._stranger(choice)[part]
        source = self.head[other] + place * self.size[other] // self.size[part]
        listed = self.choices <= self.wanted
        return World(np.asarray(source), np.where(listed, first, True) & (self.choices > 0), True)

    @cached_property
    def _full(self) -> Rows:
        """Parts that have rows, by session. Shape (f,)."""
        full = np.flatnonzero(self.size > 0)
        return full[np.argsort(self.session[full], kind="stable")]

    def _stranger(self, choice: Rows) -> Rows:
        """Return the `choice`-th part of another session, or the part itself without any. (p,)."""
        codes = self.session[self._full]
        begin = np.searchsorted(codes, self.session)
        end = np.searchsorted(codes, self.session, side="right")
        at = np.minimum(choice + np.where(choice >= begin, end - begin, 0), len(codes) - 1)
        return np.where(self.choices > 0, self._full[at], np.arange(len(self.size)))


@dataclass(frozen=True)
class Reached:
    """How many distinct surrogates of each part lie at least as far up, or down, as the data.

    Args:
        count: Surrogates with a number. Shape (p,).
        up: Those that are as great or greater. Shape (p,).
        down: Those that are as small or smaller. Shape (p,).
    """

    count: Rows
    up: Rows
    down: Rows

    @classmethod
    def none(cls, p: int) -> Self:
        """Return the counts before any world."""
        nought = np.zeros(p, np.int64)
        return cls(nought, nought, nought)

    def add(self, drawn: Floats, seen: Floats, fresh: Flags) -> Self:
        """Return the counts with those of one more world."""
        used = fresh & ~np.isnan(drawn)
        up = used & (drawn >= seen - _ROUNDING)
        down = used & (drawn <= seen + _ROUNDING)
        return type(self)(self.count + used, self.up + up, self.down + down)

    def one_sided(self) -> Floats:
        """Return the p of numbers this great, NaN where it could not reach .05. Shape (p,)."""
        return self._p(self.up, 1)

    def two_sided(self) -> Floats:
        """Return twice the lesser p of both sides, NaN likewise. Shape (p,)."""
        return self._p(np.minimum(self.up, self.down), 2)

    def _p(self, reach: Rows, sides: int) -> Floats:
        p = np.minimum(sides * (1 + reach) / (1 + self.count), 1.0)
        return np.where(reachable(self.count, sides), p, np.nan)


def reachable(count: Rows | int, sides: int = 1) -> Flags:
    """Return whether a p of .05 can be had among `count` distinct surrogates."""
    return np.asarray(sides / (1 + np.asarray(count)) <= _USUAL_P + _ROUNDING)


def two_sided(drawn: NDArray[np.float64], seen: float) -> float:
    """Return the p of a distance this great from the mean of surrogates (s,) and data.

    The data are one of the worlds that the mean is of: else they would lie farther from it
    than any other, and the p be too small.
    """
    known = drawn[~np.isnan(drawn)]
    if np.isnan(seen) or not reachable(len(known)):
        return float("nan")
    centre = (known.sum() + seen) / (len(known) + 1)
    reach = (np.abs(known - centre) >= abs(seen - centre) - _ROUNDING).sum()
    return float((1 + reach) / (1 + len(known)))
