"""How often a 95 % interval of agreement in time holds the truth: CCC of planted traces.

Two raters hear one course and add hands of their own, all three with the same memory (AR(1),
25 samples a second kept as ten), so that the CCC of an endless session is known. For each
length of session and memory: how often an interval is given, how often one that is given holds
the truth, and how wide it is in the middle.

    python benchmarks/rating_intervals.py [rounds]
"""

import sys

import numpy as np
from scipy.signal import lfilter

from affectory.measure.agreement import CCC
from affectory.measure.raters import rater_figures

STEP = 0.1  # seconds
CASES = (  # seconds of session, seconds of memory
    (60, 1), (60, 5), (300, 2), (300, 5), (300, 15), (300, 30), (1200, 5), (1200, 15), (1200, 30),
    (3600, 30), (3600, 120),
)  # fmt: skip


def trace(n: int, memory: float, rng: np.random.Generator) -> np.ndarray:
    """Return a stationary AR(1) of unit variance whose correlation falls to 1/e in `memory` s."""
    kept = np.exp(-STEP / memory)
    noise = rng.normal(0, np.sqrt(1 - kept**2), n)
    noise[0] = rng.normal()
    return np.asarray(lfilter([1], [1, -kept], noise))


def told(seconds: float, memory: float, truth: float, seed: int) -> list[tuple[float, float]]:
    """Return the intervals of CCC and of ICC(2,1) of one session."""
    rng, n = np.random.default_rng(seed), round(seconds / STEP)
    shared, one, two = (trace(n, memory, rng) for _ in range(3))
    share = np.sqrt(truth / (1 - truth))
    x, y = share * shared + one, share * shared + two
    ccc = CCC.figure(x, y, in_time=True, resamples=500)
    icc = rater_figures(np.column_stack([x, y]), in_time=True, resamples=500)[1]
    return [(figure.low, figure.high) for figure in (ccc, icc)]


def main(rounds: int) -> None:
    """Print a row a case."""
    print("truth  session, s  memory, s  given  CCC held  ICC held  width")
    for truth in (0.5, 0.8):
        for seconds, memory in CASES:
            ends = np.array([told(seconds, memory, truth, seed) for seed in range(rounds)])
            given = ~np.isnan(ends[:, 0, 0])
            held = ((ends[..., 0] <= truth) & (truth <= ends[..., 1]))[given]
            wide = np.median(np.diff(ends[given, 0])) if given.any() else np.nan
            ccc, icc = held.mean(axis=0) if given.any() else (np.nan, np.nan)
            print(f"{truth:5} {seconds:11} {memory:10} {given.mean():6.2f} {ccc:9.3f} {icc:9.3f} "
                  f"{wide:6.2f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
