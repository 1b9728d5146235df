"""sources.reactions: essays and headlines, row by row, and their published counts."""

import os
from pathlib import Path

import numpy as np
import pytest

from affectory.core.errors import BadFile, MissingFile
from affectory.represent.vocabularies import EKMAN7N, READERS5
from affectory.sources.reactions import EMOTIONS, VOTED, read_essays, read_headlines

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEAD = "article_id\tresponse_id\tempathy\tdistress\tessay\temotion\n"
ROWS = HEAD + '7\tann\t1.5\t2\tsay "no\tsadness\n8\tbo\t7\t1\tfine\tJoy\n7\tbo\t3\t3\tsad\tanger\n'


def test_essays_on_one_article_are_a_session(tmp_path):
    (tmp_path / "train.tsv").write_text(ROWS, encoding="utf-8")
    records, ratings, emotions = read_essays(tmp_path)
    assert records.sessions == ("7", "8")
    assert records.frame["actor"].to_list() == ["ann", "bo", "bo"]
    assert records.frame["text"].to_list() == ['say "no', "sad", "fine"]
    np.testing.assert_allclose(ratings, [[1.5, 2], [3, 3], [7, 1]])
    assert emotions.argmax(axis=1).tolist() == [4, 0, 3]


def test_essays_of_one_writer_are_a_session_where_asked(tmp_path):
    (tmp_path / "messages_train.tsv").write_text(ROWS, encoding="utf-8")
    records, ratings, _ = read_essays(tmp_path, by_writer=True)
    assert records.sessions == ("ann", "bo")
    np.testing.assert_allclose(ratings, [[1.5, 2], [7, 1], [3, 3]])


def test_votes_become_shares_and_none_is_missing(tmp_path):
    (tmp_path / "headlines.csv").write_text(
        "id,headline,anger,disgust,fear,joy,sadness,surprise\n"
        '1,"A, b",10,99,0,30,0,0\n2,c,0,5,0,0,0,0\n',
        encoding="utf-8",
    )
    records, shares = read_headlines(tmp_path)
    assert records.frame["text"].to_list() == ["A, b", "c"]
    np.testing.assert_allclose(shares[0], [0.25, 0, 0.75, 0, 0])
    assert np.isnan(shares).any(axis=1).tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("essay\nx\n", "no column article_id"),
        (HEAD + "7\tann\t9\t2\tx\tjoy\n", "a rating that is none"),
        (HEAD + "7\tann\t\t2\tx\tjoy\n", "a rating that is none"),
        (HEAD + "7\tann\t1\t2\tx\tglee\n", "an unknown emotion"),
    ],
)
def test_essays_that_are_wrong_are_refused(tmp_path, text, found):
    (tmp_path / "train.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=found):
        read_essays(tmp_path)


def test_headlines_that_are_wrong_or_absent_are_refused(tmp_path):
    with pytest.raises(MissingFile):
        read_headlines(tmp_path)
    (tmp_path / "headlines.csv").write_text(
        "id,headline,anger,disgust,fear,joy,sadness,surprise\n1,a,-1,0,0,0,0,0\n", encoding="utf-8"
    )
    with pytest.raises(BadFile, match="a vote"):
        read_headlines(tmp_path)


@pytest.mark.skipif(not (DATA / "wassa2022_train").is_dir(), reason="the essays are not here")
def test_the_essays_are_the_published_ones():
    records, ratings, emotions = read_essays(DATA / "wassa2022_train")
    assert (len(records), len(records.sessions)) == (1860, 417)
    assert len(read_essays(DATA / "wassa2022_train", by_writer=True).records.sessions) == 372
    np.testing.assert_allclose(ratings.mean(axis=0), [3.700, 3.731], atol=5e-4)
    np.testing.assert_allclose(ratings.std(axis=0), [1.825, 1.891], atol=1e-3)
    assert np.corrcoef(ratings.T)[0, 1] == pytest.approx(0.451, abs=5e-4)
    counts = emotions.sum(axis=0).astype(int).tolist()
    assert counts == [349, 149, 194, 82, 647, 164, 275]


@pytest.mark.skipif(not (DATA / "reader_emotions_train").is_dir(), reason="no headlines here")
def test_the_headlines_have_shares():
    records, shares = read_headlines(DATA / "reader_emotions_train")
    assert len(records) == 600
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_the_orders_are_those_of_the_spaces():
    assert EKMAN7N.names == EMOTIONS
    assert READERS5.names == VOTED
