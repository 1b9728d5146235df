"""EigenTrajectory with a trained network on ETH/UCY: leave one scene out, best of 20, and the rest.

The network learns from the early part of the other scenes and is watched on their late part, on
which its size and pace were chosen too; the scene that is left out is met once. Best of 20 hides
the other 19, so that these stand beside: the mean of all modes, alike and by their chances, the
likeliest mode, the middle of the fan, minus the log likelihood a step, collisions, correlation.
What is learned is kept in the user's folder: a run that was stopped goes on where it was.
"""

__all__ = ["PROTOCOL"]

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.bench.walkers import STILL, Test, ground, lessons, over, steady, test_of, windows_of
from affectory.core import registry, shelf
from affectory.core.figure import Figure
from affectory.core.trajectory import Trajectory
from affectory.measure.paths import best_of, collisions, far, mean_of, mixture_nll, tcc
from affectory.sources.pedestrians import SCENES

Floats = NDArray[np.float64]
Errors = dict[tuple[str, str, str], dict[str, Floats]]  # figure, unit, by: values of each scene
METHOD = "forecast/eigen"
EPOCHS = 20
SETTING = "ETH/UCY, leave one scene out, 8 seen, 12 ahead"
BEST, ALL, ODDS, TOP, FAN = (
    METHOD,
    f"{METHOD}, mean of 20",
    f"{METHOD}, mean by chance",
    f"{METHOD}, likeliest mode",
    f"{METHOD}, middle of the fan",
)
ANCHORS, STRAIGHT = "anchors alone", "constant velocity"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return errors, likelihoods and collisions of each scene, and the mean of scenes."""
    places = ground(folder)
    tests = {scene: test_of(places, scene) for scene in SCENES}
    errors: Errors = {}
    for scene, test in tests.items():
        early, late = lessons(places, scene)
        kept = shelf.home() / "work" / f"eigen-{scene}-{seed}.safetensors"
        method = registry.make(METHOD, turned=True, scaled=True, still=STILL[scene], together=True,
                               epochs=EPOCHS, seed=seed).fit(early, late, kept)  # fmt: skip
        for key, values in _scored(method, test, early).items():
            errors.setdefault(key, {})[scene] = values
    told: list[Figure] = []
    for (name, unit, by), of_scenes in errors.items():
        of = "best of 20, " if by in (BEST, ANCHORS) and name in ("ade", "fde", "tcc") else ""
        told += over(name, of_scenes, tests, seed, unit=unit, setting=f"{of}{SETTING}", by=by)
    for name in ("ade", "fde"):
        ours, theirs = errors[name, "m", BEST], errors[name, "m", ANCHORS]
        gained = {scene: theirs[scene] - ours[scene] for scene in tests}
        told += over(f"gain in {name}", gained, tests, seed, unit="m", by=BEST,
                     setting=f"over anchors alone, best of 20, {SETTING}, paired")  # fmt: skip
    return tuple(told)


PROTOCOL = Protocol(
    "eigen_trained",
    "where pedestrians go next: best of 20 and all of 20, on ETH/UCY",
    "eth_ucy",
    measure,
    minutes=3,
)


def _scored(method: Any, test: Test, early: Trajectory) -> dict[tuple[str, str, str], Floats]:
    """Return one value a window for every figure."""
    out: dict[tuple[str, str, str], Floats] = {}
    modes, truth = method.modes(test.past), test.truth
    bare = replace(method, learned=replace(method.learned, corrector=None)).modes(test.past)
    rows = np.arange(len(truth))
    top = modes.values[rows, modes.chance.argmax(axis=1)][:, None]
    middle = method.fan(test.past)[0].values.reshape(len(truth), 1, -1, 2)
    straight = steady(test)[:, None]
    for by, (ade, fde) in (
        (BEST, best_of(modes.values, truth)),
        (ALL, mean_of(modes.values, truth)),
        (ODDS, mean_of(modes.values, truth, modes.chance)),
        (TOP, best_of(top, truth)),
        (FAN, best_of(middle, truth)),
        (ANCHORS, best_of(bare.values, truth)),
        (STRAIGHT, best_of(straight, truth)),
    ):
        out["ade", "m", by], out["fde", "m", by] = ade, fde
    lesson = windows_of(early)
    miss = far(steady(lesson)[:, None], lesson.truth)[:, 0]
    sd = np.sqrt(np.square(miss).mean(axis=0) / 2)
    for by, said in (
        (BEST, (modes.values, modes.chance, modes.blur)),
        (STRAIGHT, (straight, np.ones((len(truth), 1)), np.tile(sd, (len(truth), 1)))),
    ):
        out["nll a step", "nat", by] = mixture_nll(truth, *said).mean(axis=1)
    out["tcc", "", BEST] = tcc(modes.values, truth)
    out["collisions", "", BEST] = collisions(modes.values, test.scene)
    out["collisions", "", "the people themselves"] = collisions(truth[:, None], test.scene)
    return out
