"""bench wassa and bench readers: the figures of the docs pages, from the data itself."""

import os
from pathlib import Path

import numpy as np
import pytest

from affectory.bench.protocol import protocols
from affectory.bench.protocols.readers import _attention
from affectory.bench.protocols.wassa import VARIANCE, _by_fold
from affectory.core.evidence import Evidence, Ground
from affectory.measure.agreement import pearson

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


def test_the_ratio_of_variances_is_that_of_numpy():
    truth, said = np.random.default_rng(7).normal(size=(2, 50))
    assert VARIANCE.value(truth, said) == pytest.approx(said.var() / truth.var())
    assert VARIANCE.value(truth, 3 * truth) == pytest.approx(9)


def test_the_mean_over_folds_is_that_of_each_fold_and_has_an_interval():
    rng = np.random.default_rng(3)
    truth = rng.normal(size=400)
    said = truth + rng.normal(size=400)
    session = np.repeat(np.arange(100), 4)
    fold = session % 10
    how = {"cluster": session.astype(str), "seed": 0, "setting": "s"}
    told = _by_fold("concern", truth, said, fold, how)
    each = [pearson(truth[fold == k], said[fold == k]) for k in range(10)]
    assert told.value == pytest.approx(np.mean(each))
    assert told.low < told.value < told.high
    assert told.n == 100


def test_attention_on_listed_words_is_told_beside_their_share():
    def word(text, weight, session):
        return Evidence(session, "r", 0, 1, "joy", weight, Ground.ATTENTION, 0, text=text)

    looked = tuple(
        word(text, weight, str(n))
        for n in range(6)
        for text, weight in (("joy", 0.75), ("table", 0.25))
    )
    mass, share = _attention((*looked, word("joy", 1.0, "alone")), {"seed": 0, "setting": "s"})
    assert (mass.value, share.value, mass.n) == (0.75, 0.5, 6)


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "wassa2022_train").is_dir(), reason="the essays are not here")
def test_concern_and_distress_reach_their_bars_and_beat_words():
    found = {(f.name, f.by, f.n): f for f in protocols()["wassa"].run(DATA)}
    for axis, bar in (("concern", 0.40), ("distress", 0.43)):
        assert found[f"pearson/{axis}", "perceive/empathy", 416].value >= bar
        gain = found[f"gain in pearson/{axis}", "perceive/empathy over TF-IDF ridge", 416]
        assert gain.low > 0


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "reader_emotions_train").is_dir(), reason="no headlines here")
def test_readers_are_told_better_than_by_words():
    found = {(f.name, f.by): f for f in protocols()["readers"].run(DATA)}
    over = "perceive/readers over TF-IDF ridge"
    assert found["gain in rmse", over].high < 0
    assert found["gain in accuracy", over].low > 0
