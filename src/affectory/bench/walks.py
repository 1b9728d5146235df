"""What the walks of many persons tell: baselines of the next place, of persons, of regions."""

__all__ = ["beaten", "chained", "guessed", "profile_figures", "region_figures"]

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.measure.bootstrap import average, figures, ratio
from affectory.measure.places import radius_of_gyration, ranks_of
from affectory.parts.blend import folds_of
from affectory.parts.habits import Habits, chain, frequent, habits, markov
from affectory.parts.ridge import Ridge
from affectory.senses import life

Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]
Hits = NDArray[np.bool_]
METHOD = "forecast/regions"
DEPTH = 6  # letters of the cells that are regions here: 64 by 64 over the city
FEWEST = 10  # persons of a region, five in each half
DRAWN = 5  # how often its persons are halved
PENALTIES = (1.0, 10.0, 30.0, 100.0, 300.0, 1000.0)  # of the ridge, in standard units
PROFILE = "traits of the test stays told from the train stays, ten folds of persons"
REGION = "Foursquare NYC train, cells of 64 by 64, the same region among all from its other half"


def guessed(past: Records, came: Records, *, frozen: bool) -> tuple[list[str], dict[str, Ranks]]:
    """Return whose each later stay is, and the rank of its place by each baseline.

    Args:
        past: Stays that came first.
        came: Later stays of the same persons.
        frozen: Whether `past` alone is counted; else all that came before each stay.
    """
    persons: list[str] = []
    ranks: dict[str, list[Ranks]] = {name: [np.zeros(0, np.int64)] for name in BASELINES}
    for name, code, day, k in _both(past, came):
        own = habits(code, day, k if frozen else None)
        place = {int(thing): at for at, thing in enumerate(own.things)}
        column = np.array([place[int(one)] for one in code])
        truth = np.where(own.known[np.arange(len(code)), column], column, -1)[k:]
        persons += [name] * len(truth)
        for by, say in BASELINES.items():
            ranks[by].append(ranks_of(say(own)[k:], truth))
    return persons, {by: np.concatenate(each) for by, each in ranks.items()}


def chained(past: Records, came: Records) -> tuple[list[str], Ranks]:
    """Return whose each later stay is, and 1 where the published chain hits its place, else 0."""
    persons, hits = [], [np.zeros(0, np.int64)]
    for name, code, _, k in _both(past, came):
        hits.append((chain(code, k) == code[k:]).astype(np.int64))
        persons += [name] * (len(code) - k)
    return persons, np.concatenate(hits)


def _both(past: Records, came: Records) -> Iterator[tuple[str, Ranks, Floats, int]]:
    later = {one.name: one for one in came}
    for one in past:
        if one.name in later:
            frame = one.frame.vstack(later[one.name].frame)
            code = np.unique(frame["text"].to_numpy(), return_inverse=True)[1]
            yield one.name, code, frame["start"].to_numpy(), len(one)


def beaten(
    mine: tuple[list[str], Ranks], other: tuple[list[str], Ranks], setting: str, by: str, seed: int
) -> Figure:
    """Return how much more often `mine` hits the place than `other`, over persons."""
    names = {name: at for at, name in enumerate(dict.fromkeys(other[0]))}
    sums = np.zeros((len(names), 3))
    for side, (persons, ranks) in enumerate((mine, other), 1):
        who = np.array([names[name] for name in persons], np.int64)
        np.add.at(sums[:, side], who, ranks == 1)
    sums[:, 0] = np.bincount(who, minlength=len(names))
    return figures(
        ("acc@1 gained",), sums, lambda s: ratio(s[:, 1] - s[:, 2], s[:, 0]), ("no stay",),
        drawn="persons", seed=seed, setting=setting, by=by,
    )[0]  # fmt: skip


def profile_figures(method: Any, parts: dict[str, Records], seed: int) -> Iterator[Figure]:
    """Yield how well the vector of a person tells what he does later, and his own past does."""
    keys, states = method.states(parts["train"])
    vectors = np.stack([own.mean(axis=0) for own in states]).astype(np.float64)
    early, late = (_traits(parts[split]) for split in ("train", "test"))
    names = [key[0] for key in keys if key[0] in late]
    rows = [at for at, key in enumerate(keys) if key[0] in late]
    fold = folds_of(np.arange(len(names)), 10, seed)
    for at, trait in enumerate(TRAITS):
        then, now = (np.array([told[n][at] for n in names]) for told in (early, late))
        sources = {
            "the same trait before": then[:, None],
            f"{METHOD}, vector of the person": vectors[rows],
            "both": np.column_stack([then, vectors[rows]]),
        }
        for by, x in sources.items():
            said, usual = _crossed(x, now, fold)
            sums = np.column_stack([np.ones(len(now)), (said - now) ** 2, (usual - now) ** 2])
            yield figures(
                (f"r2/{trait}",), sums, lambda s: 1 - ratio(s[:, 1], s[:, 2]), ("no spread",),
                drawn="persons", seed=seed, setting=PROFILE, by=by,
            )[0]  # fmt: skip


def _traits(stays: Records) -> dict[str, Floats]:
    lat, lon = (stays.meta(name).cast(float).to_numpy() for name in ("lat", "lon"))
    out = {}
    for one, low, high in zip(stays, stays.offsets[:-1], stays.offsets[1:], strict=True):
        day = one.frame["start"].to_numpy()
        hour = np.mod(day, 1) * 24
        places = one.frame["text"].n_unique()
        reach = radius_of_gyration(np.column_stack([lat[low:high], lon[low:high]]))
        out[one.name] = np.array(
            [
                float(((hour >= 22) | (hour < 6)).mean()),
                float((life.weekdays(day) >= 5).mean()),
                places / len(one),
                np.log(reach + 1e-3),
            ]
        )
    return out


def _crossed(x: Floats, y: Floats, fold: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return what ridge regression tells of each fold from the others, and their mean."""
    said, usual = np.zeros(len(y)), np.zeros(len(y))
    for one in np.unique(fold):
        rest = fold != one
        middle, width = x[rest].mean(axis=0), x[rest].std(axis=0) + 1e-9
        z = (x - middle) / width
        model = Ridge.fit(z[rest], y[rest, None], PENALTIES)  # chosen within the other folds
        said[~rest], usual[~rest] = model.predict(z[~rest])[:, 0], y[rest].mean()
    return said, usual


def region_figures(method: Any, parts: dict[str, Records], seed: int) -> Iterator[Figure]:
    """Yield how often a region is found again from the other half of those who walk it."""
    rng = np.random.default_rng(seed)
    inside, away, hours = _regions(method, parts["train"])
    names = sorted(inside)
    order = rng.permutation(len(names))
    learn, told = (
        [names[at] for at in sorted(part)] for part in np.split(order, [len(names) // 2])
    )
    pool = type(method).pool
    for by, states in (("stays inside it", inside), ("who they are elsewhere", away)):
        plain = pool([states[name] for name in learn], seed, steps=0)
        taught = pool([states[name] for name in learn], seed)
        for how, one in (("plain mean", plain), ("learned pool", taught)):
            yield _found([states[n] for n in told], one.of, f"{METHOD}, {by}, {how}", seed)
    yield _found([hours[n] for n in told], lambda x: x.mean(axis=0), "hours of the stays", seed)
    setting = f"{REGION}; {len(told)} regions"
    yield Figure("recall@1", 1 / len(told), n=len(told), setting=setting, by="chance")


def _found(regions: list[Floats], vector: Callable[[Floats], Floats], by: str, seed: int) -> Figure:
    rng, n = np.random.default_rng(seed), len(regions)
    hit = np.zeros(n)
    for _ in range(DRAWN):
        halves = []
        for own in regions:
            order = rng.permutation(len(own))
            halves.append(
                (vector(own[order[: len(own) // 2]]), vector(own[order[len(own) // 2 :]]))
            )
        one, other = (np.stack(side) for side in zip(*halves, strict=True))
        one, other = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (one, other))
        hit += (one @ other.T).argmax(axis=1) == np.arange(n)
    setting = f"{REGION}; {n} regions that no pool was learned from, halved {DRAWN} times"
    return average("recall@1", hit / DRAWN, drawn="regions", seed=seed, setting=setting, by=by)


def _regions(
    method: Any, stays: Records
) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, Floats]]:
    """Return for each region of enough persons their mean states in it and elsewhere, and hours."""
    lat, lon = (stays.meta(name).cast(float).to_numpy() for name in ("lat", "lon"))
    box = (lat.min(), lat.max() + 1e-6, lon.min(), lon.max() + 1e-6)
    cells = np.array(life.quadkeys(lat, lon, DEPTH, box))
    day = stays.frame["start"].to_numpy()
    hour = np.eye(24)[(np.mod(day, 1) * 24).astype(np.int64)]
    keys, states = method.states(stays)
    parts: tuple[dict[str, list[Floats]], ...] = ({}, {}, {})
    for at, key in enumerate(keys):
        rows = slice(
            *stays.offsets[[stays.sessions.index(key[0]), stays.sessions.index(key[0]) + 1]]
        )
        own, cell, when = states[at].astype(np.float64), cells[rows], hour[rows]
        for name in np.unique(cell):
            here = cell == name
            if here.all():
                continue
            for part, mean in zip(
                parts, (own[here].mean(0), own[~here].mean(0), when[here].mean(0)), strict=True
            ):
                part.setdefault(str(name), []).append(mean)
    kept = [name for name, each in parts[0].items() if len(each) >= FEWEST]
    inside, away, hours = ({name: np.stack(part[name]) for name in kept} for part in parts)
    return inside, away, hours


BASELINES: dict[str, Callable[[Habits], Any]] = {
    "most frequent place": frequent,
    "Markov chain": markov,
}
TRAITS = ("night share", "weekend share", "new places a stay", "log radius of gyration")
