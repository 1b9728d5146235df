"""senses/wordlist: the usual lists are known by their shape, and every guess can be overruled."""

import gzip

import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadColumn, BadFile, MissingFile
from affectory.senses.wordfile import table_of
from affectory.senses.wordlist import make_out


def read(tmp_path, text, name="list.txt"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return make_out(table_of(path))


def test_nrc_vad_with_a_header(tmp_path):
    held = read(
        tmp_path, "Word\tValence\tArousal\tDominance\njoy\t0.98\t0.82\t0.79\nwar\t.1\t.9\t.5\n"
    )
    assert held.names == ("valence", "arousal", "dominance")
    assert held.scale == (0.0, 1.0)
    assert not held.flags
    assert held.weights[0].tolist() == [0.98, 0.82, 0.79]


def test_nrc_vad_without_a_header(tmp_path):
    held = read(tmp_path, "joy\t0.98\t0.82\t0.79\nwar\t0.1\t0.9\t0.5\n")
    assert (held.words, held.names) == (("joy", "war"), ("valence", "arousal", "dominance"))


def test_emolex_in_its_long_form(tmp_path):
    cells = [(w, e) for w in ("war", "pen", "cup") for e in ("joy", "fear")]
    rows = "".join(f"{w}\t{e}\t{int((w, e) == ('war', 'fear'))}\n" for w, e in cells)
    held = read(tmp_path, rows)
    assert held.flags
    assert held.names == ("joy", "fear")
    assert held.weights.tolist() == [[0, 1], [0, 0], [0, 0]]


def test_an_intensity_list_has_zero_where_an_emotion_is_not_told(tmp_path):
    rows = ("war anger .8", "war fear .9", "pen anger .1", "cup fear .2", "hat fear .1")
    held = read(tmp_path, "\n".join(rows).replace(" ", "\t"))
    assert held.weights[held.words.index("pen")].tolist() == [0.1, 0.0]


def test_warriner_brings_its_standard_deviations(tmp_path):
    head = ",Word,V.Mean.Sum,V.SD.Sum,V.Rat.Sum,A.Mean.Sum,A.SD.Sum,D.Mean.Sum,D.SD.Sum\n"
    rows = "1,aardvark,6.26,2.21,19,2.41,1.4,4.27,1.75\n2,joy,8.2,1.1,20,5.5,2.0,7.0,1.5\n"
    held = read(tmp_path, head + rows)
    assert held.scale == (1.0, 9.0)
    assert held.weights[0].tolist() == [6.26, 2.41, 4.27]
    assert held.spread[0].tolist() == [2.21, 1.4, 1.75]


def test_labmt_is_two_columns(tmp_path):
    held = read(tmp_path, "laughter\t8.50\nwar\t1.80\n")
    assert (held.names, held.scale) == (("valence",), (1.0, 9.0))


def test_labmt_in_full_is_read_by_its_header(tmp_path):
    head = "word\thappiness_rank\thappiness_average\thappiness_standard_deviation\n"
    held = read(tmp_path, head + "laughter\t1\t8.5\t0.93\nwar\t9999\t1.8\t1.4\n")
    assert held.weights.tolist() == [[8.5], [1.8]]
    assert held.spread.tolist() == [[0.93], [1.4]]


def test_vader_keeps_the_mean_and_its_standard_deviation(tmp_path):
    held = read(tmp_path, "good\t1.9\t0.9434\t[2, 1, 1, 3]\nbad\t-2.5\t0.67082\t[-3, -2]\n")
    assert (held.scale, held.weights.tolist()) == ((-3.0, 3.0), [[1.9], [-2.5]])
    assert held.spread[0, 0] == 0.9434


def test_a_table_of_ones_own_keeps_its_names_and_its_extra_columns_out(tmp_path):
    held = read(tmp_path, "term;warmth;word_count\nsun;0.9;120\nice;0.1;3\n", "own.csv")
    assert (held.names, held.flags) == (("warmth",), True)


def test_old_encodings_and_gzip_are_read(tmp_path):
    assert read(tmp_path, "café\t8\nb\t2\n".encode("cp1252")).words[0] == "café"
    assert read(tmp_path, gzip.compress("café\t8\nb\t2\n".encode()), "l.tsv.gz").words[0] == "café"


def test_parquet_and_arrow_are_read(tmp_path):
    table = pl.DataFrame({"word": ["a", "b"], "valence": [0.5, -0.5]})
    table.write_parquet(tmp_path / "l.parquet")
    table.write_ipc(tmp_path / "l.arrow")
    for name in ("l.parquet", "l.arrow"):
        assert make_out(table_of(tmp_path / name)).words == ("a", "b")


def test_rows_without_weights_are_left_out_and_told():
    held = make_out(pl.DataFrame({"word": ["a", "b", "c"], "valence": [1.0, None, 9.0]}))
    assert held.words == ("a", "c")
    assert "1 rows without weights" in held.reading


def test_columns_can_be_named_and_are_checked():
    table = pl.DataFrame({"w": ["a", "b"], "x": [0.1, 0.2], "y": [1.0, 0.0]})
    assert make_out(table, "w", {"calm": "y"}).names == ("calm",)
    with pytest.raises(BadColumn, match="z"):
        make_out(table, axes=["z"])


def test_a_named_scale_must_hold_every_weight():
    table = pl.DataFrame({"word": ["a", "b"], "valence": [2.0, 6.0]})
    assert make_out(table, scale=(1, 9)).scale == (1.0, 9.0)
    with pytest.raises(BadChoice, match="2 to 6"):
        make_out(table, scale=(1, 5))


def test_a_scale_that_nobody_uses_must_be_named():
    with pytest.raises(BadChoice, match="scale=\\(low, high\\)"):
        make_out(pl.DataFrame({"word": ["a", "b"], "valence": [-50.0, 6.0]}))


def test_a_table_without_weights_or_words_says_what_to_name():
    with pytest.raises(BadColumn, match="axes="):
        make_out(pl.DataFrame({"word": ["a"], "note": ["b"]}))
    with pytest.raises(BadColumn, match="word="):
        make_out(pl.DataFrame({"x": [1.0], "y": [2.0]}))


def test_files_that_are_none(tmp_path):
    with pytest.raises(MissingFile):
        table_of(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(BadFile, match="no readable table"):
        table_of(tmp_path / "empty.csv")
    (tmp_path / "bad.parquet").write_text("no parquet")
    with pytest.raises(BadFile):
        table_of(tmp_path / "bad.parquet")
