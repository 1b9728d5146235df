"""store: whatever the house can say survives the lake; no query ends in a traceback."""

import contextlib
import math
import tempfile

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from affectory.core.errors import BadQuery
from affectory.core.evidence import Evidence, Ground
from affectory.core.records import COLUMNS, Clock, Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.store.lake import open_lake

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6)
TIMES = st.floats(-1e12, 1e12)
few = settings(max_examples=25, deadline=None)


@st.composite
def batches(draw: st.DrawFn) -> Records:
    row = st.fixed_dictionaries(
        {
            "session": NAMES,
            "actor": NAMES,
            "start": TIMES,
            "text": st.none() | WORDS,
            "samples": st.none() | st.lists(st.floats(width=32), max_size=4),
            "uri": st.none() | WORDS,
            "rate": st.none() | st.floats(1e-3, 1e6),
            "meta": st.none() | WORDS,
        }
    )
    rows = draw(st.lists(row, min_size=1, max_size=8))
    frame = pl.DataFrame(rows, schema_overrides={k: v for k, v in COLUMNS.items() if k in rows[0]})
    return Records(frame, draw(st.sampled_from(Clock)))


@few
@given(batches())
def test_any_records_come_back_as_they_were(records):
    with tempfile.TemporaryDirectory() as folder:
        lake = open_lake(folder)
        lake.write_records(records, "job", 0)
        back = lake.records()
    assert back.frame.equals(records.frame)
    assert back.clock is records.clock


@few
@given(batches(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_any_states_come_back_bit_for_bit(records, k, chance):
    space = Space("any", Kind.FLAGS, tuple(Axis(f"axis {n}", -3.0, 7.0) for n in range(k)))
    values = np.array([[chance.uniform(-3, 7) for _ in range(k)] for _ in range(len(records))])
    values[np.array([chance.random() < 0.3 for _ in range(len(records))])] = np.nan
    states = Trajectory.on(records, space, values, by="chance")
    with tempfile.TemporaryDirectory() as folder:
        lake = open_lake(folder)
        lake.write_states(states, "job", 0)
        assert lake.states("any") == states


@few
@given(st.builds(
    Evidence, NAMES, NAMES, TIMES, TIMES, NAMES, st.floats(allow_nan=False),
    st.sampled_from(Ground), st.none() | st.integers(0, 2**40),
    st.none() | st.tuples(st.integers(0, 99), st.integers(0, 99)), WORDS,
    st.none() | st.tuples(*[st.floats(0, 1)] * 4), WORDS,
))  # fmt: skip
def test_any_evidence_comes_back_as_it_was(reason):
    with tempfile.TemporaryDirectory() as folder:
        lake = open_lake(folder)
        lake.write_evidence([reason], "job", 0)
        assert lake.evidence() == (reason,)
    assert not math.isnan(reason.weight)


SQL = """
    select from where group by order limit union all join on ( ) * , . ; ' " = < 1 'a' -1 null
    count sum avg cast as int text line reason rejected case when then end over with -- /* %
"""
PIECES = st.sampled_from(SQL.split())


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12).map(" ".join) | WORDS)
def test_no_query_ends_in_a_traceback(text):
    with contextlib.suppress(BadQuery):
        LAKE.query(text)


FOLDER = tempfile.TemporaryDirectory()
LAKE = open_lake(FOLDER.name)
LAKE.append("rejected", pl.DataFrame({"line": [1], "reason": ["no actor"]}), "job", 0)
