"""What somebody's own past says of where he goes next: frequency, order, recency, time of day.

Row t tells what the visits before t say of each thing visited so far; visit t itself is never
looked at, nor anything after it. Every habit is a sum of earlier visits under a fixed kernel, as
attention whose weights are not learned (`KINDS`). Two of them are the usual baselines: the most
frequent thing, and the first-order Markov chain that falls back on it.
"""

__all__ = ["KINDS", "Habits", "chain", "frequent", "habits", "markov"]

from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Codes = NDArray[np.int64]
KINDS = (
    "count",  # log(1 + visits)
    "share",  # visits / all visits
    "follows",  # log(1 + visits right after the last visited thing)
    "follows_share",  # the same as a share of all that came right after it
    "follows_two",  # log(1 + visits right after the last two)
    "recent",  # share of visits, each halved every `HALF` days
    "hour",  # share of visits after a visit at this time of day
    "day",  # share of visits after a visit on such a day of the week
    "age",  # -log(1 + visits since the last one there)
    "last",  # 1 for the last visited thing
)
HALF = 10.0  # days
NEAR = 2.0  # hours
_BACK = np.float32(1e-3)  # weight of the fallback beside one visit


class Habits(NamedTuple):
    """The habits of one person.

    Attributes:
        things: What was ever visited, in order of the first visit. Shape (m,).
        kinds: What speaks for each thing before each visit. Shape (n, m, 10).
        known: Whether a thing was visited before. Shape (n, m).
    """

    things: Codes
    kinds: Floats
    known: NDArray[np.bool_]


def habits(visited: ArrayLike, day: ArrayLike, until: int | None = None) -> Habits:
    """Return the habits of one person before each visit.

    Args:
        visited: What was visited, in order of time. Shape (n,).
        day: When, in days; its fraction is the time of day. Shape (n,).
        until: Only visits before this one are ever counted (the last one and its time are
            still known); None: all that came before.
    """
    code, when = np.asarray(visited, np.int64), np.asarray(day, np.float64)
    n = len(code)
    names, first = np.unique(code, return_index=True)
    things = names[np.argsort(first)]
    hit = (code[:, None] == things).astype(np.float32)  # (n, m)
    before = np.tril(np.ones((n, n), np.float32), -1)
    if until is not None:
        before[:, until:] = 0
    total = before @ hit
    after = before * _after(code, 1)
    follows = after @ hit
    kinds = [
        np.log1p(total),
        _share(total),
        np.log1p(follows),
        _share(follows),
        np.log1p((after * _after(code, 2)) @ hit),
        _share((before * _fading(when)) @ hit),
        _share((before * _like(when)) @ hit),
        _share((before * _same_day(when)) @ hit),
        -np.log1p(_since(hit, n)),
        np.vstack([np.zeros_like(hit[:1]), hit[:-1]]) if n else hit,
    ]
    return Habits(things, np.stack(kinds, axis=2), total > 0)


def frequent(own: Habits) -> Floats:
    """Return the score of each thing by how often it was visited. Shape (n, m)."""
    return np.expm1(own.kinds[:, :, KINDS.index("count")])


def markov(own: Habits) -> Floats:
    """Return scores of the Markov chain; where the last thing has no sequel, of `frequent`."""
    follows = np.expm1(own.kinds[:, :, KINDS.index("follows")])
    back = frequent(own)
    most = np.maximum(back.max(axis=1, keepdims=True, initial=0.0), 1)
    return np.asarray(follows + _BACK * back / most)


def chain(visited: ArrayLike, until: int) -> Codes:
    """Return what a chain that knows visits before `until` guesses of each later one.

    The most frequent sequel of the last visited thing, of equals the one that came first; the
    most frequent thing where there is none, and for the first of the later visits.

    Args:
        visited: What was visited, in order of time. Shape (n,).
        until: How many of them are counted, >= 1.

    Returns:
        Guesses. Shape (n - until,).
    """
    code = np.asarray(visited, np.int64).tolist()
    often = Counter(code[:until])
    usual = often.most_common(1)[0][0]
    sequel: dict[int, Counter[int]] = {}
    for one, other in pairwise(code[:until]):
        sequel.setdefault(one, Counter())[other] += 1
    later = (
        sequel[last].most_common(1)[0][0] if last in sequel else usual for last in code[until:]
    )
    return np.array([usual, *later][: len(code) - until], np.int64)


def _after(code: Codes, back: int) -> Floats:
    """Return whether visit s came `back` after the same thing as visit t will. Shape (n, n)."""
    n = len(code)
    earlier = np.full(n, -1)
    earlier[back:] = code[:-back] if back < n else code[:0]
    same = (earlier[:, None] == earlier[None, :]) & (earlier >= 0)
    return np.asarray(same, np.float32)


def _fading(day: NDArray[np.float64]) -> Floats:
    now = np.concatenate([day[:1], day[:-1]])  # the time of the last visit; t's own is not known
    return np.asarray(np.exp2(-np.maximum(now[:, None] - day[None, :], 0) / HALF), np.float32)


def _like(day: NDArray[np.float64]) -> Floats:
    """Return whether what came before s was at about the time of what came before t."""
    hour = np.mod(np.concatenate([day[:1], day[:-1]]), 1.0) * 24
    apart = np.abs(hour[:, None] - hour[None, :])
    return np.asarray(np.minimum(apart, 24 - apart) <= NEAR, np.float32)


def _same_day(day: NDArray[np.float64]) -> Floats:
    weekday = np.floor(np.concatenate([day[:1], day[:-1]])).astype(np.int64) % 7
    return np.asarray(weekday[:, None] == weekday[None, :], np.float32)


def _since(hit: Floats, n: int) -> Floats:
    """Return how many visits lie between, all so far where never. Shape (n, m)."""
    at = np.where(hit > 0, np.arange(len(hit))[:, None], -n)
    last = np.maximum.accumulate(at, axis=0) if len(at) else at
    last = np.vstack([np.full_like(last[:1], -n), last[:-1]])
    now = np.arange(len(hit))[:, None]
    return np.asarray(np.minimum(now - last - 1, now), np.float32)


def _share(total: Floats) -> Floats:
    whole = total.sum(axis=1, keepdims=True)
    return np.asarray(total / np.where(whole > 0, whole, 1), np.float32)
