"""bench/protocols/symptoms: shares, the notebooks' pipeline, the mapped questions."""

import os
from pathlib import Path

import numpy as np
import pytest

from affectory.bench.protocols.symptoms import _asked, _share, combined_of, notebook_svm
from affectory.sources.redsm5 import NONE, SYMPTOMS

FULL = os.environ.get("AFFECTORY_REDSM5")


def test_a_share_has_wilsons_interval():
    # Wilson 1927 for 9 of 10: .596 to .982
    figure = _share("x", np.array([True] * 9 + [False]), "toy", "me")
    assert (figure.value, figure.n) == (0.9, 10)
    assert (figure.low, figure.high) == (
        pytest.approx(0.596, abs=1e-3),
        pytest.approx(0.982, abs=1e-3),
    )
    assert np.isnan(_share("x", np.zeros(0, bool), "toy", "me").value)


def combined(tmp_path, n=60):
    said = {"I can't sleep, number {}.": "SLEEP_ISSUES", "I am worthless, no {}.": "WORTHLESSNESS",
            "The train left, number {}.": "NO_SYMPTOMS"}  # fmt: skip
    rows = [f'"{text.format(at)}",{label}' for at in range(n) for text, label in said.items()]
    path = tmp_path / "redsm5.csv"
    path.write_text("text,labels\n" + "\n".join(rows) + "\n")
    return path


def test_ten_labels_stand_in_the_notebooks_order(tmp_path):
    texts, labels = combined_of(combined(tmp_path, 2))
    names = sorted((*SYMPTOMS, NONE))
    assert names.index(NONE) == 5
    assert [names[at] for at in labels[:3].argmax(axis=1)] == [
        "sleep_issues", "worthlessness", "no_symptoms",
    ]  # fmt: skip
    assert labels.shape == (6, 10)
    assert len(texts) == 6


@pytest.mark.filterwarnings("ignore:Label not")  # labels that the toy does not have
def test_the_pipeline_learns_what_words_tell(tmp_path):
    scores = notebook_svm(*combined_of(combined(tmp_path)))
    assert scores["micro_f1"] == scores["subset_accuracy"] == 1.0
    assert scores["macro_f1"] == pytest.approx(0.3)  # three of ten labels are there


@pytest.mark.slow
@pytest.mark.skipif(not FULL, reason="set AFFECTORY_REDSM5 to your own copy of the gated corpus")
def test_the_notebooks_svm_gives_its_published_f1_on_the_full_corpus():
    # authors' notebook, 297 of 1,484 posts: micro F1 .39, macro .28, subset accuracy .229
    assert notebook_svm(*combined_of(Path(FULL)))["micro_f1"] == pytest.approx(0.39, abs=0.01)


DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.skipif(not (DATA / "imhi_test").is_dir(), reason="the data set is not here")
def test_questions_are_cut_from_posts_and_answers():
    asked = _asked(DATA / "imhi_test", "DR", "depression")
    assert (len(asked.texts), asked.yes.sum()) == (405, 307)  # counted by its README and by hand
    assert not any("The answer to the question" in text for text in asked.texts)
    physical, emotional = (
        _asked(DATA / "imhi_test", "MultiWD", k) for k in ("physical", "emotional")
    )
    assert (len(physical.texts), len(emotional.texts)) == (407, 406)
