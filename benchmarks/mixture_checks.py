"""Print the figures of system 06, a point in VAD as a mixture of emotion terms.

    python benchmarks/mixture_checks.py --data DIR

DIR holds `reader_emotions_train` (headlines with readers' emotions and VAD) and `emobank`.
Intervals are 95 % percentile bootstraps over headlines, 2,000 resamples, seed 0.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import least_squares

from affectory.core.figure import Figure
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.calibration import brier, js, kl
from affectory.represent.mixture_terms import AFFECTNET_COUNTS
from affectory.represent.mixtures import Mixture, entropy
from affectory.represent.scales import rescale
from affectory.represent.term_gaussians import Terms, affectnet8, bhattacharyya, fuse, rm151
from affectory.represent.vocabularies import VAD

Floats = NDArray[np.float64]
Metric = Callable[[Floats, Floats], float]
READERS = {
    "anger": "angry", "fear": "fearful", "joy": "happy", "sadness": "sad", "surprise": "surprised",
}  # fmt: skip
RESAMPLES = 2000
FOLDS = 10
HALF_DIGIT = 5e-7
# B-AffectNet, train_set/annotations/<n>_prob_rank_universal.txt
RELEASED = {
    "100018": (0.818847, 0.178649, 0.002494, 0, 0, 0, 0.000008, 0.000002),
    "100008": (0.046879, 0.055106, 0.872927, 0, 0.000009, 0, 0.025078, 0),
    "100006": (0, 0.113850, 0.062944, 0, 0.778382, 0.000028, 0.044797, 0),
    "100002": (0.000001, 0.000085, 0.000004, 0, 0, 0, 0.000013, 0.999897),
}


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    data = parser.parse_args().data
    print_identities()
    print_inversion()
    print_headlines(*headlines(data / "reader_emotions_train" / "headlines.csv.gz"))
    print_path(data / "emobank" / "emobank.csv.gz")


def print_identities() -> None:
    """Print checks (a) and (d): what must hold exactly."""
    eight, distance = affectnet8(), bhattacharyya(rm151())
    own = Mixture(eight).posterior(eight.mean).argmax(axis=1)
    print(
        "(a) terms that are likeliest at their own centre:", int((own == np.arange(8)).sum()), "/ 8"
    )
    print(f"(d) Bhattacharyya: largest |d(c, c)| {np.abs(np.diag(distance)).max():.1e}, ", end="")
    print(f"largest asymmetry {np.abs(distance - distance.T).max():.1e}")
    fused = fuse(rm151(), 14)
    for name, members in zip(fused.space.names, fused.members, strict=True):
        print(f"    {name} ({len(members)}): {', '.join(members[:6])}{' ...' * (len(members) > 6)}")


def print_inversion() -> None:
    """Print check (c): how well the released annotations can be reproduced."""
    eight = affectnet8()
    counts = [AFFECTNET_COUNTS[name] for name in eight.space.names]
    models = {
        "full covariance, label counts": Mixture(eight, counts),
        "full covariance, flat priors": Mixture(eight),
        "diagonal, label counts": Mixture(eight.diagonal(), counts),
    }
    print("(c) released 8-vectors, least half squared weighted log residual of 60 starts")
    for name, model in models.items():
        told = [f"{file} {inverted(model, p):.3f}" for file, p in RELEASED.items()]
        print(f"    {name:30s} {'  '.join(told)}")


def inverted(model: Mixture, released: tuple[float, ...]) -> float:
    """Return the residual at the best point in VAD."""
    target = np.array(released) + HALF_DIGIT
    weight = target / (target + 4 * HALF_DIGIT)

    def residual(x: Floats) -> Floats:
        p = model.posterior(np.clip(x, -1, 1)[None])[0]
        return np.asarray(weight * (np.log(p + HALF_DIGIT) - np.log(target)))

    draws = np.random.default_rng(0).uniform(-1, 1, (5000, 3))
    off = weight * (np.log(model.posterior(draws) + HALF_DIGIT) - np.log(target))
    starts = draws[np.argsort((off**2).sum(axis=1))[:60]]
    return min(float(least_squares(residual, s, bounds=(-1, 1), max_nfev=100).cost) for s in starts)


def headlines(path: Path) -> tuple[Floats, Floats]:
    """Return VAD in [-1, 1] and readers' shares of five emotions. Shapes (n, 3), (n, 5)."""
    table = pl.read_csv(path).drop_nulls(["V", "A", "D"])
    felt = table.select(list(READERS)).to_numpy().astype(np.float64)
    some = felt.sum(axis=1) > 0
    x = rescale(table.select("V", "A", "D").to_numpy(), 1, 5)
    return x[some], felt[some] / felt[some].sum(axis=1, keepdims=True)


def print_headlines(x: Floats, target: Floats) -> None:
    """Print check (e): mixtures of readers' VAD against readers' own emotion profile."""
    full = affectnet8().pick("reader5", READERS)
    terms = full.diagonal()
    answers = {
        "full covariance, flat, T 1": Mixture(full).posterior(x),
        "diagonal, flat, T 1": Mixture(terms).posterior(x),
        "diagonal, flat, T 4": Mixture(terms, temperature=4.0).posterior(x),
        "mean profile (10-fold)": crossed(target, lambda train: target[train].mean(axis=0)),
        "fitted (10-fold)": crossed(target, lambda train: fitted(terms, x, target, train)),
    }
    print(f"(e) EmoBank VAD of {len(x)} headlines -> five emotions, against the SemEval profile")
    for name, given in answers.items():
        print(f"  {name}")
        for metric in metrics():
            print(f"    {interval(*metric, target, given)}")
    gain = answers["mean profile (10-fold)"], answers["fitted (10-fold)"]
    print("  fitted minus mean profile, paired")
    for name, score in (("rmse", rmse), ("top1", top1), ("js", js)):
        print(f"    {interval(name, paired(score), target, np.hstack(gain))}")
    whole = Mixture(terms).fit(x, target)
    gains = ", ".join(f"{g:.2f}" for g in whole.gain)
    print(f"  fitted on all: gain {gains}; temperature {whole.temperature:.2f}; priors ", end="")
    priors = np.exp(whole.log_priors)
    print(", ".join(f"{n} {p:.2f}" for n, p in zip(READERS, priors, strict=True)))


def fitted(terms: Terms, x: Floats, target: Floats, train: NDArray[np.bool_]) -> Floats:
    """Return the answers of a mixture that has learned from the rows of `train` alone."""
    return Mixture(terms).fit(x[train], target[train]).posterior(x[~train])


def crossed(target: Floats, answer: Callable[[NDArray[np.bool_]], Floats]) -> Floats:
    """Return answers for every row from the other nine tenths."""
    fold = np.random.default_rng(0).permutation(len(target)) % FOLDS
    given = np.empty_like(target)
    for held in range(FOLDS):
        given[fold == held] = answer(fold != held)
    return given


def metrics() -> list[tuple[str, Metric]]:
    """Return what is measured, by name."""
    own = [(f"r {name}", correlation(at)) for at, name in enumerate(READERS)]
    return [*own, ("rmse", rmse), ("top1", top1), ("js", js), ("kl", kl), ("brier", brier)]


def correlation(at: int) -> Metric:
    """Return Pearson's correlation of one emotion."""

    def score(target: Floats, given: Floats) -> float:
        a, b = target[:, at] - target[:, at].mean(), given[:, at] - given[:, at].mean()
        size = float(np.sqrt((a @ a) * (b @ b)))
        return float(a @ b) / size if size > 1e-12 else float("nan")

    return score


def rmse(target: Floats, given: Floats) -> float:
    """Return the root mean squared error over rows and emotions."""
    return float(np.sqrt(((target - given) ** 2).mean()))


def top1(target: Floats, given: Floats) -> float:
    """Return how often the strongest emotion is the same."""
    return float((target.argmax(axis=1) == given.argmax(axis=1)).mean())


def paired(score: Metric) -> Metric:
    """Return the difference of the second answer to the first, which stand side by side."""
    return lambda t, g: score(t, g[:, t.shape[1] :]) - score(t, g[:, : t.shape[1]])


def interval(name: str, score: Metric, target: Floats, given: Floats) -> Figure:
    """Return the score with its bootstrap interval."""
    value, n = float(score(target, given)), len(target)
    if np.isnan(value):
        return Figure(name, value, n=n, reason="one of the two is constant")
    rng = np.random.default_rng(0)
    rows = rng.integers(0, n, (RESAMPLES, n))
    drawn = [float(score(target[at], given[at])) for at in rows]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Figure(name, value, float(low), float(high), n, setting="95 % bootstrap over headlines")


def print_path(path: Path) -> None:
    """Print check (f): the mixture along the sentences of the longest EmoBank document."""
    table = pl.read_csv(path).with_columns(
        pl.col("id").str.replace(r"_\d+_\d+$", "").alias("document"),
        pl.col("id").str.extract(r"_(\d+)_\d+$", 1).cast(pl.Float64).alias("at"),
    )
    longest = table.drop_nulls("at")["document"].value_counts(sort=True)["document"][0]
    rows = table.filter(pl.col("document") == longest).sort("at")
    x = rescale(rows.select("V", "A", "D").to_numpy(), 1, 5)
    n = len(rows)
    felt = Trajectory(VAD, Clock.STEPS, ["d"] * n, ["text"] * n, np.arange(n), np.arange(n), x)
    told = Mixture(affectnet8(0.3).diagonal(), temperature=4.0).relabel(felt)
    h = entropy(told.values)
    print(f"(f) longest EmoBank document, {n} sentences, neutral SD .3, T 4: entropy ", end="")
    print(
        f"{h.mean():.3f} nats [{h.min():.3f}, {h.max():.3f}] of at most {np.log(8):.3f}; ", end=""
    )
    likeliest = np.bincount(told.values.argmax(axis=1), minlength=8)
    print("likeliest: ", end="")
    print(", ".join(f"{a} {c}" for a, c in zip(told.space.names, likeliest, strict=True) if c))


if __name__ == "__main__":
    main()
