"""An outcome of SIMULATED lives with a planted rule (system 20): is it found, and pointed at?

10,000 persons are learned from, 2,500 are watched, 3,000 are told once. Where one event comes
within 90 days after another, the odds of the outcome are five times what they are; nothing else
matters.
Rivals: the rule itself (what can be known at most), logistic regression on counts of events, a
recurrent net. Beside it: hidden events against their frequency; whether the heaviest events are
those of the rule; scores that stay right where positives are hidden; errors by sex and age; the
pipeline on the published synthetic register, which has nothing to learn.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.console import Console

from affectory.bench.outcomes import bags, counted, recurrent, tokens_of
from affectory.bench.protocol import Protocol
from affectory.core import registry, shelf
from affectory.core.figure import Figure
from affectory.core.groups import Names
from affectory.core.records import Clock, Records
from affectory.core.trajectory import Trajectory
from affectory.measure.bootstrap import average
from affectory.measure.cohorts import cohort_figures
from affectory.measure.unlabelled import area_figure, corrected_figures
from affectory.represent.vocabularies import OUTCOME
from affectory.senses.life import Words
from affectory.sources.authored.lives import CUT, FIRST, SECOND, SimulatedLives, simulated_lives
from affectory.sources.lives import read_life2vec

METHOD = "forecast/lives"
LEARN, TEST = 12_500, 3000  # persons; a fifth of the first is watched, not learned from
HIDDEN = 1 / 3  # share of the positives that are called negative
SETTING = f"SIMULATED lives, {TEST} persons told once"
Floats = NDArray[np.float64]


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return the figures; `folder` is the published synthetic register, read for its counts."""
    console = Console(stderr=True)

    def report(said: str) -> None:
        console.print(said, highlight=False, markup=False)

    told = simulated_lives(LEARN + TEST, seed)
    test = np.arange(LEARN + TEST) >= LEARN
    past, late = (_only(told, side) for side in (~test, test))
    kept = shelf.home() / "bench" / f"lives-{told.records.digest()[:12]}-{seed}"
    report(f"{METHOD}: learns once; checkpoints are in {kept}")
    method = registry.make(METHOD, cut=CUT, seed=seed)
    method = method.fit(past, _came(told, ~test), kept=kept, report=report)
    chance = method.forecast(late, 1).values[:, 0].astype(np.float64)
    report("rivals: counts of events, a recurrent net")
    out = [*_areas(told, test, chance, seed), *_surprise(method, past, late, seed)]
    out += [*_pointed(method, told, late, seed), *_hidden(told, test, chance, seed)]
    out += _cohorts(late, told.happened[test], chance, seed)
    out += _register(folder, method)
    return tuple(out)


PROTOCOL = Protocol(
    "lives",
    "a planted rule of simulated lives: found, pointed at, scored with hidden positives",
    "life2vec_synthetic",
    measure,
    minutes=9,
)


def _only(told: SimulatedLives, side: NDArray[np.bool_]) -> Records:
    names = [told.persons[at] for at in np.flatnonzero(side)]
    return Records(told.records.frame.filter(pl.col("session").is_in(names)), told.records.clock)


def _came(told: SimulatedLives, side: NDArray[np.bool_]) -> Trajectory:
    names = Names.of([told.persons[at] for at in np.flatnonzero(side)])
    at = np.full(len(names), CUT)
    values = told.happened[side].astype(np.float32)[:, None]
    return Trajectory(OUTCOME, Clock.DAYS, names, names, at, at, values)


def _areas(
    told: SimulatedLives, test: NDArray[np.bool_], chance: Floats, seed: int
) -> Iterator[Figure]:
    """Yield the area of each, and by how much the method is above its rivals."""
    past = [w for text in _only(told, ~test).frame["text"].to_list() for w in text.split()]
    words = Words.of(past, 2)
    lives = tokens_of(told.records, words)
    number = np.arange(len(test))
    apart = ~test & (number % 5 == 0)
    learn = ~test & ~apart
    odds = counted(bags(lives, len(words)), told.happened, learn, apart)[test]
    gru = recurrent(lives, told.happened, learn, apart, len(words), seed)[test]
    truth = told.happened[test]
    how: dict[str, Any] = {"seed": seed, "setting": SETTING}
    rivals = {"logistic regression on counts": odds, "recurrent net (GRU)": gru}
    yield area_figure(truth, told.chance[test], by="the rule itself", **how)
    yield area_figure(truth, chance, by=METHOD, **how)
    for by, scores in rivals.items():
        yield area_figure(truth, scores, by=by, **how)
    for by, scores in rivals.items():
        name = f"{METHOD} over {by}"
        yield area_figure(truth, chance, scores, name="auc gained", by=name, **how)
    yield area_figure(told.held[test], chance, name="auc/rule", by=METHOD, **how)


def _surprise(method: Any, past: Records, late: Records, seed: int) -> Iterator[Figure]:
    """Yield the surprise of hidden tokens, and by how often they come."""
    told, usual = method.surprise(past, late, seed)
    for by, each in ((METHOD, told), ("frequency of tokens", usual)):
        how: dict[str, Any] = {"drawn": "persons", "seed": seed, "setting": SETTING, "unit": "nats"}
        yield average("surprise of hidden tokens", each, by=by, **how)


def _pointed(method: Any, told: SimulatedLives, late: Records, seed: int) -> Iterator[Figure]:
    """Yield how often the heaviest events of a person are those that met the rule."""
    own: dict[str, list[Any]] = {}
    for one in method.explain(late):
        own.setdefault(one.session, []).append(one)
    shares: dict[str, list[float]] = {"first": [], "two": [], "chance": [], "kind": []}
    for name, reasons in own.items():
        if not told.pairs[name]:
            continue
        met = {seq for pair in told.pairs[name] for seq in pair}
        up = sorted(reasons, key=lambda each: -each.weight)
        hits = [each.record in met for each in up]
        shares["first"].append(float(hits[0]))
        shares["two"].append(float(np.mean(hits[:2])))
        shares["kind"].append(float(np.mean([e.text in (FIRST, SECOND) for e in up[:2]])))
        shares["chance"].append(float(np.mean(hits)))
    rows = (
        ("heaviest event met the rule", "first", METHOD),
        ("two heaviest met the rule", "two", METHOD),
        ("two heaviest are of its kinds", "kind", METHOD),
        ("two heaviest met the rule", "chance", "any event of theirs"),
    )
    for name, key, by in rows:
        setting = f"{SETTING}, those for whom the rule held"
        yield average(name, shares[key], drawn="persons", seed=seed, setting=setting, by=by)


def _hidden(
    told: SimulatedLives, test: NDArray[np.bool_], chance: Floats, seed: int
) -> Iterator[Figure]:
    """Yield scores with all labels, with a third of the positives hidden, and corrected."""
    truth = told.happened[test]
    said = chance >= told.happened[~test].mean()
    rng = np.random.default_rng(seed)
    called = truth & (rng.random(len(truth)) >= HIDDEN)
    alpha = float(truth[~called].mean())
    cases = (
        (truth, 0.0, "all labels known"),
        (called, 0.0, f"{HIDDEN:.0%} of the positives called negative"),
        (called, alpha, f"the same, corrected with alpha {alpha:.3f}, beta 1"),
    )
    for labels, share, words in cases:
        how: dict[str, Any] = {"seed": seed, "setting": f"{SETTING}, {words}", "by": METHOD}
        yield from corrected_figures(labels, said, share, 1.0, **how)


def _cohorts(
    late: Records, happened: NDArray[np.bool_], chance: Floats, seed: int
) -> tuple[Figure, ...]:
    births = late.frame.filter(pl.col("text").str.starts_with("SEX_"))
    sex = [f"sex {text[4:]}" for text in births["text"].to_list()]
    age = ((CUT - births["start"].to_numpy()) / 365.25 // 10 * 10).astype(int)
    out: list[Figure] = []
    for group in (sex, [f"age {a}-{a + 9}" for a in age]):
        out += cohort_figures(chance, happened, group, seed=seed, setting=SETTING, by=METHOD)
    return tuple(out)


def _register(folder: Path, method: Any) -> Iterator[Figure]:
    """Yield what is read of the published register, which is random."""
    lives = read_life2vec(folder)
    setting = "life2vec-light synthetic register: a pipeline, no signal"
    yield Figure("events", len(lives.records), n=len(lives.records.sessions), setting=setting)
    yield Figure("undated", lives.undated, n=len(lives.records.sessions), setting=setting)
    ahead = method.forecast(lives.records, 1)
    yield Figure("persons told", len(ahead), n=len(lives.records.sessions), setting=setting)
