"""From texts to answers of five heads: states of another perceiver, words, a shared layer."""

__all__ = ["KINDS", "Learned", "learn", "numbers"]

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.records import Records
from affectory.core.space import Kind
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Perceiver
from affectory.measure.labels import best_thresholds
from affectory.parts.blend import folds_of
from affectory.parts.calibrate import conformal, platt, sigmoid
from affectory.parts.heads import NORMAL_90
from affectory.parts.trunk import Recipe, Trunk
from affectory.represent.abreast import abreast
from affectory.represent.vocabularies import AFFECT11, INTENSITY4, VALENCE
from affectory.senses.lexicon import Lexicon
from affectory.senses.scoring import score
from affectory.senses.vectors import TextEncoder

Floats = NDArray[np.float64]
KINDS = (INTENSITY4, VALENCE, AFFECT11)  # the columns of all answers, side by side
K = sum(space.k for space in KINDS)
REAL = INTENSITY4.k  # the column of valence, the one real; all others are flags
FLAG = np.arange(K) != REAL
FOLDS = 3
LEAST = 1e-3


class Learned(NamedTuple):
    """What was learned.

    Attributes:
        trunk: The shared layer and its heads.
        gain: Of each raw answer. Shape (k,).
        shift: Shape (k,).
        noise: Of flags, residual variance as a multiple of p (1 - p). Shape (k,).
        width: Of valence, log spread by (1, log words, size up to a bound). Shape (3,).
        holds: Least probability at which each flag is said to hold. Shape (k,).
    """

    trunk: Trunk
    gain: Floats
    shift: Floats
    noise: Floats
    width: Floats
    holds: Floats

    def read(self, rows: Floats, words: Floats) -> tuple[Floats, Floats]:
        """Return answers and spreads. Shapes (n, k), (n, k)."""
        raw = self.trunk.predict(_filled(rows, self.trunk.middle[0]))
        value = raw * self.gain + self.shift
        value[:, FLAG] = sigmoid(value[:, FLAG])
        spread = np.sqrt(np.maximum(value * (1 - value) * self.noise, 0))
        spread[:, REAL] = np.exp(_cues(value[:, REAL], words) @ self.width)
        value[:, REAL] = np.clip(value[:, REAL], -1, 1)
        return value, spread

    @property
    def least(self) -> Floats:
        """Least probability at which each of affect11 is said to hold. Shape (11,)."""
        return self.holds[-AFFECT11.k :]

    def arrays(self) -> shelf.Arrays:
        """Return what `of` makes it from."""
        own = {name: getattr(self, name) for name in OWN}
        return shelf.joined({"trunk": self.trunk.arrays(), "own": own})

    @staticmethod
    def of(arrays: shelf.Arrays, note: dict[str, Any]) -> "Learned":
        """Return what `arrays` told of."""
        trunk, own = (shelf.within(arrays, part) for part in ("trunk", "own"))
        return Learned(Trunk.of(trunk), *(own[name] for name in OWN))


def numbers(
    records: Records, perceiver: Perceiver, encoder: TextEncoder | None, lexicon: Lexicon
) -> tuple[Floats, Floats]:
    """Return what the heads read of each record, and its number of words. Shapes (n, d), (n,).

    States of probabilities are read as log-odds; a missing number is NaN.
    """
    texts = records.frame["text"].to_list()
    states = perceiver.perceive(records)
    found = score(texts, lexicon)
    listed = np.column_stack([np.nan_to_num(found.means()[0]), found.share])
    words = np.asarray(found.words, np.float64)
    parts = [
        np.hstack([_states(records, states[space]) for space in states]),
        listed,
        np.log1p(words)[:, None],
    ]
    if encoder is not None:
        parts.append(encoder.encode(texts).astype(np.float64))
    return np.hstack(parts), words


def learn(
    rows: Floats, words: Floats, truth: Floats, group: NDArray[np.int64], seed: int, how: Recipe
) -> Learned:
    """Learn the heads from all rows, and their read-outs from rows that were not learned from.

    Args:
        rows: What the heads read. Shape (n, d).
        words: Words of each text. Shape (n,).
        truth: Answers, NaN where untold. Shape (n, k).
        group: Rows of one group stay on one side of a fold. Shape (n,).
        seed: Seed of folds and beginnings.
        how: Sizes and steps.
    """
    known = ~np.isnan(rows)
    fill = np.where(known, rows, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    rows = _filled(rows, fill)
    told = truth.copy()
    told[:, REAL] /= SCALE
    weight = np.where(np.arange(K) == REAL, REALS, 1.0)
    unseen = np.full_like(truth, np.nan)
    part = folds_of(group, FOLDS, seed)
    for held in np.unique(part):
        on, off = part != held, part == held
        fitted = Trunk.fit(rows[on], told[on], [REAL], weight, how, seed)
        unseen[off] = fitted.predict(rows[off])
    trunk = Trunk.fit(rows, told, [REAL], weight, how, seed)
    gain, shift, noise, holds = np.ones(K), np.zeros(K), np.ones(K), np.full(K, 0.5)
    for at in np.flatnonzero(FLAG):
        has = ~np.isnan(truth[:, at])
        if has.any():
            gain[at], shift[at], noise[at], holds[at] = _flag(unseen[has, at], truth[has, at])
    has = ~np.isnan(truth[:, REAL])
    raw, true = unseen[has, REAL], truth[has, REAL]
    if len(true):
        gain[REAL], shift[REAL] = _line(raw, true)
    width = _width(raw * gain[REAL] + shift[REAL], true, words[has])
    return Learned(trunk, gain, shift, noise, width, holds)


def _states(records: Records, felt: Trajectory) -> Floats:
    """Return the states in the order of the records; probabilities as log-odds. Shape (n, k)."""
    values = abreast(records, felt)
    if felt.space.kind in (Kind.FLAGS, Kind.DISTRIBUTION):
        p = np.clip(values, LEAST, 1 - LEAST)
        values = np.log(p / (1 - p))
    return values


def _filled(rows: Floats, fill: Floats) -> Floats:
    return np.where(np.isnan(rows), fill, rows)


def _flag(raw: Floats, true: Floats) -> tuple[float, float, float, float]:
    """Return gain, shift, noise and the threshold of greatest F1 of one flag."""
    gain, shift = platt(raw[:, None], true[:, None], ridge=4.0)
    p = sigmoid(raw * gain[0] + shift[0])
    left = float(((true - p) ** 2).mean() / max(float((p * (1 - p)).mean()), 1e-9))
    best = float(best_thresholds(true[:, None], p[:, None])[0])
    return float(gain[0]), float(shift[0]), left, best


def _line(raw: Floats, true: Floats) -> tuple[float, float]:
    """Return the gain that restores the variance of the truth, and the shift."""
    gain = float(true.std() / max(float(raw.std()), 1e-9))
    return gain, float(true.mean() - gain * raw.mean())


def _width(value: Floats, true: Floats, words: Floats) -> Floats:
    """Return how log spread goes with length and size, so that nine of ten bands cover."""
    if len(true) < ENOUGH:
        return np.array([np.log(0.5), 0.0, 0.0])
    miss = np.abs(true - value)
    cue = _cues(value, words)
    ridge = 10.0 * np.diag([0.0, 1.0, 1.0])
    width = np.linalg.solve(cue.T @ cue + ridge, cue.T @ np.log(miss + 0.02))
    width[0] += np.log(conformal(miss / np.exp(cue @ width), 0.9) / NORMAL_90)
    return np.asarray(width, np.float64)


def _cues(value: Floats, words: Floats) -> Floats:
    size = np.minimum(np.abs(value), 2 * SCALE)  # few lessons lie farther out
    return np.column_stack([np.ones(len(value)), np.log1p(words), size])


OWN = ("gain", "shift", "noise", "width", "holds")
SCALE = 0.4  # the valence of texts varies by about this; the heads learn it in units of it
REALS = 1.0  # weight of valence's squared error beside the log loss of a flag
ENOUGH = 20  # rated texts below which the spread of valence is not learned
