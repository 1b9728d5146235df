"""The common protocol on ETH/UCY: one scene is left out, 8 positions are seen, 12 follow.

Learned from is the first part of every other session, watched the rest of it (0.8 of the times of
each file, which gives the split that the field hands on); all of the scene that is left out is
the test. Windows in which fewer than two people are there throughout do not count.
"""

__all__ = [
    "AHEAD",
    "EARLY",
    "REFERENCE",
    "SEEN",
    "STILL",
    "Test",
    "ground",
    "lessons",
    "over",
    "steady",
    "test_of",
    "windows_of",
]

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.figure import Figure
from affectory.core.groups import Names
from affectory.core.trajectory import Trajectory
from affectory.measure.bootstrap import figures
from affectory.parts.windows import earlier, windows
from affectory.represent.vocabularies import PLACE2
from affectory.sources.pedestrians import SCENES, read_pedestrians

Floats = NDArray[np.float64]
Paths = NDArray[np.float32]
SEEN, AHEAD, COMPANY = 8, 12, 2
EARLY = 0.8
STILL = {"eth": 0.419, "hotel": 0.353, "univ": 0.227, "zara1": 0.338, "zara2": 0.350}
REFERENCE = {  # constant velocity and anchors alone, as the system's card computed them: ADE, FDE
    "eth": (0.995, 2.234, 0.365, 0.583),
    "hotel": (0.323, 0.617, 0.143, 0.238),
    "univ": (0.524, 1.165, 0.244, 0.433),
    "zara1": (0.431, 0.960, 0.217, 0.396),
    "zara2": (0.326, 0.728, 0.172, 0.296),
}


class Test(NamedTuple):
    """Windows of the scene that is left out.

    Attributes:
        past: What is seen, a session a scene of people who walk at once. n groups.
        truth: What followed. Shape (n, 12, 2).
        scene: Which windows begin at once. Shape (n,).
        person: Whose each is, what intervals draw. Shape (n,).
    """

    past: Trajectory
    truth: NDArray[np.float32]
    scene: NDArray[np.int64]
    person: NDArray[np.int64]


def ground(folder: Path) -> Trajectory:
    """Return where everybody was."""
    return read_pedestrians(folder, PLACE2)


def lessons(places: Trajectory, scene: str) -> tuple[Trajectory, Trajectory]:
    """Return what is learned from and what is watched when `scene` is left out."""
    others = [name for name in places.sessions if name not in SCENES[scene]]
    rest = places.select(session=others)
    early = earlier(rest.session.codes, rest.start, EARLY)
    return rest.rows(early), rest.rows(~early)


def test_of(places: Trajectory, scene: str) -> Test:
    """Return every window of the scene that is left out."""
    return windows_of(places.select(session=SCENES[scene]))


def windows_of(own: Trajectory) -> Test:
    """Return every window of some sessions."""
    found = windows(own.session.codes, own.actor.codes, own.start, SEEN + AHEAD, company=COMPANY)
    rows = found.rows[:, :SEEN]
    at = rows.ravel()
    names = tuple(map(str, range(int(found.scene.max(initial=-1)) + 1)))
    past = Trajectory(
        own.space, own.clock, Names(np.repeat(found.scene, SEEN).astype(np.int32), names),
        own.actor.take(at), own.start[at], own.stop[at], own.values[at], by=own.by,
    )  # fmt: skip
    person = own.groups.of_row[rows[:, 0]]
    return Test(past, own.values[found.rows[:, SEEN:]], found.scene, person)


def steady(test: Test) -> Paths:
    """Return the last step, again and again. Shape (n, 12, 2)."""
    seen = test.past.values.reshape(-1, SEEN, 2)
    step = seen[:, -1] - seen[:, -2]
    ahead = np.arange(1, AHEAD + 1, dtype=np.float32)[:, None]
    return np.asarray(seen[:, -1][:, None] + ahead * step[:, None])


def over(
    name: str, values: dict[str, Floats], tests: dict[str, Test], seed: int, **how: Any
) -> tuple[Figure, ...]:
    """Return the mean of each scene and the mean of scenes, with intervals over pedestrians."""
    told, sums, where = [], [], []
    for at, scene in enumerate(values):
        person = tests[scene].person
        _, code = np.unique(person, return_inverse=True)
        own = np.zeros((code.max() + 1, 2 * len(values) + 1))
        np.add.at(own[:, 2 * at + 1], code, 1.0)
        np.add.at(own[:, 2 * at + 2], code, values[scene])
        own[:, 0] = own[:, 2 * at + 1]
        sums.append(own)
        where.append(np.full(len(own), at))
    whole = np.vstack(sums)
    for at, scene in enumerate(values):
        one = whole[np.concatenate(where) == at][:, [0, 2 * at + 2]]
        told.append(_figure(f"{name}/{scene}", one, _mean, seed, how))
    return (*told, _figure(f"{name}/mean", whole, _mean_of_scenes, seed, how))


def _figure(name: str, sums: Floats, finish: Any, seed: int, how: dict[str, Any]) -> Figure:
    return figures((name,), sums, finish, ("no window",), drawn="pedestrians", seed=seed, **how)[0]


def _mean(sums: Floats) -> Floats:
    return np.asarray(sums[:, 1] / sums[:, 0])


def _mean_of_scenes(sums: Floats) -> Floats:
    count, total = sums[:, 1::2], sums[:, 2::2]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((total / count).mean(axis=1))
