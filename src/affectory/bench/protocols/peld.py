"""PELD (Wen et al. 2021): which emotion a character answers with, dialogues kept apart.

Five folds of whole dialogues, five times with other folds; what is learned, and the rule that
names a label, come from the other folds alone. Copying the last emotion is the bar: the published
log stays below it. A label can be named for macro-F1 alone, for both aims (the default) or as the
likeliest one; chances are judged by their logarithm. Intervals are over dialogues, of the mean of
the five repetitions. Leaving a character out takes what is known of a personality away with it.
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
from affectory.core.figure import Figure
from affectory.measure.bootstrap import Score, figures, mean
from affectory.measure.labels import ACCURACY, MACRO_F1, WEIGHTED_F1
from affectory.measure.paired import difference
from affectory.parts.blend import folds_of
from affectory.parts.deciding import Decision
from affectory.parts.dynamics import chain, stationary
from affectory.represent.vocabularies import EKMAN7N
from affectory.sources.peld import Triples, read_peld

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
METHOD = "forecast/transition"
SEEDS, FOLDS = 5, 5
AGAIN = 40  # resamples for half-lives
COPY, NEUTRAL = "copy the last emotion", "always neutral"
WHAT = "PELD, 5,732 triples"
SCORES = (ACCURACY, MACRO_F1, WEIGHTED_F1)


class _Lesson(NamedTuple):
    """All triples as numbers.

    Attributes:
        step: What the method learns from.
        after: Label of the answer. Shape (n,).
        dialogue: Number of the dialogue. Shape (n,).
        speaker: Who answers. Length n.
        traits: O, C, E, A, N. Shape (n, 5).
    """

    step: Any
    after: Places
    dialogue: Places
    speaker: NDArray[Any]
    traits: Floats


class _Said(NamedTuple):
    """What one way of answering said, out of fold.

    Attributes:
        chances: Of each label, for each seed. Shape (seeds, n, 7).
        named: The labels, one-hot, for each seed. Shape (seeds, n, 7).
    """

    chances: Floats
    named: Floats


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return the baselines, the method and its ablations, and the dynamics of each character."""
    triples = read_peld(folder)
    bare = registry.make(METHOD)
    lesson = _lesson(bare, triples)
    told = [*_baselines(lesson, seed)]
    ways = dict(_ways(bare, lesson, seed))
    for name, said in ways.items():
        told += _scores(lesson, said, name, seed)
    told += _gains(lesson, ways, seed)
    told += _left_out(bare, lesson, seed)
    return (*told, *_moods(bare, lesson, seed))


PROTOCOL = Protocol(
    "peld", "the emotion of a character's next line, by its last one, context and personality",
    "peld", measure, minutes=5,
)  # fmt: skip


def _lesson(bare: Any, triples: Triples) -> _Lesson:
    codes = (triples.emotions[..., None] == np.array(EKMAN7N.names)).argmax(axis=-1)
    return _Lesson(
        bare.lesson(codes[:, 0], triples.said, triples.heard, triples.traits),
        codes[:, 2], triples.dialogue, np.array(triples.speaker), triples.traits,
    )  # fmt: skip


def _baselines(lesson: _Lesson, seed: int) -> Iterator[Figure]:
    truth, eye = np.eye(7)[lesson.after], np.eye(7)
    rest = np.full(len(truth), EKMAN7N.index("neutral"))
    for name, codes in ((COPY, lesson.step.before), (NEUTRAL, rest)):
        for score in SCORES:
            yield score.figure(truth, eye[codes], cluster=lesson.dialogue, seed=seed,
                               setting=WHAT, by=name)  # fmt: skip


def _ways(bare: Any, lesson: _Lesson, seed: int) -> Iterator[tuple[str, _Said]]:
    """Yield what is said by the method, by what it is made of, and by empirical matrices."""
    dull = lesson.step._replace(context=np.zeros_like(lesson.step.context))
    wordless = lesson._replace(step=dull)
    yield METHOD, _crossed(bare, lesson, seed)
    yield "for macro-F1 alone", _crossed(replace(bare, weight=0.0), lesson, seed)
    yield "without personality", _crossed(replace(bare, personal=False), lesson, seed)
    yield "without context", _crossed(bare, wordless, seed)
    yield "7x7 matrix", _counted(lesson, seed, each=False)
    yield "7x7 matrix a character", _counted(lesson, seed, each=True)


def _crossed(bare: Any, lesson: _Lesson, seed: int) -> _Said:
    chances, named = (np.empty((SEEDS, len(lesson.after), 7)) for _ in range(2))
    for at in range(SEEDS):
        fold = folds_of(lesson.dialogue, FOLDS, seed + at)
        for part in range(FOLDS):
            on = fold != part
            own = bare.taught_by(
                lesson.step.rows(on), lesson.after[on], lesson.dialogue[on], seed + at
            )
            said = own.chances(lesson.step.rows(~on))
            chances[at, ~on], named[at, ~on] = said, np.eye(7)[own.decide(said)]
    return _Said(chances, named)


def _counted(lesson: _Lesson, seed: int, each: bool) -> _Said:
    """Return what counting says: overall, or of each character, drawn to all by ten rows."""
    chances, named = (np.empty((SEEDS, len(lesson.after), 7)) for _ in range(2))
    before, after = lesson.step.before, lesson.after
    for at in range(SEEDS):
        fold = folds_of(lesson.dialogue, FOLDS, seed + at)
        for part in range(FOLDS):
            on = fold != part
            whole = chain(before[on], after[on], 7, np.bincount(after[on], minlength=7) / on.sum())
            said = whole[before]
            for who in np.unique(lesson.speaker) if each else ():
                own = on & (lesson.speaker == who)
                table = chain(before[own], after[own], 7, 10 * whole)
                said[lesson.speaker == who] = table[before[lesson.speaker == who]]
            rule = Decision.learn(said[on], after[on])
            chances[at, ~on], named[at, ~on] = said[~on], np.eye(7)[rule.choose(said[~on])]
    return _Said(chances, named)


def _pooled(score: Score) -> Score:
    """Return `score` as the mean over seeds: answers are (n, seeds, 7), sums side by side."""

    def sums(truth: Any, given: Any, code: Places, c: int, **options: Any) -> Floats:
        sides = np.moveaxis(np.asarray(given), 1, 0)
        return np.hstack([score.sums(truth, side, code, c, **options) for side in sides])

    def finish(total: Floats) -> Floats:
        parts = np.split(total, SEEDS, axis=1)
        return np.asarray(np.mean([score.finish(part) for part in parts], axis=0))

    return replace(score, sums=sums, finish=finish)


def _scores(lesson: _Lesson, said: _Said, name: str, seed: int) -> Iterator[Figure]:
    truth = np.eye(7)[lesson.after]
    given = np.moveaxis(said.named, 0, 1)
    spread = [np.std([s.value(truth, one) for one in said.named], ddof=1) for s in SCORES]
    for score, sd in zip(SCORES, spread, strict=True):
        setting = f"{WHAT}, mean of {SEEDS} x {FOLDS} folds of dialogues, sd of seeds {sd:.4f}"
        yield _pooled(score).figure(
            truth, given, cluster=lesson.dialogue, seed=seed, setting=setting, by=name
        )
    likeliest = np.eye(7)[said.chances.argmax(axis=-1)]
    yield _pooled(replace(ACCURACY, name="accuracy of the likeliest")).figure(
        truth, np.moveaxis(likeliest, 0, 1), cluster=lesson.dialogue, seed=seed,
        setting=f"{WHAT}, {SEEDS} x {FOLDS} folds of dialogues", by=name,
    )  # fmt: skip
    yield _mean("log_chance", lesson.dialogue, _logs(lesson, said), seed,
                "mean logarithm of the chance of what came", name)  # fmt: skip


def _logs(lesson: _Lesson, said: _Said) -> Floats:
    rows = np.arange(len(lesson.after))
    return np.asarray(np.log(said.chances[:, rows, lesson.after]).mean(axis=0))


def _mean(name: str, cluster: Places, rows: Floats, seed: int, said: str, by: str) -> Figure:
    names, code = np.unique(cluster, return_inverse=True)
    sums = np.zeros((len(names), 2))
    np.add.at(sums, code, np.column_stack([np.ones(len(rows)), rows]))
    return figures((name,), sums, mean, ("no row",), seed=seed, setting=f"{WHAT}, {said}", by=by)[0]


def _gains(lesson: _Lesson, ways: dict[str, _Said], seed: int) -> Iterator[Figure]:
    """Yield what the method gains over copying, and its chances over those of counting; paired."""
    truth = np.eye(7)[lesson.after]
    copied = np.repeat(np.eye(7)[lesson.step.before][:, None], SEEDS, axis=1)
    for name in (METHOD, "for macro-F1 alone"):
        own = np.moveaxis(ways[name].named, 0, 1)
        for score in SCORES:
            yield difference(
                _pooled(score), truth, copied, own, cluster=lesson.dialogue, seed=seed,
                setting=f"{WHAT}, over {COPY}, paired", by=name,
            )  # fmt: skip
    for rival in ("7x7 matrix", "7x7 matrix a character", "without personality", "without context"):
        gap = _logs(lesson, ways[METHOD]) - _logs(lesson, ways[rival])
        yield _mean("gain in log_chance", lesson.dialogue, gap, seed,
                    f"over {rival}, paired", METHOD)  # fmt: skip


def _left_out(bare: Any, lesson: _Lesson, seed: int) -> Iterator[Figure]:
    """Yield figures of characters that nothing was learned of."""
    named, logs = np.empty((len(lesson.after), 7)), np.empty(len(lesson.after))
    for who in np.unique(lesson.speaker):
        on = lesson.speaker != who
        own = bare.taught_by(lesson.step.rows(on), lesson.after[on], lesson.dialogue[on], seed)
        said = own.chances(lesson.step.rows(~on))
        named[~on] = np.eye(7)[own.decide(said)]
        logs[~on] = np.log(said[np.arange(len(said)), lesson.after[~on]])
    truth = np.eye(7)[lesson.after]
    told = f"{WHAT}, each of six characters left out in turn"
    for score in SCORES:
        yield score.figure(truth, named, cluster=lesson.dialogue, seed=seed,
                           setting=told, by=METHOD)  # fmt: skip
    yield _mean("log_chance", lesson.dialogue, logs, seed, "a character left out in turn", METHOD)


def _moods(bare: Any, lesson: _Lesson, seed: int) -> Iterator[Figure]:
    """Yield half-lives of each character's moods, learned from all triples, and where they rest."""
    names = [str(name) for name in np.unique(lesson.speaker)]
    cast = {who: lesson.traits[lesson.speaker == who][0] for who in names}
    own = _lives(bare.taught_by(lesson.step, lesson.after, lesson.dialogue, seed), cast)
    again = np.stack([_lives(each, cast) for each in _drawn(bare, lesson, seed)])
    low, high = np.quantile(again, (0.025, 0.975), axis=0)
    shares = np.bincount(lesson.after, minlength=7) / len(lesson.after)
    for at, who in enumerate(names):
        n = int((lesson.speaker == who).sum())
        for part, (name, said) in enumerate(
            (("half-life", "second eigenvalue of the chain"),
             ("half-life of anger", "distance in VAD from where the chain rests"))
        ):  # fmt: skip
            ends = float(low[at, part]), float(high[at, part])
            setting = f"{WHAT}, {said}; {AGAIN} resamples of dialogues, 95%"
            yield Figure(f"{name}/{who}", float(own[at, part]), *ends, n=n, unit="own turns",
                         setting=setting, by=METHOD)  # fmt: skip
    table = chain(lesson.step.before, lesson.after, 7)
    gap = np.abs(stationary(table) - shares).sum() / 2
    yield Figure("rest against marginals", float(gap), n=len(lesson.after), by="7x7 matrix",
                 setting=f"{WHAT}, total variation of stationary and last emotions")  # fmt: skip


def _lives(method: Any, cast: dict[str, Floats]) -> Floats:
    """Return half-life, and that of anger, of each character. Shape (6, 2)."""
    told = [(method.half_life(who), method.recovery(who)["anger"]) for who in cast.values()]
    return np.array(told)


def _drawn(bare: Any, lesson: _Lesson, seed: int) -> Iterator[Any]:
    """Yield the method as it learns from dialogues drawn with replacement."""
    rng = np.random.default_rng(seed)
    order = np.argsort(lesson.dialogue, kind="stable")
    edges = np.searchsorted(lesson.dialogue[order], np.arange(lesson.dialogue.max() + 2))
    for _ in range(AGAIN):
        some = rng.integers(0, len(edges) - 1, len(edges) - 1)
        rows = np.concatenate([order[edges[at] : edges[at + 1]] for at in some])
        yield bare.taught_by(
            lesson.step.rows(rows), lesson.after[rows], lesson.dialogue[rows], seed
        )
