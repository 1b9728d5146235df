"""Several raters at the same times: how far they agree, whose hand is slow, what they say together.

An interval here is one over stretches of time of the same sessions (blocks of ten seconds of
play, or of a few turns): neighbouring moments resemble each other. It says how sure the figure
is of these sessions, and nothing of others.
"""

__all__ = ["Panel", "agreed", "gold_of", "held", "labelled", "number", "panel", "traces"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.figure import Figure
from affectory.measure.agreement import CCC, pearson
from affectory.measure.gold import Aligned, Gold, aligned, fused
from affectory.measure.raters import Metric, alpha, rater_figures
from affectory.store.sampled import latest
from affectory.store.takes import Kind, Take

Floats = NDArray[np.float64]
STEP, FEWEST, MOST = 0.1, 400, 12_000  # of traced takes: seconds between times, and how many
SHOWN = 400  # times that a picture needs
BLOCK = 10.0  # seconds of play that are drawn again as one
APART = 0.02  # share of a session by which two takes may differ on when something was played


@dataclass(frozen=True, slots=True)
class Panel:
    """What raters say at the same times.

    Args:
        raters: What to call each take. Length r.
        people: Who made each. Length r.
        axes: What was rated. Length k.
        x: Times in seconds of play where all takes know it, else in the session's own. Shape (n,).
        at: The session's own time of each. Shape (n,).
        seq: Which turn each is, None for traced takes. Shape (n,).
        table: What each says, NaN where nothing. Shape (n, r, k).
    """

    raters: tuple[str, ...]
    people: tuple[str, ...]
    axes: tuple[str, ...]
    x: Floats
    at: Floats
    seq: NDArray[np.int64] | None
    table: Floats

    @property
    def step(self) -> float:
        """Time from one row to the next, 1 where there are not two."""
        return float(self.x[1] - self.x[0]) if len(self.x) > 1 else 1.0

    @property
    def blocks(self) -> NDArray[np.int64]:
        """Which stretch of time each row belongs to. Shape (n,)."""
        n = len(self.x)
        many = n * self.step / BLOCK if self.seq is None else np.sqrt(n)
        return np.arange(n) * max(1, round(many)) // max(1, n)

    def axis(self, name: str) -> Floats:
        """Return what each rater says on one axis. Shape (n, r)."""
        return np.asarray(self.table[:, :, self.axes.index(name)])

    def aligned(self) -> Aligned:
        """Return the ratings without the lags of the hands; turns have none."""
        if self.seq is not None or len(self.x) < 3:
            return Aligned(self.table, np.zeros(len(self.raters)), fused(self.table))
        return aligned(self.table, self.step)


def panel(told: Mapping[Take, pl.DataFrame], axes: Sequence[str]) -> Panel | None:
    """Return takes of one session side by side, None where none has samples.

    Args:
        told: The samples of each take.
        axes: Which axes; NaN where a take has not rated one.
    """
    told = {take: rows for take, rows in told.items() if rows.height}
    if not told:
        return None
    people = tuple(take.rater for take in told)
    raters = _unlike([take.label for take in told])
    if all(take.kind is Kind.TURNS for take in told):
        return Panel(raters, people, tuple(axes), *_by_turn(list(told.values()), axes))
    every = [rows if take.kind is Kind.TURNS else latest(rows) for take, rows in told.items()]
    return Panel(raters, people, tuple(axes), *_by_time(every, axes))


def agreed(told: Panel, axis: str, *, intervals: bool = True) -> dict[str, Any]:
    """Return the measures of agreement on an axis: ICC(2,1), alpha, and the CCC of each pair."""
    table, r = told.axis(axis), len(told.raters)
    blocks = told.blocks if intervals else np.zeros(len(table), np.int64)
    pairs = [
        {"one": told.raters[i], "other": told.raters[j], "same": told.people[i] == told.people[j],
         **_figure("ccc", CCC.figure(table[:, i], table[:, j], cluster=blocks)),
         "pearson": number(pearson(table[:, i], table[:, j]))}
        for i in range(r) for j in range(i)
    ]  # fmt: skip
    found = {f.name: f for f in rater_figures(table, cluster=blocks)} if r > 1 else {}
    return {
        "n": int(np.any(~np.isnan(table), axis=1).sum()),
        "blocks": len(np.unique(blocks)),
        "pairs": pairs,
        **_figure("icc", found.get("icc_two")),
        **_figure("alpha", found.get("alpha")),
    }


def labelled(told: Panel) -> dict[str, Any]:
    """Return how far raters give turns the same label: alpha (nominal), and the share alike."""
    known = ~np.isnan(told.table).any(axis=2)
    label = np.where(known, np.nan_to_num(told.table).argmax(axis=2), np.nan)
    r = label.shape[1]
    both = [(label[:, i], label[:, j]) for i in range(r) for j in range(i)]
    alike = [one == other for one, other in both]
    held = [~np.isnan(one + other) for one, other in both]
    n = sum(int(part.sum()) for part in held)
    return {
        "n": int(np.any(known, axis=1).sum()),
        "alpha": number(alpha(label, Metric.NOMINAL)) if r > 1 else None,
        "alike": number(sum(int(part.sum()) for part in alike) / n) if n else None,
        "weights": [round(float(weight), 3) for weight in fused(told.table).weights],
    }


def gold_of(at: Floats, gold: Gold, axis: int) -> dict[str, Any]:
    """Return a gold as a picture needs it: times, values and spread, thinned."""
    few = _thin(len(at))
    return {
        "at": at[few].round(3).tolist(),
        "values": [number(v) for v in gold.values[few, axis]],
        "spread": [number(v) for v in gold.spread[few, axis]],
    }


def traces(table: Floats) -> list[list[float | None]]:
    """Return what each rater says, as a picture needs it. r lists."""
    few = _thin(len(table))
    return [[number(v) for v in column] for column in table[few].T]


def number(value: float) -> float | None:
    """Return a number as a page shows it, None where there is none."""
    return round(float(value), 4) if np.isfinite(value) else None


def held(grid: Floats, at: Floats, said: Floats) -> Floats:
    """Return the last value said at or before each time, NaN before the first."""
    place = np.searchsorted(at, grid, side="right") - 1
    return np.where(place >= 0, said[np.maximum(place, 0)], np.nan)


def _figure(name: str, figure: Figure | None) -> dict[str, float | None]:
    ends = ("", "value"), ("_low", "low"), ("_high", "high")
    return {f"{name}{end}": number(getattr(figure, part, np.nan)) for end, part in ends}


def _thin(n: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, n - 1, min(n, SHOWN)).astype(np.int64)) if n else np.arange(0)


def _unlike(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which no two are the same: takes that go on may be of one rater."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)


def _columns(rows: pl.DataFrame, axes: Sequence[str]) -> Floats:
    """Return what was said on each axis, NaN where it was not rated. Shape (n, k)."""
    none = np.full(rows.height, np.nan)
    return np.column_stack([rows[a].to_numpy() if a in rows.columns else none for a in axes])


def _by_turn(
    every: Sequence[pl.DataFrame], axes: Sequence[str]
) -> tuple[Floats, Floats, NDArray[np.int64], Floats]:
    """Return the turns that anybody rated, in order, and what each says of them."""
    pairs = pl.concat([rows.select("n", "at") for rows in every]).unique("n").sort("at", "n")
    seq = pairs["n"].to_numpy()
    place = {int(n): i for i, n in enumerate(seq)}
    table = np.full((len(seq), len(every), len(axes)), np.nan)
    for who, rows in enumerate(every):
        table[[place[n] for n in rows["n"]], who] = _columns(rows, axes)
    return np.arange(float(len(seq))), pairs["at"].to_numpy(), seq, table


def _by_time(
    every: Sequence[pl.DataFrame], axes: Sequence[str]
) -> tuple[Floats, Floats, None, Floats]:
    """Return regular times that all takes reach, and what each says then."""
    name = "play" if _same_play(every) else "at"
    every = [rows.sort(name, "n") for rows in every]
    low = max(float(rows[name][0]) for rows in every)
    high = min(float(rows[name][-1]) for rows in every)
    n = min(MOST, max(FEWEST, round((high - low) / STEP) + 1)) if high > low else 0
    x = np.linspace(low, high, n)
    columns = [_held_all(x, rows[name].to_numpy(), _columns(rows, axes)) for rows in every]
    first = every[0].unique(name, keep="first").sort(name)
    at = np.interp(x, first[name].to_numpy(), first["at"].to_numpy())
    return x, at, None, np.stack(columns, axis=1)


def _held_all(x: Floats, at: Floats, said: Floats) -> Floats:
    return np.column_stack([held(x, at, column) for column in said.T])


def _same_play(every: Sequence[pl.DataFrame]) -> bool:
    """Whether all takes know when they were played, and mean the same by it."""
    if any(rows["play"].null_count() for rows in every):
        return False
    first = every[0].unique("play", keep="first").sort("play")
    play, at = first["play"].to_numpy(), first["at"].to_numpy()
    reach = APART * max(float(np.ptp(at)), 1e-9)
    for rows in every[1:]:
        near = rows.filter(pl.col("play").is_between(play[0], play[-1]))
        gap = np.abs(np.interp(near["play"].to_numpy(), play, at) - near["at"].to_numpy())
        if len(gap) and np.median(gap) > reach:
            return False
    return True
