"""Sessions that move as a phrase says: each part of it is looked for in its part of a session."""

__all__ = ["best", "scored"]

from collections.abc import Sequence
from typing import Any

import polars as pl

from affectory.measure.shapes import matched
from affectory.web.phrases import Part
from affectory.web.shapes import SHOWN
from affectory.web.shelf import Shelf


def scored(shelf: Shelf, parts: Sequence[Part], actor: str | None = None) -> pl.DataFrame:
    """Return the sessions that move so, best first: number, session, score, the r of each part.

    The score is the mean of the correlations of the parts; a session has one if it has a course
    on each of the axes, and is left out if it is not above 0. With `actor`, courses are those of
    one speaker alone.
    """
    told = None
    for at, part in enumerate(parts):
        known = shelf.curves(part.space, part.axis, actor)
        r = matched(known.values, part.line, part.first, part.last)
        own = pl.DataFrame({"number": known.number, "session": known.names, f"r{at + 1}": r})
        told = own if told is None else told.join(own.drop("session"), on="number")
    assert told is not None
    score = pl.mean_horizontal(pl.col(r"^r\d+$")).alias("score")
    rows = told.with_columns(score).filter(pl.col("score") > 0)
    return rows.sort("score", "number", descending=[True, False]).select(
        "number", "session", "score", pl.col(r"^r\d+$")
    )


def best(
    shelf: Shelf, parts: Sequence[Part], actor: str | None = None, most: int = SHOWN
) -> list[dict[str, Any]]:
    """Return the first of `scored`, each with its course on each axis of the phrase."""
    rows = scored(shelf, parts, actor).head(most)
    wanted = dict.fromkeys((part.space, part.axis) for part in parts)
    courses = {key: shelf.curves(*key, actor) for key in wanted}
    place = {
        key: dict(zip(known.number.tolist(), range(len(known.number)), strict=True))
        for key, known in courses.items()
    }
    return [
        {
            "number": number,
            "session": session,
            "score": round(score, 3),
            "courses": [
                {"axis": key[1], "curve": known.values[place[key][number]].round(3).tolist()}
                for key, known in courses.items()
            ],
        }
        for number, session, score in rows.select("number", "session", "score").iter_rows()
    ]
