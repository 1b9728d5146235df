"""store/guarded: what is a question passes; what opens, changes or hides does not."""

import polars as pl
import pytest

from affectory.store.guarded import guarded

FILE = "'/etc/hostname'"


@pytest.mark.parametrize(
    "text",
    [
        "select 1",
        "SELECT a FROM records",
        "with records as (select 1 as a) select a from records",
        "with read_csv as (select 1 as a) select a from read_csv",
        "(select 1) union all (select 2)",
        "select 'read_csv(''/etc/passwd'')' as said",
        "select 'drop table records; -- ' as said",
        'select "delete", "read_csv" from records',
        "select read_count from records",
        "select spread(a), thread_(a), already(a) from records",
        "select a from (select a from (select 1 as a) x) y",
        "select a from records where a in('x', 'it''s', '')",
    ],
)
def test_a_question_is_left_as_it_is(text):
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("select 1;", "select 1"),
        ("select 1 ; ;\n", "select 1   "),
        ("select/* a /* nested */ one */1 -- the end", "select 1  "),
        ("select\n\t\u00a01", "select 1"),
        ("-- first\nselect 1", "  select 1"),
        ("select 1 -- '\r, read_csv('x')\n", "select 1   "),
        ("select '-- /* kept' as \"/* too\"", "select '-- /* kept' as \"/* too\""),
    ],
)
def test_comments_and_the_last_semicolon_do_not_reach_the_engine(text, left):
    assert guarded(text) == left


@pytest.mark.parametrize(
    "text",
    [
        f"select * from read_csv({FILE})",
        f"select * from READ_Csv \n ({FILE})",
        f"select * from read_csv/**/({FILE})",
        f"select * from read_csv -- \n ({FILE})",
        f"select * from /* ' */ read_parquet({FILE}) /* ' */",
        f'select * from "read_csv"({FILE})',
        f'select * from "READ_CSV" ({FILE})',
        f"select * from `read_ipc`({FILE})",
        f"select * from x.read_json({FILE})",
        f"select * from records, read_ndjson({FILE})",
        f"select * from records join (select * from scan_csv({FILE})) x on 1 = 1",
        f"with records as (select * from read_csv({FILE})) select * from records",
        f"select a in (select * from (read_csv({FILE}))) from records",
        f"select 'a\\' as x, ' from read_csv({FILE}) --' from read_csv({FILE})",
        f"select iceberg_scan({FILE})",
    ],
)
def test_a_function_that_opens_a_file_is_refused_however_it_is_written(text):
    with pytest.raises(ValueError, match="expected"):
        guarded(text)


@pytest.mark.parametrize(
    "text",
    [
        "drop table records", "DELETE from records", "/* select */ truncate table records",
        "select 1; drop table records", "select 1; select 2", "; select 1", "",
        "insert into records values (1)", "update records set a = 1", "explain select 1",
        "create table a as select 1", "show tables", "values (1)", "from records select a",
        "with a as (delete from records) select 1", "with a as (select 1) delete from records",
        "select * into other from records", "copy records to 'x'", "((drop table records))",
        '"select" 1', "( -- select\n", "merge into records using b on 1=1 when matched then delete",
    ],
)  # fmt: skip
def test_whatever_is_not_one_select_is_refused(text):
    with pytest.raises(ValueError, match="expected one SELECT"):
        guarded(text)


@pytest.mark.parametrize(
    "text",
    [
        "select e'a\\' , ' from t", "select U&'\\0041'", "select q'[']'", "select r'a'",
        "select $$ ' $$", "select $a$ ' $a$", "select 'open", 'select "open', "select `open",
        "select 1 /* open", "select 1 /* /* */", "select a\\'b", "select # '\n1", "select \x00",
    ],
)  # fmt: skip
def test_a_string_whose_end_must_be_guessed_is_refused(text):
    with pytest.raises(ValueError, match="found"):
        guarded(text)


def test_the_engine_ends_strings_and_names_where_the_guard_does():
    context = pl.SQLContext({"t": pl.LazyFrame({'a"b': [1], "c`d": [2]})})
    text = """select 'a\\' as x, 'it''s' as y, "a""b" as z, `c``d` as w from t"""
    assert context.execute(guarded(text), eager=True).row(0) == ("a\\", "it's", 1, 2)
