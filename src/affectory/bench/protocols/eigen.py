"""EigenTrajectory's descriptors and anchors on ETH/UCY, without a network.

(1) Table 1 of the paper: bases of rank 4, 6, 8 and 12 are learned and measured on one scene, poses
taken out but not scaled; error is the mean distance of rebuilt from true positions. Rivals with as
many parameters: a straight line, Bezier curves. (2) Best of 20 with anchors alone, learned on the
other scenes; rival: constant velocity. Best of 20 flatters: the mean of all 20 stands beside.
"""

__all__ = ["PROTOCOL"]

from math import comb
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.bench.walkers import (
    AHEAD,
    REFERENCE,
    SEEN,
    STILL,
    Test,
    ground,
    lessons,
    over,
    steady,
    test_of,
)
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.measure.paths import best_of, mean_of
from affectory.parts.lowrank import basis
from affectory.parts.pose import Pose
from affectory.sources.pedestrians import SCENES

Floats = NDArray[np.float64]
METHOD = "forecast/eigen"
RANKS, RANK = (4, 6, 8, 12), 6  # all, and the one that is used
DEGREES = (1, 2, 3, 5)  # of curves with as many parameters
SETTING = "ETH/UCY, 8 seen, 12 ahead"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return how well bases rebuild paths, and how near anchors alone come."""
    places = ground(folder)
    tests = {scene: test_of(places, scene) for scene in SCENES}
    return (*_rebuilt(tests, seed), *_anchored(places, tests, seed))


PROTOCOL = Protocol(
    "eigen",
    "rebuilding walked paths from few numbers, and the best of 20 anchors, on ETH/UCY",
    "eth_ucy",
    measure,
)


def _rebuilt(tests: dict[str, Test], seed: int) -> list[Figure]:
    """Return errors of rebuilt paths, by basis and number of parameters."""
    seen = {scene: test.past.values.reshape(-1, SEEN, 2) for scene, test in tests.items()}
    told: list[Figure] = []
    setting = f"{SETTING}, basis learned and measured on the scene, poses taken out"
    for part, length in (("future", AHEAD), ("past", SEEN)):
        free: dict[str, NDArray[np.float32]] = {}
        for scene, test in tests.items():
            pose = Pose.of(seen[scene], turned=True)
            free[scene] = pose.away(test.truth if part == "future" else seen[scene])
        for rank, degree in zip(RANKS, DEGREES, strict=True):
            if part == "past" and rank != RANK:
                continue
            curve = np.linalg.qr(np.kron(_curve(degree, length), np.eye(2)))[0]
            ours = {scene: _missed(rows, basis(rows, rank)) for scene, rows in free.items()}
            theirs = {scene: _missed(rows, curve) for scene, rows in free.items()}
            how: dict[str, Any] = {"unit": "m", "setting": f"{setting}, {rank} parameters"}
            told += over(f"rebuilt/{part}/{rank}", ours, tests, seed, by="singular vectors", **how)
            by = "straight line" if degree == 1 else f"Bezier curve, degree {degree}"
            told += over(f"rebuilt/{part}/{rank}", theirs, tests, seed, by=by, **how)
    return told


def _anchored(places: Any, tests: dict[str, Test], seed: int) -> list[Figure]:
    """Return ADE and FDE of anchors alone and of constant velocity."""
    errors: dict[str, dict[str, Floats]] = {}
    for scene, test in tests.items():
        early, late = lessons(places, scene)
        method = registry.make(METHOD, turned=True, scaled=True, still=STILL[scene],
                               together=True, seed=seed).fit(early, late)  # fmt: skip
        modes = method.modes(test.past)
        straight = steady(test)[:, None]
        for name, pair in (
            ("anchors alone", best_of(modes.values, test.truth)),
            ("anchors alone, mean of 20", mean_of(modes.values, test.truth)),
            ("anchors alone, mean by chance", mean_of(modes.values, test.truth, modes.chance)),
            ("constant velocity", best_of(straight, test.truth)),
        ):
            for kind, values in zip(("ade", "fde"), pair, strict=True):
                errors.setdefault(f"{kind}|{name}", {})[scene] = values
    told: list[Figure] = []
    for key, of_scenes in errors.items():
        kind, _, by = key.partition("|")
        of = "best of 20, " if by == "anchors alone" else ""
        setting = f"{SETTING}, {of}leave one scene out{_reference(kind, by)}"
        told += over(kind, of_scenes, tests, seed, unit="m", setting=setting, by=by)
    return told


def _reference(kind: str, by: str) -> str:
    """Return the figures of an independent computation, scene by scene."""
    at = {"constant velocity": 0, "anchors alone": 2}.get(by)
    if at is None:
        return ""
    own = [row[at + (kind == "fde")] for row in REFERENCE.values()]
    told = " ".join(f"{value:.3f}" for value in (*own, float(np.mean(own))))
    return f"; computed elsewhere, scene by scene and mean: {told}"


def _curve(degree: int, length: int) -> Floats:
    """Return Bernstein polynomials at evenly spaced times. Shape (length, degree + 1)."""
    t = np.linspace(0, 1, length)[:, None]
    i = np.arange(degree + 1)
    many = np.array([comb(degree, at) for at in i])
    return np.asarray(many * t**i * (1 - t) ** (degree - i))


def _missed(rows: NDArray[np.float32], columns: Floats) -> Floats:
    """Return the mean distance of rebuilt from true points of each path. Shape (n,)."""
    away = rows - (rows @ columns) @ columns.T
    return np.asarray(np.linalg.norm(away.reshape(len(rows), -1, 2), axis=2).mean(axis=1))
