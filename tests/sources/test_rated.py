"""sources/rated: the published files, row by row."""

import gzip
import os
from pathlib import Path

import pytest

from affectory.core.errors import BadChoice, BadFile, MissingFile
from affectory.sources.rated import read_emobank, read_goemotions

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


def test_labels_become_ones_and_bare_quotes_stay(tmp_path):
    (tmp_path / "dev.tsv").write_text('say "hi\t0,27\tid1\nno\t2\tid2\n', encoding="utf-8")
    rated = read_goemotions(tmp_path, "dev")
    assert rated.texts == ['say "hi', "no"]
    assert [row.nonzero()[0].tolist() for row in rated.values] == [[0, 27], [2]]


def test_ratings_are_put_on_minus_one_to_one(tmp_path):
    table = 'id,split,V,A,D,text\na,test,5,3,1,"x, y"\nb,train,1,1,1,z\n'
    with gzip.open(tmp_path / "emobank.csv.gz", "wt") as file:
        file.write(table)
    rated = read_emobank(tmp_path, "test")
    assert rated.texts == ["x, y"]
    assert rated.values.tolist() == [[1.0, 0.0, -1.0]]


def test_what_is_wrong_is_named(tmp_path):
    with pytest.raises(BadChoice, match="split"):
        read_goemotions(tmp_path, "all")
    with pytest.raises(MissingFile):
        read_emobank(tmp_path, "dev")
    (tmp_path / "dev.tsv").write_text("text only\n", encoding="utf-8")
    with pytest.raises(BadFile, match="line 1"):
        read_goemotions(tmp_path, "dev")


@pytest.mark.parametrize("labels", ["28", "-1", "joy", "", "1,"])
def test_a_label_that_does_not_exist_is_refused(tmp_path, labels):
    (tmp_path / "dev.tsv").write_text(f"fine\t0\tid1\nno\t{labels}\tid2\n", encoding="utf-8")
    with pytest.raises(BadFile, match="line 2"):
        read_goemotions(tmp_path, "dev")


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("id,part,V,A,D,text\na,test,5,3,1,x\n", "columns"),
        ("id,split,V,A,D,text\na,test,5,high,1,x\n", "no number"),
        ("id,split,V,A,D,text\na,test,5\n", "no number"),
        ("id,split,V,A,D,text\na,test,5,0.5,1,x\n", "out of range"),
        ("id,split,V,A,D,text\na,test,5,nan,1,x\n", "out of range"),
        ("", "columns"),
    ],
)
def test_a_table_that_is_not_emobank_is_refused(tmp_path, table, found):
    (tmp_path / "emobank.csv").write_text(table, encoding="utf-8")
    with pytest.raises(BadFile, match=found):
        read_emobank(tmp_path, "test")


def test_a_split_without_rows_is_empty(tmp_path):
    (tmp_path / "emobank.csv").write_text("id,split,V,A,D,text\n", encoding="utf-8")
    assert read_emobank(tmp_path, "dev").values.shape == (0, 3)


@pytest.mark.skipif(not (DATA / "goemotions").is_dir(), reason="the data set is not here")
def test_the_official_splits_have_their_published_sizes():
    sizes = [len(read_goemotions(DATA / "goemotions", s).texts) for s in ("dev", "test")]
    assert sizes == [5426, 5427]  # Demszky et al. 2020


@pytest.mark.skipif(not (DATA / "emobank").is_dir(), reason="the data set is not here")
def test_every_rating_of_the_published_table_is_read():
    sizes = [len(read_emobank(DATA / "emobank", s).texts) for s in ("train", "dev", "test")]
    # the rows of the released table (Buechel & Hahn 2017), of which 1,192 headlines may be kept out
    assert sum(sizes) in (10_062, 10_062 - 1_192)
