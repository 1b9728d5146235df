"""sources/redsm5: what is joined, what is a hard negative, what is refused and why."""

import os
from pathlib import Path

import numpy as np
import pytest

from affectory.core.errors import BadFile, MissingFile, NoRecords
from affectory.represent.vocabularies import DSM5_9
from affectory.sources.authored import KINDS, read_symptom_sentences
from affectory.sources.redsm5 import SYMPTOMS, read_redsm5

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
POSTS = """post_id,text
s_1,"I lie awake.
I am fine, though."
s_2,All good here.
s_3,Nobody looked at me.
"""
HEAD = "post_id,sentence_id,sentence_text,DSM5_symptom,status,explanation\n"
ROWS = """s_1,s_1_1,"I am fine, though.",DEPRESSED_MOOD,0,Says the opposite.
s_1,s_1_0,I lie awake.,SLEEP_ISSUES,1,Criterion A4.
s_2,s_2_0,All good here.,NO_SYMPTOMS,1,
"""


def place(folder, annotations=ROWS, posts=POSTS):
    (folder / "my_posts.csv").write_text(posts, encoding="utf-8")
    (folder / "my_annotations.csv").write_text(HEAD + annotations, encoding="utf-8")
    return folder


def reasons(corpus):
    return corpus.rejected.select("line", "reason").rows()


def test_the_symptoms_are_the_axes_of_the_space():
    assert DSM5_9.names == SYMPTOMS


def test_a_post_has_what_any_of_its_sentences_has(tmp_path):
    corpus = read_redsm5(place(tmp_path))
    assert corpus.records.frame["session"].to_list() == ["s_1", "s_2", "s_3"]
    labels = corpus.labels()
    assert labels[0].tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert labels[1].tolist() == [0] * 9  # examined, and nothing found
    assert np.isnan(labels[2]).all()  # nobody looked


def test_status_zero_is_a_hard_negative_and_silence_is_missing(tmp_path):
    corpus = read_redsm5(place(tmp_path))
    table = corpus.sentences
    assert table["sentence"].to_list() == ["s_1_0", "s_1_1", "s_2_0"]
    assert table["depressed_mood"].to_list() == [None, 0, 0]
    assert table["sleep_issues"].to_list() == [1, None, 0]
    assert corpus.rationales.filter(status=0)["explanation"].to_list() == ["Says the opposite."]


def test_sentences_keep_their_ids_and_find_their_place_in_the_post(tmp_path):
    corpus = read_redsm5(place(tmp_path))
    text = corpus.posts["text"][0]
    for name, said, start, stop in corpus.sentences.select(
        "sentence", "text", "start", "stop"
    ).rows()[:2]:
        assert text[start:stop] == said
        assert corpus.sentence_records["s_1"].frame["seq"].to_list() == [0, 1]
        assert name in ("s_1_0", "s_1_1")


def test_annotations_alone_are_enough(tmp_path):
    place(tmp_path)
    corpus = read_redsm5(tmp_path / "my_annotations.csv")
    assert len(corpus.sentence_records) == 3
    assert corpus.posts["text"].null_count() == 2
    with pytest.raises(NoRecords):
        assert corpus.records


def test_the_combined_layout_has_posts_with_stable_names(tmp_path):
    path = tmp_path / "redsm5.csv"
    path.write_text(
        "text,labels,explanation\nI lie awake.,SLEEP_ISSUES;FATIGUE,why\nFine.,NO_SYMPTOMS,\n"
        "Both.,NO_SYMPTOMS;FATIGUE,\nFine.,NO_SYMPTOMS,\nNew.,JOY,\n,FATIGUE,\nBare.,,\n"
    )
    corpus = read_redsm5(tmp_path)
    assert corpus.labels().sum(axis=1).tolist() == [2, 0]
    assert corpus.posts["post"][0].startswith("h")
    assert corpus.posts["post"].to_list() == read_redsm5(path).posts["post"].to_list()
    assert reasons(corpus) == [
        (4, "no_symptoms beside a symptom"),
        (5, "the text of line 3 again"),
        (6, "unknown symptom 'joy'"),
        (7, "no text"),
        (8, "no label"),
    ]


def test_a_bad_row_is_kept_with_its_line_and_reason(tmp_path):
    bad = (
        "s_9,s_9_0,Who?,FATIGUE,1,\n"
        "s_1,x_7,Odd.,FATIGUE,1,\n"
        "s_1,s_1_0,I lie awake.,JOY,1,\n"
        "s_1,s_1_0,I lie awake.,FATIGUE,2,\n"
        "s_1,s_1_0,,FATIGUE,1,\n"
        "s_1,s_1_0,I lie awake.,SLEEP_ISSUES,1,\n"
        "s_1,s_1_0,I lie awake.,SLEEP_ISSUES,0,\n"
        "s_2,s_2_0,All good here.,NO_SYMPTOMS,0,\n"
        "s_1,s_1_0\n"
    )
    corpus = read_redsm5(place(tmp_path, ROWS + bad))
    assert [reason for _, reason in reasons(corpus)] == [
        "no post s_9 among the posts",
        "sentence_id 'x_7' is no number of post 's_1'",
        "unknown symptom 'JOY'",
        "status '2' is neither 0 nor 1",
        "no sentence_text",
        "line 3 again",
        "status 0, but 1 on line 3",
        "no_symptoms with status 0 says nothing",
        "2 fields, the table has 6 columns",
    ]
    assert [line for line, _ in reasons(corpus)] == list(range(5, 14))
    assert corpus.rejected["file"].unique().to_list() == ["my_annotations.csv"]
    assert len(corpus.rationales) == 3


def test_none_and_a_symptom_in_one_sentence_refuse_each_other(tmp_path):
    more = "s_2,s_2_0,All good here.,FATIGUE,1,\ns_2,s_2_0,All good here.,SLEEP_ISSUES,0,\n"
    corpus = read_redsm5(place(tmp_path, ROWS + more))
    assert reasons(corpus) == [
        (4, "no_symptoms beside a symptom"),
        (5, "no_symptoms beside a symptom"),
    ]
    assert corpus.sentences.filter(sentence="s_2_0")["sleep_issues"].to_list() == [0]


def test_lines_are_counted_through_quoted_line_ends(tmp_path):
    posts = POSTS + "s_3,once more\n"
    assert reasons(read_redsm5(place(tmp_path, posts=posts))) == [(6, "post s_3 again")]


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path):
    torn = 's_1,s_1_2,"I am,FATIGUE,1,\ns_2,s_2_1,So tired.,FATIGUE,1,\n'
    corpus = read_redsm5(place(tmp_path, ROWS + torn))
    assert reasons(corpus) == [(5, "a quoted field is never closed")]
    assert corpus.sentences.filter(sentence="s_2_1")["fatigue"].to_list() == [1]


def test_what_is_not_there_or_no_such_file_says_what_to_do(tmp_path):
    with pytest.raises(MissingFile, match="posts and annotations"):
        read_redsm5(tmp_path)
    with pytest.raises(MissingFile):
        read_redsm5(tmp_path / "none")
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadFile, match="columns"):
        read_redsm5(tmp_path / "odd.csv")
    place(tmp_path, "s_9,s_9_0,Who?,FATIGUE,1,\n", "post_id,text\n")
    with pytest.raises(NoRecords):
        read_redsm5(tmp_path)


@pytest.mark.skipif(not (DATA / "redsm5_sample").is_dir(), reason="the sample is not here")
def test_the_published_sample_is_read_whole():
    corpus = read_redsm5(DATA / "redsm5_sample")
    assert corpus.rejected.is_empty()
    assert (len(corpus.records), len(corpus.sentence_records)) == (17, 24)  # one has two symptoms
    said = corpus.rationales.group_by("symptom").len().rows()
    # the counts of its README
    assert dict(said) == {
        "sleep_issues": 7, "worthlessness": 5, "fatigue": 3, "cognitive_issues": 3,
        "depressed_mood": 3, "anhedonia": 3, "suicidal_thoughts": 1,
    }  # fmt: skip
    assert (corpus.rationales["status"] == 0).sum() == 4


def test_authored_sentences_hold_only_for_their_writer_now():
    for half in ("dev", "held"):
        told = read_symptom_sentences(half)
        own = np.array([kind == "self" for kind in told.kinds])
        assert set(told.kinds) == set(KINDS)
        assert (told.values[own] == told.named[own]).all()
        assert told.values[~own].sum() == 0
        assert told.values.sum(axis=0).min() >= 7  # every symptom is there
        assert len(told.texts) - own.sum() > 80
    assert not set(told.texts) & set(read_symptom_sentences("dev").texts)
