"""What the net says, as ranks, distributions and Trajectories."""

__all__ = [
    "Ranked",
    "columns",
    "future",
    "grown",
    "inside",
    "next_of",
    "pace_of",
    "space_of",
    "states_of",
    "told",
    "walk_of",
]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.groups import Names
from affectory.core.records import Clock, Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.forecast.regions.net import PlaceNet, Window, length_of
from affectory.forecast.regions.reading import (
    FIRST,
    LENGTH,
    NAME,
    OWN,
    UNITS,
    Atlas,
    Path,
    Stays,
    batch_of,
    path_of,
    windows,
)
from affectory.measure.places import ranks_of
from affectory.parts.padded import dealt
from affectory.senses.life import SPECIALS, UNK

Floats = NDArray[np.float64]
Key = tuple[str, str]
BATCH = 16  # windows that are read at once
SHORTEST = 1 / 48  # days between two stays, at least


class Ranked(NamedTuple):
    """Where the truth stood among what was told.

    Attributes:
        person: Whose stay. Length n.
        ranks: From 1; 0 where no answer was that place. Shape (n,).
        loss: Surprise of what came, in nats. Shape (n,).
    """

    person: list[str]
    ranks: NDArray[np.int64]
    loss: Floats


def told(net: PlaceNet, work: Sequence[Window]) -> Ranked:
    """Return how the net ranked what came in the rows that count."""
    torch, person = net.torch, []
    ranks, loss = [np.zeros(0, np.int64)], [np.zeros(0)]
    with torch.no_grad():
        for rows in dealt(length_of(work), BATCH):
            batch = batch_of(torch, [work[row] for row in rows])
            logits = net(batch).logits[batch.score]
            truth = batch.truth[batch.score]
            loss.append(torch.nn.functional.cross_entropy(logits, truth, reduction="none").numpy())
            logits[:, UNK] = -np.inf  # somewhere else is no place
            which = truth.numpy()
            ranks.append(ranks_of(logits.numpy(), np.where(which == UNK, -1, which)))
            for row in rows:
                walk, _, low, end = work[row]
                person += ["/".join(walk.key)] * (end - low)
    return Ranked(person, np.concatenate(ranks), np.concatenate(loss).astype(np.float64))


def states_of(net: PlaceNet, walks: Sequence[Path]) -> list[NDArray[np.float32]]:
    """Return the state after each stay of each walk. Shapes (n, d)."""
    torch, d = net.torch, net.events.shape.d
    states = [np.zeros((len(walk) + 1, d), np.float32) for walk in walks]
    work = [(at, one) for at, walk in enumerate(walks) for one in windows(walk, 0, len(walk) + 1)]
    with torch.no_grad():
        for rows in dealt(length_of([one for _, one in work]), BATCH):
            said = net(batch_of(torch, [work[row][1] for row in rows])).states.numpy()
            for own, (at, (_, begin, low, end)) in zip(said, (work[r] for r in rows), strict=True):
                states[at][low:end] = own[low - begin : end - begin]
    return [own[1:] for own in states]


def inside(
    stays: Records,
    within: NDArray[np.bool_],
    keys: Sequence[Key],
    states: Sequence[NDArray[np.float32]],
) -> dict[Key, NDArray[np.float32]]:
    """Return the states of each session and actor after stays in a region, if they were there."""
    table = stays.frame.select("session", "actor", "start").with_columns(within=pl.Series(within))
    rows = table.group_by("session", "actor", maintain_order=True).agg(
        pl.col("within").sort_by("start", maintain_order=True)
    )
    held = {(s, a): np.array(mask, np.bool_) for s, a, mask in rows.iter_rows()}
    found = {key: own[held[key]] for key, own in zip(keys, states, strict=True)}
    return {key: own for key, own in found.items() if len(own)}


def columns(atlas: Atlas) -> tuple[str, ...]:
    """Return the names of the axes: shared places, own places, elsewhere."""
    return (*atlas.places, *(f"own-{at + 1}" for at in range(OWN)), "elsewhere")


def space_of(atlas: Atlas) -> Space:
    """Return the Space of the next place."""
    axes = tuple(Axis(name, 0.0, 1.0) for name in columns(atlas))
    return Space("places", Kind.DISTRIBUTION, axes, "the places of at least five persons")


def next_of(net: PlaceNet, walks: Sequence[Path]) -> Floats:
    """Return the distribution of the place after the last stay of each walk. Shape (u, k)."""
    torch = net.torch
    out = np.zeros((len(walks), net.events.shape.sizes[0]))
    work = [(walk, max(0, len(walk) + 1 - LENGTH), len(walk), len(walk) + 1) for walk in walks]
    with torch.no_grad():
        for batch_rows in dealt(length_of(work), BATCH):
            batch = batch_of(torch, [work[row] for row in batch_rows])
            logits = net(batch).logits[batch.score].double()
            out[batch_rows] = torch.softmax(logits, 1).numpy()
    order = [*range(FIRST, out.shape[1]), *range(len(SPECIALS), FIRST), UNK]
    return out[:, order]


def grown(own: Stays, chance: Floats, atlas: Atlas, rng: np.random.Generator) -> Stays:
    """Return one person's stays with one more, drawn by `chance`, after his usual pace."""
    column = int(rng.choice(len(chance), p=chance / chance.sum()))
    shared = len(atlas.places)
    if column < shared:
        place = atlas.places[column]
    else:  # the j-th further place of his own, or one where he never was
        further = [p for p in dict.fromkeys(own.said) if p not in atlas.tokens]
        j = column - shared
        place = further[j] if j < len(further) else f"elsewhere-{len(own.said)}"
    day = np.array([own.start[-1] + pace_of(own.start)])
    nowhere = np.array([np.nan])
    return own.then(Stays([place], day, day, nowhere, nowhere))


def pace_of(start: Floats) -> float:
    """Return the usual time between two stays, in days."""
    return max(float(np.median(np.diff(start))), SHORTEST) if len(start) > 1 else 1.0


def future(
    atlas: Atlas, clock: Clock, lives: Sequence[tuple[Key, Stays]], values: Floats
) -> Trajectory:
    """Return the states (u, h, k) of persons as one Trajectory."""
    u, h = values.shape[:2]
    unit = UNITS[clock]
    pace = np.array([pace_of(own.start) for _, own in lives])[:, None] * unit
    last = np.array([own.start[-1] for _, own in lives])[:, None] * unit
    start = (last + pace * np.arange(1, h + 1)) if u else np.zeros((0, h))
    session, actor = (
        Names.of(np.repeat(np.array([key[side] for key, _ in lives], str), h)) for side in (0, 1)
    )
    flat = values.reshape(u * h, values.shape[2])
    return Trajectory(
        space_of(atlas), clock, session, actor, start.ravel(), (start + pace).ravel() if u
        else start.ravel(), flat.astype(np.float32), by=NAME,
    )  # fmt: skip


def walk_of(atlas: Atlas, key: Key, own: Stays) -> Path:
    """Return the path of one person, all of it told."""
    return path_of(atlas, key, own, len(own.said))
