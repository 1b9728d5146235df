"""Does the valence of a seeker's last turns say how the talk ended? ESConv (Liu et al. 2021).

Seekers rated the intensity of their distress, 1 to 5, before and after the conversation. The
mean valence of a seeker's last `LAST` turns should fall with the final rating; a control
pairs each seeker with another's rating. `LAST` was fixed before any figure was looked at.
"""

__all__ = ["PROTOCOL"]

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.states import States
from affectory.sources import stream

LAST = 3
SHUFFLES = 2000
FILES = ("train.jsonl.gz", "valid.jsonl.gz", "test.jsonl.gz")


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return how the last turns, the first turns and the supporter's turns go with the outcome."""
    perceiver = registry.make("perceive/utterance")
    files = [str(folder / name) for name in FILES]
    tables = [_outcomes(r.records, perceiver) for r in stream(files) if r.records is not None]
    table = pl.concat(tables).drop_nulls("final")
    rng = np.random.default_rng(seed)
    final = table["final"].to_numpy()
    said = f"ESConv, all splits, sessions with a final rating, mean valence, LAST={LAST}"
    named = {
        "r last seeker turns, final distress": ("last", final),
        "r first seeker turns, final distress": ("first", final),
        "r last supporter turns, final distress": ("supporter", final),
        "r change over seeker turns, change of distress": (
            "change",
            final - table["initial"].to_numpy(),
        ),
    }
    told = [_r(name, table[x].to_numpy(), y, said, rng) for name, (x, y) in named.items()]
    return (*told, _control(table["last"].to_numpy(), final, said, rng))


PROTOCOL = Protocol(
    "esconv",
    "valence of a seeker's last turns against the distress recorded afterwards",
    "esconv",
    measure,
)


def _outcomes(records: Records, perceiver: Any) -> pl.DataFrame:
    """Return one row per session: valence at its ends, and the two ratings."""
    states: States = perceiver.perceive(records)
    felt = states["vad"].to_polars().sort("session", "start", "seq")
    seeker = felt.filter(pl.col("actor") == "seeker").drop_nulls("valence")
    helper = felt.filter(pl.col("actor") == "supporter").drop_nulls("valence")
    ends = seeker.group_by("session", maintain_order=True).agg(
        pl.col("valence").tail(LAST).mean().alias("last"),
        pl.col("valence").head(LAST).mean().alias("first"),
    )
    rated = records.frame.select(
        "session",
        records.meta("seeker_initial_emotion_intensity")
        .cast(pl.Float64, strict=False)
        .alias("initial"),
        records.meta("seeker_final_emotion_intensity")
        .cast(pl.Float64, strict=False)
        .alias("final"),
    )
    return (
        ends.with_columns((pl.col("last") - pl.col("first")).alias("change"))
        .join(
            helper.group_by("session").agg(pl.col("valence").tail(LAST).mean().alias("supporter")),
            on="session",
        )
        .join(rated.group_by("session").agg(pl.all().drop_nulls().first()), on="session")
        .sort("session")  # a join keeps no order, and the draws go by row
    )


def _pearson(x: NDArray[Any], y: NDArray[Any]) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def _r(
    name: str, x: NDArray[Any], y: NDArray[Any], setting: str, rng: np.random.Generator
) -> Figure:
    draws = rng.integers(0, len(x), (SHUFFLES, len(x)))
    low, high = np.percentile([_pearson(x[rows], y[rows]) for rows in draws], [2.5, 97.5])
    return Figure(name, _pearson(x, y), low, high, len(x), setting=f"{setting}; bootstrap")


def _control(x: NDArray[Any], y: NDArray[Any], setting: str, rng: np.random.Generator) -> Figure:
    """Return the mean and the 95 % range of r when ratings are dealt out at random."""
    shuffled = np.array([_pearson(x, rng.permutation(y)) for _ in range(SHUFFLES)])
    low, high = np.percentile(shuffled, [2.5, 97.5])
    told = f"{setting}; 95 % range of {SHUFFLES} shuffles"
    return Figure("r shuffled control", float(shuffled.mean()), low, high, len(x), setting=told)
