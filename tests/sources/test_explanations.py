"""sources/explanations: small files of our own, then the published ones where they are."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from affectory.core.errors import BadColumn, BadFile, MissingFile
from affectory.sources.explanations import GROUPS, read_asked, read_explained

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEAD = "text,label,gpt,fluency,completeness,reliability,overall\n"


def _folder(
    tmp_path,
    rows='"I cry, a lot",1,"Yes.\n\nTears.","[3, 2, 1]","[0, 0, 0]","[1, 1, 1]","[3, 3, 3]"\n',
):
    for name in GROUPS:
        (tmp_path / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + (HEAD + rows).encode())
    return tmp_path


def test_ratings_are_raters_by_aspects(tmp_path):
    told = read_explained(_folder(tmp_path))
    assert told.posts == ("I cry, a lot",) * 3
    assert told.said[0] == "Yes.\n\nTears."
    assert told.group.tolist() == list(GROUPS.values())
    np.testing.assert_array_equal(told.ratings[0], [[3, 0, 1, 3], [2, 0, 1, 3], [1, 0, 1, 3]])
    np.testing.assert_array_equal(told.label, [1, 1, 1])


def test_a_query_is_parted_at_its_last_question(tmp_path):
    query = '"Post: Question: why?\n\nI cry  Question: Does he cry?"'
    with gzip.open(tmp_path / "DR.csv.gz", "wt", encoding="utf-8") as file:
        file.write(f"query,gpt\n{query},yes. Reasoning: tears\n")
    told = read_asked(tmp_path, "DR")
    assert told.posts == ("Question: why?\n\nI cry",)
    assert told.questions == ("Does he cry?",)
    assert told.answers == ("yes. Reasoning: tears",)


def test_what_is_not_there_or_not_whole_is_refused(tmp_path):
    with pytest.raises(MissingFile):
        read_explained(tmp_path)
    with pytest.raises(MissingFile):
        read_asked(tmp_path, "DR")
    (tmp_path / "DR.csv").write_text("query\na\n", encoding="utf-8")
    with pytest.raises(BadColumn, match="answer"):
        read_asked(tmp_path, "DR")
    with pytest.raises(BadFile, match="ratings"):
        read_explained(_folder(tmp_path, 'a,1,b,"[3, 2]","[0, 0, 0]","[1, 1, 1]","[3, 3, 3]"\n'))
    with pytest.raises(BadFile, match="ratings"):
        read_explained(_folder(tmp_path, 'a,1,b,good,"[0, 0, 0]","[1, 1, 1]","[3, 3, 3]"\n'))


@pytest.mark.skipif(not (DATA / "explanation_ratings").is_dir(), reason="no data set")
def test_the_published_means_come_out_to_three_decimals():
    told = read_explained(DATA / "explanation_ratings")
    # card of system 09; the paper claims "above 2.5 overall when correct"
    published = {
        "ChatGPT, correct": (121, [2.975, 2.579, 2.780, 2.576]),
        "ChatGPT, wrong": (43, [2.969, 1.760, 1.186, 1.566]),
        "GPT-3": (121, [0.832, 0.397, 0.534, 0.421]),
    }
    for group, (n, means) in published.items():
        here = told.group == group
        assert here.sum() == n
        np.testing.assert_allclose(told.ratings[here].mean(axis=(0, 1)), means, atol=5e-4)


@pytest.mark.skipif(not (DATA / "imhi_test").is_dir(), reason="no data set")
def test_every_post_of_the_published_file_has_its_question():
    told = read_asked(DATA / "imhi_test", "DR")
    assert len(told.posts) == 405
    assert all("suffers from depression" in question for question in told.questions)
    assert not any(post.startswith("Post:") for post in told.posts)
