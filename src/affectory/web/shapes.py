"""The shapes of many sessions: what kinds there are, what is odd, what looks like a drawing."""

__all__ = ["CELLS", "Curves", "alike", "curves", "kinds"]

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.parts.lowrank import middles, nearest

if TYPE_CHECKING:
    from affectory.web.shelf import Shelf

Floats = NDArray[np.float64]
CELLS = 16
FAR = 4.0  # times the usual squared distance to its kind makes a session odd
FEWEST = 4  # states of a session that has a shape
MOST = 5_000  # sessions from which kinds are learned; the others are put to the nearest


class Curves(NamedTuple):
    """The course of every session that is long enough, in 16 parts from beginning to end.

    Attributes:
        axis: Name of the axis.
        number: Number of each session in its trace. Shape (g,).
        names: Its name. Length g.
        values: Mean of the axis in each part. Shape (g, 16).
    """

    axis: str
    number: NDArray[np.int64]
    names: list[str]
    values: Floats

    @property
    def shape(self) -> Floats:
        """Each curve about its own mean. Shape (g, 16)."""
        return np.asarray(self.values - self.values.mean(axis=1, keepdims=True))


def curves(shelf: "Shelf", space: str, axis: str) -> Curves:
    """Return the course of every session on an axis, in one pass over the states."""
    place = pl.int_range(pl.len()).over("session")
    size = pl.len().over("session")
    told = (
        shelf.lake.scan(f"states/{space}")
        .filter(pl.col("by") == shelf.method)
        .select("session", "start", pl.col(axis).cast(pl.Float64).alias("value"))
        .drop_nulls("value")
        .sort("session", "start", maintain_order=True)
        .filter(size >= FEWEST)
        .with_columns((place * CELLS // size).alias("cell"))
        .group_by("session", "cell")
        .agg(pl.col("value").mean())
        .collect(engine="streaming")
    )
    held = shelf.index.select("number", "session").join(
        told.select("session").unique(), on="session", how="semi", maintain_order="left"
    )
    rows = told.join(held.with_row_index("row"), on="session")
    values = np.full((held.height, CELLS), np.nan)
    values[rows["row"].to_numpy(), rows["cell"].to_numpy()] = rows["value"].to_numpy()
    return Curves(axis, held["number"].to_numpy(), held["session"].to_list(), _bridged(values))


def kinds(known: Curves, k: int, seed: int = 0) -> dict[str, Any]:
    """Return k kinds of shapes, each with its size, its mean course, a band and examples.

    Sessions are put together by how they move, not by how high they are: curves are compared about
    their own means. The band holds the middle half of a kind. Odd ones lie
    farthest from their kind.

    Raises:
        BadChoice: if there are fewer sessions than kinds.
    """
    g = len(known.number)
    if not 2 <= k <= min(12, g):
        raise BadChoice("kinds", k, f"2 to {min(12, g)}, of {g} sessions with a shape")
    shape = known.shape
    rng = np.random.default_rng(seed)
    some = shape if g <= MOST else shape[np.sort(rng.permutation(g)[:MOST])]
    kind, away = nearest(shape, middles(some, k, seed, starts=4, rounds=60))  # squared distances
    told = []
    for one in np.argsort(-np.bincount(kind, minlength=k)):
        mine = np.flatnonzero(kind == one)
        if not len(mine):
            continue
        near = mine[np.argsort(away[mine])[:3]]
        low, high = np.quantile(known.values[mine], (0.25, 0.75), axis=0)
        told.append(
            {
                "n": len(mine),
                "mean": _told(known.values[mine].mean(axis=0)),
                "low": _told(low),
                "high": _told(high),
                "examples": [_one(known, at) for at in near],
            }
        )
    far = away > FAR * np.median(away)  # squared distances
    odd = [at for at in np.argsort(-away)[:6] if far[at]]
    return {"n": g, "kinds": told, "odd": [_one(known, at) for at in odd]}


def alike(known: Curves, drawn: list[float], most: int = 12) -> list[dict[str, Any]]:
    """Return the sessions whose course is most like a drawing, by correlation, best first.

    Raises:
        BadChoice: if the drawing has fewer than two points, or is flat.
    """
    line = np.asarray(drawn, np.float64)
    if len(line) < 2 or not np.isfinite(line).all() or np.ptp(line) <= 0:
        raise BadChoice("drawing", f"{len(line)} points", "a line of numbers that moves")
    asked = np.interp(np.linspace(0, 1, CELLS), np.linspace(0, 1, len(line)), line)
    asked -= asked.mean()
    shape = known.shape
    size = np.sqrt((shape**2).sum(axis=1)) * np.sqrt((asked**2).sum())
    score = np.where(size > 0, shape @ asked / np.where(size > 0, size, 1.0), -1.0)
    best = np.argsort(-score, kind="stable")[:most]
    return [{**_one(known, at), "score": round(float(score[at]), 3)} for at in best]


def _one(known: Curves, at: int) -> dict[str, Any]:
    return {"number": int(known.number[at]), "session": known.names[at],
            "curve": _told(known.values[at])}  # fmt: skip


def _told(row: Floats) -> list[float]:
    return [round(float(value), 3) for value in row]


def _bridged(values: Floats) -> Floats:
    """Return rows whose empty cells hold what came before; the first cell is never empty."""
    last = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(CELLS)), axis=1)
    return np.take_along_axis(values, last, axis=1)
