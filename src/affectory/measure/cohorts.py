"""Errors by group: what was told of a group against what came, before anything is said of one.

A group's error is the mean probability less the share to which the outcome came. Groups of fewer
than `FEWEST` persons are not told, so that nobody is told alone.
"""

__all__ = ["FEWEST", "cohort_figures", "person_column", "region_moods"]

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from affectory.core.errors import BadValues
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.measure.bootstrap import figures, interval, mean, ratio

FEWEST = 5


def cohort_figures(
    chance: ArrayLike,
    happened: ArrayLike,
    group: Sequence[str],
    *,
    seed: int = 0,
    setting: str = "",
    by: str = "",
) -> tuple[Figure, ...]:
    """Return the error of each group, by name, with intervals over persons.

    Args:
        chance: Probability that was told. Shape (n,).
        happened: Whether the outcome came. Shape (n,).
        group: Group of each person, such as "f" or "30-39". Length n.
        seed: Seed of the draws.
        setting: Data and split.
        by: Who told it.

    Raises:
        BadValues: if the lengths differ.
    """
    told, came = np.asarray(chance, np.float64), np.asarray(happened, np.float64)
    names = np.asarray(group, str)
    if not told.shape == came.shape == names.shape:
        raise BadValues("cohort_figures", f"{told.shape}, {came.shape}, {names.shape}", "one each")
    out = []
    for name in np.unique(names):
        own = names == name
        if own.sum() < FEWEST:
            why = f"fewer than {FEWEST} persons"
            out.append(Figure(f"error/{name}", float("nan"), n=int(own.sum()), setting=setting,
                              by=by, reason=why))  # fmt: skip
            continue
        sums = np.column_stack([np.ones(own.sum()), told[own], came[own]])
        share = f"told {told[own].mean():.3f}, came {came[own].mean():.3f}"
        out += figures(
            (f"error/{name}",), sums, lambda s: ratio(s[:, 1] - s[:, 2], s[:, 0]), ("no person",),
            drawn="persons", seed=seed, setting=f"{setting}; {share}" if setting else share, by=by,
        )  # fmt: skip
    return tuple(out)


def person_column(frame: pl.DataFrame) -> str:
    """Return which column tells persons apart: the actor, or the session where all are one actor.

    Who comes in several sessions is one person, so that nobody counts as five.
    """
    return "actor" if frame["actor"].n_unique() > 1 else "session"


def region_moods(
    stays: Records, felt: Trajectory, axis: str, region: Sequence[str], *, seed: int = 0
) -> pl.DataFrame:
    """Return the mean of an affect in each region, with a 95 % interval over persons.

    Args:
        stays: Where persons were, n stays.
        felt: States that were read from these records (`seq` says from which).
        axis: Axis of their Space.
        region: Region of each stay, "" for none. Length n.
        seed: Seed of the draws.

    Returns:
        region, persons, states, mean, low, high, a row a region; where fewer than five persons
        were, the numbers are null.

    Raises:
        BadValues: if there is not one region a stay, or the states do not tell their records.
        BadChoice: if the Space has no such axis.
    """
    if len(region) != len(stays):
        raise BadValues("region_moods", f"{len(region)} regions", f"{len(stays)}, one a stay")
    if felt.seq is None:
        raise BadValues("region_moods", "states without seq", "states made on the stays")
    felt.space.index(axis)
    where = stays.frame.select("session", "seq").with_columns(
        region=pl.Series(region, dtype=pl.String)
    )
    table = felt.to_polars().select("session", "actor", "seq", value=pl.col(axis)).drop_nulls()
    both = table.join(where, on=["session", "seq"]).filter(pl.col("region") != "")
    who = person_column(stays.frame)
    person = both.group_by("region", who).agg(pl.len().alias("n"), total=pl.sum("value"))
    rows = []
    for (name,), own in person.sort("region", who).group_by("region", maintain_order=True):
        sums = own.select(pl.col("n").cast(pl.Float64), pl.col("total").cast(pl.Float64)).to_numpy()
        told: dict[str, object] = {
            "region": name,
            "persons": len(own),
            "states": int(sums[:, 0].sum()),
        }
        if len(own) >= FEWEST:
            low, high = interval(sums, mean, seed=seed, resamples=500)
            told |= {"mean": float(mean(sums.sum(axis=0)[None])[0]), "low": float(low[0]),
                     "high": float(high[0])}  # fmt: skip
        rows.append(told)
    schema = {"region": pl.String, "persons": pl.Int64, "states": pl.Int64, "mean": pl.Float64,
              "low": pl.Float64, "high": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
