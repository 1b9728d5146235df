"""Mentions of DSM-5 symptoms: authored sentences, posts with other labels, sentences read by hand.

ReDSM5 itself is gated. What is measured here: (1) the two halves of the house's own authored
sentences, whose author also wrote the phrases; (2) the published sample, 24 sentences; (3) yes/no
labels of other corpora that a symptom answers in part (`MAPPED`), nothing tuned on them; (4) 120
mentions drawn from those posts and read by the author of the phrases, kept as hashes, and the
210 before them, on which phrases were mended. Rivals: nothing is ever
mentioned (majority), the phrases without scopes, the words without phrases.
"""

__all__ = ["PROTOCOL", "combined_of", "notebook_svm"]

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.measure.calibration import ECE
from affectory.measure.labels import ACCURACY, MACRO_F1, MICRO_F1, f1
from affectory.parts.proportion import share
from affectory.represent.vocabularies import DSM5_9
from affectory.sources.authored import read_symptom_sentences
from affectory.sources.explanations import read_asked
from affectory.sources.redsm5 import NONE, SYMPTOMS, read_redsm5

Floats = NDArray[np.float64]
METHOD = "perceive/symptoms"
SURE = 0.5
TEST = ("DR", "Irf", "MultiWD")
MAPPED = (  # file, what the question holds, the symptoms that answer it, what it is called
    ("DR", "depression", DSM5_9.names, "any symptom for depression"),
    ("Irf", "burdensomeness", ("worthlessness",), "worthlessness for burdensomeness"),
    ("MultiWD", "physical", ("appetite_change", "fatigue", "psychomotor", "sleep_issues"),
     "appetite, fatigue, movement, sleep for the physical dimension"),
    ("MultiWD", "emotional", ("anhedonia", "depressed_mood", "suicidal_thoughts", "worthlessness"),
     "mood, interest, worth, suicidal thoughts for the emotional dimension"),
)  # fmt: skip


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return the figures of all four; the sample's where `redsm5_sample` lies beside `folder`."""
    out = [*_authored("held", seed), *_authored("dev", seed)]
    sample = folder.parent / "redsm5_sample"
    if sample.is_dir():
        out += _sample(sample, seed)
    out += [figure for row in MAPPED for figure in _mapped(folder, *row, seed)]
    return (*out, *_stands(folder))


PROTOCOL = Protocol(
    "symptoms",
    "mentions of nine DSM-5 symptoms: authored sentences, a sample, other corpora's yes and no",
    "imhi_test",
    measure,
)


def combined_of(place: Path) -> tuple[list[str], Floats]:
    """Return texts and ten labels (nine symptoms and none) as the authors' notebooks have them."""
    corpus = read_redsm5(place)
    nine = corpus.labels()
    held = ~np.isnan(nine).any(axis=1)
    said = corpus.records.frame["text"].to_list()
    texts = [said[at] for at in np.flatnonzero(held)]
    none = nine[held].sum(axis=1, keepdims=True) == 0
    at = sorted((*SYMPTOMS, NONE)).index(NONE)
    return texts, np.insert(nine[held], [at], none, axis=1)


def notebook_svm(texts: list[str], labels: Floats) -> dict[str, float]:
    """Return micro and macro F1 and subset accuracy of the authors' linear SVM.

    TF-IDF of single words, English stop words left out, sublinear; one LinearSVC a label; 80/20
    split with seed 42. Needs scikit-learn.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.model_selection import train_test_split
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.svm import LinearSVC

    learn, test, y, truth = train_test_split(texts, labels, test_size=0.2, random_state=42)
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    model = OneVsRestClassifier(LinearSVC(tol=1e-5, random_state=0))
    said = model.fit(words.fit_transform(learn), y).predict(words.transform(test))
    scores = {f"{how}_f1": float(f1_score(truth, said, average=how, zero_division=0))
              for how in ("micro", "macro")}  # fmt: skip
    return {**scores, "subset_accuracy": float(accuracy_score(truth, said))}


def _authored(half: str, seed: int) -> Iterator[Figure]:
    told = read_symptom_sentences(half)
    records = _records(list(told.texts))
    reader = registry.make(METHOD)
    own = reader.perceive(records).only.values.astype(np.float64)
    kinds = np.array(told.kinds)
    setting = f"{half} half of the authored sentences, cut at .5"
    how: dict[str, Any] = {"thresholds": SURE, "seed": seed, "setting": setting}
    others = {
        "words alone": "words",
        "phrases without scopes": "named",
        "phrases with scopes": "cues",
    }
    parts = reader.each(records)
    yield MACRO_F1.figure(told.values, own, by=METHOD, **how)
    for by, part in others.items():
        yield MACRO_F1.figure(told.values, parts[part], by=by, **how)
    never = np.zeros_like(own)
    yield MACRO_F1.figure(told.values, never, by="majority: no mention", **how)
    yield ACCURACY.figure(told.values, own, by=METHOD, **how)
    yield ACCURACY.figure(told.values, never, by="majority: no mention", **how)
    flat = told.values.reshape(-1, 1)
    both = [np.hstack([1 - side, side]) for side in (flat, own.reshape(-1, 1))]
    row = np.repeat(np.arange(len(own)), DSM5_9.k)
    yield ECE.figure(*both, cluster=row, seed=seed, setting=setting, by=METHOD)
    each = f1(told.values, own, SURE)
    for name, value, n in zip(DSM5_9.names, each, told.values.sum(axis=0), strict=True):
        yield Figure(
            f"f1/{name}", float(value), n=int(n), setting=f"{setting}; n: sentences with it"
        )
    for kind in dict.fromkeys(kinds):
        if kind != "self":
            clean = (own[kinds == kind] < SURE).all(axis=1)
            yield _share(f"clean/{kind}", clean, setting, METHOD)
            rival = (parts["named"][kinds == kind] == 0).all(axis=1)
            yield _share(f"clean/{kind}", rival, setting, "phrases without scopes")


def _sample(folder: Path, seed: int) -> Iterator[Figure]:
    """Yield how much of what the annotator examined is told alike, with and without the past."""
    corpus = read_redsm5(folder)
    records, truth = corpus.sentence_records, corpus.sentence_labels()
    looked = ~np.isnan(truth)
    for remembered in (False, True):
        said = registry.make(METHOD, remembered=remembered).perceive(records).only.values >= SURE
        setting = (f"ReDSM5 sample, paraphrased, 24 sentences of 17 posts, too few to rank by; "
                   f"{'past counts' if remembered else 'past does not count'}")  # fmt: skip
        yield _share("found", said[looked & (truth == 1)], setting + "; marked present", METHOD)
        yield _share("left", ~said[looked & (truth == 0)], setting + "; marked absent", METHOD)
    whole = corpus.labels()
    own = registry.make(METHOD, remembered=True).perceive(corpus.records).only.values
    setting = "ReDSM5 sample, 17 posts, past counts; unexamined symptoms as absent"
    yield MICRO_F1.figure(whole, own, thresholds=SURE, seed=seed, setting=setting, by=METHOD)


def _asked(folder: Path, name: str, about: str) -> tuple[list[str], NDArray[np.bool_]]:
    """Return the posts that are asked about something, and whether the answer is yes."""
    asked = read_asked(folder, name)
    here = [at for at, question in enumerate(asked.questions) if about in question]
    yes = [asked.answers[at].strip().lower().startswith("yes") for at in here]
    return [asked.posts[at] for at in here], np.array(yes, np.bool_)


def _mapped(
    folder: Path, name: str, about: str, axes: tuple[str, ...], words: str, seed: int
) -> Iterator[Figure]:
    """Yield the macro-F1 of a yes or no that some symptoms answer, and of its rivals."""
    texts, yes = _asked(folder, name, about)
    records, reader = _records(texts), registry.make(METHOD)
    columns = [DSM5_9.index(axis) for axis in axes]
    parts = {METHOD: reader.perceive(records).only.values, **reader.each(records)}
    names = {
        "named": "phrases without scopes",
        "words": "words alone",
        "cues": "phrases with scopes",
    }
    truth = np.column_stack([~yes, yes]).astype(np.float64)
    setting = f"{name} (imhi_test), {yes.mean():.0%} yes; {words}, cut at .5"
    for part, values in parts.items():
        said = np.nan_to_num(values[:, columns]).max(axis=1) >= SURE
        given = np.column_stack([~said, said]).astype(np.float64)
        by = names.get(part, part)
        yield replace(MACRO_F1.figure(truth, given, seed=seed, setting=setting, by=by),
                      name=f"macro_f1/{name}-{about}")  # fmt: skip
    most = np.tile(truth.mean(axis=0) >= SURE, (len(truth), 1)).astype(np.float64)
    yield replace(MACRO_F1.figure(truth, most, seed=seed, setting=setting, by="majority"),
                  name=f"macro_f1/{name}-{about}")  # fmt: skip


def _stands(folder: Path) -> Iterator[Figure]:
    """Yield the share of mentions, drawn by chance from posts, that stood when read by hand."""
    kept = files(__package__).joinpath("symptoms_read.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(kept.splitlines(), delimiter="\t"))
    for half, names in (("test", TEST), ("dev", (*TEST, "dreaddit", "CAMS"))):
        texts = sorted({post for name in names for post in read_asked(folder, name).posts})
        records = _records(texts)
        table = registry.make(METHOD).sentences(records)
        places = table.select("session", "start", "stop").rows()
        names_of = [_hash(texts[int(row)][low:high]) for row, low, high in places]
        said = {(name, axis) for axis in DSM5_9.names for name, p in
                zip(names_of, table[axis], strict=True) if p >= SURE}  # fmt: skip
        read = [row for row in rows if row["half"] == half]
        stood = np.array([row["stands"] == "1" for row in read])
        made = np.array([(row["sentence"], row["symptom"]) in said for row in read])
        drawn = (
            f"mentions drawn from posts of {', '.join(names)}, read by the author of the phrases"
        )
        after = "phrases were mended on them" if half == "dev" else "no phrase was changed after"
        yield _share("stood", stood, f"{drawn}; when they were read", METHOD)
        yield _share("stands", stood[made], f"{drawn}; those still made; {after}", METHOD)


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _records(texts: list[str]) -> Records:
    """Return a session a text, named by its place."""
    names = [str(at) for at in range(len(texts))]
    return Records(pl.DataFrame({"session": names, "actor": "writer", "text": texts}))


def _share(name: str, hits: NDArray[np.bool_], setting: str, by: str) -> Figure:
    return share(name, int(hits.sum()), len(hits), setting=setting, by=by)
