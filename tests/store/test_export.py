"""store/export: nothing that was said is run by a spreadsheet; numbers stay numbers."""

import polars as pl
import pytest

from affectory.store.export import harmless, write_csv


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_could_be_run_begins_with_an_apostrophe(sign):
    said = f"{sign}cmd|' /c calc'!A0"
    assert harmless(pl.DataFrame({"text": [said, f"a{sign}", None, ""]}))["text"].to_list() == [
        f"'{said}",
        f"a{sign}",
        None,
        "",
    ]


def test_what_is_not_text_is_left_as_it_is():
    frame = pl.DataFrame({"n": [-1, 2], "x": [-0.5, None], "good": [True, False]})
    assert harmless(frame).equals(frame)


def test_text_of_few_values_is_text_as_well():
    for kind in (pl.Categorical(), pl.Enum(["=a", "b"])):
        assert harmless(pl.DataFrame({"who": ["=a", "b"]}, {"who": kind}))["who"].to_list() == [
            "'=a",
            "b",
        ]


def test_a_column_name_that_could_be_run_begins_with_an_apostrophe():
    assert harmless(pl.DataFrame({"=1+1": [1], "n": [2]})).columns == ["'=1+1", "n"]


def test_a_file_holds_nested_columns_as_json(tmp_path):
    frame = pl.DataFrame({"who": ["@ann"], "samples": [[-0.5, 1.0]], "n": [-3]})
    write_csv(frame, tmp_path / "a.csv")
    back = pl.read_csv(tmp_path / "a.csv")
    assert back.row(0) == ("'@ann", '{"samples":[-0.5,1.0]}', -3)


def test_an_empty_table_keeps_its_columns(tmp_path):
    write_csv(pl.DataFrame(schema={"who": pl.String, "n": pl.Int64}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "who,n\n"
