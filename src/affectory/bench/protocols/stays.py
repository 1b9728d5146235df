"""Next place of Foursquare NYC (system 07): `forecast/regions` against a person's own habits.

The published split by time within each of 535 users: learned from train, stopped on valid, told
once on test, each check-in from all before it. Two baselines are those of the published count
and know the train split alone; two more know all that came before, as the transformer does. Beside
it the same on the few stays that are found in `geolife_sample`, begun from what was learned on
Foursquare; what vectors of persons tell of their later traits; and whether a region is found again
from the other half of its persons.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from affectory.bench.moods import mood_figures
from affectory.bench.protocol import Protocol
from affectory.bench.walks import beaten, chained, guessed, profile_figures, region_figures
from affectory.core import registry, shelf
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.measure.places import rank_figures
from affectory.parts.train import Plan
from affectory.sources.stays import read_foursquare, read_geolife, split_stays

METHOD = "forecast/regions"
FOURSQUARE = "Foursquare NYC test, split by time"
GEOLIFE = "GeoLife sample test, stays found here, last fifth of each user's"
FEW = Plan(epochs=20, rate=2e-4, patience=4)  # of three ways, the best on GeoLife's valid part


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return the figures of all of it; GeoLife's where `geolife_sample` lies beside `folder`."""
    console = Console(stderr=True)

    def report(said: str) -> None:
        console.print(said, highlight=False, markup=False)

    stays = read_foursquare(folder)
    parts = split_stays(stays, stays.meta("split").to_list())
    method = _learned(parts, seed, report)
    out = [*_told(method, parts, FOURSQUARE, seed)]
    report("vectors of persons and regions")
    out += [*profile_figures(method, parts, seed), *region_figures(method, parts, seed)]
    out += mood_figures(parts["train"], seed)
    beside = folder.parent / "geolife_sample"
    if beside.is_dir():
        found = read_geolife(beside)
        few = split_stays(found, _by_time(found))
        other = _learned(few, seed, report, begin=method)
        out += _told(other, few, GEOLIFE, seed)
    return tuple(out)


PROTOCOL = Protocol(
    "stays",
    "the next place against a person's own habits; what vectors of persons and regions tell",
    "foursquare_nyc",
    measure,
    minutes=6,
)


def _told(method: Any, parts: dict[str, Records], setting: str, seed: int) -> list[Figure]:
    """Return how often the next place is told, by the method and by its rivals."""
    past = Records.concat([parts["train"], parts["valid"]])
    test = parts["test"]
    how: dict[str, Any] = {"seed": seed, "setting": setting}
    out: list[Figure] = []
    for known, before in (("train", parts["train"]), ("all before", past)):
        persons, ranks = guessed(before, test, frozen=known == "train")
        for by, each in ranks.items():
            out += rank_figures(each, persons, by=f"{by}, {known}", **how)
    persons, hits = chained(parts["train"], test)
    out.append(rank_figures(hits, persons, by="Markov chain, train, first of equals", **how)[0])
    said = method.ranked(past, test)
    whose = [name.partition("/")[0] for name in said.person]
    out += rank_figures(said.ranks, whose, by=METHOD, **how)
    rival = persons, ranks["Markov chain"]
    by = f"{METHOD} over the Markov chain, all before"
    return [*out, beaten((whose, said.ranks), rival, setting, by, seed)]


def _learned(
    parts: dict[str, Records], seed: int, report: Callable[[str], None], begin: Any = None
) -> Any:
    """Return the method, having learned; what it learned is kept by its data and its seed."""
    name = f"regions-{parts['train'].digest()[:12]}-{seed}.safetensors"
    kept = shelf.home() / "bench" / name
    report(f"{METHOD}: learns once; the checkpoint is {kept}")
    made: dict[str, Any] = {} if begin is None else {"plan": FEW}
    method = registry.make(METHOD, seed=seed, **made)
    return method.fit(parts["train"], parts["valid"], begin=begin, kept=kept, report=report)


def _by_time(stays: Records) -> list[str]:
    """Return the split of each stay: three fifths train, one fifth valid, one fifth test."""
    out: list[str] = []
    for one in stays:
        share = np.arange(len(one)) / len(one)
        out += np.where(share < 0.6, "train", np.where(share < 0.8, "valid", "test")).tolist()
    return out
