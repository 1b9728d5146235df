"""sources/published: files are found plain or gzipped, the first name first, and unpacked."""

import gzip

import pytest

from affectory.core.errors import MissingFile
from affectory.sources.published import content, published


def test_a_file_is_found_plain_or_gzipped_by_its_first_name(tmp_path):
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"packed"))
    assert content(published(tmp_path, "a.csv", "b.csv")) == b"packed"
    (tmp_path / "a.csv").write_bytes(b"plain")
    assert content(published(tmp_path, "a.csv", "b.csv")) == b"plain"


def test_a_lost_file_is_named(tmp_path):
    with pytest.raises(MissingFile, match=r"a\.csv.*plain or gzipped"):
        published(tmp_path, "a.csv", "b.csv")
