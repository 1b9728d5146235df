"""What readers feel about headlines (SemEval-2007): ten folds, rivals and ablations.

The 600 headlines here are drawn from the 1,000 test headlines of the task; every method learns from
nine folds and tells the tenth; headlines that read the same (five pairs do) are never parted.
Rivals: the mean profile, and ridge regression on TF-IDF words and pairs. The ablations are nets
alone, with context or words, with plain or counter-fitted vectors, with and without attention.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.grouped import grouped
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.measure.agreement import PEARSON
from affectory.measure.bootstrap import figures
from affectory.measure.labels import ACCURACY
from affectory.measure.paired import difference, williams_figure
from affectory.measure.profiles import AP_DOCUMENT, CELL_RMSE
from affectory.parts.blend import folds_of
from affectory.parts.branches import TwoBranches
from affectory.parts.ridge import Ridge
from affectory.represent.abreast import abreast
from affectory.represent.vocabularies import READERS5
from affectory.senses.lexicon import starter
from affectory.senses.tfidf import TfIdf
from affectory.sources.reactions import Headlines, read_headlines

Floats = NDArray[np.float64]
METHOD, RIVAL, MEAN = "perceive/readers", "TF-IDF ridge", "mean profile"
FOLDS = 10
LONGEST = 12
ABLATIONS: dict[str, tuple[dict[str, Any], bool]] = {
    "net: context alone": ({"reads": (True, False)}, False),
    "net: words alone, plain": ({"reads": (False, True)}, False),
    "net: words alone, counter-fitted": ({"reads": (False, True)}, True),
    "net: both, plain": ({}, False),
    "net: both, counter-fitted, uniform attention": ({"uniform": True}, True),
}


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return errors, hits and correlations of the method, its rivals and its ablations."""
    headlines = read_headlines(folder)
    records, order = grouped(headlines.records)
    truth, said, looked = _crossed(Headlines(records, headlines.shares[order]), seed)
    setting = f"{len(truth)} headlines, {FOLDS} folds"
    session = records.frame["session"].to_numpy()
    how: dict[str, Any] = {"cluster": session, "seed": seed, "setting": setting}
    return (
        *(figure for name in said for figure in _figures(name, truth, said[name], how)),
        *_paired(truth, said, RIVAL, how),
        *_paired(truth, said, "net: context alone", how),
        *_attention(looked, how),
    )


PROTOCOL = Protocol(
    "readers",
    "shares of five emotions that readers of headlines feel, ten folds, with ablations",
    "reader_emotions_train",
    measure,
    minutes=10,
)


def _crossed(
    headlines: Headlines, seed: int
) -> tuple[Floats, dict[str, Floats], tuple[Evidence, ...]]:
    """Return true shares, what everybody says of headlines held back, and where the net looked."""
    records, truth = headlines
    felt = Trajectory.on(records, READERS5, truth, "readers")
    fold = folds_of(records.frame["session"].to_numpy(), FOLDS, seed)
    said: dict[str, Floats] = {}
    looked: tuple[Evidence, ...] = ()
    for held in range(FOLDS):
        off = fold == held
        on, test = (records.where(pl.lit(pl.Series(keep))) for keep in (~off, off))
        own = registry.make(METHOD, seed=seed).fit(on, felt)
        looked += own.explain(test)
        told = {
            METHOD: abreast(test, own.perceive(test).only),
            **_rivals(on, truth[~off], test),
            **{f"member: {name}": values for name, values in own.each(test).items()},
            **_ablations(on, felt, test, seed),
        }
        for name, values in told.items():
            said.setdefault(name, np.full_like(truth, np.nan))[off] = values
    return truth, said, looked


def _rivals(on: Records, truth: Floats, test: Records) -> dict[str, Floats]:
    texts = on.frame["text"].to_list()
    words = TfIdf.of(texts, fewest=1)
    ridge = Ridge.fit(words.dense(texts), truth)
    told = np.maximum(ridge.predict(words.dense(test.frame["text"].to_list())), 0)
    mean = np.tile(truth.mean(axis=0), (len(test), 1))
    return {MEAN: mean, RIVAL: told / told.sum(axis=1, keepdims=True)}


def _ablations(on: Records, felt: Trajectory, test: Records, seed: int) -> dict[str, Floats]:
    found = {}
    for name, (parts, enriched) in ABLATIONS.items():
        net = TwoBranches("net", "both", LONGEST, **parts)
        alone = registry.make(METHOD, members=(net,), enriched=enriched, folds=1, seed=seed)
        told = alone.fit(on, felt).perceive(test)
        found[name] = abreast(test, told.only)
    return found


def _attention(looked: tuple[Evidence, ...], how: dict[str, Any]) -> Iterator[Figure]:
    """Return how much of the attention words of the starter list have, beside their number."""
    listed = set(starter().words)
    each: dict[tuple[str, int | None], list[tuple[bool, float]]] = {}
    for word in looked:
        each.setdefault((word.session, word.record), []).append(
            (word.text.lower() in listed, word.weight)
        )
    rows = np.array([
        (1.0, sum(w for on, w in own if on), float(np.mean([on for on, _ in own])))
        for own in each.values()
        if 0 < sum(on for on, _ in own) < len(own)
    ])  # fmt: skip
    setting = f"{how['setting']}; headlines with listed and other words"
    names = "attention on listed words", "share of listed words"
    yield from figures(
        names, rows, lambda s: s[:, 1:] / s[:, :1], ("no such headline",) * 2,
        drawn="headlines", seed=how["seed"], setting=setting, by="member: net",
    )  # fmt: skip


def _figures(name: str, truth: Floats, said: Floats, how: dict[str, Any]) -> Iterator[Figure]:
    yield CELL_RMSE.figure(truth, said, by=name, **how)
    yield replace(ACCURACY.figure(truth, said, by=name, **how), name="acc@1")
    if name != MEAN:
        yield AP_DOCUMENT.figure(truth, said, by=name, **how)
        for at, axis in enumerate(READERS5.names):
            figure = PEARSON.figure(truth[:, at], said[:, at], by=name, **how)
            yield replace(figure, name=f"{figure.name}/{axis}")


def _paired(
    truth: Floats, said: dict[str, Floats], rival: str, how: dict[str, Any]
) -> Iterator[Figure]:
    """Return how much the method gains over a rival on the same headlines."""
    one, own, by = said[rival], said[METHOD], f"{METHOD} over {rival}"
    for score in (CELL_RMSE, ACCURACY):
        yield difference(score, truth, one, own, by=by, **how)
    for at, axis in enumerate(READERS5.names):
        true, was, now = truth[:, at], one[:, at], own[:, at]
        gain = difference(PEARSON, true, was, now, by=by, **how)
        yield replace(gain, name=f"{gain.name}/{axis}")
        yield williams_figure(f"p/{axis}", true, was, now, how["setting"], by)
