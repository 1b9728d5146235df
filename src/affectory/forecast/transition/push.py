"""What moves an emotion: habit, and a push of the context in the measure of a personality.

Arrays alone. Chances of the next label are ``T[e, k] exp(d . R_k)``, scaled to sum to one: T is
how often label k follows e, R_k where k lies in valence, arousal, dominance, in the units of its
likelihood, and ``d = tanh(x U + u) (*) (P W + b)`` the push: x the context, P what the personality
adds to valence, arousal, dominance.
"""

__all__ = ["Push", "Step", "learn"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.dynamics import chain

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
PRIOR = 1.0  # rows that the overall shares of labels weigh in each row of T
REACH = 0.3  # of what likelihoods say, where the push begins to learn
STEPS, RATE = 200, 0.05  # of Adam
FAR = 3.0  # standard deviations of a personality; beyond, nothing was seen
DECAY = (0.9, 0.999)


class Step(NamedTuple):
    """Rows to learn from, or to say what follows.

    Attributes:
        before: Label of the last emotion. Shape (n,).
        context: What was said and heard, as numbers. Shape (n, d).
        influence: What the personality adds to valence, arousal, dominance. Shape (n, 3).
    """

    before: Places
    context: Floats
    influence: Floats

    def rows(self, keep: NDArray[Any]) -> "Step":
        """Return the rows chosen by a mask or an index."""
        return Step(self.before[keep], self.context[keep], self.influence[keep])


@dataclass(frozen=True, eq=False)
class Push:
    """What was learned.

    Args:
        habit: How often each label follows each. Shape (k, k).
        look: U, from context to push. Shape (d, 3).
        shift: u. Shape (3,).
        gain: W, from influence to measure. Shape (3, 3).
        base: b. Shape (3,).
        reach: R, from push to labels. Shape (3, k).
        usual: Mean of ``tanh(x U + u)`` after each label: the push of a context that is not
            told. Shape (k, 3).
        middle: Mean influence that was learned from, and its deviation. Shape (2, 3).
    """

    habit: Floats
    look: Floats
    shift: Floats
    gain: Floats
    base: Floats
    reach: Floats
    usual: Floats
    middle: Floats

    def delta(self, step: Step) -> Floats:
        """Return the push of each row, in valence, arousal, dominance. Shape (n, 3)."""
        return np.tanh(step.context @ self.look + self.shift) * self.measure(step.influence)

    def measure(self, influence: Floats) -> Floats:
        """Return ``P W + b`` of influences, (n, 3): what a push is multiplied with."""
        mean, spread = self.middle
        return np.asarray(np.clip((influence - mean) / spread, -FAR, FAR) @ self.gain + self.base)

    def chances(self, step: Step) -> Floats:
        """Return how likely each label comes next. Shape (n, k)."""
        return _shares(np.log(self.habit)[step.before] + self.delta(step) @ self.reach)

    def alone(self, influence: Floats) -> Floats:
        """Return the chain of a personality (3,) among contexts as they usually are. (k, k)."""
        push = self.usual * self.measure(influence[None])
        return _shares(np.log(self.habit) + push @ self.reach)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        return cls(**{name: arrays[name].astype(np.float64) for name in cls.__dataclass_fields__})


def learn(
    step: Step, after: Places, anchors: Floats, sd: Floats, ridge: float, seed: int = 0,
    personal: bool = True,
) -> Push:  # fmt: skip
    """Return what rows teach: T by counting, the push by Adam on the logarithm of the chances.

    Args:
        step: Rows.
        after: Label that came. Shape (n,).
        anchors: Where each label lies. Shape (k, 3).
        sd: Spread of labels on each axis. Shape (3,).
        ridge: Penalty on U, W and ``b - 1``.
        seed: Seed of the first U.
        personal: Whether the personality counts; else W stays zero.
    """
    k, (n, d) = len(anchors), step.context.shape
    rng = np.random.default_rng(seed)
    shares = np.bincount(after, minlength=k) / n
    habit = chain(step.before, after, k, PRIOR * (shares + 1e-3))
    spread = step.influence.std(axis=0)
    middle = np.stack([step.influence.mean(axis=0), np.where(spread > 1e-9, spread, 1.0)])
    z = np.clip((step.influence - middle[0]) / middle[1], -FAR, FAR) * personal
    reach = REACH * anchors.T / sd[:, None] ** 2
    parts = [rng.normal(0, 0.01, (d, 3)), np.zeros(3), np.zeros((3, 3)), np.ones(3)]
    means, squares = ([np.zeros_like(part) for part in parts] for _ in range(2))
    truth, base = np.eye(k)[after], np.log(habit)[step.before]
    for at in range(1, STEPS + 1):
        look, shift, gain, level = parts
        h, measure = np.tanh(step.context @ look + shift), z @ gain + level
        back = ((_shares(base + (h * measure) @ reach) - truth) / n) @ reach.T  # (n, 3)
        inner, outer = back * measure * (1 - h**2), back * h
        slopes = (
            step.context.T @ inner + ridge * look,
            inner.sum(axis=0),
            z.T @ outer + ridge * gain,
            outer.sum(axis=0) + ridge * (level - 1),
        )
        pace = RATE * np.sqrt(1 - DECAY[1] ** at) / (1 - DECAY[0] ** at)
        for part, mean, square, slope in zip(parts, means, squares, slopes, strict=True):
            mean += (1 - DECAY[0]) * (slope - mean)
            square += (1 - DECAY[1]) * (slope**2 - square)
            part -= pace * mean / (np.sqrt(square) + 1e-8)
    look, shift, gain, level = parts
    h = np.tanh(step.context @ look + shift)
    count = np.bincount(step.before, minlength=k)
    total = np.stack([np.bincount(step.before, column, minlength=k) for column in h.T], axis=1)
    usual = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], h.mean(axis=0))
    return Push(habit, look, shift, gain, level, reach, usual, middle)


def _shares(logits: Floats) -> Floats:
    told = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(told / told.sum(axis=1, keepdims=True))
