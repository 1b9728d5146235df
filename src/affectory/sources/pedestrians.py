"""People who walk in view of a camera, in metres on the ground, as a Trajectory.

The ETH set (Pellegrini et al. 2009) and the UCY set (Lerner et al. 2007) as they are commonly
used: 2.5 positions a second, rows of frame, pedestrian, x, y. Two layouts: one table
`eth_ucy.csv[.gz]` with a column `scene`, or one text file a scene, `NAME.txt`, four columns parted
by tabs or blanks. A scene is a session, a pedestrian an actor.
"""

__all__ = ["PEDESTRIANS", "SCENES", "read_pedestrians"]

import io
from collections.abc import Collection
from pathlib import Path

import polars as pl

from affectory.core.errors import BadChoice, BadFile
from affectory.core.space import Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.sources.published import AGAIN, content, published

PEDESTRIANS = "eth_ucy.csv"
COLUMNS = ("frame", "ped", "x", "y")
SECONDS = 0.04  # a frame
EVERY = 10  # frames from one position to the next
SCENES = {  # what the literature calls a scene, and the sessions that it is
    "eth": ("biwi_eth",),
    "hotel": ("biwi_hotel",),
    "univ": ("students001", "students003"),
    "zara1": ("crowds_zara01",),
    "zara2": ("crowds_zara02",),
}


def read_pedestrians(
    folder: Path, space: Space, sessions: Collection[str] | None = None
) -> Trajectory:
    """Return where everybody was, by seconds.

    Args:
        folder: Where the table or the text files are.
        space: Of two axes `x` and `y` in metres, such as `place2`.
        sessions: Only these; None: all.

    Raises:
        MissingFile: if there is neither the table nor a text file.
        BadFile: if a file lacks a column, or has no number where one is needed.
        BadChoice: if a session is not there.
    """
    table = _table(folder)
    known = table["scene"].unique(maintain_order=True).to_list()
    lost = sorted(set(sessions or ()) - set(known))
    if lost:
        raise BadChoice("session", lost[0], known)
    if sessions is not None:
        table = table.filter(pl.col("scene").is_in(list(sessions)))
    told = table.select(
        pl.col("scene").alias("session"),
        pl.col("ped").cast(pl.String).alias("actor"),
        (pl.col("frame") * SECONDS).alias("start"),
        ((pl.col("frame") + EVERY) * SECONDS).alias("stop"),
        pl.col("x", "y").round(4),
    )
    return Trajectory.from_frame(told, space, Clock.SECONDS, by="camera")


def _table(folder: Path) -> pl.DataFrame:
    texts = sorted(folder.glob("*.txt"))
    if not texts:
        path = published(folder, PEDESTRIANS)
        return _typed(pl.read_csv(io.BytesIO(content(path)), infer_schema=False), path)
    parts = []
    for path in texts:
        rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
        if not rows or any(len(row) != len(COLUMNS) for row in rows):
            raise BadFile(path, "a row without four columns", "frame, pedestrian, x, y", AGAIN)
        own = pl.DataFrame(rows, schema=list(COLUMNS), orient="row")
        parts.append(_typed(own.with_columns(scene=pl.lit(path.stem)), path))
    return pl.concat(parts)


def _typed(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return the columns as numbers; the frame and the pedestrian are whole."""
    if not {"scene", *COLUMNS} <= set(table.columns):
        wanted = ", ".join(("scene", *COLUMNS))
        raise BadFile(path, f"columns {', '.join(table.columns)}", wanted, AGAIN)
    table = table.select(
        "scene",
        pl.col("frame", "ped").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False),
        pl.col("x", "y").cast(pl.Float64, strict=False),
    )
    if sum(table.null_count().row(0)):
        raise BadFile(path, "a row without a number", "numbers in every row", AGAIN)
    return table
