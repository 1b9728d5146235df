"""tau-bench (Yao et al. 2024): 200 runs of an agent of an airline, 50 tasks in four trials.

pass^k and the counts are facts of the file, so that whoever reads it can tell that it is the same.
The lift is a *proxy* of the paper's study, whose raters' judgements are not published: a run is
held to be worth reading where it failed (reward 0), or also where a tool answered with an error.
The latter is partly what the signs are made of; the former is not seen by them. Words and weights
were not chosen on this file.
"""

__all__ = ["PROTOCOL"]

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.measure.passes import passes
from affectory.measure.picking import Arm, pick
from affectory.measure.triage import Report
from affectory.sources import read

Floats = NDArray[np.float64]
FILE = "gpt-4o-airline.json.gz"
METHOD = "perceive/signals"
BUDGET = 40
DRAWS = 500  # resamples of tasks
ARMS = {
    "signals": (Arm.SIGNALS, 0.2),
    "signals, no exemplars": (Arm.SIGNALS, 0.0),
    "top": (Arm.TOP, 0.0),
    "longest first": (Arm.HEURISTIC, 0.0),
}


@dataclass(frozen=True)
class _Runs:
    """The runs: their reports, tasks, and whether each is worth reading."""

    reports: tuple[Report, ...]
    task: tuple[str, ...]
    failed: NDArray[np.bool_]
    erred: NDArray[np.bool_]


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return facts of the file, signs in it, and what picking by signs is worth on it."""
    records = read(folder / FILE)
    runs = _runs(records)
    told = [
        passes(runs.task, (~runs.failed).tolist(), k, seed=seed, setting="tau-bench airline",
               by="gpt-4o")
        for k in range(1, 5)
    ]  # fmt: skip
    told += _facts(runs)
    told += _lifts(runs, runs.failed, "proxy: reward 0", seed)
    told += _lifts(runs, runs.failed | runs.erred, "proxy: reward 0 or a tool's error", seed)
    return tuple(told)


def _runs(records: Records) -> _Runs:
    reports = tuple(registry.make(METHOD).reports(records))
    first = records.offsets[:-1]
    task, reward = (records.meta(key).gather(first).to_list() for key in ("task_id", "reward"))
    error = records.frame["text"].fill_null("").str.starts_with("Error")
    wrong = (error & (records.frame["actor"] == "tool")).to_numpy()
    return _Runs(
        reports,
        tuple(map(str, task)),
        np.array([float(value) == 0.0 for value in reward]),
        np.add.reduceat(wrong, first) > 0,
    )


def _facts(runs: _Runs) -> list[Figure]:
    """Return counts that can be checked by reading the file."""
    turns = np.array([report.turns.user_turns for report in runs.reports])
    n = len(turns)
    same = [any(sign.type.startswith("execution.loops.") and "retry" in sign.type
                for sign in report.signs) for report in runs.reports]  # fmt: skip
    drift = [any(sign.type.endswith("parameter_drift") for sign in report.signs)
             for report in runs.reports]  # fmt: skip
    counts: dict[str, Any] = {
        "user turns, mean": turns.mean(),
        "user turns, most": turns.max(),
        "runs that drag": sum(report.turns.is_dragging for report in runs.reports),
        "runs with 3 calls of a tool in a row": sum(drift),
        "the same with equal arguments": sum(same),
        "runs with a tool's error": runs.erred.sum(),
        "those of reward 0": (runs.erred & runs.failed).sum(),
        "runs of reward 0": runs.failed.sum(),
        "runs marked": sum(report.marked for report in runs.reports),
    }
    return [Figure(name, float(value), n=n, setting="tau-bench airline", by=METHOD)
            for name, value in counts.items()]  # fmt: skip


def _lifts(runs: _Runs, worth: NDArray[np.bool_], proxy: str, seed: int) -> list[Figure]:
    """Return what each arm's picks are worth, and its lift, with intervals over tasks."""
    code = np.unique(runs.task, return_inverse=True)[1]
    own = [np.flatnonzero(code == task) for task in range(code.max() + 1)]
    every = np.arange(len(worth))
    point = np.mean([_shares(runs, worth, every, draw) for draw in range(DRAWS // 5)], axis=0)
    rng = np.random.default_rng(seed)
    drawn = np.empty((DRAWS, *point.shape))
    for draw in range(DRAWS):
        kept = np.concatenate([own[at] for at in rng.integers(0, len(own), len(own))])
        drawn[draw] = _shares(runs, worth, kept, draw)
    setting = f"{proxy}; {BUDGET} of {len(worth)} runs, percentile bootstrap over tasks"
    out = []
    for at, name in enumerate(("random", *ARMS)):
        rivals = {"random": 0, "longest first": len(ARMS)}
        told = {"worth reading": (point[at, 0], drawn[:, at, 0])}
        told |= {
            f"lift over {rival}": (
                float(_ratio(point[at, 0], point[other, 0])),
                _ratio(drawn[:, at, 0], drawn[:, other, 0]),
            )
            for rival, other in rivals.items()
            if at and at != other
        }
        told["messages read per run worth reading"] = (point[at, 1], drawn[:, at, 1])
        out += [
            _figure(what, value, spread, setting, name, len(own))
            for what, (value, spread) in told.items()
        ]
    return out  # fmt: skip


def _shares(runs: _Runs, worth: NDArray[np.bool_], kept: NDArray[Any], draw: int) -> Floats:
    """Return share worth reading, and messages to read for one, at random and of each arm.

    Shape (1 + arms, 2).
    """
    length = np.array([report.messages for report in runs.reports], dtype=np.float64)
    pool, place = _copies(runs.reports, kept.tolist())
    chosen = [kept]
    for arm, exemplars in ARMS.values():
        picked = pick(pool, BUDGET, arm, draw, exemplars)
        chosen.append(np.array([place[one.report.session] for one in picked]))
    return np.array([[worth[at].mean(), length[at].sum() / max(worth[at].sum(), 1)]
                     for at in chosen])  # fmt: skip


def _copies(reports: Sequence[Report], kept: list[int]) -> tuple[list[Report], dict[str, int]]:
    """Return reports, some of them twice, under names of their own, and where each is from."""
    place = {str(at): origin for at, origin in enumerate(kept)}
    pool = []
    for name, origin in place.items():
        one = reports[origin]
        pool.append(Report(name, one.signs, one.turns, one.messages))
        pool[-1].__dict__.update(_judged(one))
    return pool, place


def _judged(report: Report) -> dict[str, Any]:
    """Return what a report has worked out already."""
    return {"counts": report.counts, "severities": report.severities}


def _ratio(one: Any, other: Any) -> Floats:
    """Return one over the other, NaN where the other is nothing."""
    return np.asarray(np.where(other > 0, one / np.maximum(other, 1e-9), np.nan))


def _figure(name: str, value: float, drawn: Floats, setting: str, by: str, n: int) -> Figure:
    if math.isnan(value):
        why = "what it is compared with finds nothing"
        return Figure(name, value, n=n, setting=setting, by=by, reason=why)
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    low, high = min(float(low), value), max(float(high), value)
    return Figure(name, float(value), low, high, n, setting=setting, by=by)


PROTOCOL = Protocol(
    "signals",
    "pass^k of an agent's runs, signs in them, and what picking by signs is worth (a proxy)",
    "tau_bench",
    measure,
)
