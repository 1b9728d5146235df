"""measure/overlap: closed forms first, then other people's programs, then the edges."""

import random

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.overlap import bleu, corpus_bleu, grounded, quoted, rouge_l, rouge_n

SAID = "The cat sat on the mat."
SOME = [
    ("The poster cannot sleep, and cries every night.", "He can't sleep and cries at night!"),
    ("It costs 3.50 dollars, or 1,000 in all.", "It costs 3.50, i.e. 1,000 dollars"),
    ("a b c d e f", "f e d c b a"),
    ("one", "one"),
    ("one two", "three"),
    ("&quot;Fine&quot; she said - no!", '"Fine" she said; no.'),
    ("x" * 30, "x y z"),
]


def test_a_text_is_all_of_itself():
    np.testing.assert_array_equal(rouge_n([SAID], [SAID]), [[1, 1, 1]])
    np.testing.assert_array_equal(rouge_n([SAID], [SAID], 2), [[1, 1, 1]])
    np.testing.assert_array_equal(rouge_l([SAID], [SAID]), [[1, 1, 1]])
    np.testing.assert_allclose(bleu([SAID], [SAID]), [1])
    assert corpus_bleu([SAID], [SAID]) == pytest.approx(1)
    np.testing.assert_array_equal(grounded([SAID], ["cats purring"]), [0])


def test_rouge_by_hand():
    # said 4 words, wanted 3, in common 3: precision 3/4, recall 1, F1 6/7
    np.testing.assert_allclose(rouge_n(["a b c"], ["a b x c"]), [[3 / 4, 1, 6 / 7]])
    # bigrams: ab bc | ab bx xc, one in common: 1/3, 1/2, 2/5
    np.testing.assert_allclose(rouge_n(["a b c"], ["a b x c"], 2), [[1 / 3, 1 / 2, 2 / 5]])
    # longest common subsequence a b c, though c is last and x between
    np.testing.assert_allclose(rouge_l(["a b c"], ["a b x c"]), [[3 / 4, 1, 6 / 7]])
    np.testing.assert_allclose(rouge_l(["a b c d"], ["d c b a"]), [[1 / 4, 1 / 4, 1 / 4]])


def test_a_word_counts_as_often_as_both_have_it():
    np.testing.assert_allclose(rouge_n(["the the cat"], ["the the the"])[0, :2], [2 / 3, 2 / 3])


def test_bleu_by_hand():
    # 1- to 4-grams of "a b c d x": 4/5, 3/4, 2/3, 1/2 in "a b c d e": (1/5)^(1/4), equal length
    assert bleu(["a b c d e"], ["a b c d x"])[0] == pytest.approx((1 / 5) ** 0.25)
    # all n-grams of "a b c d" fit, 4 words where 6 are wanted: exp(1 - 6/4)
    assert bleu(["a b c d e f"], ["a b c d"])[0] == pytest.approx(np.exp(-0.5))


def test_grounding_is_the_share_of_content_words_that_the_source_has():
    # content words: poster, cries, night, sleepless
    told = grounded(["I cry; he cries all night"], ["The poster cries every night, sleepless"])
    assert told[0] == pytest.approx(2 / 4)
    assert np.isnan(grounded(["a"], ["to be or not"])[0])


def test_a_quote_must_stand_in_the_source_word_by_word():
    source = 'I "cannot" sleep -- at all!'
    told = quoted([source] * 3, [["cannot sleep", "at all"], ["sleep all"], []])
    np.testing.assert_array_equal(told, [1, 0, np.nan])
    assert quoted(["scared"], [["care"]])[0] == 0


# ------------------------------------------------------------- others' programs


def _texts(seed):
    rng = random.Random(seed)
    alphabet = [
        "sad",
        "happy",
        "the",
        "a",
        "not",
        "very",
        "3.5",
        "1,000",
        "it's",
        "(no)",
        "!",
        "e-mail",
    ]
    return " ".join(rng.choice(alphabet) for _ in range(rng.randint(1, 25)))


PAIRS = SOME + [(_texts(seed), _texts(seed + 1000)) for seed in range(60)]


def test_rouge_is_that_of_the_authors_of_rouge_score():
    scorer = pytest.importorskip("rouge_score.rouge_scorer")
    judge = scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    references, said = zip(*PAIRS, strict=True)
    theirs = [judge.score(one, other) for one, other in PAIRS]
    for name, ours in (
        ("rouge1", rouge_n(references, said)),
        ("rouge2", rouge_n(references, said, 2)),
        ("rougeL", rouge_l(references, said)),
    ):
        np.testing.assert_allclose(ours, [each[name] for each in theirs], atol=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_bleu_is_that_of_sacrebleu():
    sacrebleu = pytest.importorskip("sacrebleu")
    references, said = zip(*PAIRS, strict=True)
    theirs = [
        sacrebleu.sentence_bleu(other, [one], use_effective_order=True).score / 100
        for one, other in PAIRS
    ]
    np.testing.assert_allclose(bleu(references, said), theirs, atol=1e-9)
    whole = sacrebleu.corpus_bleu(list(said), [list(references)]).score / 100
    assert corpus_bleu(references, said) == pytest.approx(whole, abs=1e-9)


# --------------------------------------------------------------------------- edges


def test_nothing_said_has_nothing_in_common():
    for one, other in (("", ""), ("a", ""), ("", "a")):
        np.testing.assert_array_equal(rouge_n([one], [other]), [[0, 0, 0]])
        np.testing.assert_array_equal(rouge_l([one], [other]), [[0, 0, 0]])
        assert bleu([one], [other])[0] == 0
    assert rouge_n([], []).shape == (0, 3)
    assert bleu([], []).shape == (0,)
    assert np.isnan(corpus_bleu([], []))


def test_words_of_other_scripts_are_words():
    np.testing.assert_array_equal(rouge_n(["очень рад"], ["я очень рад"])[0, 1:2], [1])
    assert grounded(["zärtlich"], ["zärtlich"])[0] == 1


def test_texts_that_are_no_pairs_are_refused():
    for measure in (rouge_n, rouge_l, bleu, corpus_bleu, grounded, quoted):
        with pytest.raises(BadValues, match="equally many"):
            measure(["a"], [])
    with pytest.raises(BadChoice, match="1 or more"):
        rouge_n(["a"], ["a"], 0)
