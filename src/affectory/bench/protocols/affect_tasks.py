"""The affect tasks of EmoLLMs (Liu et al. 2024) on what is open: VADER's four sets and stand-ins.

Valence of tweets, movie and Amazon reviews and editorials (AEB-2, all texts): by what comes with
the package, which has seen none of them; then crossed, learned from four fifths of all documents
of the four sets and asked of the fifth. Beside it the mean weights of VADER's list in the same
run, VADER's own rules where `vaderSentiment` is installed, and the valence of `perceive/utterance`
alone. SemEval's tweets are not open; the other tasks have stand-ins: E-c and EI-reg against mapped
and graded GoEmotions labels, EI-reg also within each emotion of ISEAR, V-reg also on EmoBank.
"""

__all__ = ["PROTOCOL"]

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.posts import records_of
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.errors import MissingExtra
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Perceiver
from affectory.measure.agreement import PEARSON
from affectory.measure.bootstrap import codes_of, figures, mean
from affectory.measure.labels import JACCARD, MACRO_F1, MICRO_F1, best_thresholds
from affectory.measure.paired import difference
from affectory.parts.blend import folds_of
from affectory.parts.heads import NORMAL_90
from affectory.represent.affect_grades import GO_AFFECT, affect_of, intensity_of
from affectory.represent.vocabularies import INTENSITY4, VALENCE
from affectory.senses.lexicon import read_lexicon
from affectory.sources.rated import read_emobank, read_goemotions
from affectory.sources.reported import read_isear
from affectory.sources.snippets import SETS, read_snippets

Floats = NDArray[np.float64]
METHOD, RIVAL = "perceive/instruct", "perceive/utterance"
SIZES = {"light": METHOD, "accurate": f"{METHOD}, accurate"}
FOLDS = 5


class _All(NamedTuple):
    """All rated snippets, in the order of their records."""

    records: Records
    valence: Floats
    document: NDArray[np.str_]
    kind: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class _Remembering:
    """A perceiver that reads each text once, however often it is asked."""

    inner: Perceiver
    known: dict[str, dict[str, Floats]] = field(default_factory=dict)
    spaces: dict[str, Any] = field(default_factory=dict)

    def perceive(self, records: Records) -> States:
        """Return the states of the inner perceiver, without spreads."""
        texts = records.frame["text"].to_list()
        fresh = list(dict.fromkeys(text for text in texts if text not in self.known))
        if fresh:
            felt = self.inner.perceive(records_of(fresh))
            self.spaces.update({name: felt[name].space for name in felt})
            for at, text in enumerate(fresh):
                self.known[text] = {name: felt[name].values[at].astype(float) for name in felt}
        return States(
            tuple(
                Trajectory.on(records, space, np.stack([self.known[t][name] for t in texts]), RIVAL)
                for name, space in self.spaces.items()
            )
        )


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return the figures of both sizes, where the accurate one can run."""
    rated = _rated(folder)
    told: list[Figure] = list(_rules(folder, rated, seed))
    for size, by in SIZES.items():
        try:
            states = _Remembering(registry.make(RIVAL, size=size))
            told += _valence(size, by, rated, states, seed)
            told += _stand_ins(size, by, folder.parent, seed)
        except MissingExtra:
            continue
    return tuple(told)


PROTOCOL = Protocol(
    "affect_tasks",
    "valence of four rated sets beside VADER, and stand-ins for the tasks of SemEval-2018",
    "vader",
    measure,
    minutes=5,
)


def _rules(folder: Path, rated: _All, seed: int) -> Iterator[Figure]:
    """Return VADER's own figures: of its rules, if they are installed, and of its list."""
    said = {"VADER's list, mean weight": _listed(folder, rated)}
    rules = _compound(rated.records.frame["text"].to_list())
    if rules is not None:
        said["VADER's rules"] = rules
    for by, values in said.items():
        yield from _by_set(values, rated, by, "all texts", seed)


def _valence(size: str, by: str, rated: _All, states: Perceiver, seed: int) -> Iterator[Figure]:
    """Return valence unseen and crossed, the cover of its bands, and its lead over the rivals."""
    shipped = registry.make(METHOD, size=size, perceiver=states)
    felt = shipped.perceive(rated.records)["valence"]
    own, spread = felt.values[:, 0].astype(float), felt.spread[:, 0]
    alone = states.perceive(rated.records)["vad"].axis("valence").astype(float)
    crossed = np.full(len(own), np.nan)
    fold = folds_of(rated.document, FOLDS, seed)
    fresh = registry.make(METHOD, size=size, perceiver=states, seed=seed)
    truth = Trajectory.on(rated.records, VALENCE, rated.valence[:, None], "raters")
    for held in range(FOLDS):
        on, off = (rated.records.where(pl.lit(pl.Series(keep)))
                   for keep in (fold != held, fold == held))  # fmt: skip
        fitted = fresh.fit(on, truth)
        crossed[fold == held] = fitted.perceive(off)["valence"].values[:, 0]
    yield from _by_set(own, rated, by, "all texts, none seen in learning", seed)
    yield from _by_set(alone, rated, f"{RIVAL}, {size}, alone", "all texts", seed)
    yield from _by_set(crossed, rated, f"{by}, crossed", f"{FOLDS} folds by document", seed)
    inside = np.abs(own - rated.valence) <= NORMAL_90 * spread
    for name in SETS:
        part = rated.kind == name
        yield _cover(f"cover90/{name}", inside[part], rated.document[part], by, seed)
        yield replace(
            difference(
                PEARSON, rated.valence[part], np.nan_to_num(alone[part]), _rest(own[part]),
                cluster=rated.document[part], seed=seed, by=f"{by} over {RIVAL} alone",
                setting="unseen",
            ),
            name=f"gain in pearson/{name}",
        )  # fmt: skip


def _stand_ins(size: str, by: str, data: Path, seed: int) -> Iterator[Figure]:
    """Return what can be said of E-c, EI-reg and V-reg without SemEval."""
    method, rival = registry.make(METHOD, size=size), registry.make(RIVAL, size=size)
    dev, test = (read_goemotions(data / "goemotions", split) for split in ("dev", "test"))
    felt = method.perceive(records_of(test.texts))
    how: dict[str, Any] = {"seed": seed, "setting": "GoEmotions test, labels mapped"}
    truth = affect_of(test.values)
    cut = best_thresholds(affect_of(dev.values), _any(rival, dev.texts))
    sides = {
        by: (_rest(felt["affect11"].values), method.least),
        f"{RIVAL}, {size}, by the map": (_any(rival, test.texts), cut),
        "no emotion": (np.zeros_like(truth), np.full(truth.shape[1], 0.5)),
    }
    for who, (said, least) in sides.items():
        for score in (JACCARD, MICRO_F1, MACRO_F1):
            one = score.figure(truth, said, thresholds=least, by=who, **how)
            yield replace(one, name=f"{one.name}/E-c")
    strong, graded = _rest(felt["intensity4"].values), intensity_of(test.values)
    how = {"seed": seed, "setting": "GoEmotions test, labels graded", "by": by}
    for at, name in enumerate(INTENSITY4.names):
        one = PEARSON.figure(graded[:, at], strong[:, at], **how)
        yield replace(one, name=f"pearson/EI-reg {name}")
    yield from _reported(method, by, data / "isear", seed)
    emo = read_emobank(data / "emobank", "test")
    own = method.perceive(records_of(emo.texts))["valence"].values[:, 0]
    how = {"seed": seed, "setting": "EmoBank test", "by": by}
    yield replace(PEARSON.figure(emo.values[:, 0], _rest(own), **how), name="pearson/V-reg")


def _reported(method: Any, by: str, folder: Path, seed: int) -> Iterator[Figure]:
    """Return how far intensity goes with what writers said, within each emotion of ISEAR."""
    if not folder.is_dir():
        return
    told = read_isear(folder)
    strong = _rest(method.perceive(records_of(told.texts))["intensity4"].values)
    emotion, person = np.array(told.emotion), np.array(told.person)
    for at, name in enumerate(INTENSITY4.names):
        part = emotion == name
        one = PEARSON.figure(
            told.intensity[part], strong[part, at], cluster=person[part], seed=seed, by=by,
            setting="ISEAR, situations of this emotion, own rating",
        )  # fmt: skip
        yield replace(one, name=f"pearson/EI-reg {name}, reported")


def _by_set(said: Floats, rated: _All, by: str, setting: str, seed: int) -> Iterator[Figure]:
    for name in SETS:
        part = rated.kind == name
        how: dict[str, Any] = {"cluster": rated.document[part], "seed": seed, "setting": setting}
        one = PEARSON.figure(rated.valence[part], _rest(said[part]), by=by, **how)
        yield replace(one, name=f"pearson/{name}")


def _cover(
    name: str, inside: NDArray[np.bool_], document: NDArray[np.str_], by: str, seed: int
) -> Figure:
    """Return the share of ratings inside their band; documents are drawn."""
    code, c = codes_of(document, len(inside))
    sums = np.stack([np.bincount(code, part, c) for part in (np.ones(len(code)), inside)], axis=1)
    return figures(
        (name,), sums.astype(np.float64), mean, ("no text",), drawn="documents", seed=seed,
        setting="unseen; value +- 1.645 spread", by=by,
    )[0]  # fmt: skip


def _rated(folder: Path) -> _All:
    sets = {name: read_snippets(folder, name) for name in SETS}
    parts = [
        pl.DataFrame({"session": d.document, "text": d.texts, "v": d.valence, "kind": name})
        for name, d in sets.items()
    ]
    table = pl.concat(parts).with_columns(actor=pl.lit("writer"))
    # the order that Records will have: by document, in the order of appearance
    table = pl.concat(table.partition_by("session", maintain_order=True))
    return _All(
        Records(table.select("session", "actor", "text")),
        table["v"].to_numpy(),
        table["session"].to_numpy().astype(str),
        table["kind"].to_numpy().astype(str),
    )


def _listed(folder: Path, rated: _All) -> Floats:
    lexicon = read_lexicon(folder / "vader_lexicon.txt.gz", scale=(-4, 4))
    felt = registry.make("perceive/lexicon", lexicon=lexicon).perceive(rated.records).only
    return np.asarray(felt.values[:, 0], np.float64)


def _compound(texts: Sequence[str]) -> Floats | None:
    """Return the scores of VADER itself, None where it is not installed."""
    try:
        vader: Any = importlib.import_module("vaderSentiment.vaderSentiment")
    except ImportError:
        return None
    judge = vader.SentimentIntensityAnalyzer()
    return np.array([judge.polarity_scores(text)["compound"] for text in texts])


def _any(rival: Any, texts: Sequence[str]) -> Floats:
    """Return the probability that any label of each of the eleven holds, if independent."""
    felt: Mapping[str, Trajectory] = rival.perceive(records_of(texts))
    none = np.log1p(-np.clip(_rest(felt["goemotions28"].values), 0, 1 - 1e-6))
    return np.asarray(1 - np.exp(none @ (GO_AFFECT.matrix > 0)))


def _rest(values: NDArray[Any]) -> Floats:
    """A text without anything to read counts as one at rest."""
    return np.nan_to_num(values.astype(np.float64), nan=0.0)
