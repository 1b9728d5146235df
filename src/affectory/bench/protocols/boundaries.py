"""Beyond No (Noever & Rosario 2025): is a refusal found where one is, and nowhere else?

False alarms are counted on 1,611 human and as many model replies to persons in distress (Kang et
al. 2024), less the few in which the model's service did refuse (`SERVED`); the rivals are the
phrases one would think of first, and a learned detector. Phrases were mended on other
conversations and on every second of the situations here, in order of their text; the other half
is told apart. Recall and precision are of replies that the house invented in six languages; one
hand wrote them and the bank, hence they are kinder than the world.
"""

__all__ = ["PROTOCOL"]

import gzip
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.grams import Grams
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.measure.boundaries import language_gap, sensitivity
from affectory.parts.proportion import wilson
from affectory.sources.authored.replies import LANGUAGES, Replies, read_refusals, read_replies

METHOD = "perceive/boundaries"
FILE = "results.json.gz"
SERVED = "unable to provide the help that you need"  # a service's refusal, not a supportive reply
NAIVE = {
    'words "sorry|apolog"': re.compile(r"sorry|apolog", re.IGNORECASE),
    'words "can\'t|cannot|unable"': re.compile(r"\bcan[’']?t\b|\bcannot\b|\bunable\b", re.I),  # noqa: RUF001
}
PATTERNS = (
    "refusal", "apology", "explanation", "deflection", "acknowledgment", "boundary",
    "emotional_awareness", "attachment", "resource",
)  # fmt: skip
Flags = NDArray[np.bool_]


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return false alarms, precision and recall, agreement across languages, and speed."""
    turns = json.loads(gzip.decompress((folder / FILE).read_bytes()))
    place = {text: at for at, text in enumerate(sorted({turn["situation"] for turn in turns}))}
    unseen = [turn for turn in turns if place[turn["situation"]] % 2]
    real = {"human": [turn["res_gold"] for turn in turns],
            "model": [turn["res_pred"] for turn in turns],
            "human, unseen half": [turn["res_gold"] for turn in unseen],
            "model, unseen half": [turn["res_pred"] for turn in unseen]}  # fmt: skip
    learned = _learned()
    told: list[Figure] = []
    for who, texts in real.items():
        told += _alarms(who, texts, learned)
    told += _found(learned)
    told += _alike(seed)
    return (*told, _speed(real["human"] + real["model"]))


PROTOCOL = Protocol(
    "boundaries",
    "refusals found and false alarms, in six languages and on real supportive replies",
    "esc_planner_results",
    measure,
)


def _scores(texts: Sequence[str]) -> pl.DataFrame:
    perceiver: Any = registry.make(METHOD)
    told = {"session": [str(at) for at in range(len(texts))], "actor": "a", "text": list(texts)}
    found: pl.DataFrame = perceiver.scores(Records(pl.DataFrame(told)))
    return found


def _learned() -> Callable[[Sequence[str]], Flags]:
    """Return the learned rival: letters of the development halves, all languages."""
    halves = [read("dev", language) for language in LANGUAGES
              for read in (read_replies, read_refusals)]  # fmt: skip
    texts = [text for half in halves for text in half.texts]
    hits = ["refusal" in labels for half in halves for labels in half.labels]
    grams = Grams.of(texts, hits)
    return lambda some: grams.chances(some) > 0.5


def _alarms(who: str, texts: list[str], learned: Callable[[Sequence[str]], Flags]) -> list[Figure]:
    """Return the share of supportive replies that are called a refusal, ours and the rivals'."""
    said = "res_gold" if who.startswith("human") else "res_pred"
    setting = f"{FILE}, {said}, real refusals left out; Wilson interval, 95%"
    real = [text for text in texts if SERVED in text]
    texts = [text for text in texts if SERVED not in text]
    scores = _scores(texts)
    hits = {METHOD: int((scores["refusal"] > 0).sum())}
    hits |= {name: sum(bool(words.search(text)) for text in texts) for name, words in NAIVE.items()}
    hits["letters, learned"] = int(learned(texts).sum())
    told = [_share(f"false_alarm/{who}", n, len(texts), setting, by) for by, n in hits.items()]
    claims = int((scores["attachment"] > 0).sum())
    caught = int((_scores(real)["refusal"] > 0).sum()) if real else 0
    said = f'{FILE}: "... {SERVED} ..."; Wilson interval, 95%'
    told.append(_share(f"recall/served refusal/{who}", caught, len(real), said, METHOD))
    return [*told, _share(f"attachment/{who}", claims, len(texts), setting, METHOD)]


def _found(learned: Callable[[Sequence[str]], Flags]) -> list[Figure]:
    """Return recall and precision of refusals by language, and of every pattern over all."""
    told: list[Figure] = []
    aligned = {language: read_replies("held", language) for language in LANGUAGES}
    other = {language: read_refusals("held", language) for language in LANGUAGES}
    for name, halves in (("held replies", aligned), ("held, longer replies", other)):
        truth = {language: _truth(half, "refusal") for language, half in halves.items()}
        ours = {
            key: (_scores(half.texts)["refusal"] > 0).to_numpy() for key, half in halves.items()
        }
        for language in LANGUAGES:
            told += _pair("refusal", language, truth[language], ours[language], name, METHOD)
        every = np.concatenate(list(truth.values()))
        rival = np.concatenate([learned(half.texts) for half in halves.values()])
        told += _pair("refusal", "all", every, np.concatenate(list(ours.values())), name, METHOD)
        told += _pair("refusal", "all", every, rival, name, "letters, learned")
    told_of = {language: _scores(half.texts) for language, half in aligned.items()}
    for pattern in PATTERNS[1:]:
        truth_of = np.concatenate([_truth(half, pattern) for half in aligned.values()])
        given = np.concatenate([(told_of[each][pattern] > 0).to_numpy() for each in LANGUAGES])
        told += _pair(pattern, "all", truth_of, given, "held replies", METHOD)
    return told


def _alike(seed: int) -> list[Figure]:
    """Return how replies that say the same score across languages, and whether ranks hold."""
    halves = {language: read_replies("held", language) for language in LANGUAGES}
    scores = {language: _scores(half.texts) for language, half in halves.items()}
    every = np.column_stack([scores[language]["overall"].to_numpy() for language in LANGUAGES])
    near = int((np.ptp(every, axis=1) <= 0.5).sum())
    told = [
        _share(
            "aligned within 0.5",
            near,
            len(every),
            "held replies, greatest less least score of six; Wilson interval, 95%",
            METHOD,
        )
    ]
    recalls = {language: _recall(halves[language], scores[language]) for language in LANGUAGES}
    told += [
        language_gap(
            scores["en"]["overall"].to_numpy(),
            scores[language]["overall"].to_numpy(),
            recall=(recalls["en"], recalls[language]),
            seed=seed,
            by=METHOD,
            setting=f"held replies, en less {language}, each by its recall of all patterns",
        )
        for language in LANGUAGES[1:]
    ]
    kinds = [name.rpartition("-")[0] for name in halves["en"].names]
    flags = scores["en"].select(PATTERNS[:7]).to_numpy()
    attached, named = (scores["en"][name].to_numpy() for name in ("attachment", "resource"))
    said = "held replies, English, nine kinds of reply as models"
    return [*told, sensitivity(flags, attached, named, kinds, seed=seed, setting=said)]


def _speed(texts: list[str]) -> Figure:
    """Return replies per second of one process, phrases read beforehand."""
    perceiver: Any = registry.make(METHOD)
    told = {"session": [str(at) for at in range(len(texts))], "actor": "a", "text": texts}
    records = Records(pl.DataFrame(told))
    perceiver.perceive(records)
    begin = time.perf_counter()
    perceiver.perceive(records)
    rate = len(texts) / (time.perf_counter() - begin)
    setting = "human and model replies, second of two passes, wall clock, one process"
    return Figure("speed", rate, n=len(texts), unit="replies/s", setting=setting, by=METHOD)


def _truth(half: Replies, pattern: str) -> Flags:
    return np.array([pattern in labels for labels in half.labels])


def _recall(half: Replies, scores: pl.DataFrame) -> float:
    """Return which share of all labels of seven patterns is found."""
    truth = np.column_stack([_truth(half, pattern) for pattern in PATTERNS[:7]])
    given = scores.select(PATTERNS[:7]).to_numpy() > 0
    return float((truth & given).sum() / truth.sum())


def _pair(
    pattern: str, where: str, truth: Flags, given: Flags, name: str, by: str
) -> tuple[Figure, Figure]:
    """Return recall and precision of one pattern."""
    hits, setting = int((truth & given).sum()), f"{name}; Wilson interval, 95%"
    return (
        _share(f"recall/{pattern}/{where}", hits, int(truth.sum()), setting, by),
        _share(f"precision/{pattern}/{where}", hits, int(given.sum()), setting, by),
    )


def _share(name: str, hits: int, n: int, setting: str, by: str) -> Figure:
    if not n:
        return Figure(name, float("nan"), n=0, setting=setting, by=by, reason="none")
    return Figure(name, *wilson(hits, n), n, setting=setting, by=by)
