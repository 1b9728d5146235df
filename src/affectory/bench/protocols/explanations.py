"""Explanations of a label: what people think of them, which metric agrees, and what ours rest on.

Ratings of three people (0-3) of ChatGPT's and GPT-3's explanations (system 09), recomputed; how
far raters agree; automatic metrics, with the post as reference, beside their ratings; how often a
recorded answer quotes words that the post does not hold. On the DR posts of IMHI (`imhi_test`
beside the folder) the offline explainer: whether deleting what it quotes moves the state more than
deleting as many random words; and how well labels are told by a fixed rule and by ridge regression
on TF-IDF words in ten folds, against the majority. Nothing is tuned. The labels of DR are weak, the
answers silver: written by a model.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.posts import LOW, records_of, same
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.errors import MissingExtra
from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.lm.answers import YesNo, parse
from affectory.lm.recorded import Recorded
from affectory.measure.agreement import PEARSON, SPEARMAN
from affectory.measure.bootstrap import average
from affectory.measure.labels import ACCURACY, WEIGHTED_F1
from affectory.measure.overlap import bleu, grounded, quoted, rouge_l, rouge_n
from affectory.measure.raters import rater_figures
from affectory.parts.blend import folds_of
from affectory.parts.ridge import Ridge
from affectory.represent.vocabularies import POLARITY
from affectory.senses.quotes import quotes
from affectory.senses.tfidf import TfIdf
from affectory.sources.explanations import ASPECTS, GROUPS, Explained, read_asked, read_explained

Floats = NDArray[np.float64]
METHOD, READER = "explain/interpret", "perceive/utterance"
DRAWS = 5  # random deletions a post
FOLDS = 10


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return figures on the ratings, the metrics, the recorded answers, and the offline method."""
    rated = read_explained(folder)
    told = [*_means(rated, seed), *_alphas(rated, seed), *_metrics(rated, seed)]
    told += _recorded(rated, seed)
    beside = folder.parent / "imhi_test"
    if beside.is_dir():
        told += _offline(beside, seed)
    return tuple(told)


PROTOCOL = Protocol(
    "explanations",
    "human ratings of explanations, metrics beside them, and whether quoted words carry the label",
    "explanation_ratings",
    measure,
)


def _means(rated: Explained, seed: int) -> Iterator[Figure]:
    for group in GROUPS.values():
        here = rated.ratings[rated.group == group].mean(axis=1)
        for at, aspect in enumerate(ASPECTS):
            yield _mean(f"rating/{aspect}", here[:, at], "texts", seed, "0-3, three raters", group)


def _alphas(rated: Explained, seed: int) -> Iterator[Figure]:
    chat, posts = rated.group != "GPT-3", np.array([same(post) for post in rated.posts])
    for at, aspect in enumerate(ASPECTS):
        for name, here in (("all", np.ones(len(chat), bool)), ("ChatGPT", chat)):
            *_, alpha = rater_figures(
                rated.ratings[here][:, :, at], cluster=posts[here], seed=seed,
                setting=f"{name}, three raters, interval metric, posts drawn",
            )  # fmt: skip
            yield replace(alpha, name=f"alpha/{aspect}")


def _metrics(rated: Explained, seed: int) -> Iterator[Figure]:
    """Yield how each metric goes with the mean rating, on all texts and on ChatGPT's alone."""
    known, posts = _scores(rated), np.array([same(post) for post in rated.posts])
    mean_rating = rated.ratings.mean(axis=1)
    chat = rated.group != "GPT-3"
    wanted = (
        ("overall", "all", np.ones(len(chat), bool), (PEARSON, SPEARMAN)),
        ("overall", "ChatGPT", chat, (PEARSON, SPEARMAN)),
        ("reliability", "ChatGPT", chat, (PEARSON,)),
    )
    for aspect, name, here, kinds in wanted:
        truth = mean_rating[here, ASPECTS.index(aspect)]
        for metric, values in known.items():
            for kind in kinds:
                one = kind.figure(
                    truth, values[here], cluster=posts[here], seed=seed, by=metric,
                    setting=f"{name}, with mean {aspect}, post as reference, posts drawn",
                )  # fmt: skip
                yield replace(one, name=f"{one.name}/{aspect}")


def _scores(rated: Explained) -> dict[str, Floats]:
    posts, said = rated.posts, rated.said
    known = {
        "bleu": bleu(posts, said),
        "rouge1": rouge_n(posts, said)[:, 2],
        "rouge2": rouge_n(posts, said, 2)[:, 2],
        "rougeL": rouge_l(posts, said)[:, 2],
        "grounded words": grounded(posts, said),
        "words": np.array([len(each.split()) for each in said], np.float64),
    }
    try:
        from affectory.senses.vectors import sentence_vectors

        one, other = sentence_vectors(posts), sentence_vectors(said)
    except MissingExtra:  # then without the only metric that needs weights
        return known
    return {**known, "cosine": np.asarray((one * other).sum(axis=1), np.float64)}


def _recorded(rated: Explained, seed: int) -> Iterator[Figure]:
    """Yield, by whose they are, how many answers are unread, and the share of quotes found."""
    for group in GROUPS.values():
        here = np.flatnonzero(rated.group == group)
        posts, said = [rated.posts[at] for at in here], [rated.said[at] for at in here]
        yield parse(YesNo(LOW), said).figure(by=group, setting="recorded answers")
        share = quoted(posts, [quotes(each) for each in said])
        setting = "share of an answer's quotes that the post holds; answers that quote"
        yield _mean("quotes_found", share, "texts", seed, setting, group)
    yield from _replayed(rated, seed)


def _replayed(rated: Explained, seed: int) -> Iterator[Figure]:
    """Yield how often the method doubts ChatGPT's recorded answers, right and wrong ones."""
    labels = np.array(rated.label)
    for group in list(GROUPS.values())[:2]:
        here = np.flatnonzero(rated.group == group)
        posts = [rated.posts[at] for at in here]
        records = records_of(posts)
        felt = Trajectory.on(records, LOW, labels[here, None], "data set")
        plain = registry.make(METHOD, question=ASK)
        pairs = dict(zip(plain.prompts(posts, LOW), [rated.said[at] for at in here], strict=True))
        method = registry.make(METHOD, question=ASK, model=Recorded.of(pairs.items(), "ChatGPT"))
        told: list[Any] = list(method.interpret(records, felt))
        asked = [each for each in told if each.rationale and not each.notice]
        for doubt in ("another label", "not in the text", "lean the other way"):
            held = np.array([any(doubt in each for each in one.doubts) for one in asked], float)
            setting = "recorded answers replayed; texts without crisis phrases"
            yield _mean(f"doubted: {doubt}", held, "texts", seed, setting, group)


def _offline(folder: Path, seed: int) -> Iterator[Figure]:
    asked = read_asked(folder, "DR")
    records = records_of(asked.posts)
    reader = registry.make(READER)
    felt = reader.perceive(records)[POLARITY.name]
    silver = parse(YesNo(LOW), asked.answers)
    yield from _labels(asked.posts, felt, silver.values[:, 0], seed)
    for by, method in (
        ("listed words", registry.make(METHOD, axis="negative")),
        ("omission", registry.make(METHOD, axis="negative", perceiver=reader)),
    ):
        yield from _faithful(reader, records, felt, method.explain(records, felt), by, seed)


def _labels(
    texts: tuple[str, ...], felt: Trajectory, silver: Floats, seed: int
) -> Iterator[Figure]:
    """Yield how well labels are told; the rule is "yes where negative is the greatest share"."""
    said = felt.values.argmax(axis=1) == POLARITY.index("negative")  # one session: as the records
    truth = np.column_stack([silver, 1 - silver])
    for by, yes in (
        (f"{READER}, negative", said),
        ("TF-IDF ridge, ten folds", _crossed(texts, silver, seed) >= 0.5),
        ("majority", np.full(len(said), np.nanmean(silver) >= 0.5)),
    ):
        given = np.column_stack([yes, 1 - yes]).astype(np.float64)
        for score in (WEIGHTED_F1, ACCURACY):
            yield score.figure(truth, given, seed=seed, setting="DR of IMHI, silver labels", by=by)


def _crossed(texts: tuple[str, ...], silver: Floats, seed: int) -> Floats:
    """Return what ridge regression on words and pairs says of posts that it has not seen."""
    fold = folds_of(np.array([same(text) for text in texts]), FOLDS, seed)
    out = np.full(len(texts), np.nan)
    for number in range(FOLDS):
        learn, ask = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        seen = [texts[at] for at in learn]
        words = TfIdf.of(seen)
        ridge = Ridge.fit(words.dense(seen), silver[learn, None])
        out[ask] = ridge.predict(words.dense([texts[at] for at in ask]))[:, 0]
    return out


def _faithful(
    reader: Any, records: Records, felt: Trajectory, told: tuple[Evidence, ...], by: str, seed: int
) -> Iterator[Figure]:
    """Yield what a state loses without its quotes, without as many random words, and the gap."""
    rng = np.random.default_rng(seed)
    spans: dict[int, list[tuple[int, int]]] = {}
    for each in told:
        if each.span is not None and each.record is not None:
            spans.setdefault(each.record, []).append(each.span)
    texts = dict(records.frame.select("seq", "text").rows())
    variants, rows = [], []
    for seq, held in spans.items():
        words = sum(len(texts[seq][low:high].split()) for low, high in held)
        variants.append(_without(texts[seq], held))
        variants += [_fewer(texts[seq], words, rng) for _ in range(DRAWS)]
        rows.append(seq)
    at = POLARITY.index("negative")
    values = reader.read(variants)[2][0][:, at].reshape(-1, DRAWS + 1).astype(np.float64)
    whole = felt.values[rows, at].astype(np.float64)
    sign = np.where(whole >= 0.5, 1.0, -1.0)  # as the method takes its claims
    values = np.where(np.isnan(values), 0.0, values)
    loss = sign[:, None] * (whole[:, None] - values)
    quoted_, random = loss[:, 0], loss[:, 1:].mean(axis=1)
    setting = f"share of negative polarity, DR posts with quotes, {DRAWS} random draws"
    for name, column in (
        ("loss_without_quotes", quoted_),
        ("loss_without_random_words", random),
        ("faithfulness", quoted_ - random),
    ):
        yield _mean(name, column, "posts", seed, setting, f"{METHOD}, {by}")


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for low, high in sorted(spans, reverse=True):
        text = f"{text[:low]} {text[high:]}"
    return text


def _fewer(text: str, words: int, rng: np.random.Generator) -> str:
    """Return `text` without so many of its words, drawn at random."""
    told = text.split()
    gone = set(rng.choice(len(told), min(words, len(told)), replace=False).tolist())
    return " ".join(word for at, word in enumerate(told) if at not in gone)


def _mean(name: str, values: Floats, drawn: str, seed: int, setting: str, by: str) -> Figure:
    return average(name, values, drawn=drawn, seed=seed, setting=setting, by=by)


ASK = "Does the poster show signs of depression?"
