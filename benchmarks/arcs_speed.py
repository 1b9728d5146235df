"""How fast arcs are measured: 1,000,000 states in 100,000 sessions, beside a pandas groupby.

Run: python benchmarks/arcs_speed.py [states] [sessions]
Prints seconds for all measures on one and on three axes, for a pandas transcription of eight
of them, and the greatest difference between the two.
"""

import sys
import time

import numpy as np
import pandas as pd

from affectory.core.groups import Names
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.arcs import arcs

NAMES = ("valence", "arousal", "dominance")
SAME = ("mean", "variability", "trough", "peak", "inertia", "instability", "slope", "change")


def simulated(n: int, sessions: int, k: int, seed: int = 0) -> Trajectory:
    """Return n states with irregular times and 3 % missing, in `sessions` sessions."""
    rng = np.random.default_rng(seed)
    space = Space("simulated", Kind.DIMENSIONS, tuple(Axis(name, -1, 1) for name in NAMES[:k]))
    code = np.sort(rng.integers(0, sessions, n)).astype(np.int32)
    values = np.clip(rng.normal(0, 0.4, (n, k)), -1, 1).astype(np.float32)
    values[rng.random(n) < 0.03] = np.nan
    start = np.cumsum(rng.exponential(1.0, n))
    names = tuple(f"s{at}" for at in range(sessions))
    one = Names(np.zeros(n, np.int32), ("speaker",))
    return Trajectory(space, Clock.SECONDS, Names(code, names), one, start, start, values)


def _each(frame: pd.DataFrame) -> pd.Series:
    """Return eight measures of one session as a person would write them with pandas."""
    x, t = frame["valence"], frame["start"]
    known = x.dropna()
    lag = pd.concat([x, x.shift(-1)], axis=1).dropna()
    tk = t[x.notna()]
    centred = tk - tk.mean()
    square = (centred**2).sum()
    flat = len(lag) < 3 or lag.std(ddof=0).min() < 1e-12
    return pd.Series(
        {
            "mean": known.mean(),
            "variability": known.std(),
            "trough": known.min(),
            "peak": known.max(),
            "inertia": np.nan if flat else np.corrcoef(lag.T.to_numpy())[0, 1],
            "instability": (x.diff() ** 2).mean(),
            "slope": (centred * known).sum() / square if len(known) > 1 else np.nan,
            "change": known.iloc[-1] - known.iloc[0] if len(known) else np.nan,
        }
    )


def main(n: int = 1_000_000, sessions: int = 100_000) -> None:
    """Print the seconds and the agreement."""
    for k in (1, 3):
        felt = simulated(n, sessions, k)
        begun = time.perf_counter()
        found = arcs(felt)
        spent = time.perf_counter() - begun
        size = f"{len(felt):,} states, {len(felt.groups):,} sessions, {k} axes"
        print(f"arcs: {size}, {len(found.names)} measures: {spent:.2f} s")
    begun = time.perf_counter()
    found.figures(resamples=1000)
    print(f"figures: 1,000 resamples over sessions: {time.perf_counter() - begun:.2f} s")
    few = simulated(n // 20, sessions // 20, 1)
    frame = few.to_polars().select("session", "start", "valence").to_pandas()
    frame["valence"] = frame["valence"].astype(float)  # states are kept in single precision
    begun = time.perf_counter()
    theirs = frame.groupby("session", sort=False)[["start", "valence"]].apply(_each)
    spent = time.perf_counter() - begun
    print(f"pandas groupby, 8 measures, a twentieth of the states: {spent:.2f} s")
    begun = time.perf_counter()
    ours = arcs(few).table().select(SAME).to_pandas()
    print(f"arcs, all measures, the same twentieth: {time.perf_counter() - begun:.2f} s")
    for name in SAME:
        a, b = ours[name].to_numpy(), theirs[name].to_numpy()
        both = ~(np.isnan(a) | np.isnan(b))
        alone = int((np.isnan(a) != np.isnan(b)).sum())
        print(f"  {name}: greatest difference {np.abs(a - b)[both].max():.1e}, NaN in one: {alone}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
