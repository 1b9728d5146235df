"""One point in valence, arousal, dominance said as a mixture of emotion terms, and back.

Paper: system 06, Cardia Neto, Ferrari, Berretti: "Revisiting Emotions Representation for
Recognition in the Wild", arXiv 2602.06778 (2026). The Gaussians are in `term_gaussians`.

Differs from the paper (*ours*): dominance that is missing is integrated out, so that no gold
label leaks into the mixture (the paper's rule is in `dominance`); the spread of a
state is added to every covariance, ``Sigma_c + diag(spread^2)``; gain, temperature and priors
can be learned from people's own distributions (`Mixture.fit`); the mode of a mixture is found
by expectation-maximisation, not by L-BFGS-B.
"""

__all__ = ["CARD", "Mixture", "entropy", "mixture"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice, BadValues, NoRecords, SpaceMismatch
from affectory.core.trajectory import Trajectory
from affectory.represent.mixture_fit import learned
from affectory.represent.mixture_terms import NEUTRAL_SD
from affectory.represent.scales import as_points
from affectory.represent.term_gaussians import Terms, affectnet8, log_density
from affectory.represent.vocabularies import VA, VAD, VALENCE

CARD = Card(
    name="represent/mixture",
    paper=Paper(
        6,
        "Revisiting Emotions Representation for Recognition in the Wild",
        2026,
        "arXiv 2602.06778",
    ),
    summary="Distribution over basic and compound emotion terms for a point in VAD.",
    takes=("vad", "va", "valence"),
    gives=("affectnet8", "rm151"),
    learns=True,
    aka=("B-AffectNet", "VAD to emotion distribution", "compound emotions"),
    cautions=(
        "A mixture of perceived emotion, not of an inner state.",
        "The terms were placed by students in the United States in 1977: no universal norm.",
        "Text corpora rate near the middle of the scales: fit before trusting the shares.",
        "The authors' covariances of fearful and angry are singular but for a floor of 1e-6: off "
        "their sheets both are all but impossible; Terms.diagonal() has them back.",
        "Never use it on faces without consent.",
    ),
)

Floats = NDArray[np.float64]
PRIOR_FLOOR = 1e-6  # prior of a term that no label was counted for, as in the paper's code
BLOCK = 1 << 18  # numbers in one block of rows times terms


@dataclass(frozen=True, eq=False)
class Mixture:
    """The posterior over terms, ``softmax_c(log N(gain x; mu_c, Sigma_c) / T + log pi_c)``.

    Args:
        terms: The Gaussians.
        priors: Weight of each term before anything is seen, in any unit; None for flat.
            Length k. Weights are normalised, and floored at 1e-6 of the whole.
        temperature: Divides the log-likelihood, > 0; above one it flattens the mixture.
        gain: Stretch of the incoming valence, arousal, dominance about zero, > 0. Shape (3,).

    Raises:
        BadChoice: if `temperature` or a gain is not above zero.
        BadValues: if `priors` are not k weights >= 0 with a sum above zero.

    Example:
        >>> from affectory.represent.mixtures import Mixture
        >>> from affectory.represent.term_gaussians import affectnet8
        >>> p = Mixture(affectnet8()).posterior([[0.8, 0.5, 0.5]])
        >>> affectnet8().space.names[p[0].argmax()]
        'happy'
    """

    terms: Terms
    priors: Sequence[float] | None = None
    temperature: float = 1.0
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        """Refuse parameters that make no posterior."""
        if not self.temperature > 0:
            raise BadChoice("temperature", self.temperature, "a number > 0")
        if len(self.gain) != 3 or not min(self.gain) > 0:
            raise BadChoice("gain", self.gain, "three numbers > 0")
        if self.priors is not None:
            weights = np.asarray(self.priors, dtype=np.float64)
            good = weights.shape == (self.terms.space.k,) and bool((weights >= 0).all())
            if not good or not 0 < weights.sum() < np.inf:
                k = self.terms.space.k
                raise BadValues("priors", f"shape {weights.shape}", f"{k} weights >= 0, sum > 0")
            object.__setattr__(self, "priors", tuple(weights.tolist()))

    @property
    def log_priors(self) -> Floats:
        """Logarithm of the normalised, floored priors. Shape (k,)."""
        k = self.terms.space.k
        weights = np.ones(k) if self.priors is None else np.asarray(self.priors)
        return np.asarray(np.log(np.maximum(weights / weights.sum(), PRIOR_FLOOR)))

    def posterior(self, points: ArrayLike, spread: ArrayLike | None = None) -> Floats:
        """Return the distribution over terms at each point. Shape (n, k).

        Args:
            points: Valence, or valence and arousal, or all three, in [-1, 1]. A coordinate of
                NaN is integrated out; a point of nothing but NaN gives a row of NaN.
                Shape (n, 1), (n, 2) or (n, 3).
            spread: One standard deviation of each coordinate, shaped like `points`; it widens
                every term. NaN counts as zero.

        Raises:
            BadValues: if the shape is wrong or a coordinate is outside of [-1, 1].
        """
        x, sd = as_points(points), None if spread is None else _spreads(spread, points)
        p = np.full((len(x), self.terms.space.k), np.nan)
        known = ~np.isnan(x)
        pattern = known @ np.array([1, 2, 4])
        for which in np.unique(pattern[pattern > 0]):
            rows = np.flatnonzero(pattern == which)
            axes = np.flatnonzero(known[rows[0]])
            size = max(BLOCK // self.terms.space.k, 1)
            for at in range(0, len(rows), size):
                here = rows[at : at + size]
                var = None if sd is None else sd[np.ix_(here, axes)] ** 2
                p[here] = self._softmax(x[np.ix_(here, axes)], axes, var)
        return p

    def _softmax(self, x: Floats, axes: NDArray[np.int64], var: Floats | None) -> Floats:
        gain = np.asarray(self.gain)[axes]
        mean = self.terms.mean[:, axes]
        covariance = self.terms.covariance[:, axes[:, None], axes]
        wide = None if var is None else var * gain**2
        score = log_density(x * gain, mean, covariance, wide) / self.temperature
        score += self.log_priors
        score -= score.max(axis=1, keepdims=True)
        p = np.exp(score, out=score)
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def relabel(self, trajectory: Trajectory) -> Trajectory:
        """Return `trajectory` as a mixture of terms, with its spread integrated.

        Each term's covariance is widened by the spread of the state, so a state that is known
        badly has a flatter mixture; the result is a belief and carries no spread itself.

        Args:
            trajectory: States in space vad, va or valence. Missing states stay missing; a state
                that lacks only some coordinate is placed by the others.

        Raises:
            SpaceMismatch: if the states are in another Space.
        """
        if trajectory.space.names not in (VAD.names, VA.names, VALENCE.names):
            raise SpaceMismatch(trajectory.space.name, VAD.name, CARD.name)
        p = self.posterior(np.clip(trajectory.values, -1.0, 1.0), trajectory.spread)
        values = p.astype(np.float32)
        return replace(trajectory, space=self.terms.space, values=values, spread=None)

    def mean(self, p: ArrayLike) -> Floats:
        """Return the mean of each mixture, ``sum_c p_c mu_c / gain``. Shape (n, 3)."""
        centre = _shares(p, self.terms.space.k) @ self.terms.mean
        return np.asarray(np.clip(centre / np.asarray(self.gain), -1.0, 1.0))

    def mode(self, p: ArrayLike, weights: ArrayLike | None = None, steps: int = 500) -> Floats:
        """Return the most likely point of each mixture ``sum_c p_c w_c N(x; c)``. Shape (n, 3).

        From the centre of every term, expectation-maximisation climbs to a mode; the highest
        is returned, clipped to [-1, 1].

        Args:
            p: Distributions over the terms. Shape (n, k).
            weights: Weight w_c of each term; None for ones. Shape (k,).
            steps: Most steps of one climb.
        """
        k = self.terms.space.k
        shares = _shares(p, k) * (np.ones(k) if weights is None else np.asarray(weights))
        precision = np.asarray(np.linalg.inv(self.terms.covariance), dtype=np.float64)
        pull = np.einsum("kij,kj->ki", precision, self.terms.mean)
        with np.errstate(divide="ignore"):
            log_shares = np.log(shares)
        found = [self._climb(row, precision, pull, steps) for row in log_shares]
        point = np.array(found).reshape(-1, 3) / np.asarray(self.gain)
        return np.asarray(np.clip(point, -1.0, 1.0))

    def _climb(self, log_share: Floats, precision: Floats, pull: Floats, steps: int) -> Floats:
        if np.isnan(log_share).any():
            return np.full(3, np.nan)
        mean, covariance = self.terms.mean, self.terms.covariance
        x = mean[np.isfinite(log_share)]
        for _ in range(steps):
            score = log_density(x, mean, covariance) + log_share
            duty = np.exp(score - score.max(axis=1, keepdims=True))
            left = np.einsum("sk,kij->sij", duty, precision)
            moved = np.linalg.solve(left, (duty @ pull)[..., None])[..., 0]
            still = bool(np.abs(moved - x).max() < 1e-9)
            x = moved
            if still:
                break
        score = log_density(x, mean, covariance) + log_share
        return np.asarray(x[np.logaddexp.reduce(score, axis=1).argmax()])

    def fit(self, points: ArrayLike, target: ArrayLike, ridge: float = 1e-3) -> Self:
        """Return a copy whose gain, temperature and priors fit people's own distributions.

        Minimises the mean cross-entropy of `target` under the posterior, plus `ridge` times
        the squared logarithms of gain and temperature and of priors about their mean. The
        terms should have no correlations (`Terms.diagonal`): near-singular ones leave descent
        in a bad optimum.

        Args:
            points: Valence, arousal, dominance in [-1, 1]. Shape (n, 3).
            target: The distribution that people gave. Shape (n, k).
            ridge: Pull towards gain 1, temperature 1, flat priors; > 0.

        Raises:
            BadValues: if a shape is wrong or a target is no distribution.
            NoRecords: if no row has both a full point and a target.
        """
        if not ridge > 0:
            raise BadChoice("ridge", ridge, "a number > 0")
        x, wanted = as_points(points), np.asarray(target, dtype=np.float64)
        if x.shape != (len(wanted), 3) or np.shape(points) != x.shape:
            raise BadValues("fit: points", f"shape {np.shape(points)}", f"({len(wanted)}, 3)")
        if self.terms.space.offence(wanted):
            offence = self.terms.space.offence(wanted)
            raise BadValues("fit: target", offence, "rows that sum to one")
        full = ~(np.isnan(x).any(axis=1) | np.isnan(wanted).any(axis=1))
        if not full.any():
            raise NoRecords("fit", "give rows with valence, arousal, dominance and a target")
        gain, temperature, priors = learned(
            x[full], wanted[full], self.terms.mean, self.terms.covariance, ridge
        )
        return replace(self, gain=gain, temperature=temperature, priors=priors)


def mixture(
    trajectory: Trajectory,
    terms: Terms | None = None,
    temperature: float = 1.0,
    priors: Sequence[float] | None = None,
    neutral_sd: float = NEUTRAL_SD,
) -> Trajectory:
    """Return states in vad (or va, valence) as a mixture of emotion terms.

    Args:
        trajectory: What to say otherwise; its spread is integrated, see `Mixture.relabel`.
        terms: The Gaussians; the paper's eight where None.
        temperature: Divides the log-likelihood, > 0.
        priors: Weight of each term; None for flat.
        neutral_sd: Spread of neutral among the paper's eight; unused where `terms` is given.

    Raises:
        BadChoice: if `temperature` or `neutral_sd` is not above zero.
        BadValues: if `priors` do not fit the terms.
        SpaceMismatch: if the states are in another Space.
    """
    chosen = affectnet8(neutral_sd) if terms is None else terms
    return Mixture(chosen, priors, temperature).relabel(trajectory)


def entropy(p: ArrayLike) -> Floats:
    """Return ``-sum_c p_c ln p_c`` of each row, in nats; NaN for a missing row. Shape (n,)."""
    shares = np.asarray(p, dtype=np.float64)
    log = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * log).sum(axis=1))


def _spreads(spread: ArrayLike, points: ArrayLike) -> Floats:
    sd = np.asarray(spread, dtype=np.float64)
    if sd.shape != np.shape(points) or (sd < 0).any():
        raise BadValues("spread", f"shape {sd.shape}", f"shape {np.shape(points)}, all >= 0")
    return np.pad(np.nan_to_num(sd), ((0, 0), (0, 3 - sd.shape[1])))


def _shares(p: ArrayLike, k: int) -> Floats:
    shares = np.asarray(p, dtype=np.float64)
    if shares.ndim != 2 or shares.shape[1] != k:
        raise BadValues("mixtures", f"shape {shares.shape}", f"(n, {k})")
    return shares
