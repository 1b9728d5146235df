"""Forecasts of real feelings at rolling origins, beside persistence and statsforecast's AutoETS.

Three data sets: diaries of 697 persons in six studies, 169 fairy tales, joystick traces of 26
persons. Eight origins a series, from the fifth row on, up to five steps ahead. Half of the
persons and tales, drawn by a hash of their names, were tuned on and teach the net; the figures
are of the other half. A cluster of the intervals is a person or a tale.
"""

__all__ = ["PROTOCOL", "halves"]

import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from affectory.bench import felt
from affectory.bench.protocol import Protocol
from affectory.bench.rivals import auto_ets
from affectory.core import registry
from affectory.core.errors import MissingExtra, MissingFile
from affectory.core.figure import Figure
from affectory.core.trajectory import Trajectory
from affectory.measure.backtest import Judged, compared, judged, rolling, scores

METHOD = "forecast/states"
HORIZON, ORIGINS, FIRST = 5, 8, 5
SHOWN = (1, 3, 5)
MODELS = (
    "auto", "persistence", "mean", "drift", "ar", "ses", "damped", "var", "kalman", "gp", "neural",
)  # fmt: skip
ALONE = "auto, one at a time"  # a series knows of no other
RIVAL = "statsforecast AutoETS"
Teller = Callable[[Trajectory, int], Trajectory]


class Data(NamedTuple):
    """A data set: name, folder, reader, which part of "session/actor" is a unit, what units are."""

    name: str
    folder: str
    read: Callable[[Path], Trajectory]
    part: slice
    unit: str = "persons"


DATA = (
    Data("diaries", "esm_emotion_time_series", felt.diaries, slice(0, 2)),
    Data("stories", "stories_va", felt.stories, slice(0, 1), "tales"),
    Data("traces", "ceap360vr_annotations", felt.traces, slice(1, 2)),
)


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return MASE, CRPS, cover and skill of every model, and what auto saves beside AutoETS.

    Raises:
        MissingFile: if none of the three data sets is there.
    """
    found = [data for data in DATA if (folder.parent / data.folder).is_dir()]
    if not found:
        raise MissingFile(folder, "put the data set there, or name --data")
    told: list[Figure] = []
    for data in found:
        told += _measured(data, data.read(folder.parent / data.folder), seed)
    return tuple(told)


def halves(states: Trajectory, part: slice) -> tuple[Trajectory, Trajectory]:
    """Return the states of the half that is tuned on, and of the half that is measured on."""
    names = ["/".join(key[part]) for key in _keys(states)]
    even = np.array([zlib.crc32(name.encode()) % 2 == 0 for name in names], bool)
    even = even[states.groups.of_row]
    return states.rows(even), states.rows(~even)


def _measured(data: Data, states: Trajectory, seed: int) -> list[Figure]:
    """Return the figures of one data set."""
    others, these = halves(states, data.part)
    tellers: dict[str, Teller] = {}
    for name in MODELS:
        made = registry.make(METHOD, model=name, seed=seed)
        tellers[name] = (made.fit(others) if name == "neural" else made).forecast
    tellers[ALONE] = partial(_alone, registry.make(METHOD))
    tellers[RIVAL] = auto_ets
    rows: dict[str, Judged] = {}
    for name, teller in tellers.items():
        try:
            rows[name] = Judged.concat(
                [judged(past, teller(past, HORIZON), came) for past, came in _origins(these)]
            )
        except MissingExtra:
            continue
    setting = f"{data.name}, {ORIGINS} origins a series from row {FIRST} on"
    cluster = np.array(["/".join(name.split("/")[data.part]) for name in rows["auto"].group])
    out: list[Figure] = []
    for name, row in rows.items():
        for h in (None, *SHOWN):
            keep = np.ones(len(row), bool) if h is None else row.ahead == h
            mean = f"mean of 1 to {HORIZON} steps" if h is None else f"{h} steps ahead"
            out += _named(
                scores(_only(row, keep), cluster=cluster[keep], drawn=data.unit, seed=seed,
                       setting=f"{setting}, {mean}", by=name),
                data.name, "" if h is None else f"/h{h}",
            )  # fmt: skip
    for name in ("auto", ALONE) if RIVAL in rows else ():
        words = f"{setting}, less than {RIVAL} on the same rows"
        paired = compared(
            rows[name], rows[RIVAL], cluster=cluster, drawn=data.unit, seed=seed, setting=words,
            by=name,
        )  # fmt: skip
        out += _named(paired, data.name, "")
    return out


def _alone(made: Any, past: Trajectory, horizon: int) -> Trajectory:
    """Return the forecasts of each group, made without the others."""
    ends = past.groups.offsets
    parts = [past.rows(slice(low, high)) for low, high in pairwise(ends.tolist())]
    return Trajectory.concat([made.forecast(part, horizon) for part in parts])


def _origins(states: Trajectory) -> list[tuple[Trajectory, Trajectory]]:
    return list(rolling(states, HORIZON, ORIGINS, FIRST))


def _named(figures: tuple[Figure, ...], data: str, ahead: str) -> list[Figure]:
    return [replace(figure, name=f"{figure.name}/{data}{ahead}") for figure in figures]


def _only(row: Judged, keep: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Judged:
    return Judged(*(getattr(row, name)[keep] for name in Judged.__dataclass_fields__))


def _keys(states: Trajectory) -> list[tuple[str, str]]:
    groups = states.groups
    return [
        (states.session.names[s], states.actor.names[a])
        for s, a in zip(groups.session, groups.actor, strict=True)
    ]


PROTOCOL = Protocol(
    "forecasts",
    "states of diaries, tales and joystick traces 1 to 5 steps ahead, beside AutoETS",
    "esm_emotion_time_series",
    measure,
    minutes=7,
)
