"""Emotion terms as Gaussians in valence, arousal, dominance; likelihood, distance, fusion.

Paper: system 06, "Revisiting Emotions Representation for Recognition in the Wild" (2026). The
numbers are in `mixture_terms`; the posterior over terms is in `mixtures`.
"""

__all__ = ["Terms", "affectnet8", "bhattacharyya", "fuse", "log_density", "rm151"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.core.space import Axis, Kind, Space
from affectory.represent.mixture_terms import (
    AFFECTNET_TERMS,
    NEUTRAL_SD,
    POOLED_SD,
    RM151_MEANS,
    RM151_TERMS,
)
from affectory.represent.vocabularies import AFFECTNET8, RM151

Floats = NDArray[np.float64]
FLOOR = 1e-6  # least eigenvalue of a covariance, as in the paper's code
UNIVERSAL = tuple(name for name in AFFECTNET_TERMS if name != "neutral")


@dataclass(frozen=True, eq=False)
class Terms:
    """A set of emotion terms, each a Gaussian over valence, arousal, dominance.

    Args:
        space: The Space of distributions over the terms.
        mean: Shape (k, 3), in [-1, 1].
        covariance: Symmetric, positive definite. Shape (k, 3, 3).
        sd_source: "published", "pooled" or "fused": where each spread comes from. Length k.
        members: Terms that were fused into each; itself where none were. Length k.

    Raises:
        BadValues: if a shape is wrong or a covariance is not positive definite.
    """

    space: Space
    mean: Floats
    covariance: Floats
    sd_source: tuple[str, ...]
    members: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse shapes that contradict each other, and freeze the arrays."""
        k = self.space.k
        shapes = np.shape(self.mean), np.shape(self.covariance), len(self.sd_source)
        if shapes != ((k, 3), (k, 3, 3), k):
            raise BadValues("terms", f"shapes {shapes}", f"({k}, 3), ({k}, 3, 3), {k}")
        if not (np.linalg.eigvalsh(self.covariance) > 0).all():
            raise BadValues("terms", "a covariance with an eigenvalue <= 0", "positive definite")
        for name in ("mean", "covariance"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if not self.members:
            object.__setattr__(self, "members", tuple((name,) for name in self.space.names))

    @property
    def sd(self) -> Floats:
        """Standard deviation of each term along each axis. Shape (k, 3)."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)))

    def diagonal(self) -> "Terms":
        """Return the same terms without their correlations."""
        return replace(self, covariance=self.covariance * np.eye(3))

    def pick(self, name: str, labels: Mapping[str, str]) -> "Terms":
        """Return some of the terms, under names of the caller's own.

        Args:
            name: Name of the new Space.
            labels: New label to term, in the order of the new Space.

        Raises:
            BadChoice: if there is no such term.
        """
        rows = [self.space.index(term) for term in labels.values()]
        return Terms(
            _distribution(name, tuple(labels), self.space.source),
            self.mean[rows],
            self.covariance[rows],
            tuple(self.sd_source[row] for row in rows),
            tuple(self.members[row] for row in rows),
        )

    def with_neutral(self, name: str, neutral_sd: float = NEUTRAL_SD) -> "Terms":
        """Return the terms with neutral as the last, as the authors add it."""
        added = affectnet8(neutral_sd).pick("neutral", {"neutral": "neutral"})
        return Terms(
            _distribution(name, (*self.space.names, "neutral"), self.space.source),
            np.concatenate([self.mean, added.mean]),
            np.concatenate([self.covariance, added.covariance]),
            self.sd_source + added.sd_source,
            self.members + added.members,
        )


def affectnet8(neutral_sd: float = NEUTRAL_SD) -> Terms:
    """Return the paper's seven universal emotions and neutral, with full covariances.

    Args:
        neutral_sd: Standard deviation of neutral on all axes, > 0. It is no term of 1977: the
            authors' .05 makes a small, dense cloud at (.1, .1, .1), which claims all that
            falls into it; widen it where neutral is too greedy or too shy.

    Raises:
        BadChoice: if `neutral_sd` is not above zero.
    """
    if not neutral_sd > 0:
        raise BadChoice("neutral_sd", neutral_sd, "a number > 0")
    terms = dict(AFFECTNET_TERMS)
    terms["neutral"] = terms["neutral"]._replace(sd=(neutral_sd,) * 3)
    covariance = [_covariance(term.sd, term.rho) for term in terms.values()]
    mean = np.array([term.mean for term in terms.values()])
    return Terms(AFFECTNET8, mean, np.array(covariance), ("published",) * 7 + ("authors",))


def rm151() -> Terms:
    """Return all 151 terms of Russell & Mehrabian (1977), means as printed.

    The seven universal emotions have their published spread and the authors' correlations,
    the others the pooled spread and none.
    """
    published = {name: AFFECTNET_TERMS[name] for name in UNIVERSAL}
    covariance = [
        _covariance(published[name].sd, published[name].rho)
        if name in published
        else _covariance(POOLED_SD, (0.0, 0.0, 0.0))
        for name in RM151_TERMS
    ]
    source = tuple("published" if name in published else "pooled" for name in RM151_TERMS)
    return Terms(RM151, RM151_MEANS, np.array(covariance), source)


def log_density(x: Floats, mean: Floats, covariance: Floats, var: Floats | None = None) -> Floats:
    """Return ``log N(x; mean_c, covariance_c + diag(var))`` for every row and term. Shape (n, k).

    Args:
        x: Points. Shape (n, d).
        mean: Shape (k, d).
        covariance: Shape (k, d, d).
        var: Variance of the error of each point, independent by axis. Shape (n, d).
    """
    d = x.shape[1]
    lower: dict[tuple[int, int], Floats] = {}
    z: list[Floats] = []
    total = np.full((len(x), len(mean)), -0.5 * d * np.log(2 * np.pi))
    # Cholesky by hand: d <= 3, and every entry is an array over rows and terms
    for i in range(d):
        for j in range(i + 1):
            rest = covariance[None, :, i, j] - sum(lower[i, m] * lower[j, m] for m in range(j))
            if i == j and var is not None:
                rest = rest + var[:, i, None]
            lower[i, j] = np.sqrt(rest) if i == j else rest / lower[j, j]
        shift = sum(lower[i, j] * z[j] for j in range(i))
        z.append((x[:, i, None] - mean[:, i] - shift) / lower[i, i])
        total -= 0.5 * z[i] ** 2 + np.log(lower[i, i])
    return total


def bhattacharyya(terms: Terms) -> Floats:
    """Return the distance of every pair, correlations left out. Shape (k, k).

    ``1/8 sum (mu1 - mu2)^2 / v + 1/2 sum ln(v / sqrt(v1 v2))`` with ``v = (v1 + v2) / 2``.
    """
    var = terms.sd**2
    both = (var[:, None] + var[None]) / 2
    apart = (terms.mean[:, None] - terms.mean[None]) ** 2 / both
    shape = np.log(both) - 0.5 * (np.log(var)[:, None] + np.log(var)[None])
    return np.asarray((apart / 8 + shape / 2).sum(axis=2))


def fuse(terms: Terms, k: int) -> Terms:
    """Return `terms` fused into `k` clusters of Gaussians that overlap.

    Bhattacharyya distance, complete linkage, moment matching without correlations. A cluster
    that holds a universal emotion takes its name (the nearest to its centre, where several
    are in it); another the name of its most central term (*ours*).

    Raises:
        BadChoice: if `k` is not between 1 and the number of terms.
    """
    if not 1 <= k <= terms.space.k:
        raise BadChoice("k", k, f"an integer from 1 to {terms.space.k}")
    clusters = _complete_linkage(bhattacharyya(terms), k)
    mean = np.array([terms.mean[rows].mean(axis=0) for rows in clusters])
    square = [(terms.sd[rows] ** 2 + terms.mean[rows] ** 2).mean(axis=0) for rows in clusters]
    var = np.array(square) - mean**2
    names = tuple(_central(terms, rows, at) for rows, at in zip(clusters, mean, strict=True))
    return Terms(
        _distribution(f"{terms.space.name}-{k}", names, terms.space.source),
        mean,
        var[:, :, None] * np.eye(3),
        ("fused",) * k,
        tuple(tuple(terms.space.names[row] for row in rows) for rows in clusters),
    )


def _complete_linkage(distance: Floats, k: int) -> list[list[int]]:
    """Merge the two clusters whose farthest members are nearest, until `k` are left."""
    far = distance.copy()
    np.fill_diagonal(far, np.inf)
    clusters: dict[int, list[int]] = {row: [row] for row in range(len(far))}
    while len(clusters) > k:
        one, two = sorted(divmod(int(far.argmin()), len(far)))
        clusters[one] = sorted(clusters[one] + clusters.pop(two))
        far[one] = far[:, one] = np.maximum(far[one], far[two])
        far[two] = far[:, two] = np.inf
        far[one, one] = np.inf
    return list(clusters.values())


def _central(terms: Terms, rows: Sequence[int], centre: Floats) -> str:
    universal = [row for row in rows if terms.space.names[row] in UNIVERSAL]
    away = {row: float(((terms.mean[row] - centre) ** 2).sum()) for row in universal or rows}
    return terms.space.names[min(away, key=lambda row: away[row])]


def _covariance(sd: Sequence[float], rho: Sequence[float]) -> Floats:
    """Return ``sd_i sd_j rho_ij``, its eigenvalues floored."""
    correlation = np.eye(3)
    for (i, j), r in zip(((0, 1), (0, 2), (1, 2)), rho, strict=True):
        correlation[i, j] = correlation[j, i] = r
    values, vectors = np.linalg.eigh(np.outer(np.array(sd), np.array(sd)) * correlation)
    return np.asarray((vectors * np.maximum(values, FLOOR)) @ vectors.T)


def _distribution(name: str, labels: tuple[str, ...], source: str) -> Space:
    axes = tuple(Axis(label, 0.0, 1.0, float(label == "neutral")) for label in labels)
    return Space(name, Kind.DISTRIBUTION, axes, source)
