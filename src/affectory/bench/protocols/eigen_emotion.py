"""EigenTrajectory on feelings: diaries, joystick traces, stories; 8 states seen, 12 ahead.

Who is forecast was never learned from: folds part persons (diaries), stories, or persons and
videos at once (traces: a person who is left out, on a video that is left out). Rivals: the last
state, the mean so far, AR(1). Errors are mean absolute ones over axes and steps; CRPS is of 20
equally likely draws of each. A fan of 80 % holds what it should if it covers 78 to 82 %.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.bench import felt
from affectory.bench.histories import RIVALS, Histories, Rival, histories
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.groups import Names
from affectory.core.trajectory import Trajectory
from affectory.measure.bootstrap import figures, mean
from affectory.measure.forecasts import covered, crps_draws
from affectory.parts.blend import folds_of

Floats = NDArray[np.float64]
Masks = Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]
METHOD = "forecast/eigen"
SEEN, AHEAD, DRAWS, LEVEL = 8, 12, 20, 0.8
STILL = 1e-3  # who has not moved over two steps stands
FOLDS, HALVES = 5, 4


class Set(NamedTuple):
    """A data set and how it is parted.

    Attributes:
        folder: Where it lies.
        read: From the folder to states.
        parted: From states to masks of groups: learned from, forecast.
        unit: What intervals draw.
        about: Words for the setting.
        stride: Points that are passed over between two that are forecast, and one.
    """

    folder: str
    read: Callable[[Path], Trajectory]
    parted: Callable[[Trajectory, int], Masks]
    unit: str
    about: str
    stride: int = 1


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return errors, CRPS and cover on each data set, and gains over rivals."""
    told: list[Figure] = []
    for name, each in SETS.items():
        states = each.read(folder.parent / each.folder)
        told += _measured(name, each, states, seed)
    return tuple(told)


PROTOCOL = Protocol(
    "eigen_emotion",
    "how feelings go on: against persistence, mean and AR(1), with the cover of 80 % fans",
    "esm_emotion_time_series",
    measure,
    minutes=2,
)


def by_group(states: Trajectory, seed: int) -> Masks:
    """Yield masks that part groups."""
    fold = folds_of(np.arange(len(states.groups)), FOLDS, seed)
    for at in range(FOLDS):
        yield fold != at, fold == at


def by_both(states: Trajectory, seed: int) -> Masks:
    """Yield masks that part actors and sessions at once."""
    person = folds_of(states.groups.actor, FOLDS, seed)
    video = folds_of(states.groups.session, HALVES, seed)
    for one in range(FOLDS):
        for other in range(HALVES):
            yield (person != one) & (video != other), (person == one) & (video == other)


def diaries(folder: Path) -> Trajectory:
    """Return the diaries, a session a person: numbers of persons recur from study to study."""
    told = felt.diaries(folder)
    sessions = np.array(told.session.names)[told.groups.session]
    actors = np.array(told.actor.names)[told.groups.actor]
    names = tuple(f"{study}/{person}" for study, person in zip(sessions, actors, strict=True))
    return replace(told, session=Names(told.groups.of_row.astype(np.int32), names))


SETS = {
    "diaries": Set("esm_emotion_time_series", diaries, by_group, "persons",
                   "six diary studies, persons parted, every third beep", 3),
    "traces": Set("ceap360vr_annotations", felt.traces, by_both, "persons",
                  "joystick traces by seconds, persons and videos parted"),
    "stories": Set("stories_va", felt.stories, by_group, "stories",
                   "fairy tales by sentences, stories parted"),
}  # fmt: skip


def _measured(name: str, each: Set, states: Trajectory, seed: int) -> list[Figure]:
    """Return the figures of one data set."""
    parts: dict[str, list[Floats]] = {}
    groups = []
    of_row = states.groups.of_row
    for on, off in each.parted(states, seed):
        lesson, test = states.rows(on[of_row]), states.rows(off[of_row])
        where = histories(test, SEEN, AHEAD, each.stride)
        if not len(where.truth):
            continue
        groups.append(_cluster(each, test)[where.group])
        for key, values in _scored(lesson, where, each.stride, seed).items():
            parts.setdefault(key, []).append(values)
    whole = {key: np.concatenate(values) for key, values in parts.items()}
    _, code = np.unique(np.concatenate(groups), return_inverse=True)
    setting = f"{each.about}; 8 seen, 12 ahead, {len(code)} points"
    how: dict[str, Any] = {"drawn": each.unit, "seed": seed}
    told = []
    for key, values in whole.items():
        score, _, by = key.partition("|")
        told.append(_figure(f"{score}/{name}", values, code, by=by, setting=setting, **how))
    for score in ("mae", "crps"):
        for rival in RIVALS:
            gain = whole[f"{score}|{rival}"] - whole[f"{score}|{METHOD}"]
            told.append(_figure(f"gain in {score}/{name}", gain, code, by=METHOD,
                                setting=f"over {rival}, paired; {setting}", **how))  # fmt: skip
    return told


def _scored(lesson: Trajectory, where: Histories, stride: int, seed: int) -> dict[str, Floats]:
    """Return one value a point for every score."""
    method = registry.make(METHOD, seen=SEEN, ahead=AHEAD, many=DRAWS, still=STILL, seed=seed).fit(
        lesson
    )
    n, h, k = where.truth.shape
    middle, low, high = (one.values.reshape(n, h, k) for one in method.fan(where.past, LEVEL))
    drawn = method.forecast(where.past, AHEAD).values.reshape(n, DRAWS, h, k).swapaxes(0, 1)
    inside = covered(where.truth, low, high)
    out = {
        f"mae|{METHOD}": np.abs(where.truth - middle).mean(axis=(1, 2)),
        f"crps|{METHOD}": crps_draws(where.truth, drawn).mean(axis=(1, 2)),
        f"cover80|{METHOD}": inside.mean(axis=(1, 2)),
        f"cover80 at the first step|{METHOD}": inside[:, 0].mean(axis=1),
        f"cover80 at the last step|{METHOD}": inside[:, -1].mean(axis=1),
        f"width80|{METHOD}": (high - low).mean(axis=(1, 2)).astype(np.float64),
    }
    taught = histories(lesson, SEEN, AHEAD, stride)
    for name in RIVALS:
        rival = Rival.fit(name, taught, DRAWS)
        said = rival.draws(where)
        ends = said[2], said[-3]  # between the third and the third last lie four fifths
        out[f"mae|{name}"] = np.abs(where.truth - rival.middle(where)).mean(axis=(1, 2))
        out[f"crps|{name}"] = crps_draws(where.truth, said).mean(axis=(1, 2))
        out[f"width80|{name}"] = (ends[1] - ends[0]).mean(axis=(1, 2))
    return out


def _cluster(each: Set, test: Trajectory) -> NDArray[np.str_]:
    """Return the name of what is drawn again for each group."""
    actors, sessions = np.array(test.actor.names), np.array(test.session.names)
    actor, session = actors[test.groups.actor], sessions[test.groups.session]
    if each.unit == "persons" and each.parted is by_both:
        return np.asarray(actor)  # one person in several videos
    return np.char.add(np.char.add(session, "/"), actor)


def _figure(name: str, values: Floats, code: NDArray[np.int64], **how: Any) -> Figure:
    sums = np.zeros((code.max() + 1, 2))
    np.add.at(sums, code, np.column_stack([np.ones(len(values)), values]))
    return figures((name,), sums, mean, ("no point",), **how)[0]
