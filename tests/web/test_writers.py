"""web/transcript and web/holding: several write one talk, and no turn that was answered is lost."""

import json
import subprocess
import sys
import threading

import pytest

from affectory.web.holding import alone
from affectory.web.talk import Talk
from affectory.web.transcript import Told, Transcript

N = 200
WRITER = f"""
import json, sys
from pathlib import Path
from affectory.web.talk import Talk
from affectory.web.transcript import Told

one, who, answered, failed = Talk(None, None, None, Path(sys.argv[1])), sys.argv[2], [], []
print("ready", flush=True)
sys.stdin.readline()
for n in range({N}):
    try:
        one.overhear(Told(who, "", 1.0, n, result=f"{{who}} {{n}}"))
        answered.append(f"{{who}} {{n}}")
    except Exception as error:
        failed.append(repr(error))
print(json.dumps([answered, failed, [heard.text for heard in one.heard]]))
"""


def result(words, number=None):
    """A turn that is kept without being felt."""
    return Told("tool", "", 1.0, number, result=words)


def said(path):
    """What each line of a file says; one that is no turn fails."""
    return [json.loads(line)["result"] for line in path.read_bytes().split(b"\n")[:-1]]


def test_two_processes_write_one_talk_and_nothing_that_was_answered_is_lost(tmp_path):
    path = tmp_path / "talk.jsonl"
    path.write_bytes(result("before").line + b'{"actor": "tool", "te')  # killed in the middle
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), who], text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for who in ("ann", "bo")
    ]  # fmt: skip
    for one in writers:
        assert one.stdout.readline() == "ready\n"
    for one in writers:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate(timeout=120)[0]) for one in writers]
    lines = said(path)
    for who, (answered, failed, heard) in zip(("ann", "bo"), told, strict=True):
        assert failed == []
        assert answered == [f"{who} {n}" for n in range(N)]
        assert [line for line in lines if line.startswith(who)] == answered
        assert heard == lines[: len(heard)]  # both hear all, in the order of the file
    assert len(lines) == 2 * N + 1


def test_a_turn_that_is_sent_to_two_is_kept_once(tmp_path):
    path = tmp_path / "talk.jsonl"
    one, two = Transcript(path), Transcript(path)
    (line,) = one.keep(result("a", 7))
    assert two.keep(result("a", 7)) == [line]
    first, second = (Talk(None, None, None, path) for _ in range(2))
    told = Told("tool", "", 1.0, 8, result="b")
    assert [talk.overhear(told).seq for talk in (first, second, first)] == [1, 1, 1]
    assert said(path) == ["a", "b"]


def test_a_torn_line_is_cut_off_even_where_the_next_is_as_long(tmp_path):
    path = tmp_path / "talk.jsonl"
    line = result("a").line
    path.write_bytes(b"x" * len(line))
    assert Transcript(path).keep(result("a")) == [(line, result("a"))]
    assert path.read_bytes() == line


@pytest.mark.parametrize("others", [1, 9])
def test_a_file_that_was_deleted_and_begun_again_elsewhere_is_read_from_its_beginning(
    tmp_path, others
):
    path = tmp_path / "talk.jsonl"
    one = Talk(None, None, None, path)
    for n in range(4):
        one.overhear(result(f"old {n}"))
    path.unlink()
    other = Talk(None, None, None, path)
    new = [f"a new one, {n}" for n in range(others)]
    for words in new:
        other.overhear(result(words))
    assert one.stale
    assert one.overhear(result("and on")).seq == 4 + others
    assert [heard.text for heard in one.heard[4:]] == [*new, "and on"]
    assert said(path) == [*new, "and on"]


def test_who_waits_for_a_file_that_is_deleted_meanwhile_has_the_new_one(tmp_path):
    path, held = tmp_path / "file", []

    def work():
        with alone(path, path.touch):
            held.append(path.stat().st_ino)

    with alone(path, path.touch):
        waiting = threading.Thread(target=work)
        waiting.start()
        waiting.join(0.3)
        assert held == []
        path.rename(tmp_path / "away")
    waiting.join()
    assert held == [path.stat().st_ino]
