"""store: what is written is read, exactly once, whoever dies; then what goes wrong."""

import multiprocessing
import pickle
import random
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import (
    BadChoice,
    BadFile,
    BadQuery,
    BadValues,
    ClockMismatch,
    MissingFile,
    NewerSchema,
    UnknownSpace,
)
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Clock, Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.store import schema
from affectory.store.lake import Lake, open_lake

VAD = Space(
    "vad",
    Kind.DIMENSIONS,
    tuple(Axis(name, -1.0, 1.0) for name in ("valence", "arousal", "dominance")),
    "Russell & Mehrabian 1977",
)
SUDS = Space("suds", Kind.SCALE, (Axis("distress", 0.0, 100.0, 0.0, "SUDS"),), "Wolpe 1969")


def talk(*sessions: str, clock: Clock = Clock.TURNS) -> Records:
    rows = [
        {"session": name, "actor": actor, "start": float(turn), "text": f"{name} {turn}"}
        for name in sessions
        for turn, actor in enumerate(("ann", "bo", "ann"))
    ]
    return Records(pl.DataFrame(rows), clock)


def felt(records: Records, by: str = "rater", space: Space = VAD) -> Trajectory:
    low, high = space.bounds
    share = np.linspace(0, 1, len(records) * space.k).reshape(-1, space.k)
    return Trajectory.on(records, space, low + share * (high - low), by=by)


@pytest.fixture
def lake(tmp_path) -> Lake:
    return open_lake(tmp_path / "lake")


# what is written is read


def test_records_come_back_as_they_were(lake):
    talked = talk("s2", "s10", "s1")
    assert lake.write_records(talked, "job", 0)
    back = lake.records()
    assert back.frame.equals(talked.frame)
    assert back.clock is talked.clock


def test_a_signal_comes_back_sample_by_sample(lake):
    row = {"session": "s", "actor": "ann", "start": 0.5, "stop": 1.5, "channel": "body"}
    row |= {"samples": [[0.25, -1.5, 3.0]], "rate": 3.0, "meta": '{"unit": "uS"}'}
    signal_in = Records(pl.DataFrame(row), Clock.SECONDS)
    lake.write_records(signal_in, "job", 0)
    assert lake.records().frame.equals(signal_in.frame)
    assert lake.records().clock is Clock.SECONDS


def test_states_come_back_bit_for_bit_with_their_space(lake):
    states = felt(talk("a", "b"))
    lake.write_states(states, "job", 0)
    back = lake.states("vad")
    assert back == states
    assert back.values.tobytes() == states.values.tobytes()
    assert back.space == VAD


def test_spread_draw_and_missing_states_come_back(lake):
    values = np.array([[0.5, 0, 0], [np.nan, np.nan, np.nan], [-0.5, 0, 0]], np.float32)
    session, actor = np.full(3, "s"), np.full(3, "ann")
    draw, start = np.array([0, 0, 1], np.int32), np.arange(3.0)
    states = Trajectory(
        VAD, Clock.DAYS, session, actor, start, start + 1, values, np.abs(values), draw, "model"
    )
    lake.write_states(states, "job", 0)
    back = lake.states("vad")
    assert back == states
    np.testing.assert_array_equal(back.missing, [False, True, False])
    np.testing.assert_array_equal(back.spread, np.abs(values))


def test_a_missing_state_is_null_to_sql_so_a_mean_leaves_it_out(lake):
    states = felt(talk("a"))
    values = states.values.copy()
    values[0] = np.nan
    lake.write_states(Trajectory.on(talk("a"), VAD, values, "rater"), "job", 0)
    mean = lake.query("select avg(valence) as mean from states_vad").item()
    assert mean == pytest.approx(np.nanmean(values[:, 0]))


def test_states_in_two_spaces_go_to_two_tables(lake):
    talked = talk("a")
    both = States.of(felt(talked), felt(talked, space=SUDS))
    assert lake.write_states(both, "job", 0)
    assert {space.name: space for space in lake.spaces()} == {"vad": VAD, "suds": SUDS}
    assert lake.states("suds") == both["suds"]
    assert lake.tables() == ("spaces", "states/suds", "states/vad")


def test_evidence_comes_back_as_it_was(lake):
    reasons = (
        Evidence("s", "ann", 0.0, 1.0, "valence", 0.5, Ground.CUE, 3, (2, 7), "happy", by="m"),
        Evidence("s", "bo", 1.0, 2.0, "arousal", -0.5, Ground.ATTENTION, region=(0, 0, 0.5, 1)),
    )
    lake.write_evidence(reasons, "job", 0, space="vad")
    assert lake.evidence() == reasons
    assert lake.evidence(sessions="other") == ()
    assert lake.query("select distinct space from evidence").item() == "vad"


def test_figures_keep_their_interval_and_their_reason(lake):
    figures = [
        Figure("ccc", 0.5, 0.4, 0.6, 12, setting="bootstrap 95%", by="model"),
        Figure("inertia", float("nan"), n=1, reason="one state"),
    ]
    assert lake.write_figures("run1", "agreement", figures, method="perceive/x", seed=7)
    got = lake.runs().drop("at")
    assert got["figure"].to_list() == ["ccc", "inertia"]
    assert got["value"].to_list() == [0.5, None]
    assert got["reason"].to_list() == ["", "one state"]
    assert got["seed"].to_list() == [7, 7]


def test_rejected_rows_say_where_and_why(lake):
    refused = pl.DataFrame({"file": "a.csv", "line": [3, 9], "reason": "no actor", "raw": "x,"})
    lake.write_rejected(refused, "job", 0)
    assert lake.rejected().equals(refused)


def test_arcs_bring_columns_of_their_own_and_may_bring_more_later(lake):
    keys = {"session": "s", "actor": "ann", "axis": list(VAD.names)}
    lake.write_arcs(VAD, pl.DataFrame({**keys, "mean": [0.1, 0.2, float("nan")]}), "job", 0)
    lake.write_arcs(VAD, pl.DataFrame({**keys, "mean": 0.0, "mssd": 0.5}), "job", 1)
    arcs = lake.arcs("vad")
    assert arcs["mean"].to_list() == [0.1, 0.2, None, 0.0, 0.0, 0.0]
    assert arcs["mssd"].to_list() == [None, None, None, 0.5, 0.5, 0.5]


def test_sessions_come_back_in_the_order_of_writing_even_after_compaction(lake):
    for batch, name in enumerate(("s3", "s1", "s2")):
        lake.write_records(talk(name), "job", batch)
    assert lake.records().sessions == ("s3", "s1", "s2")
    lake.compact()
    assert lake.records().sessions == ("s3", "s1", "s2")
    assert lake.sessions() == ("s1", "s2", "s3")


def test_a_reader_chooses_sessions_authors_and_rows(lake):
    talked = talk("a", "b")
    lake.write_records(talked, "job", 0)
    lake.write_states(felt(talked, "x"), "job", 0)
    lake.write_states(felt(talked, "y"), "job", 1)
    assert lake.records("b").sessions == ("b",)
    assert len(lake.records(["a"], where=pl.col("actor") == "ann")) == 2
    assert lake.states("vad", by="x").by == "x"
    with pytest.raises(BadChoice, match=r"x, y"):
        lake.states("vad")


def test_an_empty_lake_is_empty_and_not_an_error(lake):
    assert len(lake.records()) == 0
    assert lake.evidence() == ()
    assert lake.tables() == lake.spaces() == lake.sessions() == ()
    assert lake.runs().is_empty()


# exactly once


def test_a_batch_that_is_there_is_not_written_again(lake):
    assert lake.write_records(talk("a"), "job", 0)
    assert not lake.write_records(talk("a"), "job", 0)
    assert lake.write_records(talk("a"), "another job", 0)
    assert len(lake.records()) == 6


def test_an_empty_batch_counts_as_written(lake):
    assert lake.write_evidence((), "job", 0)
    assert lake.done("job", "evidence") == 0


def test_done_is_what_every_table_holds(lake):
    assert lake.done("job", "records", "states/vad") == -1
    lake.write_records(talk("a"), "job", 0)
    lake.write_records(talk("b"), "job", 1)
    assert lake.done("job", "records", "states/vad") == -1
    lake.write_states(felt(talk("a")), "job", 0)
    assert lake.done("job", "records", "states/vad") == 0
    assert lake.done("job", "records") == 1
    assert lake.done("other", "records") == -1


def test_a_writer_with_an_old_view_finds_the_batch_done(tmp_path):
    here, there = open_lake(tmp_path), open_lake(tmp_path)
    for lake in (here, there):
        lake.done("job", "records")
    assert here.write_records(talk("a"), "job", 0)
    assert not there.write_records(talk("a"), "job", 0)
    stale = there._delta("records").snapshot()
    assert here.write_records(talk("b"), "job", 1)
    to = schema.table("records")
    rows = schema.conform(pl.DataFrame({"session": ["b"]}), to)
    # past the check, as a race would be: the log itself refuses the second copy
    assert "Concurrent" in there._delta("records")._write(
        stale, rows.with_columns(job=pl.lit("job"), batch=pl.lit(1)), to, {"job": 1}
    )
    assert len(here.records()) == 6


def test_marks_outlive_checkpoints_compaction_and_vacuum(lake):
    for batch in range(60):  # a checkpoint is written every 25 commits
        lake.append("rejected", pl.DataFrame({"line": [batch]}), "job", batch)
    assert lake.compact() == {"rejected": 1}
    assert lake.vacuum(0) == {"rejected": 60}
    again = open_lake(lake.uri)
    assert again.done("job", "rejected") == 59
    assert not again.append("rejected", pl.DataFrame({"line": [0]}), "job", 50)
    assert again.rejected()["line"].to_list() == list(range(60))


WRITER = """
    import sys
    import polars as pl
    from affectory.core.space import Axis, Kind, Space
    from affectory.store.lake import open_lake

    lake = open_lake(sys.argv[1])
    suds = Space("suds", Kind.SCALE, (Axis("distress", 0.0, 100.0),))
    begin = lake.done("job", "rejected", "arcs/suds") + 1
    for batch in range(begin, 24):
        print(batch, flush=True)
        lake.append("rejected", pl.DataFrame({"line": [batch, batch]}), "job", batch)
        arcs = pl.DataFrame({"session": "s", "actor": "a", "axis": "distress", "mean": [batch]})
        lake.write_arcs(suds, arcs, "job", batch)
"""


def test_a_job_killed_at_any_point_leaves_every_batch_once(tmp_path):
    script = tmp_path / "writer.py"
    script.write_text(textwrap.dedent(WRITER))
    moments = random.Random(7)
    begins = []
    while True:
        job = subprocess.Popen(
            [sys.executable, str(script), str(tmp_path / "lake")], stdout=subprocess.PIPE, text=True
        )
        begins.append(int(job.stdout.readline() or 24))
        for _ in range(moments.randint(2, 6)):
            job.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.015))  # an append takes about 0.01 s
        job.kill()
        job.communicate()
        if job.returncode == 0:
            break
    assert begins == sorted(begins)
    assert 2 < len(begins) < 24, "each was killed in the middle of its work, and got on with it"
    lake = open_lake(tmp_path / "lake")
    assert sorted(lake.rejected()["line"]) == sorted([*range(24), *range(24)])
    assert sorted(lake.arcs("suds")["mean"]) == list(range(24))


def write_many(uri: str, job: str, batches: int) -> None:
    lake = open_lake(uri)
    for batch in range(batches):
        lake.write_states(felt(talk(f"{job}{batch}")), job, batch)


@pytest.mark.parametrize(("jobs", "sessions"), [(("x", "y"), 24), (("x", "x"), 12)])
def test_two_writers_at_once_lose_nothing_and_double_nothing(tmp_path, jobs, sessions):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(str(tmp_path), job, 12)) for job in jobs]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    lake = open_lake(tmp_path)
    assert len(lake.sessions()) == sessions
    assert len(lake.states("vad")) == 3 * sessions
    assert lake.spaces() == (VAD,)


def race(folder: str, start, wins) -> None:
    open_lake(f"{folder}/warm{start.n_waiting}").tables()
    for lake in range(15):
        for batch in range(2):  # the first makes the table, the second adds to it
            start.wait()
            row = pl.DataFrame({"line": [batch]})
            wins.put(open_lake(f"{folder}/{lake}").append("rejected", row, "job", batch))


def test_of_writers_that_start_together_exactly_one_wins(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    start, wins = spawn.Barrier(3), spawn.Queue()
    racers = [spawn.Process(target=race, args=(str(tmp_path), start, wins)) for _ in range(3)]
    for racer in racers:
        racer.start()
    assert sum(wins.get(timeout=60) for _ in range(3 * 15 * 2)) == 15 * 2
    for racer in racers:
        racer.join(60)
    assert all(sorted(open_lake(tmp_path / str(n)).rejected()["line"]) == [0, 1] for n in range(15))


# versions


def test_a_newer_table_is_refused(lake, monkeypatch):
    monkeypatch.setattr(schema.About, "__init__", later(schema.About.__init__))
    lake.write_records(talk("a"), "job", 0)
    monkeypatch.undo()
    with pytest.raises(NewerSchema, match=r"version 2.*upgrade"):
        open_lake(lake.uri).records()
    with pytest.raises(NewerSchema):
        open_lake(lake.uri).write_records(talk("b"), "job", 1)


def later(init):
    def made(self, version=2, space=None):
        init(self, version, space)

    return made


@pytest.fixture
def second_version(lake, monkeypatch):
    """A lake of version 1, read by a house whose `rejected` has `why` in place of `reason`."""
    lake.append("rejected", pl.DataFrame({"line": [1], "reason": ["no actor"]}), "job", 0)
    before = schema.FIXED["rejected"]
    after = {"why" if name == "reason" else name: kind for name, kind in before.items()}

    def step(name: str, frame: pl.LazyFrame) -> pl.LazyFrame:
        return frame.rename({"reason": "why"}, strict=False) if name == "rejected" else frame

    monkeypatch.setattr(schema, "VERSION", 2)
    monkeypatch.setitem(schema.MIGRATIONS, 1, step)
    monkeypatch.setitem(schema.FIXED, "rejected", after)
    return open_lake(lake.uri)


def test_an_older_table_is_read_as_the_present_one(second_version):
    assert second_version.rejected()["why"].to_list() == ["no actor"]
    assert second_version._delta("rejected").about().version == 1


def test_an_older_table_is_rewritten_before_it_grows(second_version):
    lake = second_version
    more = pl.DataFrame({"line": [2], "why": ["no time"]})
    assert not lake.append("rejected", more, "job", 0)
    assert lake.append("rejected", more, "job", 1)
    assert lake.rejected()["why"].to_list() == ["no actor", "no time"]
    assert lake._delta("rejected").about().version == 2
    assert lake.done("job", "rejected") == 1


# sql


@pytest.fixture
def full(lake):
    talked = talk("a", "b")
    lake.write_records(talked, "job", 0)
    lake.write_states(felt(talked), "job", 0)
    return lake


@pytest.mark.parametrize("name", ["states_vad", '"states/vad"'])
def test_a_table_of_states_has_two_names_in_sql(full, name):
    assert full.query(f"select count(*) from {name}").item() == 6


def test_tables_are_joined_in_sql(full):
    got = full.query(
        "select r.text, s.valence from records r join states_vad s "
        "on r.session = s.session and r.seq = s.seq where r.session = 'a' order by r.seq"
    )
    assert got["text"].to_list() == ["a 0", "a 1", "a 2"]


@pytest.mark.parametrize(
    "text",
    [
        "", "selec 1", "select nothing from states_vad", "select * from nowhere",
        "select * from records; select 1", "select text + 1 from records", "\x00", "(" * 50,
        "drop table records; select 1", "insert into records values (1)",
    ],
)  # fmt: skip
def test_a_bad_query_names_the_tables(full, text):
    with pytest.raises(BadQuery, match=r"tables here: records, spaces, states_vad"):
        full.query(text)


@pytest.mark.parametrize(
    "text",
    [
        "drop table records", "delete from records", "truncate table records",
        "select 1; delete from records", "explain select 1", "show tables",
        "select * from read_csv('{0}')", 'select * from "READ_CSV" /* */ (\'{0}\')',
        "with records as (select * from read_csv('{0}')) select * from records",
        "select (select count(*) from read_csv('{0}')) as n from records",
    ],
)  # fmt: skip
def test_a_query_only_asks_and_only_the_lake(full, tmp_path, text):
    (tmp_path / "secret.csv").write_text("word\nsesame\n")
    with pytest.raises(BadQuery, match=r"expected .*tables here: records, spaces, states_vad"):
        full.query(text.format(tmp_path / "secret.csv"))
    assert len(full.records()) == 6


def test_a_query_may_speak_of_what_it_may_not_do(full):
    told = "select 'drop table x; read_csv(''y'')' as said, count(*) as n from records -- read_csv("
    assert full.query(told).row(0) == ("drop table x; read_csv('y')", 6)
    hidden = "with records as (select session from states_vad) select count(*) from records;"
    assert full.query(hidden).item() == 6


# several jobs in one lake


@pytest.fixture
def shared(lake):
    """A lake with the same session traced by two jobs, and a third session by the second."""
    for job, names in (("one", ("a",)), ("two", ("a", "b"))):
        talked = talk(*names)
        lake.write_records(talked, job, 0)
        lake.write_states(felt(talked, job), job, 0)
        arcs = {"session": list(names), "actor": "ann", "axis": "valence", "mean": 0.5}
        lake.write_arcs(VAD, pl.DataFrame(arcs), job, 0)
        lake.write_evidence(
            [Evidence("a", "ann", 0.0, 1.0, "valence", 0.5, Ground.CUE, by=job)], job, 0, "vad"
        )
        lake.write_rejected(pl.DataFrame({"line": [1], "reason": [job]}), job, 0)
        lake.write_figures(job, "trace", [Figure("records", 3.0, n=3)])
    return lake


def test_a_view_reads_the_rows_of_one_job(shared):
    one, two = shared.view("one"), shared.view("two")
    assert (len(one.records()), len(two.records()), len(shared.records())) == (3, 6, 9)
    assert (len(one.states("vad")), len(two.states("vad"))) == (3, 6)
    assert (one.arcs("vad").height, two.arcs("vad").height) == (1, 2)
    assert [reason.by for reason in one.evidence()] == ["one"]
    assert one.rejected()["reason"].to_list() == ["one"]
    assert (one.sessions(), two.sessions()) == (("a",), ("a", "b"))
    assert set(one.scan("records").collect()["job"]) == {"one"}
    assert len(one.records("b")) == len(one.records(where=pl.col("session") == "b")) == 0
    assert len(two.view("one").records()) == 3
    assert len(two.view(None).records()) == 9


def test_a_query_may_be_asked_of_one_job(shared):
    count = "select count(*) from records r join states_vad s on r.seq = s.seq and r.job = s.job"
    count += " and r.session = s.session"
    assert shared.query(count).item() == 9
    assert shared.query(count, job="one").item() == 3
    assert shared.view("two").query(count).item() == 6
    assert shared.query('select count(*) from "arcs/vad"', job="nobody").item() == 0


def test_a_view_keeps_runs_and_spaces_whole(shared):
    one = shared.view("one")
    assert set(one.runs()["run"]) == {"one", "two"}
    assert one.spaces() == (VAD,)
    assert one.query("select count(distinct run) from runs").item() == 2
    assert one.query("select space from spaces").item() == "vad"
    assert one.tables() == shared.tables()
    assert one.latest() == "two"


def test_a_view_travels_and_writes_as_the_lake_does(shared):
    there = pickle.loads(pickle.dumps(shared.view("one")))
    assert len(there.records()) == 3
    assert there.write_records(talk("c"), "three", 0)
    assert shared.sessions() == ("a", "b", "c")


def test_the_latest_run_is_the_one_that_was_noted_last(lake):
    assert lake.latest() is None
    done = [Figure("records", 1.0, n=1)]
    for run in ("A", "B", "A"):
        assert lake.write_figures(run, "trace", done)
    lake.write_figures("C", "agreement", done)
    assert lake.latest() == "A"
    assert lake.latest("agreement") == "C"
    assert lake.latest("arcs") is None
    assert lake.runs()["run"].to_list() == ["A", "B", "A", "C"]


def test_a_note_with_a_number_is_written_once(lake):
    done = [Figure("records", 1.0, n=1)]
    assert lake.write_figures("A", "trace", done, batch=0)
    assert not lake.write_figures("A", "trace", done, batch=0)
    assert lake.write_figures("A", "trace", done, batch=1)
    assert lake.runs().height == 2


def test_a_note_may_bring_its_time(lake):
    done = [Figure("records", 1.0, n=1)]
    noon = datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=2)))
    lake.write_figures("new", "trace", done, at=noon)
    lake.write_figures("old", "trace", done, at=noon - timedelta(hours=1))
    assert lake.latest() == "new"
    assert lake.runs()["at"].to_list() == [
        datetime(2026, 1, 5, hour, tzinfo=UTC) for hour in (9, 10)
    ]


def test_two_who_note_the_same_run_at_once_are_both_noted(tmp_path, monkeypatch):
    here, there = open_lake(tmp_path), open_lake(tmp_path)
    done = [Figure("records", 1.0, n=1)]
    last, turns = Lake.done, iter([there.write_figures])

    def overtaken(lake, job, *tables):
        number = last(lake, job, *tables)
        for note in turns:  # between the look at the numbers and the writing, once
            monkeypatch.setattr(Lake, "done", last)
            note("A", "trace", done)
        return number

    monkeypatch.setattr(Lake, "done", overtaken)
    assert here.write_figures("A", "trace", done)
    assert here.runs().height == 2


# spaces


def _commits(lake, name):
    return len(list((Path(lake.uri) / name / "_delta_log").glob("*.json")))


def test_new_spaces_of_a_batch_are_one_commit(lake):
    talked = talk("a")
    others = [Space(f"suds{n}", SUDS.kind, SUDS.axes) for n in range(3)]
    lake.write_states(States.of(*(felt(talked, space=one) for one in others[:2])), "job", 0)
    assert _commits(lake, "spaces") == 1
    again = open_lake(lake.uri)  # another process knows one of these two, and brings a third
    again.write_states(States.of(*(felt(talked, space=one) for one in others[1:])), "other", 0)
    assert _commits(lake, "spaces") == 2
    assert sorted(space.name for space in lake.spaces()) == ["suds0", "suds1", "suds2"]


def test_a_job_that_asked_first_what_is_done_lists_its_spaces(lake):
    assert lake.done("job", "states/vad", "arcs/vad") == -1
    lake.write_states(felt(talk("a")), "job", 0)
    assert lake.tables() == ("spaces", "states/vad")


def test_spaces_of_another_writer_are_seen(lake):
    assert lake.spaces() == ()
    open_lake(lake.uri).write_states(felt(talk("a")), "job", 0)
    assert lake.spaces() == (VAD,)
    open_lake(lake.uri).write_states(felt(talk("a"), space=SUDS), "job", 0)
    assert set(lake.spaces()) == {VAD, SUDS}


# what goes wrong


def test_words_that_were_said_do_not_enter_the_log(full):
    full.compact()
    log = "".join(path.read_text() for path in _logs(full))
    assert "maxValues" in log
    assert "a 0" not in log
    assert "b 2" not in log


def _logs(lake):
    return Path(lake.uri).glob("records/_delta_log/*.json")


def test_a_space_of_the_same_name_with_other_axes_is_refused(full):
    other = Space("vad", Kind.DIMENSIONS, (Axis("valence", 0.0, 1.0),))
    with pytest.raises(BadValues, match="name of its own"):
        full.write_states(felt(talk("c"), space=other), "job", 1)


def test_an_axis_that_is_called_like_a_column_is_refused(lake):
    odd = Space("odd", Kind.SCALE, (Axis("start", 0.0, 1.0),))
    with pytest.raises(BadValues, match="start"):
        lake.append("states/odd", pl.DataFrame({"session": ["s"]}), "job", 0, odd)


@pytest.mark.parametrize("name", ["../out", "states/../../out", "states/", "record", "", "arcs/.x"])
def test_no_name_leads_out_of_the_lake(lake, name):
    with pytest.raises(BadChoice):
        lake.scan(name)
    with pytest.raises(BadChoice):
        lake.append(name, pl.DataFrame({"line": [1]}), "job", 0)


def test_a_column_that_does_not_fit_is_named_without_its_content(lake):
    with pytest.raises(BadValues, match="'line' of type String") as caught:
        lake.append("rejected", pl.DataFrame({"line": ["what ann said"]}), "job", 0)
    assert "ann" not in str(caught.value)
    with pytest.raises(BadValues, match="colour"):
        lake.append("rejected", pl.DataFrame({"colour": ["red"]}), "job", 0)
    assert lake.done("job", "rejected") == -1


def test_a_measure_that_changes_its_type_is_refused(lake):
    keys = {"session": "s", "actor": "ann", "axis": "distress"}
    lake.write_arcs(SUDS, pl.DataFrame({**keys, "mean": [0.5]}), "job", 0)
    with pytest.raises(BadValues, match="arcs/suds"):
        lake.write_arcs(SUDS, pl.DataFrame({**keys, "mean": ["half"]}), "job", 1)


def test_records_on_two_clocks_are_not_mixed(lake):
    lake.write_records(talk("a"), "job", 0)
    lake.write_records(talk("b", clock=Clock.SECONDS), "job", 1)
    with pytest.raises(ClockMismatch):
        lake.records()
    assert lake.records(where=pl.col("clock") == "seconds").sessions == ("b",)


def test_a_space_without_states_is_named_with_those_there_are(full):
    with pytest.raises(UnknownSpace, match=r"'suds'; known: vad"):
        full.states("suds")


def test_a_negative_batch_is_refused(lake):
    with pytest.raises(BadChoice, match="batch"):
        lake.write_records(talk("a"), "job", -1)
    with pytest.raises(BadChoice, match="batch"):
        lake.write_states(felt(talk("a")), "job", -1)
    assert lake.tables() == ()


def test_a_lake_that_must_exist_is_missed(tmp_path):
    with pytest.raises(MissingFile, match="no lake"):
        open_lake(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_file_or_a_folder_of_other_things_is_no_lake(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BadFile, match="a file"):
        open_lake(tmp_path / "notes.txt")
    with pytest.raises(BadFile, match="folder of other things"):
        open_lake(tmp_path)


def test_a_folder_with_nothing_but_hidden_files_may_become_a_lake(tmp_path):
    (tmp_path / ".gitkeep").touch()
    assert open_lake(f"file://{tmp_path}").write_records(talk("a"), "job", 0)


def test_a_corrupt_log_is_one_sentence(full):
    for path in _logs(full):
        path.write_text("{half a li")
    with pytest.raises(BadFile, match="restore the table") as caught:
        open_lake(full.uri).records()
    assert "\n" not in str(caught.value)


def test_a_lost_data_file_is_one_sentence(full):
    for path in Path(full.uri).glob("records/*.parquet"):
        path.unlink()
    with pytest.raises(BadFile, match="restore the file"):
        full.records()
    with pytest.raises(BadQuery):
        full.query("select * from records")


def test_a_table_that_somebody_else_wrote_is_refused(tmp_path):
    from deltalake import write_deltalake

    write_deltalake(str(tmp_path / "records"), pl.DataFrame({"a": [1]}))
    with pytest.raises(BadFile, match="something else"):
        open_lake(tmp_path).records()


def test_a_lake_travels_to_another_process_as_an_address(full):
    there = pickle.loads(pickle.dumps(full))
    assert there.records().frame.equals(full.records().frame)
    assert "secret" not in repr(Lake("s3://bucket", {"key": "secret"}))


def test_the_lake_works_without_pyarrow_and_loads_deltalake_when_it_is_needed(tmp_path):
    body = """
        import sys
        sys.modules["pyarrow"] = None
        import affectory
        from affectory.store.lake import open_lake
        assert "deltalake" not in sys.modules
        import polars as pl
        lake = open_lake(sys.argv[1])
        lake.append("rejected", pl.DataFrame({"line": [1]}), "job", 0)
        assert lake.query("select line from rejected").item() == 1
    """
    command = [sys.executable, "-c", textwrap.dedent(body), str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_what_is_put_again_stands_in_the_place_of_what_was_there(tmp_path):
    lake = open_lake(tmp_path)
    one, two = talk("it's"), talk("other")
    for records in (one, two):
        for by in ("rater:o'ann", "rater:bo"):
            lake.put(felt(records, by), "job")
    lake.put(felt(one, "rater:o'ann"), "another job")
    changed = felt(one, "rater:o'ann").rows(slice(0, 2))
    for _ in range(2):  # the second time stands for a server that died after the first
        lake.put(changed, "job")
    mine = lake.view("job")
    assert len(mine.states("vad", "it's", by="rater:o'ann")) == 2
    assert len(mine.states("vad", "it's", by="rater:bo")) == 3
    assert len(mine.states("vad", "other", by="rater:o'ann")) == 3
    assert len(lake.view("another job").states("vad", by="rater:o'ann")) == 3


def test_what_an_author_gave_is_taken_back_and_nothing_else(tmp_path):
    lake = open_lake(tmp_path)
    for by in ("rater:ann", "rater:ann#2"):
        lake.put(felt(talk("s"), by), "job")
    assert lake.take_back(felt(talk("s"), "rater:ann"), "job") == 3
    assert lake.take_back(felt(talk("s"), "rater:ann"), "job") == 0
    assert lake.states("vad").by == "rater:ann#2"
    with pytest.raises(BadChoice, match="one session"):
        lake.put(felt(talk("s", "t"), "rater:ann"), "job")
