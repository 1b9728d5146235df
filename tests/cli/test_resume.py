"""cli/walk: a trace that is killed goes on where it stopped, and writes nothing twice."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from affectory.store.lake import open_lake

TOOL = str(Path(sys.executable).with_name("affectory"))
TURNS, EACH = 4_000, 20


@pytest.fixture
def chat(tmp_path):
    path = tmp_path / "chat.csv"
    row = pl.int_range(TURNS, eager=True)
    said = pl.Series(["I am so glad", "this is awful", "well, no", "are you sure?"])
    pl.DataFrame(
        {
            "conversation": "c" + (row // EACH).cast(pl.String),
            "speaker": pl.Series(["ann", "bo"]).gather(row % 2),
            "text": said.gather(row % 4) + " " + row.cast(pl.String),
        }
    ).write_csv(path)
    return path


def walk(chat, out):
    words = [TOOL, "trace", str(chat), "--out", str(out), "--batch", "200", "--stories", "1", "-q"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def content(out, table):
    frame = open_lake(out / "lake", create=False).scan(table).drop("job").collect()
    return frame.sort("session", "seq")


def test_a_killed_trace_goes_on_and_holds_every_record_once(chat, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert walk(chat, whole).wait() == 0
    child = walk(chat, broken)
    records = broken / "lake" / "records" / "_delta_log"
    while len(list(records.glob("*.json"))) < 5 and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert 0 < content(broken, "records").height < TURNS
    assert walk(chat, broken).wait() == 0
    for table in ("records", "states/vad"):
        assert content(broken, table).equals(content(whole, table)), table
    assert (broken / "report.html").is_file()
