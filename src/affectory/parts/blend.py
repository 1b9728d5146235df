"""Several answers made one: shares that are fitted on rows which no member had learned from.

Each member answers every row from a fit to the other folds; the shares, none below zero and
summing to one, minimise the squared error of these answers (Wolpert 1992; Breiman 1996). Rows of
one group never stand on both sides of a fold.
"""

__all__ = ["Blend", "Fitted", "Maker", "blended", "folds_of", "shares"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice
from affectory.core.shelf import joined, within

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Views = Mapping[str, NDArray[Any]]  # the same n rows, seen in several ways; each (n, d)
MOST = 12  # members


class Fitted(Protocol):
    """A member that has learned."""

    def predict(self, x: Floats) -> Floats:
        """Return answers for rows (n, d). Shape (n, k)."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays."""
        ...


class Maker(Protocol):
    """A member before it has learned."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def view(self) -> str:
        """Which view of the rows it reads."""
        ...

    def fit(self, x: Floats, y: Floats, group: Places, seed: int) -> Fitted:
        """Learn from rows `x` (n, d) of groups (n,) with answers `y` (n, t).

        The columns of `y` beyond those that are asked for later may be learned beside them.
        """
        ...

    def of(self, arrays: Mapping[str, NDArray[Any]]) -> Fitted:
        """Return the member that `arrays` told of."""
        ...


@dataclass(frozen=True, eq=False)
class Blend:
    """Fitted members and their shares of each of k answers.

    Args:
        names: Names of the m members.
        views: Which view each reads. Length m.
        members: What they learned. Length m.
        shares: Shape (m, k); columns sum to one.
        unseen: What the blend says of the rows from folds it had not learned. Shape (n, k).
    """

    names: tuple[str, ...]
    views: tuple[str, ...]
    members: tuple[Fitted, ...]
    shares: Floats
    unseen: Floats

    def each(self, rows: Views) -> Floats:
        """Return what every member says. Shape (m, n, k)."""
        k = self.shares.shape[1]
        told = zip(self.members, self.views, strict=True)
        return np.stack([member.predict(rows[view])[:, :k] for member, view in told])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from; what it said of unseen rows stays behind."""
        told = zip(self.names, self.members, strict=True)
        return {"shares": self.shares, **joined({name: own.arrays() for name, own in told})}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], makers: Sequence[Maker]) -> Self:
        """Return what `arrays` told of; `makers` are those that it was made by, in order."""
        members = tuple(maker.of(within(arrays, maker.name)) for maker in makers)
        names, views = (tuple(getattr(m, key) for m in makers) for key in ("name", "view"))
        shares = arrays["shares"]
        return cls(names, views, members, shares, np.empty((0, shares.shape[1])))

    def predict(self, rows: Views) -> Floats:
        """Return what they say together. Shape (n, k)."""
        return np.asarray((self.each(rows) * self.shares[:, None, :]).sum(axis=0))


def blended(
    makers: Sequence[Maker],
    rows: Views,
    y: Floats,
    group: Places,
    *,
    asked: int,
    apart: Callable[[Places, Places], tuple[Views, Views]] | None = None,
    folds: int = 5,
    common: bool = False,
    seed: int = 0,
) -> Blend:
    """Return the members fitted to all rows, with shares fitted on answers to unseen ones.

    Args:
        makers: The members, at most 12.
        rows: Every view that they read, n rows each.
        y: Answers; shape (n, t).
        group: Rows of one group stay together. Shape (n,).
        asked: How many of the first columns of `y` are asked for; the others are only
            learned beside them.
        apart: Given the places of rows to learn from and of others, the views of both, where the
            views themselves learn from rows; None: those of `rows`.
        folds: Into how many parts the groups are dealt; 1: no row is held back, and all members
            have equal shares.
        common: Whether all answers have the same shares, as shares of one whole must.
        seed: Seed of the dealing and of the members.
    """
    unseen = np.full((len(makers), len(y), asked), np.nan)
    apart = apart or (lambda on, off: (_taken(rows, on), _taken(rows, off)))
    for on, off in _halves(group, folds, seed):
        mine, theirs = apart(on, off)
        for at, maker in enumerate(makers):
            learned = maker.fit(mine[maker.view], y[on], group[on], seed)
            unseen[at, off] = learned.predict(theirs[maker.view])[:, :asked]
    weight = _weights(unseen, y[:, :asked], common) if folds > 1 else np.ones(unseen.shape[::2])
    weight = weight / weight.sum(axis=0)
    members = tuple(maker.fit(rows[maker.view], y, group, seed) for maker in makers)
    together = (unseen * weight[:, None, :]).sum(axis=0)
    names, views = (tuple(getattr(m, key) for m in makers) for key in ("name", "view"))
    return Blend(names, views, members, weight, together)


def _halves(group: Places, folds: int, seed: int) -> Iterator[tuple[Places, Places]]:
    """Yield the places of the rows to learn from, and of the others, fold by fold."""
    part = folds_of(group, folds, seed) if folds > 1 else np.empty(0)
    for held in np.unique(part):
        yield np.flatnonzero(part != held), np.flatnonzero(part == held)


def _taken(rows: Views, at: Places) -> Views:
    return {name: view[at] for name, view in rows.items()}


def _weights(unseen: Floats, truth: Floats, common: bool) -> Floats:
    """Return shares of m members for k answers, from what they said (m, n, k). Shape (m, k)."""
    k = truth.shape[1]
    if common:
        one = shares(unseen.reshape(len(unseen), -1).T, truth.ravel())
        return np.repeat(one[:, None], k, axis=1)
    return np.column_stack([shares(unseen[:, :, j].T, truth[:, j]) for j in range(k)])


def shares(answers: ArrayLike, truth: ArrayLike) -> Floats:
    """Return the shares, >= 0 with sum 1, of least squared error. Shape (m,).

    Exact: the best point of every face of the simplex is a small linear system; the best legal
    one is taken.

    Args:
        answers: What m members say of n rows. Shape (n, m).
        truth: What is so. Shape (n,).

    Raises:
        BadChoice: if there are more than 12 members.

    Example:
        >>> from affectory.parts.blend import shares
        >>> shares([[0.0, 4.0], [4.0, 0.0], [0.0, 8.0]], [1.0, 3.0, 2.0]).round(6).tolist()
        [0.75, 0.25]
    """
    said, wanted = np.asarray(answers, np.float64), np.asarray(truth, np.float64)
    m = said.shape[1]
    if not 1 <= m <= MOST:
        raise BadChoice("members", m, f"1 to {MOST}")
    miss = said - wanted[:, None]  # shares sum to one, so the error is a mix of errors
    gram = miss.T @ miss
    best, least = np.zeros(m), np.inf
    for size in range(1, m + 1):
        for face in combinations(range(m), size):
            inner = gram[np.ix_(face, face)] + 1e-12 * (1 + np.trace(gram)) * np.eye(size)
            weight = np.linalg.solve(inner, np.ones(size))
            weight /= weight.sum()
            error = float(weight @ inner @ weight)
            if (weight >= 0).all() and error < least * (1 - 1e-9):
                least, best = error, np.zeros(m)
                best[list(face)] = weight
    return best


def folds_of(group: ArrayLike, folds: int, seed: int) -> Places:
    """Return the number of the fold of each row; groups are dealt at random. Shape (n,).

    Fewer groups than folds make as many folds as there are groups.

    Raises:
        BadChoice: if `folds` is below 2, or there are fewer than two groups.
    """
    names, code = np.unique(np.asarray(group), return_inverse=True)
    if folds < 2 or len(names) < 2:
        raise BadChoice(
            "folds", f"{folds} of {len(names)} groups", "2 or more, of 2 groups or more"
        )
    place = np.empty(len(names), np.int64)
    place[np.random.default_rng(seed).permutation(len(names))] = np.arange(len(names)) % folds
    return place[code]
