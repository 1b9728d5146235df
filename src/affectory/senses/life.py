"""Dated events and places as tokens with time: bins, buckets, cells, vocabularies.

A day is a real number: days since 1970-01-01, a Thursday, in the person's own local time; its
fraction is the time of day. What is not known is told as `UNK`, never left out, and bins and
vocabularies are fitted on the persons one learns from, so that others bring no surprise.
"""

__all__ = [
    "CLS",
    "MASK",
    "PAD",
    "SEP",
    "SPECIALS",
    "UNK",
    "Bins",
    "Words",
    "gap_buckets",
    "metres",
    "quadkeys",
    "slots",
    "weekdays",
]

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
SPECIALS = ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]")
PAD, CLS, SEP, MASK, UNK = range(5)
GAPS, SLOTS = 10, 48
EARTH = 6_371_008.8  # mean radius, metres


@dataclass(frozen=True)
class Words:
    """A vocabulary: the special tokens first, then ordinary ones.

    Args:
        names: All tokens, the five specials first.

    Example:
        >>> from affectory.senses.life import Words
        >>> Words.of(["move", "job", "move"]).codes(["job", "war"]).tolist()
        [6, 4]
    """

    names: tuple[str, ...]

    @classmethod
    def of(cls, said: Iterable[str], least: int = 1) -> Self:
        """Return the vocabulary of what is `said` at least `least` times, most frequent first."""
        names, count = np.unique(np.array(list(said), dtype=object).astype(str), return_counts=True)
        kept = [at for at in np.lexsort((names, -count)) if count[at] >= least]
        return cls((*SPECIALS, *(str(names[at]) for at in kept)))

    def __len__(self) -> int:
        """Return how many tokens there are, the specials with them."""
        return len(self.names)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    def codes(self, said: Iterable[str]) -> Codes:
        """Return the number of each token, that of `[UNK]` for what is not known. Shape (n,)."""
        place = self._place
        return np.array([place.get(name, UNK) for name in said], np.int64)


@dataclass(frozen=True)
class Bins:
    """Quantile bins of a quantity.

    Args:
        edges: Inner edges, rising; a value belongs to the bin whose lower edge it reaches.
    """

    edges: tuple[float, ...]

    @classmethod
    def fit(cls, values: ArrayLike, k: int) -> Self:
        """Return at most `k` bins that hold equally many of the known `values`.

        Raises:
            BadChoice: if k is less than 1.
        """
        if k < 1:
            raise BadChoice("k", k, "1 or more")
        told = np.asarray(values, np.float64)
        told = told[np.isfinite(told)]
        cuts = np.quantile(told, np.arange(1, k) / k) if len(told) else np.zeros(0)
        return cls(tuple(np.unique(cuts).tolist()))

    def codes(self, values: ArrayLike) -> Codes:
        """Return the bin of each value, from 0; -1 where it is not known. Shape (n,)."""
        told = np.asarray(values, np.float64)
        codes = np.searchsorted(np.array(self.edges), told, side="right")
        return np.where(np.isnan(told), -1, codes).astype(np.int64)


def slots(days: ArrayLike) -> Codes:
    """Return the half hour of the day, 0 to 47. Shape (n,)."""
    return np.minimum(np.floor(_part(days) * SLOTS + 1e-6), SLOTS - 1).astype(np.int64)


def weekdays(days: ArrayLike) -> Codes:
    """Return the day of the week, 0 Monday to 6 Sunday. Shape (n,)."""
    return np.asarray(np.mod(np.floor(np.asarray(days, np.float64)) + 3, 7), np.int64)


def gap_buckets(days: ArrayLike) -> Codes:
    """Return how long ago, in ten powers of two of an hour. Shape (n,).

    0: less than half an hour, 1: up to one, 2: up to two ... 9: 128 hours and more.
    """
    hours = np.maximum(np.asarray(days, np.float64) * 24, 1e-9)
    return np.asarray(np.clip(np.floor(np.log2(hours)) + 2, 0, GAPS - 1), np.int64)


def quadkeys(
    lat: ArrayLike,
    lon: ArrayLike,
    depth: int,
    box: tuple[float, float, float, float] = (-90.0, 90.0, -180.0, 180.0),
) -> list[str]:
    """Return cells that halve `box` `depth` times in both directions; a prefix is a wider cell.

    Args:
        lat: Shape (n,).
        lon: Shape (n,).
        depth: Letters of a cell, 1 to 30; at 15, about 600 m by 1,200 m on the equator.
        box: Least and greatest latitude, least and greatest longitude.

    Returns:
        n words of the letters 0 to 3; empty where a coordinate is not known.

    Raises:
        BadChoice: if depth is out of range.
    """
    if not 1 <= depth <= 30:
        raise BadChoice("depth", depth, "1 to 30")
    side = 1 << depth
    south, north, west, east = box
    up = (np.asarray(lat, np.float64) - south) / (north - south)
    across = (np.asarray(lon, np.float64) - west) / (east - west)
    known = np.isfinite(up) & np.isfinite(across)
    rows = np.clip(np.where(known, up, 0) * side, 0, side - 1).astype(np.int64)
    columns = np.clip(np.where(known, across, 0) * side, 0, side - 1).astype(np.int64)
    letters = np.zeros((len(rows), depth), "U1")
    for at in range(depth):
        bit = depth - 1 - at
        letters[:, at] = (2 * (rows >> bit & 1) + (columns >> bit & 1)).astype("U1")
    return ["".join(row) if one else "" for row, one in zip(letters, known, strict=True)]


def metres(lat: ArrayLike, lon: ArrayLike, around: tuple[float, float]) -> Floats:
    """Return metres east and north of a place, good to 0.1 % within 50 km. Shape (n, 2)."""
    up = np.radians(np.asarray(lat, np.float64) - around[0])
    across = np.radians(np.asarray(lon, np.float64) - around[1])
    return EARTH * np.column_stack([across * np.cos(np.radians(around[0])), up])


def _part(days: ArrayLike) -> Floats:
    return np.asarray(np.mod(np.asarray(days, np.float64), 1.0))
