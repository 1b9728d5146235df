"""bench signals: facts and lifts of a file made by hand; then those of the real one."""

import gzip
import json
import os
from pathlib import Path

import pytest

from affectory.bench.protocols import signals

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


def run(task, trial, reward, *, error=False, turns=2):
    talk = [{"role": "system", "content": "Be kind."}]
    talk += [{"role": "user", "content": f"Question {n} of mine"} for n in range(turns)]
    call = {"function": {"name": "find", "arguments": "{}"}}
    talk += [{"role": "assistant", "content": None, "tool_calls": [call]}]
    talk += [{"role": "tool", "content": "Error: user not found" if error else "ok"}]
    return {"task_id": task, "trial": trial, "reward": reward, "info": {}, "traj": talk}


@pytest.fixture
def folder(tmp_path):
    """Six tasks in two trials: the first of each fails; tasks 0 to 2 with an error."""
    runs = [run(task, trial, float(trial), error=task < 3 and not trial, turns=2 + 4 * task)
            for task in range(6) for trial in range(2)]  # fmt: skip
    with gzip.open(tmp_path / signals.FILE, "wt") as file:
        json.dump(runs, file)
    return tmp_path


def test_facts_are_counted(folder, monkeypatch):
    monkeypatch.setattr(signals, "DRAWS", 10)
    runs = signals._runs(signals.read(folder / signals.FILE))
    told = {figure.name: figure.value for figure in signals._facts(runs)}
    assert told["user turns, mean"] == 12
    assert told["user turns, most"] == 22
    assert told["runs that drag"] == 8  # from ten turns on
    assert told["runs with a tool's error"] == told["those of reward 0"] == 3
    assert told["runs of reward 0"] == 6


def test_who_reads_all_has_no_lift_and_who_reads_errors_first_has(folder, monkeypatch):
    monkeypatch.setattr(signals, "DRAWS", 20)
    runs = signals._runs(signals.read(folder / signals.FILE))

    def lifts():
        told = signals._lifts(runs, runs.erred, "proxy", 0)
        return {figure.by: figure.value for figure in told if figure.name == "lift over random"}

    monkeypatch.setattr(signals, "BUDGET", 12)
    assert set(lifts().values()) == {1.0}
    monkeypatch.setattr(signals, "BUDGET", 3)
    assert lifts()["top"] == pytest.approx(4)  # three of twelve, and all three are found


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "tau_bench").is_dir(), reason="no data")
def test_the_published_runs_are_read_as_published(monkeypatch):
    monkeypatch.setattr(signals, "DRAWS", 10)
    told = {(figure.name, figure.by): figure.value
            for figure in signals.measure(DATA / "tau_bench", 0)}  # fmt: skip
    # Yao et al. 2024, gpt-4o, airline: pass^1 to pass^4
    passed = [told[f"pass^{k}", "gpt-4o"] for k in (1, 2, 3, 4)]
    assert passed == pytest.approx([0.420, 0.273, 0.220, 0.200], abs=5e-4)
    counts = ("runs that drag", "runs with 3 calls of a tool in a row", "runs of reward 0")
    assert [told[name, signals.METHOD] for name in counts] == [34, 56, 116]
