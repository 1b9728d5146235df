"""Utterance emotion dynamics against the authors' own output (Hipson & Mohammad 2021).

The reference holds 125 windows of six speakers with their place to the home base, every
displacement, and a summary per speaker. Each figure is the largest absolute difference over
one table, so 0 up to rounding means that every number is met.
"""

__all__ = ["PROTOCOL"]

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.core.figure import Figure
from affectory.core.space import Axis
from affectory.measure.displacement import Convention, Home, leave, outings
from affectory.measure.positions import state_columns
from affectory.measure.series import Series

Floats = NDArray[np.float64]
REFERENCE = Home(convention=Convention.REFERENCE)
SUMMARY = {
    "emo_mean": "home",
    "emo_in_home_base": "in_home",
    "emo_avg_dist_home_base": "home_distance",
    "emo_avg_peak_dist": "peak_distance",
    "emo_avg_disp_length": "displacement_length",
    "emo_avg_rise_rate": "rise_rate",
    "emo_avg_recovery_rate": "recovery_rate",
    "emo_avg_home-to-low_rate": "rise_rate_low",
    "emo_avg_low-to-home_rate": "recovery_rate_low",
    "emo_avg_home-to-high_rate": "rise_rate_high",
    "emo_avg_high-to-home_rate": "recovery_rate_high",
    "emo_number_displacements": "displacements",
    "emo_number_low_displacements": "displacements_low",
    "emo_number_high_displacements": "displacements_high",
}


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return the largest differences to the reference; `seed` plays no part."""
    steps = _read(folder, "narrative_info").sort("speaker_id", "speaker_word_index")
    size = steps.group_by("speaker_id", maintain_order=True).len()
    offsets = np.append(0, np.cumsum(size["len"].to_numpy().astype(np.int64)))
    values = steps["speaker_emo_state_value"].to_numpy()
    at = np.arange(len(values), dtype=np.float64)
    series = Series(Axis("valence", 0.0, 1.0, 0.5), offsets, values, at)
    theirs = size.select("speaker_id").join(_read(folder, "overall_speaker_info"), "speaker_id")
    found = outings(series, REFERENCE)
    summary = np.column_stack([found[mine].values for mine in SUMMARY.values()])
    wanted = theirs.select(pl.col(name).cast(float) for name in SUMMARY).to_numpy()
    position, distance, number, *_ = state_columns(leave(series, REFERENCE))
    moved = steps["speaker_emo_state_position"].to_numpy() != position.to_numpy()
    windows = "windows of 6 speakers"
    home = _column(steps, "speaker_emo_distance_home_base")
    counted = _column(steps, "speaker_emo_displacement_number")
    return (
        _figure("distance to the home base", _known(distance), home, windows),
        _figure("number of the displacement", _known(number), counted, windows),
        Figure("windows placed otherwise", float(moved.sum()), n=len(moved), setting=windows),
        _figure("summary per speaker", summary, wanted, "numbers of 6 speakers"),
    )


PROTOCOL = Protocol(
    "ued",
    "home base, displacements, rise and recovery against the reference output",
    "ued_reference",
    measure,
)


def _read(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv", infer_schema_length=None)


def _column(table: pl.DataFrame, name: str) -> Floats:
    return _known(table[name])


def _known(column: pl.Series) -> Floats:
    """Return a column as numbers, NaN where there is none."""
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _figure(name: str, ours: Floats, theirs: Floats, what: str) -> Figure:
    """Return the largest difference; a number that only one side has is an infinite one."""
    apart = np.where(np.isnan(ours) != np.isnan(theirs), np.inf, np.abs(ours - theirs))
    told = f"{what}; largest absolute difference, reference convention"
    return Figure(name, float(np.nanmax(apart)), n=int((~np.isnan(theirs)).sum()), setting=told)
