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
from collections.abc import Callable, Iterator, Sequence
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
from affectory.parts.proportion import share
from affectory.represent.vocabularies import BOUNDARY7
from affectory.sources.authored.replies import LANGUAGES, Replies, read_refusals, read_replies

METHOD = "perceive/boundaries"
FILE = "results.json.gz"
SERVED = "unable to provide the help that you need"  # a service's refusal, not a supportive reply
NAIVE = {
    'words "sorry|apolog"': re.compile(r"sorry|apolog", re.IGNORECASE),
    'words "can\'t|cannot|unable"': re.compile(r"\bcan[’']?t\b|\bcannot\b|\bunable\b", re.I),  # noqa: RUF001
}
PATTERNS = (*BOUNDARY7.names, "attachment", "resource")
Flags = NDArray[np.bool_]


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return false alarms, precision and recall, agreement across languages, and speed."""
    turns = json.loads(gzip.decompress((folder / FILE).read_bytes()))
    place = {text: at for at, text in enumerate(sorted({turn["situation"] for turn in turns}))}
    unseen = np.array([place[turn["situation"]] % 2 == 1 for turn in turns])
    learned = _learned()
    told: list[Figure] = []
    real: list[str] = []
    for who, field in (("human", "res_gold"), ("model", "res_pred")):
        texts = [turn[field] for turn in turns]
        told += _alarms(who, f"{FILE}, {field}", texts, unseen, learned)
        real += texts
    halves = {language: read_replies("held", language) for language in LANGUAGES}
    scores = {language: _scores(half.texts) for language, half in halves.items()}
    told += _found(halves, scores, learned)
    return (*told, *_alike(halves, scores, seed), _speed(real))


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


def _alarms(
    who: str, field: str, texts: list[str], unseen: Flags, learned: Callable[[Sequence[str]], Flags]
) -> Iterator[Figure]:
    """Yield the share of supportive replies that are called a refusal, ours and the rivals'."""
    scores = _scores(texts)
    served = np.array([SERVED in text for text in texts])
    ours = (scores["refusal"] > 0).to_numpy()
    hits = {METHOD: ours}
    hits |= {name: np.array([bool(words.search(text)) for text in texts])
             for name, words in NAIVE.items()}  # fmt: skip
    hits["letters, learned"] = learned(texts)
    claims = (scores["attachment"] > 0).to_numpy()
    setting, real = f"{field}, real refusals left out", f'{FILE}: "... {SERVED} ..."'
    for half, here in (("", np.ones_like(unseen)), (", unseen half", unseen)):
        name, plain = who + half, here & ~served
        for by, hit in hits.items():
            yield _share(f"false_alarm/{name}", hit[plain], setting, by)
        yield _share(f"recall/served refusal/{name}", ours[here & served], real)
        yield _share(f"attachment/{name}", claims[plain], setting)


def _found(
    halves: dict[str, Replies],
    scores: dict[str, pl.DataFrame],
    learned: Callable[[Sequence[str]], Flags],
) -> Iterator[Figure]:
    """Yield recall and precision of refusals by language, and of every pattern over all."""
    other = {language: read_refusals("held", language) for language in LANGUAGES}
    scored = {language: _scores(half.texts) for language, half in other.items()}
    for name, texts, said in (("held replies", halves, scores),
                              ("held, longer replies", other, scored)):  # fmt: skip
        for language in LANGUAGES:
            one = {language: texts[language]}
            yield from _pair("refusal", language, one, _given(said, one, "refusal"), name)
        yield from _pair("refusal", "all", texts, _given(said, texts, "refusal"), name)
        rival = np.concatenate([learned(half.texts) for half in texts.values()])
        yield from _pair("refusal", "all", texts, rival, name, "letters, learned")
    for pattern in PATTERNS[1:]:
        yield from _pair(pattern, "all", halves, _given(scores, halves, pattern), "held replies")


def _alike(
    halves: dict[str, Replies], scores: dict[str, pl.DataFrame], seed: int
) -> Iterator[Figure]:
    """Yield how replies that say the same score across languages, and whether ranks hold."""
    overall = {language: scores[language]["overall"].to_numpy() for language in LANGUAGES}
    near = np.ptp(np.column_stack(list(overall.values())), axis=1) <= 0.5
    yield _share("aligned within 0.5", near, "held replies, greatest less least score of six")
    recalls = {language: _recall(halves[language], scores[language]) for language in LANGUAGES}
    for language in LANGUAGES[1:]:
        yield language_gap(
            overall["en"], overall[language], recall=(recalls["en"], recalls[language]), seed=seed,
            by=METHOD,
            setting=f"held replies, en less {language}, each by its recall of all patterns",
        )  # fmt: skip
    kinds = [name.rpartition("-")[0] for name in halves["en"].names]
    flags = scores["en"].select(BOUNDARY7.names).to_numpy()
    attached, named = (scores["en"][name].to_numpy() for name in ("attachment", "resource"))
    said = "held replies, English, nine kinds of reply as models"
    yield sensitivity(flags, attached, named, kinds, seed=seed, setting=said)


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
    truth = np.column_stack([_truth(half, pattern) for pattern in BOUNDARY7.names])
    given = scores.select(BOUNDARY7.names).to_numpy() > 0
    return float((truth & given).sum() / truth.sum())


def _given(scores: dict[str, pl.DataFrame], halves: dict[str, Replies], pattern: str) -> Flags:
    return np.concatenate([(scores[each][pattern] > 0).to_numpy() for each in halves])


def _pair(
    pattern: str, where: str, halves: dict[str, Replies], given: Flags, name: str, by: str = METHOD
) -> tuple[Figure, Figure]:
    """Return recall and precision of one pattern."""
    truth = np.concatenate([_truth(half, pattern) for half in halves.values()])
    return (
        _share(f"recall/{pattern}/{where}", given[truth], name, by),
        _share(f"precision/{pattern}/{where}", truth[given], name, by),
    )


def _share(name: str, hits: Flags, setting: str, by: str = METHOD) -> Figure:
    return share(name, int(hits.sum()), len(hits), setting=setting, by=by)
