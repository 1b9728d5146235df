"""Where persons stay, as records of channel `life`: one a stay, its place in `text`.

Time is in days since 1970-01-01 of the person's own clock; `meta` has what else is known (lat,
lon, split). Foursquare NYC (Yang et al. 2015, as prepared for LLM-Mob, Wang et al. 2023) counts
days from each user's first and rescales coordinates to [-1, 1]; its days are shifted so that
weekdays hold, and its distances are in no unit. GeoLife (Zheng et al. 2010) has raw fixes, from
which stays are found here: a stay is a stretch of fixes within `metres` of its first that lasts
`minutes` (Li et al. 2008), and its place the first centre within `metres`.
"""

__all__ = ["read_foursquare", "read_geolife", "split_stays", "stay_points"]

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadFile
from affectory.core.records import Channel, Clock, Records
from affectory.senses.life import metres as plane_of
from affectory.sources.published import AGAIN, content, published

Floats = NDArray[np.float64]
FOURSQUARE = ("id", "user_id", "location_id", "latitude", "longitude", "start_day", "start_min")
SPLITS = ("train", "valid", "test")
BEIJING = 8.0  # hours ahead of GMT
DAY = 86_400.0
FIRST = 15_400  # a day in 2012, about when the check-ins begin
LOOK = 64  # fixes that are looked at once


def read_foursquare(folder: Path) -> Records:
    """Return the check-ins of all users; `meta` says split, lat and lon.

    Raises:
        MissingFile: if a split is not in `folder`.
        BadFile: if a column is missing.
    """
    parts = []
    for split in SPLITS:
        path = published(folder, f"foursquare_{split}.csv")
        table = pl.read_csv(io.BytesIO(content(path)))
        if not {*FOURSQUARE, "weekday"} <= set(table.columns):
            raise BadFile(path, f"columns {table.columns}", ", ".join(FOURSQUARE), AGAIN)
        parts.append(table.with_columns(split=pl.lit(split)))
    table = pl.concat(parts).with_row_index("row").sort("user_id", "row")
    # day 0 of a user is another weekday than that of the next; a Thursday is weekday 3
    shift = (pl.col("weekday") - pl.col("start_day") - 3 - FIRST).first().over("user_id") % 7
    start = FIRST + shift + pl.col("start_day") + pl.col("start_min") / 1440
    meta = pl.struct("split", lat="latitude", lon="longitude").struct.json_encode()
    return Records(
        table.select(
            pl.format("u{}", "user_id").alias("session"),
            pl.format("u{}", "user_id").alias("actor"),
            pl.lit(Channel.LIFE.value).alias("channel"),
            start.cast(pl.Float64).alias("start"),
            pl.format("p{}", "location_id").alias("text"),
            meta.alias("meta"),
        ),
        Clock.DAYS,
    )


def read_geolife(folder: Path, metres: float = 200.0, minutes: float = 20.0) -> Records:
    """Return the stays of all users of both published samples; `meta` has lat, lon.

    Fixes of one user in both files are joined, doubled ones dropped.

    Args:
        folder: Where `geolife_11users.csv` and `geolife_sample_2users.txt` lie.
        metres: Greatest distance from the first fix of a stay; also the reach of a place.
        minutes: Least length of a stay.

    Raises:
        MissingFile: if a file is not in `folder`.
    """
    many = pl.read_csv(io.BytesIO(content(published(folder, "geolife_11users.csv"))),
                       schema_overrides={"user": pl.String})  # fmt: skip
    two = pl.read_csv(io.BytesIO(content(published(folder, "geolife_sample_2users.txt"))),
                      schema_overrides={"uid": pl.String})  # fmt: skip
    both = pl.concat(
        [
            many.select("user", "datetime", "lat", "lon"),
            two.select(pl.col("uid").alias("user"), "datetime", "lat", pl.col("lng").alias("lon")),
        ]
    )
    when = pl.col("datetime").str.to_datetime("%Y-%m-%d %H:%M:%S").dt.epoch("s")
    fixes = both.select("user", "lat", "lon", ((when + BEIJING * 3600) / DAY).alias("day"))
    return stay_points(fixes, metres, minutes)


def split_stays(stays: Records, split: Sequence[str]) -> dict[str, Records]:
    """Return the stays of each split by its name.

    Args:
        stays: n stays.
        split: The split of each. Length n.
    """
    told = pl.Series(split, dtype=pl.String)
    names = told.unique(maintain_order=True).to_list()
    return {name: Records(stays.frame.filter(told == name), stays.clock) for name in names}


def stay_points(
    fixes: pl.DataFrame,
    metres: float = 200.0,
    minutes: float = 20.0,
    every: float = 30.0,
    gap: float = 24.0,
) -> Records:
    """Return the stays that are found in GPS fixes, in the order of time of each user.

    Args:
        fixes: Columns user, day (days since 1970-01-01, local time), lat, lon (degrees). Of
            several at once of one user, the first counts.
        metres: Greatest distance from the first fix of a stay; also the reach of a place.
        minutes: Least length of a stay.
        every: Fixes closer in time than so many seconds to the last kept one are left out.
        gap: Hours without a fix after which nobody knows where the user was; they end a stay.

    Raises:
        BadChoice: if `metres` or `minutes` is not above 0.
    """
    for name, value in (("metres", metres), ("minutes", minutes)):
        if not value > 0:
            raise BadChoice(name, value, "a number above 0")
    known = fixes.drop_nulls().unique(["user", "day"], keep="first", maintain_order=True)
    table = known.sort("user", "day")
    if not table.height:
        return _records([], np.zeros((0, 4)), np.zeros(0, np.int64))
    middle = float(table["lat"].median()), float(table["lon"].median())  # type: ignore[arg-type]
    users: list[str] = []
    found: list[Floats] = []
    for (user,), own in table.group_by("user", maintain_order=True):
        day = own["day"].to_numpy()
        kept = _thinned(day, every / DAY)
        place = plane_of(own["lat"].to_numpy(), own["lon"].to_numpy(), middle)[kept]
        degrees = own.select("lat", "lon").to_numpy()[kept]
        stays = _stays(day[kept], place, degrees, metres, minutes / 1440, gap / 24)
        users += [str(user)] * len(stays)
        found.append(stays)
    stays = np.concatenate(found)
    return _records(users, stays, _places(plane_of(stays[:, 2], stays[:, 3], middle), metres))


def _thinned(day: Floats, every: float) -> NDArray[np.int64]:
    kept, last = [], -np.inf
    for at, now in enumerate(day):
        if now - last >= every:
            kept.append(at)
            last = now
    return np.array(kept, np.int64)


def _stays(
    day: Floats, place: Floats, degrees: Floats, reach: float, least: float, gap: float
) -> Floats:
    """Return start, stop, lat and lon of each stay. Shape (s, 4)."""
    out, at, n = [], 0, len(day)
    while at < n:
        end = _leaves(day, place, at, reach, gap)
        if day[end - 1] - day[at] >= least:
            lat, lon = degrees[at:end].mean(axis=0)
            out.append((day[at], day[end - 1], lat, lon))
            at = end
        else:
            at += 1
    return np.array(out, np.float64).reshape(-1, 4)


def _leaves(day: Floats, place: Floats, at: int, reach: float, gap: float) -> int:
    """Return the first fix after `at` that is far from it, or comes after a gap; n if none."""
    low = at + 1
    while low < len(day):
        part = slice(low, low + LOOK)
        far = ((place[part] - place[at]) ** 2).sum(axis=1) > reach**2
        far |= np.diff(day[low - 1 : low + LOOK]) > gap
        if far.any():
            return low + int(far.argmax())
        low += LOOK
    return len(day)


def _places(points: Floats, reach: float) -> NDArray[np.int64]:
    """Return the place of each point: the first centre within reach, else a new one."""
    centres, out = np.zeros((0, 2)), np.zeros(len(points), np.int64)
    for at, point in enumerate(points):
        near = np.flatnonzero(((centres - point) ** 2).sum(axis=1) <= reach**2)
        if not len(near):
            near, centres = np.array([len(centres)]), np.vstack([centres, point])
        out[at] = near[0]
    return out


def _records(users: list[str], stays: Floats, place: NDArray[np.int64]) -> Records:
    meta = pl.struct("lat", "lon").struct.json_encode()
    columns = {"start": stays[:, 0], "stop": stays[:, 1], "lat": stays[:, 2], "lon": stays[:, 3]}
    table = pl.DataFrame({"user": pl.Series(users, dtype=pl.String), "place": place, **columns})
    return Records(
        table.select(
            pl.format("u{}", "user").alias("session"),
            pl.format("u{}", "user").alias("actor"),
            pl.lit(Channel.LIFE.value).alias("channel"),
            "start",
            "stop",
            pl.format("p{}", "place").alias("text"),
            meta.alias("meta"),
        ),
        Clock.DAYS,
    )
