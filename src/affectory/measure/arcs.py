"""The shape of every trajectory in numbers: one row per session, actor and axis.

All groups are measured in one vectorised pass per axis. A gap is never spliced over,
irregular times are used, and a measure that is undefined is NaN with its reason. What each
measure means, its formula and its source stand in `catalogue`.
"""

__all__ = ["MEANINGS", "REASONS", "UNITS", "Arcs", "arcs"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadValues, ClockMismatch, SpaceMismatch
from affectory.core.figure import Figure
from affectory.core.space import Axis, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.bootstrap import codes_of, gather, interval, ratio, wording
from affectory.measure.catalogue import MEANINGS, NAMES, REASONS, UNITS, Reason, unit_of
from affectory.measure.displacement import Home, outings
from affectory.measure.dynamics import dynamics
from affectory.measure.levels import levels, trends
from affectory.measure.series import Series, who

Floats = NDArray[np.float64]
_HOME = Home()


@dataclass(frozen=True, eq=False)
class Arcs:
    """Measures of arcs, one row for each session, actor (and draw) and axis.

    Args:
        space: Space of the states.
        clock: Unit of their times.
        keys: Columns session, actor, axis, and draw where there are draws. r rows.
        n: Known states of each row. Shape (r,).
        names: Names of the measures.
        values: The measures, NaN where undefined. Shape (r, m).
        reasons: Why, as codes into `REASONS`, 0 where defined. Shape (r, m).
        by: Whose states they are.
    """

    space: Space
    clock: Clock
    keys: pl.DataFrame
    n: NDArray[np.int64]
    names: tuple[str, ...]
    values: Floats
    reasons: NDArray[np.uint8]
    by: str = ""

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.n)

    def __repr__(self) -> str:
        """Return what was measured in one line, then the table."""
        return f"Arcs in {self.space.name}, by {self.by!r}\n{self.table()}"

    def table(self) -> pl.DataFrame:
        """Return one row an arc: session, actor, axis, n and a column for each measure.

        An undefined measure is null; `long` has the reason.
        """
        columns = [
            pl.Series(name, self.values[:, at]).fill_nan(None) for at, name in enumerate(self.names)
        ]
        return self.keys.with_columns(pl.Series("n", self.n), *columns)

    def long(self) -> pl.DataFrame:
        """Return one row a measure: session, actor, axis, measure, value, unit, n, reason."""
        m = len(self.names)
        row, at = np.repeat(np.arange(len(self)), m), np.tile(np.arange(m), len(self))
        units = [unit_of(name, axis, self.clock) for axis in self.space.axes for name in self.names]
        axis = self.keys["axis"].cast(pl.Enum(self.space.names)).to_physical().to_numpy()
        words = pl.Series(units, dtype=pl.String).gather(axis[row].astype(np.int64) * m + at)
        return self.keys[row].with_columns(
            pl.Series("measure", self.names, dtype=pl.String).gather(at).alias("measure"),
            pl.Series("value", self.values.ravel()).fill_nan(None),
            words.alias("unit"),
            pl.Series("n", self.n[row]),
            pl.Series(REASONS).gather(self.reasons.ravel().astype(np.int64)).alias("reason"),
        )

    def figures(
        self, level: float = 0.95, resamples: int = 2000, seed: int = 0
    ) -> tuple[Figure, ...]:
        """Return the mean of each measure on each axis over all arcs, with its interval.

        Sessions are drawn again, whole; n counts the sessions in which the measure is defined
        for an actor or more, and the setting says of how many arcs the mean is where it is
        not of all: the undefined ones need not be like the others.

        Args:
            level: Share of resamples within the interval, in (0, 1).
            resamples: How often sessions are drawn, >= 1.
            seed: Seed of the draws.
        """
        code, c = codes_of(self.keys["session"].to_numpy(), len(self))
        return tuple(
            figure
            for axis in self.space.axes
            for figure in self._of_axis(axis, code, c, (level, resamples, seed))
        )

    def _of_axis(
        self, axis: Axis, code: NDArray[np.int64], c: int, draws: tuple[float, int, int]
    ) -> Iterator[Figure]:
        """Yield the mean of each measure on one axis."""
        rows = (self.keys["axis"] == axis.name).to_numpy()
        sums = self._sums(rows, code, c)
        value, (level, resamples, seed) = _means(sums.sum(axis=0)[None])[0], draws
        some, defined = np.split((sums > 0).sum(axis=0), 2)[0], sums.sum(axis=0)
        low, high = interval(
            sums, _means, level=level, resamples=resamples, seed=seed, clusters=some
        )
        for at, name in enumerate(self.names):
            of = "" if defined[at] == rows.sum() else f", {defined[at]:.0f} of {rows.sum()} defined"
            yield Figure(
                f"{name}/{axis.name}",
                float(value[at]),
                float(low[at]),
                float(high[at]),
                n=int(some[at]),
                unit=unit_of(name, axis, self.clock),
                setting=f"mean over arcs{of}; {wording(int(some[at]), 'sessions', *draws)}",
                by=self.by,
                reason="" if some[at] else self._why(rows, at),
            )

    def _sums(self, rows: NDArray[np.bool_], code: NDArray[np.int64], c: int) -> Floats:
        """Return how often each measure is defined, then its sum, by session. Shape (c, 2 m)."""
        values = self.values[rows]
        known = ~np.isnan(values)
        parts = np.hstack([known, np.where(known, values, 0.0)])
        return gather(lambda part: parts[part], parts.shape[1], code[rows], c)

    def _why(self, rows: NDArray[np.bool_], at: int) -> str:
        """Return the commonest reason for which measure `at` is undefined."""
        codes = self.reasons[rows, at]
        return REASONS[int(np.bincount(codes).argmax())] if len(codes) else "there is no arc"

    @classmethod
    def from_table(cls, table: pl.DataFrame, space: Space, clock: Clock, by: str = "") -> "Arcs":
        """Return the arcs that `table` wrote, for instance into a lake; reasons are lost.

        Args:
            table: Columns session, actor, axis, n and some of the measures. r rows.
            space: Space whose axes the rows are about; rows of other axes are left out.
            clock: Clock of the states that were measured.
            by: Whose states they were.
        """
        rows = table.filter(pl.col("axis").is_in(space.names))
        names = tuple(name for name in NAMES if name in rows.columns)
        values = rows.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy()
        reasons = np.where(np.isnan(values), np.uint8(Reason.UNTOLD), np.uint8(Reason.DEFINED))
        keys = [name for name in ("session", "actor", "axis", "draw") if name in rows.columns]
        n = rows["n"].to_numpy()
        return cls(space, clock, rows.select(keys), n, names, values, reasons, by)

    @classmethod
    def concat(cls, parts: Sequence["Arcs"]) -> "Arcs":
        """Return the arcs of all `parts`, such as batches of whole sessions.

        Raises:
            BadValues: if there is no part, or the parts come from different raters.
            SpaceMismatch: if the Spaces differ.
            ClockMismatch: if the Clocks differ.
        """
        if not parts or len({part.by for part in parts}) > 1:
            raise BadValues("Arcs.concat", {part.by for part in parts}, "one author")
        head = parts[0]
        for part in parts:
            if part.space != head.space:
                raise SpaceMismatch(part.space.name, head.space.name, "Arcs.concat")
            if part.clock is not head.clock:
                raise ClockMismatch(part.clock, head.clock, "Arcs.concat")
        return cls(
            head.space,
            head.clock,
            pl.concat([part.keys for part in parts]),
            np.concatenate([part.n for part in parts]),
            head.names,
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.reasons for part in parts]),
            head.by,
        )


def arcs(felt: Trajectory, *, home: Home = _HOME) -> Arcs:
    """Measure every (session, actor) group of `felt` on every axis.

    Args:
        felt: States in any Space, on any Clock; missing states keep their time.
        home: How the home base is drawn and displacements are counted.

    Returns:
        Arcs with one row per group and axis, in the order of the groups, axes within them.

    Example:
        >>> import numpy as np
        >>> from affectory.core.space import Axis, Kind, Space
        >>> from affectory.core.trajectory import Clock, Trajectory
        >>> from affectory.measure.arcs import arcs
        >>> valence = Space("valence", Kind.DIMENSIONS, (Axis("valence", -1, 1),))
        >>> who, t = (["s"] * 3, ["ann"] * 3), np.arange(3.0)
        >>> x = np.array([[0.0], [0.5], [0.25]])
        >>> felt = Trajectory(valence, Clock.TURNS, *who, t, t + 1, x)
        >>> arcs(felt).table().select("n", "mean", "instability", "slope").row(0)
        (3, 0.25, 0.15625, 0.125)
    """
    k, g = felt.space.k, len(felt.groups)
    values = np.empty((g, k, len(NAMES)))
    reasons = np.empty((g, k, len(NAMES)), np.uint8)
    n = np.empty((g, k), np.int64)
    for at, series in enumerate(Series.each(felt)):
        found = {**levels(series), **trends(series), **dynamics(series), **outings(series, home)}
        n[:, at] = series.size
        for place, name in enumerate(NAMES):
            values[:, at, place], reasons[:, at, place] = found[name]
    flat = (g * k, len(NAMES))
    return Arcs(
        felt.space, felt.clock, _keys(felt), n.ravel(), NAMES,
        values.reshape(flat), reasons.reshape(flat), felt.by,
    )  # fmt: skip


def _keys(felt: Trajectory) -> pl.DataFrame:
    """Return session, actor, axis (and draw) of every group and axis."""
    k = felt.space.k
    head = np.repeat(felt.groups.offsets[:-1], k)
    axis = pl.Series("axis", felt.space.names * len(felt.groups), dtype=pl.String)
    keys = who(felt, head).with_columns(axis)
    if felt.draw is None:
        return keys
    return keys.with_columns(pl.Series("draw", np.repeat(felt.groups.draw, k)))


def _means(sums: Floats) -> Floats:
    """Return sums (r, second m) over counts (r, first m). Shape (r, m)."""
    count, total = np.split(sums, 2, axis=1)
    return ratio(total, count)
