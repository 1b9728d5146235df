"""The shapes of many sessions: what kinds there are, what is odd, what looks like a drawing."""

__all__ = [
    "CELLS",
    "SHOWN",
    "Curves",
    "Divided",
    "alike",
    "carpet",
    "curves",
    "divided",
    "kinds",
    "matched",
    "ranked",
    "table",
]

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
FAR = 2.0  # times the usual distance to its kind makes a session odd
STILL = 0.25  # share of what courses move, root mean square, below which one does not move
WITHIN = 0.98  # share of all parts that lie within the reach of the colours
SHOWN = 12  # sessions of a search, and odd ones, that are shown
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


class Divided(NamedTuple):
    """Sessions by kind of shape.

    Attributes:
        kind: Kind of each session, 0 for the largest. Shape (g,).
        times: Its distance to the middle of its kind, 1 for what is usual there. Shape (g,).
    """

    kind: NDArray[np.int64]
    times: Floats


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


def divided(known: Curves, k: int, seed: int = 0) -> Divided:
    """Put sessions together by how they move, not by how high they are: about their own means.

    Raises:
        BadChoice: if there are fewer sessions than kinds.
    """
    g = len(known.number)
    if not 2 <= k <= min(12, g):
        raise BadChoice("kinds", k, f"2 to {min(12, g)}, of {g} sessions with a shape")
    shape = known.shape
    rng = np.random.default_rng(seed)
    some = shape if g <= MOST else shape[np.sort(rng.permutation(g)[:MOST])]
    kind, squared = nearest(shape, middles(some, k, seed, starts=4, rounds=60))
    away = np.sqrt(squared)
    size = np.bincount(kind, minlength=k)
    place = np.empty(k, np.int64)
    place[np.argsort(-size, kind="stable")] = np.arange(k)
    usual = np.array([np.median(away[kind == one]) if size[one] else 0.0 for one in range(k)])
    usual = np.where(usual > 0, usual, np.median(away) or 1.0)
    return Divided(place[kind], away / usual[kind])


def kinds(known: Curves, cut: Divided) -> dict[str, Any]:
    """Return each kind with its size, its mean course, a band and examples, the largest first.

    The band holds the middle half of a kind. Odd ones lie farthest from their kind, in units of
    what is usual in it.
    """
    told = []
    for one in range(int(cut.kind.max()) + 1):
        mine = np.flatnonzero(cut.kind == one)
        near = mine[np.argsort(cut.times[mine], kind="stable")[:3]]
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
    odd = np.flatnonzero(cut.times > FAR)
    far = odd[np.argsort(-cut.times[odd], kind="stable")[:SHOWN]]
    return {
        "n": len(known.number),
        "kinds": told,
        "unlike": len(odd),
        "odd": [
            {**_one(known, at), "kind": int(cut.kind[at]), "times": round(float(cut.times[at]), 2)}
            for at in far
        ],
    }


def carpet(known: Curves, cut: Divided, rest: float, most: int) -> dict[str, Any]:
    """Return columns of sessions by kind and then by mean; of more than `most`, every so many.

    `reach` is the distance from rest within which 98 of 100 parts lie: what colours reach to.
    """
    order = np.lexsort((known.values.mean(axis=1), cut.kind))
    if len(order) > most:
        order = order[np.linspace(0, len(order) - 1, most).round().astype(np.int64)]
    values = known.values[order].round(3)
    reach = float(np.quantile(np.abs(values - rest), WITHIN))
    return {
        "reach": round(reach, 3) or 1.0,
        "total": len(known.number),
        "number": known.number[order].tolist(),
        "session": [known.names[at] for at in order],
        "kind": cut.kind[order].tolist(),
        "values": values.tolist(),
    }


def table(known: Curves, cut: Divided | None = None) -> pl.DataFrame:
    """Return one row a session: number, name, its kind where there is one, mean, 16 parts."""
    whose = {"number": known.number, "session": known.names}
    told = {} if cut is None else {"kind": cut.kind + 1, "times_usual_distance": cut.times}
    parts = {f"part_{at + 1:02}": known.values[:, at] for at in range(CELLS)}
    return pl.DataFrame({**whose, **told, "mean": known.values.mean(axis=1), **parts})


def matched(known: Curves, drawn: list[float], first: int = 0, last: int = CELLS) -> Floats:
    """Return Pearson's r of each course with a drawing, over some of its parts. Shape (g,).

    A course that moves there less than a quarter of what courses move (root mean square) counts
    as still: its r is 0, however its little waves lie.

    Raises:
        BadChoice: if the drawing has fewer than two points, or is flat.
    """
    line = np.asarray(drawn, np.float64)
    drawable = len(line) > 1 and np.isfinite(line).all()
    line = line / (np.abs(line).max() or 1.0) if drawable else np.zeros(1)  # nor overflows
    if np.ptp(line) <= 0:
        raise BadChoice("drawing", f"{len(drawn)} points", "a line of numbers that moves")
    n = last - first
    asked = np.interp(np.linspace(0, 1, n), np.linspace(0, 1, len(line)), line)
    asked -= asked.mean()
    part = known.values[:, first:last]
    part = part - part.mean(axis=1, keepdims=True)
    size = np.sqrt((part**2).sum(axis=1))
    moves = size > STILL * np.sqrt((size**2).mean()) if len(size) else size > 0
    whole = np.where(moves, size, 1.0) * np.sqrt((asked**2).sum())
    return np.asarray(np.where(moves, part @ asked / whole, 0.0))


def ranked(score: Floats, most: int | None = None) -> NDArray[np.int64]:
    """Return the places of the scores above 0, best first."""
    order = np.argsort(-score, kind="stable")
    return order[score[order] > 0][:most]


def alike(known: Curves, drawn: list[float], most: int = SHOWN) -> list[dict[str, Any]]:
    """Return the sessions whose course is most like a drawing, by correlation, best first.

    Raises:
        BadChoice: if the drawing has fewer than two points, or is flat.
    """
    score = matched(known, drawn)
    return [{**_one(known, at), "score": round(float(score[at]), 3)} for at in ranked(score, most)]


def _one(known: Curves, at: int) -> dict[str, Any]:
    return {"number": int(known.number[at]), "session": known.names[at],
            "curve": _told(known.values[at])}  # fmt: skip


def _told(row: Floats) -> list[float]:
    return [round(float(value), 3) for value in row]


def _bridged(values: Floats) -> Floats:
    """Return rows whose empty cells hold what came before; the first cell is never empty."""
    last = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(CELLS)), axis=1)
    return np.take_along_axis(values, last, axis=1)
