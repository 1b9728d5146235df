"""Paths as a handful of numbers: what stands still and what moves, each with a basis of its own.

Bae, Oh & Jeon 2023, sections 3.1 and 3.2: poses are taken out of paths, the first singular vectors
of all observed and of all following halves are kept, and the middles of the coefficients of what
followed are the anchors. A path whose last step is short stands: it is not scaled, for its length
says nothing, and has a basis and anchors of its own.
"""

__all__ = ["F32", "Code", "Codes", "Looks", "Places", "Sight"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.lowrank import basis, middles, nearest
from affectory.parts.pose import Pose

F32 = NDArray[np.float32]
Places = NDArray[np.int64]
MOST = 20_000  # futures among which anchors are looked for
FAR = 6.0  # deviations beyond which an input counts as no farther
FEW = 40  # paths, fewer than which get no basis of their own
STEADY = 10.0  # states after which half of a mean is believed


class Sight(NamedTuple):
    """What is known of n paths when they are continued.

    Attributes:
        seen: Last states. Shape (n, t, k).
        mean: Mean of all states up to the last. Shape (n, k).
        spread: Their deviation. Shape (n, k).
        known: How many there are. Shape (n,).
        scene: Which paths happen together. Shape (n,).
    """

    seen: F32
    mean: F32
    spread: F32
    known: F32
    scene: Places

    def rows(self, keep: Any) -> "Sight":
        """Return what is known of some of the paths."""
        own = self.seen[keep], self.mean[keep], self.spread[keep], self.known[keep]
        return Sight(*own, self.scene[keep])


class Looks(NamedTuple):
    """Paths without their poses.

    Attributes:
        pose: How they stand.
        kind: 0 for standing, 1 for moving; 0 where there is one kind. Shape (n,).
        inputs: What predictors read, about one unit wide. Shape (n, f).
    """

    pose: Pose
    kind: Places
    inputs: F32


@dataclass(frozen=True, eq=False)
class Code:
    """Bases and anchors of one kind of path.

    Args:
        past: Basis of observed halves. Shape (t k, r).
        future: Basis of following halves. Shape (h k, r).
        anchors: Coefficients of typical futures. Shape (s, r).
        share: How many of the learned futures are nearest to each. Shape (s,).
        unit: Deviation of the coefficients of the past. Shape (r,).
    """

    past: F32
    future: F32
    anchors: F32
    share: F32
    unit: F32

    @classmethod
    def fit(cls, past: F32, future: F32, rank: int, many: int, seed: int) -> Self:
        """Learn from flat halves without poses, (n, t k) and (n, h k)."""
        left = basis(past, min(rank, past.shape[1]))
        right = basis(future, min(rank, future.shape[1]))
        told, draw = future @ right.astype(np.float32), np.random.default_rng(seed)
        some = told[draw.choice(len(told), MOST, replace=False)] if len(told) > MOST else told
        anchors = middles(some, many, seed).astype(np.float32)
        share = np.bincount(nearest(told, anchors)[0], minlength=many) + 1.0
        unit = (past @ left).std(axis=0) + 1e-6
        parts = left, right, anchors, share / share.sum(), unit
        return cls(*(part.astype(np.float32) for part in parts))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        return cls(*(arrays[name] for name in cls.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Codes:
    """Bases, anchors, and what predictors read.

    Args:
        turned: Whether headings are taken out.
        scaled: Whether the lengths of last steps are taken out of moving paths.
        still: Last step below which a path counts as standing.
        kinds: Standing and moving, or one for all, none of which is scaled.
        pace: Mean length of a step.
        middle: Mean and deviation of what predictors read. Shape (2, f).
    """

    turned: bool
    scaled: bool
    still: float
    kinds: tuple[Code, ...]
    pace: float
    middle: F32

    @classmethod
    def fit(
        cls,
        sight: Sight,
        future: F32,
        rank: int,
        many: int,
        seed: int,
        flags: tuple[bool, bool, float],
    ) -> Self:
        """Learn from observed paths and what followed them, (n, h, k).

        Args:
            sight: What is known of the paths.
            future: What followed.
            rank: Numbers that stand for a path.
            many: Anchors.
            seed: Seed of the anchors.
            flags: `turned`, `scaled`, `still`.
        """
        turned, scaled, still = flags
        pace = float(_steps(sight.seen).mean()) + 1e-6
        moving = _last(sight.seen) > still
        parted = still > 0 and min(moving.sum(), (~moving).sum()) >= max(FEW, many)
        if not parted:
            scaled, moving = False, np.zeros(len(future), bool)
        blank = cls(turned, scaled, still, (), pace, np.zeros((2, 0), np.float32))
        kinds = []
        for own in (~moving, moving) if parted else (~moving,):
            pose = blank.pose(sight.seen[own], moving[own].astype(np.int64))
            halves = pose.away(sight.seen[own]), pose.away(future[own])
            kinds.append(Code.fit(*halves, rank, many, seed))
        raw = cls(turned, scaled, still, tuple(kinds), pace, np.zeros((2, 0), np.float32))
        told = raw._inputs(sight, *raw._standing(sight.seen))
        middle = np.stack([told.mean(axis=0), told.std(axis=0) + 1e-3])
        return cls(turned, scaled, still, raw.kinds, pace, middle.astype(np.float32))

    @property
    def rank(self) -> int:
        """How many numbers stand for what follows."""
        return int(self.kinds[0].future.shape[1])

    def look(self, sight: Sight) -> Looks:
        """Return paths without their poses."""
        pose, kind = self._standing(sight.seen)
        told = (self._inputs(sight, pose, kind) - self.middle[0]) / self.middle[1]
        return Looks(pose, kind, np.clip(told, -FAR, FAR).astype(np.float32))

    def pose(self, seen: F32, kind: Places) -> Pose:
        """Return how paths stand; standing ones are not scaled."""
        pose = Pose.of(seen, self.turned, self.scaled)
        if not self.scaled:
            return pose
        size = np.abs(pose.turn)
        return Pose(pose.origin, pose.turn / np.where(kind == 0, size, 1).astype(size.dtype))

    def coefficients(self, looks: Looks, future: F32) -> F32:
        """Return what stands for the paths that followed. Shape (n, r)."""
        free = looks.pose.away(future)
        told = np.empty((len(free), self.rank), np.float32)
        for kind, code in enumerate(self.kinds):
            own = looks.kind == kind
            told[own] = free[own] @ code.future
        return told

    def free(self, looks: Looks, coefficients: F32) -> F32:
        """Return flat paths without poses from their coefficients (n, ..., r)."""
        wide = self.kinds[0].future.shape[0]
        out = np.empty((*coefficients.shape[:-1], wide), np.float32)
        for kind, code in enumerate(self.kinds):
            own = looks.kind == kind
            out[own] = coefficients[own] @ code.future.T
        return out

    def anchors(self, looks: Looks) -> tuple[F32, F32]:
        """Return coefficients of anchors and their shares, (n, s, r) and (n, s)."""
        anchors = np.stack([code.anchors for code in self.kinds])
        share = np.stack([code.share for code in self.kinds])
        return anchors[looks.kind], share[looks.kind]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        own = {"middle": self.middle, "pace": np.array([self.pace])}
        kinds = (
            (f"{at}/{name}", array)
            for at, code in enumerate(self.kinds)
            for name, array in code.arrays().items()
        )
        flags = [self.turned, self.scaled, self.still, len(self.kinds)]
        return {**own, **dict(kinds), "flags": np.array(flags, np.float64)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        turned, scaled, still, many = arrays["flags"].tolist()
        kinds = tuple(
            Code.of({name: arrays[f"{at}/{name}"] for name in Code.__dataclass_fields__})
            for at in range(int(many))
        )
        pace = float(arrays["pace"][0])
        return cls(bool(turned), bool(scaled), still, kinds, pace, arrays["middle"])

    def _standing(self, seen: F32) -> tuple[Pose, Places]:
        moving = _last(seen) > self.still if len(self.kinds) > 1 else np.zeros(len(seen), bool)
        kind = moving.astype(np.int64)
        return self.pose(seen, kind), kind

    def _inputs(self, sight: Sight, pose: Pose, kind: Places) -> F32:
        """Return coefficients of the past, speeds, and where directions mean something, levels."""
        free = pose.away(sight.seen)
        rank = self.kinds[0].past.shape[1]
        told = np.empty((len(free), rank), np.float32)
        for at, code in enumerate(self.kinds):
            own = kind == at
            told[own] = (free[own] @ code.past) / code.unit
        pace = _steps(sight.seen).mean(axis=1)
        parts = [told, np.log(_last(sight.seen) / self.pace + 0.05)[:, None],
                 np.log(pace / self.pace + 0.05)[:, None]]  # fmt: skip
        parts += [kind[:, None]] if len(self.kinds) > 1 else []
        if not self.turned:
            last = sight.seen[:, -1]
            trust = (sight.known / (sight.known + STEADY))[:, None]
            wide = np.log(sight.seen.std(axis=1) / self.pace + 0.05)
            ever = np.log(sight.spread / self.pace + 0.05)
            parts += [last, sight.mean - last, trust * (sight.mean - last), wide, ever, trust]
        return np.hstack(parts).astype(np.float32)


def _steps(seen: F32) -> F32:
    """Return the length of each step. Shape (n, t - 1)."""
    apart = np.diff(seen, axis=1)
    return np.asarray(np.sqrt(np.einsum("ntk,ntk->nt", apart, apart)))


def _last(seen: F32) -> F32:
    """Return half the way over the last two steps. Shape (n,)."""
    apart = (seen[:, -1] - seen[:, max(-3, -seen.shape[1])]) / 2
    return np.asarray(np.sqrt(np.einsum("nk,nk->n", apart, apart)))
