"""MELD: the emotion of every turn, with what retrieval, context and the order of learning add.

Learns from the train split, chooses nothing on test. The method itself is what the user trained
(`affectory train perceive/conversation`), or else is learned here; its rivals are the majority and
itself without context. Each variant is five nets that differ in their seeds: single nets give a
mean, its spread, and paired differences; together they give an interval over dialogues. With
RECCON's DailyDialog beside, it is read too, without learning from it.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.errors import NotTrained
from affectory.core.figure import Figure
from affectory.core.shelf import weights_of
from affectory.measure.calibration import ECE
from affectory.measure.labels import ACCURACY, MACRO_F1, WEIGHTED_F1, label_figures
from affectory.measure.paired import difference
from affectory.parts.curriculum import Order, Plan
from affectory.represent.abreast import abreast
from affectory.represent.circumplex import hardness
from affectory.represent.vocabularies import MELD7
from affectory.sources.labelled import Labelled, read_meld, read_reccon

Floats = NDArray[np.float64]
METHOD, FULL, ALONE = "perceive/conversation", "easy first", "without context"
ELSEWHERE = "dailydialog_reccon"
STUDENT = 2.776  # of five seeds, 95 %, two-sided
VARIANTS: dict[str, tuple[dict[str, Any], Order]] = {
    FULL: ({}, Order.RISING),
    "hard first": ({}, Order.FALLING),
    "buckets at random": ({}, Order.RANDOM),
    "everything at once": ({}, Order.NONE),
    "without retrieval": ({"near": 0}, Order.RISING),
    ALONE: ({"window": 0}, Order.RISING),
}


class _Split(NamedTuple):
    """A split that is scored.

    Attributes:
        truth: One-hot labels. Shape (n, 7).
        session: Dialogue of each turn. Length n.
        what: Words for the setting.
    """

    truth: Floats
    session: NDArray[Any]
    what: str

    @property
    def how(self) -> dict[str, Any]:
        """What every figure of it is told."""
        return {"cluster": self.session, "setting": self.what}


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return F1s of the method, its rivals and its variants, and difficulty of the train split."""
    train, test = read_meld(folder, "train", MELD7), read_meld(folder, "test", MELD7)
    fresh = registry.make(METHOD, seed=seed)
    lesson = fresh.prepare(*train)
    seen, nets = None, {}
    for name, (parts, order) in VARIANTS.items():
        how = replace(fresh.learner, plan=Plan(order=order))
        fitted = replace(fresh, learner=how, **parts).learn(lesson)
        seen = seen or fitted.see(test.records)
        nets[name] = _each(fitted, seen)
        if name == FULL:
            dev = read_meld(folder, "dev", MELD7)
            aside = fitted.see(dev.records)
            fresh = replace(fresh, learned=fitted.cooled(aside, _codes(dev)).learned)
    method = _trained(fresh)
    split = _split(test, f"MELD test, {len(test.records)} of 2,610 turns")
    said = {name: each.mean(axis=0) for name, each in nets.items()}
    own = abreast(test.records, method.perceive(test.records).only)
    return (
        *_hardness(train),
        *_scores(split, own, METHOD, seed),
        *_rivals(split, own, said, seed),
        *_seeds(split, nets),
        *_elsewhere(folder.parent / ELSEWHERE, method, seed),
    )


PROTOCOL = Protocol(
    "meld",
    "the emotion of every turn of a comedy's dialogues, with ablations and rivals",
    "meld",
    measure,
    minutes=10,
)


def _trained(fresh: Any) -> Any:
    """Return the method with the user's weights, or as it was learned here."""
    try:
        weights_of(METHOD)
    except NotTrained:
        return fresh
    return registry.make(METHOD)


def _each(fitted: Any, seen: Any) -> Floats:
    """Return what each of a method's nets says alone. Shape (nets, n, 7)."""
    known = fitted.learned
    alone = [replace(known.net, nets=(net,)) for net in known.net.nets]
    each = (replace(fitted, learned=known._replace(net=net)).logits(seen) for net in alone)
    return np.stack(list(each))


def _split(labelled: Labelled, what: str) -> _Split:
    truth = abreast(*labelled)
    return _Split(truth, labelled.records.frame["session"].to_numpy(), what)


def _codes(labelled: Labelled) -> NDArray[np.int64]:
    truth = abreast(*labelled)
    return np.where(np.isnan(truth).any(axis=1), -1, np.nan_to_num(truth).argmax(axis=1))


def _hardness(train: Labelled) -> Iterator[Figure]:
    hard = hardness(*train)
    for name in ("min", "mean", "max"):
        value = float(getattr(hard, name)())
        yield Figure(f"difficulty/{name}", value, n=len(hard), setting="MELD train, dialogues")


def _scores(split: _Split, own: Floats, by: str, seed: int) -> Iterator[Figure]:
    how = {**split.how, "seed": seed, "by": by}
    yield WEIGHTED_F1.figure(split.truth, own, **how)
    for score in (ACCURACY, MACRO_F1, ECE):
        yield score.figure(split.truth, own, **how)
    every = label_figures(split.truth, own, MELD7.names, **how)
    yield from (figure for figure in every if figure.name.startswith("f1/"))


def _rivals(split: _Split, own: Floats, said: dict[str, Floats], seed: int) -> Iterator[Figure]:
    how = {**split.how, "seed": seed}
    usual = np.tile(np.eye(MELD7.k)[MELD7.index("neutral")], (len(own), 1))
    yield WEIGHTED_F1.figure(split.truth, usual, by="always neutral", **how)
    for name, logits in said.items():
        yield WEIGHTED_F1.figure(split.truth, logits, by=f"five nets, {name}", **how)
    for name in (ALONE, "without retrieval"):
        by = f"{FULL} over {name}"
        yield difference(WEIGHTED_F1, split.truth, said[name], said[FULL], by=by, **how)


def _seeds(split: _Split, nets: dict[str, Floats]) -> Iterator[Figure]:
    """Return mean and spread of single nets, and how much the first variant is above others."""
    one = {name: [WEIGHTED_F1.value(split.truth, s) for s in each] for name, each in nets.items()}
    for name, values in one.items():
        told = f"{name}, sd {np.std(values, ddof=1):.4f}"
        yield _student("weighted_f1 of a net", values, told, split)
    for name in one:
        if name != FULL:
            gap = np.subtract(one[FULL], one[name]).tolist()
            yield _student("difference/weighted_f1 of a net", gap, f"{FULL} over {name}", split)


def _student(name: str, values: list[float], by: str, split: _Split) -> Figure:
    middle = float(np.mean(values))
    half = float(STUDENT * np.std(values, ddof=1) / len(values) ** 0.5)
    told = f"{split.what}; {len(values)} seeds, Student's t, 95%"
    return Figure(name, middle, middle - half, middle + half, len(values), setting=told, by=by)


def _elsewhere(folder: Path, method: Any, seed: int) -> Iterator[Figure]:
    """Return how the method does on conversations of another kind, if they are there."""
    if not folder.is_dir():
        return
    other = read_reccon(folder, "test", MELD7)
    split = _split(other, "RECCON DailyDialog test, nothing learned from it")
    own = abreast(other.records, method.perceive(other.records).only)
    how = {**split.how, "seed": seed}
    for score in (WEIGHTED_F1, MACRO_F1):
        yield score.figure(split.truth, own, by=METHOD, **how)
    usual = np.tile(np.eye(MELD7.k)[MELD7.index("neutral")], (len(own), 1))
    yield WEIGHTED_F1.figure(split.truth, usual, by="always neutral", **how)
