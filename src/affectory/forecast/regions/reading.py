"""Stays as the rows that the net reads: who stayed where and when, and what his habits say.

Places of at least `SHARED` persons have a token each; a place of fewer is nobody else's business
and gets one of `OWN` tokens that mean only "the j-th such place of this person". Row t of a path
is read before stay t and has what is known then: stay t - 1, and habits of all before.
"""

__all__ = [
    "OWN",
    "SHARED",
    "Atlas",
    "Batch",
    "Path",
    "Stays",
    "batch_of",
    "coordinates",
    "parted",
    "path_of",
    "paths",
    "stays_of",
    "windows",
]

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import ClockMismatch
from affectory.core.records import Clock, Records
from affectory.measure.cohorts import person_column
from affectory.parts.habits import KINDS, habits
from affectory.senses import life
from affectory.senses.life import CLS, PAD, SPECIALS, UNK, Words

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Codes = NDArray[np.int64]
NAME = "forecast/regions"
UNITS = {Clock.DAYS: 1.0, Clock.SECONDS: 86_400.0}  # a day in units of the clock
SHARED = 5  # least persons of a place that has a token of its own
OWN = 64  # further places of one person
LENGTH, HALF = 256, 128  # rows that are read at once, and the stride
FIRST = len(SPECIALS) + OWN  # token of the first shared place
SIDES = (8, life.SLOTS + 1, life.GAPS + 1, life.GAPS + 1)  # weekday, slot, gap, length; 0 unknown


@dataclass(frozen=True)
class Atlas:
    """The places and wide cells that were learned from.

    Args:
        places: Names of the shared places.
        cells: Wide cells of as many persons as a place must have.
        box: Bounds of the coordinates: south, north, west, east.
        depth: Letters of a wide cell.
    """

    places: tuple[str, ...]
    cells: Words
    box: tuple[float, float, float, float]
    depth: int = 7

    @classmethod
    def of(cls, past: Records, shared: int = SHARED, depth: int = 7) -> Self:
        """Return the atlas of the stays one learns from."""
        who = person_column(past.frame)
        pairs = past.frame.select("text", who).drop_nulls().unique()
        count = pairs.group_by("text").len().sort("len", "text", descending=[True, False])
        names = tuple(count.filter(count["len"] >= shared)["text"].to_list())
        lat, lon = coordinates(past)
        known = np.isfinite(lat) & np.isfinite(lon)
        if not known.any():
            return cls(names, Words.of(()), (-90.0, 90.0, -180.0, 180.0), depth)
        edges = [float(f(side[known])) for side in (lat, lon) for f in (np.min, np.max)]
        box = (edges[0] - 1e-6, edges[1] + 1e-6, edges[2] - 1e-6, edges[3] + 1e-6)
        keys = life.quadkeys(lat[known], lon[known], depth, box)
        there = pl.DataFrame({"who": past.frame[who].filter(known), "cell": keys}).unique()
        return cls(names, Words.of(there["cell"], least=shared), box, depth)

    @cached_property
    def tokens(self) -> Mapping[str, int]:
        """The token of each shared place."""
        return {name: FIRST + at for at, name in enumerate(self.places)}

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many codes each column has."""
        return (FIRST + len(self.places), len(self.cells), *SIDES)


class Stays(NamedTuple):
    """Where one person stayed, in order of time: place, days, degrees. Length n each."""

    said: list[str]
    start: Doubles
    stop: Doubles
    lat: Doubles
    lon: Doubles

    def then(self, more: "Stays") -> "Stays":
        """Return these stays with `more` after them."""
        sides = (np.concatenate(pair) for pair in zip(self[1:], more[1:], strict=True))
        return Stays([*self.said, *more.said], *sides)


class Path(NamedTuple):
    """One person's stays, n of them.

    Attributes:
        key: Session and actor.
        codes: Token, cell, weekday, slot, gap, length of the stay before. Shape (n + 1, 6).
        days: When that was. Shape (n + 1,).
        truth: Token of the stay that came, UNK for what had none before. Shape (n,).
        things: Token of each place of his own past. Shape (m,).
        kinds: Habits for each of them. Shape (n + 1, m, 10).
        known: Whether it was visited before. Shape (n + 1, m).
        told: How many of the stays were told first (`past`), before those that came.
    """

    key: tuple[str, str]
    codes: Codes
    days: Doubles
    truth: Codes
    things: Codes
    kinds: Floats
    known: NDArray[np.bool_]
    told: int

    def __len__(self) -> int:
        """Return how many stays there are."""
        return len(self.truth)


class Batch(NamedTuple):
    """Windows of paths, padded, as torch tensors; `score` says which rows count."""

    codes: Any
    times: Any
    days: Any
    seen: Any
    truth: Any
    things: Any
    kinds: Any
    known: Any
    score: Any


def coordinates(records: Records) -> tuple[Doubles, Doubles]:
    """Return latitude and longitude of each record, NaN where unknown. Shapes (n,), (n,)."""
    lat, lon = (
        records.meta(name).cast(float, strict=False).fill_null(float("nan")).to_numpy()
        for name in ("lat", "lon")
    )
    return lat, lon


def stays_of(past: Records) -> Iterator[tuple[tuple[str, str], Stays]]:
    """Yield session and actor, and their stays in order of time.

    Raises:
        ClockMismatch: if times are neither days nor seconds.
    """
    if past.clock not in UNITS:
        raise ClockMismatch(past.clock, Clock.DAYS, NAME)
    lat, lon = coordinates(past)
    frame = past.frame.select("session", "actor", "start", "stop", "text").with_columns(
        lat=lat, lon=lon, text=pl.col("text").fill_null("")
    )
    for key, rows in frame.group_by("session", "actor", maintain_order=True):
        own = rows.sort("start", maintain_order=True)
        day = (own[name].to_numpy() / UNITS[past.clock] for name in ("start", "stop"))
        place = (own[name].to_numpy() for name in ("lat", "lon"))
        yield (str(key[0]), str(key[1])), Stays(own["text"].to_list(), *day, *place)


def paths(
    atlas: Atlas, past: Records, came: Records | None = None, *, frozen: bool = False
) -> Iterator[Path]:
    """Yield the path of each session and actor of `past`, in order of time.

    Args:
        atlas: The places.
        past: Stays.
        came: Stays of the same persons that came later.
        frozen: Whether habits are counted in `past` alone.
    """
    later = dict(stays_of(came)) if came is not None else {}
    for key, own in stays_of(past):
        n = len(own.said)
        whole = own.then(later[key]) if key in later else own
        yield path_of(atlas, key, whole, n, frozen=frozen)


def parted(past: Records, share: float = 0.1) -> tuple[Records, Records]:
    """Return all but the last stays of each person, and those, a `share` of all, at least one."""
    keys = ("session", "actor")
    place = pl.col("start").rank("ordinal").over(keys)
    late = (place > pl.len().over(keys) - (share * pl.len().over(keys)).ceil()) & (place > 1)
    cut = past.frame.select(late.alias("late"))["late"]
    return Records(past.frame.filter(~cut), past.clock), Records(past.frame.filter(cut), past.clock)


def path_of(
    atlas: Atlas, key: tuple[str, str], own: Stays, told: int, *, frozen: bool = False
) -> Path:
    """Return the path of one person, of whose stays `told` came first."""
    start = own.start
    tokens, visited = _tokens(atlas, own.said)
    known_of = habits(
        np.append(visited, -1), np.append(start, start[-1:] + 1), told if frozen else None
    )
    held = known_of.things >= 0
    _, first = np.unique(visited, return_index=True)
    things = tokens[np.sort(first)]
    kinds, known = known_of.kinds[:, held], known_of.known[:, held]
    fresh = np.diff(start, prepend=start[:1])
    sides = (life.weekdays(start), life.slots(start), life.gap_buckets(fresh),
             life.gap_buckets(own.stop - start))  # fmt: skip
    cells = atlas.cells.codes(life.quadkeys(own.lat, own.lon, atlas.depth, atlas.box))
    rows = np.column_stack([tokens, cells, *(side + 1 for side in sides)])
    begin = np.array([[CLS, PAD, *[0] * len(SIDES)]])
    seen = known[np.arange(len(visited)), visited]  # places are numbered by their first visit
    truth = np.where((tokens >= FIRST) | seen, tokens, UNK)
    days = np.concatenate([start[:1], start])
    return Path(key, np.vstack([begin, rows]), days, truth, things, kinds, known, told)


def _tokens(atlas: Atlas, said: Sequence[str]) -> tuple[Codes, Codes]:
    """Return the token of each stay, and a number that is the same for the same place."""
    number: dict[str, int] = {}
    token: dict[str, int] = {}
    free = iter(range(len(SPECIALS), FIRST))
    for place in said:
        if place not in number:
            number[place] = len(number)
            shared = atlas.tokens.get(place)
            token[place] = next(free, UNK) if shared is None else shared
    return (
        np.array([token[place] for place in said], np.int64),
        np.array([number[place] for place in said], np.int64),
    )


def windows(path: Path, low: int, high: int) -> Iterator[tuple[Path, int, int, int]]:
    """Yield stretches of rows that score rows `low` to `high` - 1 once each: begin, from, end."""
    at = low
    while at < high:
        begin = max(0, at - HALF) if at + HALF > LENGTH else 0
        end = min(high, begin + LENGTH)
        yield path, begin, at, end
        at = end


def batch_of(torch: Any, parts: Sequence[tuple[Path, int, int, int]]) -> Batch:
    """Return the windows side by side; a padded row is unseen, a padded thing unknown."""
    b = len(parts)
    t = max(end - begin for _, begin, _, end in parts)
    m = max(max(len(path.things) for path, *_ in parts), 1)
    codes = np.zeros((b, t, 2 + len(SIDES)), np.int64)
    days = np.zeros((b, t))
    truth, things = np.full((b, t), UNK), np.full((b, m), UNK)
    kinds = np.zeros((b, t, m, len(KINDS)), np.float32)
    known, score = np.zeros((b, t, m), bool), np.zeros((b, t), bool)
    seen = np.zeros((b, t), bool)
    for at, (path, begin, low, end) in enumerate(parts):
        rows, n, own = slice(begin, end), end - begin, len(path.things)
        codes[at, :n], days[at, :n], seen[at, :n] = path.codes[rows], path.days[rows], True
        days[at] -= path.days[0]
        things[at, :own] = path.things
        kinds[at, :n, :own], known[at, :n, :own] = path.kinds[rows], path.known[rows]
        came = min(end, len(path))
        truth[at, : came - begin] = path.truth[begin:came]
        score[at, low - begin : n] = True
    days[~seen] = 0
    times = np.stack([days / 7, np.mod(days, 1)], axis=2).astype(np.float32)
    arrays = codes, times, days.astype(np.float32), seen, truth, things, kinds, known, score
    return Batch(*(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays))
