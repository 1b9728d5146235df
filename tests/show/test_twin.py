"""show/twin: the csv beside a report is read by spreadsheets, the JSON by programs."""

import csv
import json

import polars as pl

from affectory.core.records import Records
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.measure.arcs import arcs
from affectory.show import report


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_csv_alone(tmp_path, make_world):
    records, states = make_world(sessions=1)
    named = pl.when(pl.col("actor") == "ann").then(pl.lit("=ann()")).otherwise("actor")
    renamed = Records(records.frame.with_columns(named.alias("actor")), records.clock)
    felt = Trajectory.on(renamed, states["vad"].space, states["vad"].values, "toy")
    path = report(
        tmp_path / "report.html", records=renamed, states=States.of(felt), arcs=arcs(felt)
    )
    with (tmp_path / "report.arcs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["actor"] for row in rows} == {"'=ann()", "bo"}
    twin = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert {row["actor"] for row in twin["arcs"]} == {"=ann()", "bo"}
    changes = [float(row["change"]) for row in rows if row["change"]]
    assert changes == [row["change"] for row in twin["arcs"] if row["change"] is not None]
    assert min(changes) < 0, "a negative number stays one"
