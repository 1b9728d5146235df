"""The courses of many sessions as pages see them: kinds, odd ones, what looks like a drawing."""

__all__ = ["FEWEST", "SHOWN", "Curves", "alike", "carpet", "curves", "kinds", "table"]

from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.measure import shapes
from affectory.measure.shapes import PARTS, Divided
from affectory.store.lake import Lake

Floats = NDArray[np.float64]
SHOWN = 12  # sessions of a search, and odd ones, that are shown
EXAMPLES = 3  # sessions of a kind that are named
FEWEST = 4  # states of a session that has a course


class Curves(NamedTuple):
    """The course of every session that is long enough, in 16 parts from beginning to end.

    Attributes:
        axis: Name of the axis.
        actor: Whose states they are of, None for those of everybody.
        number: Number of each session in its trace. Shape (g,).
        names: Its name. Length g.
        values: Mean of the axis in each part. Shape (g, 16).
    """

    axis: str
    actor: str | None
    number: NDArray[np.int64]
    names: list[str]
    values: Floats


def curves(
    lake: Lake, method: str, index: pl.DataFrame, space: str, axis: str, actor: str | None = None
) -> Curves:
    """Return the course of every session on an axis, in one pass over the states.

    Args:
        lake: A view of one trace.
        method: Whose states.
        index: Its sessions, with `number` and `session`.
        space: Name of the Space.
        axis: Name of the axis.
        actor: The speaker whose states count, None for all of them.
    """
    own = pl.col("by") == method
    place = pl.int_range(pl.len()).over("session")
    size = pl.len().over("session")
    told = (
        lake.scan(f"states/{space}")
        .filter(own if actor is None else own & (pl.col("actor") == actor))
        .select("session", "start", pl.col(axis).cast(pl.Float64).alias("value"))
        .drop_nulls("value")
        .sort("session", "start", maintain_order=True)
        .filter(size >= FEWEST)
        .with_columns((place * PARTS // size).alias("part"))
        .group_by("session", "part")
        .agg(pl.col("value").mean())
        .collect(engine="streaming")
    )
    held = index.select("number", "session").join(
        told.select("session").unique(), on="session", how="semi", maintain_order="left"
    )
    rows = told.join(held.with_row_index("row"), on="session")
    values = np.full((held.height, PARTS), np.nan)
    values[rows["row"].to_numpy(), rows["part"].to_numpy()] = rows["value"].to_numpy()
    names = held["session"].to_list()
    return Curves(axis, actor, held["number"].to_numpy(), names, shapes.bridged(values))


def kinds(known: Curves, cut: Divided) -> dict[str, Any]:
    """Return each kind with its size, its mean course, a band and examples, the largest first.

    The band holds the middle half of a kind. Odd ones lie farthest from their kind, in units of
    what is usual in it.
    """
    odd = shapes.odd(cut)
    return {
        "n": len(known.number),
        "kinds": [
            {
                "n": len(one.members),
                "mean": _told(one.mean),
                "low": _told(one.low),
                "high": _told(one.high),
                "examples": [_one(known, at) for at in one.members[:EXAMPLES]],
            }
            for one in shapes.kinds(known.values, cut)
        ],
        "unlike": len(odd),
        "odd": [
            {**_one(known, at), "kind": int(cut.kind[at]), "times": round(float(cut.times[at]), 2)}
            for at in odd[:SHOWN]
        ],
    }


def carpet(known: Curves, cut: Divided, rest: float, most: int) -> dict[str, Any]:
    """Return columns of sessions by kind and then by mean; of more than `most`, every so many."""
    order = shapes.spread_out(known.values, cut, most)
    values = known.values[order].round(3)
    return {
        "reach": round(shapes.reach(values, rest), 3) or 1.0,
        "total": len(known.number),
        "number": known.number[order].tolist(),
        "session": [known.names[at] for at in order],
        "kind": cut.kind[order].tolist(),
        "values": values.tolist(),
    }


def table(known: Curves, cut: Divided | None = None) -> pl.DataFrame:
    """Return one row a session: number, name, actor and kind if any, its mean, its 16 parts."""
    whose = {"number": known.number, "session": known.names}
    who = {} if known.actor is None else {"actor": [known.actor] * len(known.names)}
    told = {} if cut is None else {"kind": cut.kind + 1, "times_usual_distance": cut.times}
    parts = {f"part_{at + 1:02}": known.values[:, at] for at in range(PARTS)}
    return pl.DataFrame({**whose, **who, **told, "mean": known.values.mean(axis=1), **parts})


def alike(known: Curves, drawn: list[float], most: int = SHOWN) -> list[dict[str, Any]]:
    """Return the sessions whose course is most like a drawing, by correlation, best first.

    Raises:
        BadChoice: if the drawing has fewer than two points, or is flat.
    """
    score = shapes.matched(known.values, drawn)
    best = shapes.ranked(score, most)
    return [{**_one(known, at), "score": round(float(score[at]), 3)} for at in best]


def _one(known: Curves, at: int) -> dict[str, Any]:
    return {"number": int(known.number[at]), "session": known.names[at],
            "curve": _told(known.values[at])}  # fmt: skip


def _told(row: Floats) -> list[float]:
    return [float(value) for value in row.round(3)]
