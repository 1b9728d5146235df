"""senses/categories: lists of terms, whatever their encoding."""

import gzip
import os
from pathlib import Path

import pytest

from affectory.core.errors import BadFile, MissingFile
from affectory.senses.categories import is_categories, read_categories, starter_markers

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
LISTS = "ansiedad\tpánico\tataque de pánico\tPánico\ndepresión\ttriste\tpánico\t\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_broken_bytes_are_read_as_what_they_are(tmp_path, encoding):
    path = tmp_path / "es.tsv"
    path.write_bytes(LISTS.encode(encoding))
    found = read_categories(path, "es")
    assert found.words == ("pánico", "ataque de pánico", "triste")
    assert [axis.name for axis in found.axes] == ["ansiedad", "depresión"]
    assert found.weights.tolist() == [[1, 1], [1, 0], [0, 1]]
    assert found.language == "es"


def test_gzip_is_read_too(tmp_path):
    path = tmp_path / "es.tsv.gz"
    path.write_bytes(gzip.compress(LISTS.encode()))
    assert len(read_categories(path)) == 3
    assert read_categories(path).name == "es"


def test_lists_are_told_from_weighted_words(tmp_path):
    lists, words = tmp_path / "lists.tsv", tmp_path / "words.tsv"
    lists.write_text("a\t" + "\t".join("bcdefgh") + "\nb\tx\n", encoding="utf-8")
    words.write_text("word\tfear\tjoy\nafraid\t1\t0\n", encoding="utf-8")
    assert is_categories(lists)
    assert not is_categories(words)


def test_the_house_s_own_lists_are_read():
    own = starter_markers()
    assert [axis.name for axis in own.axes] == ["anger", "anxiety", "sadness", "joy"]
    assert "fed up" in own.words


def test_what_holds_no_list_is_refused(tmp_path):
    (tmp_path / "empty.tsv").write_text("name\n\n", encoding="utf-8")
    with pytest.raises(BadFile, match="category"):
        read_categories(tmp_path / "empty.tsv")
    with pytest.raises(MissingFile):
        read_categories(tmp_path / "none.tsv")


@pytest.mark.skipif(not (DATA / "marker_lexicons").is_dir(), reason="no data set")
def test_the_published_lists_have_as_many_terms_as_their_page_says():
    found = read_categories(DATA / "marker_lexicons" / "es_categories_mental_health.tsv.gz", "es")
    assert len(found.axes) == 4
    assert len(found) <= 2830  # different terms, before case and blanks are evened out
    assert len(found) > 2700
