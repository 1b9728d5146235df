"""Daily shares of a population's posts that hold words of a list, region by region.

`daily_emotions.csv[.gz]` of Metzler et al. 2023, "Collective emotions during the COVID-19
outbreak": region, date, posts of the day, list of words, per cent of posts with such a word.
"""

__all__ = ["Daily", "read_daily_emotions"]

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadFile
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.sources.published import AGAIN, content, published

NEEDED = ("region", "date", "tot_n", "wordlist", "pr")
ACTOR = "population"


class Daily(NamedTuple):
    """Markers of populations by day.

    Attributes:
        felt: Shares of posts, a session a region, actor "population", days since 1970-01-01.
        posts: How many posts each share rests on. Shape (n,).
    """

    felt: Trajectory
    posts: NDArray[np.float64]


def read_daily_emotions(folder: Path) -> Daily:
    """Return the daily shares of all regions; a day that is not there stays not there.

    Raises:
        MissingFile: if the file is not in `folder`.
        BadFile: if a column is missing, or a share is no per cent.
    """
    path = published(folder, "daily_emotions.csv")
    table = pl.read_csv(content(path), try_parse_dates=True)
    if not set(NEEDED) <= set(table.columns) or table["date"].dtype != pl.Date:
        raise BadFile(path, f"columns {table.columns}", ", ".join(NEEDED), AGAIN)
    if not table["pr"].is_between(0, 100).all():
        raise BadFile(path, "a share that is no per cent", "pr from 0 to 100", AGAIN)
    names = table["wordlist"].unique().sort().to_list()
    wide = (
        table.with_columns(pl.col("pr") / 100, start=pl.col("date").to_physical().cast(pl.Float64))
        .pivot(on="wordlist", index=["region", "start", "tot_n"], values="pr")
        .sort("region", "start")
        .with_columns(session="region", actor=pl.lit(ACTOR), stop=pl.col("start") + 1)
    )
    space = Space("daily-emotions", Kind.FLAGS, tuple(Axis(n, 0.0, 1.0) for n in names),
                  "Metzler et al. 2023; share of posts with a word of the list")  # fmt: skip
    felt = Trajectory.from_frame(wide, space, Clock.DAYS, by="word lists")
    return Daily(felt, wide["tot_n"].to_numpy().astype(np.float64))
