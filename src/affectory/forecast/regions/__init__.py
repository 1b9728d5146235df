"""Where a life goes next, and what a region is: those who walk it.

System 07: "Regions are Who Walk Them: a Large Pre-trained Spatiotemporal Model Based on Human
Mobility for Ubiquitous Urban Sensing" (2023, arXiv 2311.10471): one causal transformer over stays,
used three times: to tell the next place, to describe a person, to describe any region.

Differs from the paper, whose sizes, tokens and losses are not public and whose data are
proprietary: a stay is place, wide cell, weekday, half hour, gap and length; a second head weighs
habits of the person's own past (*ours*); places of fewer than five persons have no token of their
own. Small, for check-ins of hundreds of persons on a CPU.
"""

__all__ = ["CARD", "RegionWalks", "taught", "toy"]

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice, BadValues, NoRecords
from affectory.core.records import Channel, Clock, Records
from affectory.core.registry import method
from affectory.core.trajectory import Trajectory
from affectory.forecast.regions import telling
from affectory.forecast.regions.net import PlaceNet, Size, length_of, work_of
from affectory.forecast.regions.pool import STEPS, Pool
from affectory.forecast.regions.reading import (
    NAME,
    SHARED,
    Atlas,
    Stays,
    batch_of,
    parted,
    paths,
    stays_of,
)
from affectory.measure.cohorts import person_column
from affectory.parts.alone import one_thread
from affectory.parts.padded import dealt
from affectory.parts.train import Plan, learn
from affectory.senses.life import Words
from affectory.sources.stays import read_foursquare, split_stays

Floats = NDArray[np.float64]
Report = Callable[[str], None]
BATCH, LOOSE = 8, 16.0  # windows a step; rows by which their lengths may differ more

SIZE = Size()
PLAN = Plan(epochs=12, rate=2e-3, patience=3)
CARD = Card(
    name=NAME,
    paper=Paper(
        7,
        "Regions are Who Walk Them: a Large Pre-trained Spatiotemporal Model Based on Human "
        "Mobility for Ubiquitous Urban Sensing",
        2023,
        "arXiv 2311.10471",
    ),
    summary="the next places of a person, and vectors of persons and regions, from stays",
    takes=(Channel.LIFE.value,),
    gives=("places",),
    learns=True,
    aka=("RAW", "next location prediction", "mobility", "region embedding", "check-ins"),
    extras=("train",),
    cautions=(
        "Four places and times can tell a person from all others: never publish single stays, "
        "never join them with other data, and let people opt out.",
        "Regions of fewer than five persons are refused, and places of fewer than five persons "
        "have no name in what it learns.",
        "Where somebody goes is no ground to treat him otherwise: no policing, insurance, credit "
        "or hiring; attributes told from walks are guesses.",
        "Check-ins are what people chose to tell, not where they were.",
    ),
)


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned: places, the net's size and its arrays."""

    atlas: Atlas
    size: Size
    arrays: dict[str, NDArray[Any]]

    def net(self) -> PlaceNet:
        """Return the net."""
        return PlaceNet(self.atlas, self.size).read(self.arrays)

    def note(self) -> dict[str, Any]:
        """Return what the weights say of themselves."""
        atlas = {"places": self.atlas.places, "box": self.atlas.box, "depth": self.atlas.depth}
        more = {"cells": self.atlas.cells.names, "size": asdict(self.size)}
        return {"name": NAME, **atlas, **more, "licence": "as of the stays; not to be passed on"}

    @classmethod
    def made(cls, arrays: dict[str, NDArray[Any]], note: dict[str, Any]) -> Self:
        """Return what `arrays` and `note` told of."""
        south, north, west, east = note["box"]
        cells = Words(tuple(note["cells"]))
        atlas = Atlas(tuple(note["places"]), cells, (south, north, west, east), note["depth"])
        return cls(atlas, Size(**note["size"]), arrays)


@method(CARD)
@dataclass(frozen=True)
class RegionWalks:
    """Forecast the next places; give vectors of persons and of regions.

    Args:
        weights: A file that `affectory train forecast/regions` wrote; None: the user's own.
        size: How large the net is, when it learns.
        plan: How long it learns.
        draws: Continuations that are drawn for steps after the first, >= 1.
        seed: Seed of what it learns and draws.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.
    """

    weights: Path | None = None
    size: Size = SIZE
    plan: Plan = PLAN
    draws: int = 8
    seed: int = 0
    learned: Learned | None = field(default=None, repr=False, compare=False)

    def fit(
        self,
        past: Records,
        came: Records | None = None,
        *,
        begin: "RegionWalks | None" = None,
        kept: Path | None = None,
        report: Report = lambda _: None,
    ) -> Self:
        """Return a copy that has learned where the persons of `past` went.

        Args:
            past: Stays of channel `life`, places in `text`; lat and lon may stand in `meta`.
            came: Later stays of the same persons, on which learning is stopped; None: the last
                tenth of each person's.
            begin: What has learned elsewhere: all of it that hangs on no place or cell is taken
                over, so that few stays suffice; the size is then its own.
            kept: File of the checkpoint from which a stopped lesson goes on.
            report: Told how far it is.

        Raises:
            NoRecords: if there is no stay.
            ClockMismatch: if times are neither days nor seconds.
            MissingExtra: if torch is not installed.
        """
        if not len(past):
            raise NoRecords(f"{NAME}.fit", "give stays of channel life")
        early, late = (past, came) if came is not None else parted(past)
        atlas = Atlas.of(early)
        walks = list(paths(atlas, early, late))
        work, watch = (work_of(walks, told=told) for told in (True, False))
        long = length_of(work)
        size = self.size if begin is None else begin._held().size
        about = {"past": early.digest(), "came": late.digest(), "size": repr(size)}
        about["codes"] = repr(atlas.sizes)
        with one_thread() as torch:
            net = PlaceNet(atlas, size, self.seed)
            if begin is not None:
                about["begin"] = net.taken(begin._held().arrays)
            learn(
                net.module,
                self.plan,
                lambda rng: [
                    [work[row] for row in rows] for rows in dealt(long, BATCH, rng, LOOSE)
                ],
                lambda some: net.loss(batch_of(torch, some)),
                lambda: float(telling.told(net, watch or work).loss.mean()),
                seed=self.seed,
                what=NAME,
                kept=kept,
                key={**about, "plan": repr(self.plan)},
                report=report,
            )
        return replace(self, size=size, learned=Learned(atlas, size, net.arrays()))

    def forecast(self, past: Records, horizon: int) -> Trajectory:
        """Return the distribution of each of the next `horizon` places of each person.

        The Space `places` has the shared places, `own-1` ... `own-64` (the j-th further place of
        this person, in the order of his first visit) and `elsewhere`. States are as far apart as
        the person's stays usually are. The first is exact; later ones are means over `draws`
        continuations that are drawn from the net itself.

        Raises:
            BadChoice: if horizon is less than 1.
            NotTrained: if there are no weights.
            ClockMismatch: if times are neither days nor seconds.
        """
        if horizon < 1:
            raise BadChoice("horizon", horizon, "1 or more")
        atlas, lives = self._held().atlas, list(stays_of(past))
        values = np.zeros((len(lives), horizon, len(telling.columns(atlas))))
        with one_thread():
            net = self._held().net()
            drawn = [[own] for _, own in lives]
            rngs = [np.random.default_rng(self.seed) for _ in lives]
            for step in range(horizon if lives else 0):
                flat = [
                    telling.walk_of(atlas, key, own)
                    for (key, _), each in zip(lives, drawn, strict=True)
                    for own in each
                ]
                chance = telling.next_of(net, flat).reshape(len(lives), len(drawn[0]), -1)
                values[:, step] = chance.mean(axis=1)
                if step + 1 < horizon:
                    drawn = [
                        self._grown(*each, atlas) for each in zip(drawn, chance, rngs, strict=True)
                    ]
        return telling.future(atlas, past.clock, lives, values)

    def ranked(self, past: Records, came: Records, *, frozen: bool = False) -> telling.Ranked:
        """Return where each stay of `came` stood among what was told before it.

        Args:
            past: Stays that came first.
            came: Later stays of the same persons; each is told from all before it.
            frozen: Whether habits are counted in `past` alone.
        """
        walks = list(paths(self._held().atlas, past, came, frozen=frozen))
        with one_thread():
            return telling.told(self._held().net(), work_of(walks, told=False))

    def states(self, stays: Records) -> tuple[list[tuple[str, str]], list[NDArray[np.float32]]]:
        """Return session and actor of each person, and a state after each stay. Shapes (n, d)."""
        walks = list(paths(self._held().atlas, stays))
        with one_thread():
            return [walk.key for walk in walks], telling.states_of(self._held().net(), walks)

    def region(self, stays: Records, within: NDArray[np.bool_], pool: Pool | None = None) -> Floats:
        """Return the vector of a region, of length one: who walks there. Shape (d,).

        Args:
            stays: All stays, n, each person's in order of time.
            within: Which of them lie in the region, and in the hours that are asked for. (n,).
            pool: How persons become one vector; None: their plain mean.

        Raises:
            BadValues: if fewer than five persons stay there.
        """
        keys, states = self.states(stays)
        inside = telling.inside(stays, np.asarray(within, np.bool_), keys, states)
        side = ("session", "actor").index(person_column(stays.frame))
        persons: dict[str, list[NDArray[np.float32]]] = {}
        for key, own in inside.items():
            persons.setdefault(key[side], []).append(own)
        if len(persons) < SHARED:
            cure = "widen the region or the hours"
            raise BadValues("region", f"{len(persons)} persons", f"at least {SHARED}", cure)
        each = [np.concatenate(own) for own in persons.values()]
        return (pool or Pool.mean(each[0].shape[1])).vector(each)

    @staticmethod
    def pool(regions: Sequence[Floats], seed: int = 0, steps: int = STEPS) -> Pool:
        """Return a pool learned from the mean states of each region's persons. Shapes (p, d).

        Args:
            regions: Of at least two persons each.
            seed: Seed of the halves.
            steps: How long it learns; 0: the plain mean, in standard units.
        """
        return Pool.fit(regions, seed, steps)

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Report) -> Path:
        """Learn from `foursquare_nyc` (train; stopped on valid); return where the weights are.

        Goes on from what `out` holds of an earlier call.

        Raises:
            MissingFile: if the data set is not there.
            MissingExtra: if torch is not installed.
        """
        stays = read_foursquare(data / "foursquare_nyc")
        parts = split_stays(stays, stays.meta("split").to_list())
        out.mkdir(parents=True, exist_ok=True)
        kept = out / "regions.checkpoint.safetensors"
        fitted = RegionWalks(seed=seed).fit(
            parts["train"], parts["valid"], kept=kept, report=report
        )
        assert fitted.learned is not None
        return shelf.put(NAME, out, fitted.learned.arrays, fitted.learned.note())

    def _held(self) -> Learned:
        if self.learned is not None:
            return self.learned
        return shelf.take(shelf.weights_of(NAME, self.weights), {"name": NAME}, Learned.made)

    def _grown(
        self, lives: list[Stays], chance: Floats, rng: np.random.Generator, atlas: Atlas
    ) -> list[Stays]:
        """Return one person's continuations, each with one more stay."""
        if len(lives) < self.draws:
            lives, chance = lives * self.draws, np.repeat(chance, self.draws, axis=0)
        return [telling.grown(own, c, atlas, rng) for own, c in zip(lives, chance, strict=True)]


def toy() -> Records:
    """Return six persons who go to and fro between home, work and one square."""
    rows = [
        {"session": f"s{p}", "actor": f"s{p}", "channel": Channel.LIFE.value,
         "start": 15_400 + at / 3 + 0.01 * p, "text": (f"home {p}", "work", "square")[at % 3]}
        for p in range(6)
        for at in range(24)
    ]  # fmt: skip
    return Records(pl.DataFrame(rows), Clock.DAYS)


@lru_cache(maxsize=1)
def taught() -> RegionWalks:
    """Return the method, having learned the toy."""
    plan = Plan(epochs=20, rate=2e-2, patience=20)
    return RegionWalks(size=Size(d=16, layers=1, heads=2, drop=0.0), plan=plan, draws=2).fit(toy())
