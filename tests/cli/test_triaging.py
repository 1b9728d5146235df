"""cli/triaging: the table, the lines, the pipe that is answered as it is written."""

import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from affectory.cli import main
from affectory.sources.files import STDIN, Origin
from affectory.sources.messages import follow, follows

SAMPLE = Path(main.__file__).parents[1] / "samples" / "order_gone_wrong.jsonl"
LINE = {"id": "c1", "messages": [{"role": "user", "content": "Thanks, write to zoe@mail.org"}]}


def run(*words, text=None):
    done = CliRunner().invoke(main.app, ["triage", *words], input=text)
    assert done.exit_code == 0, done.output
    return done


def lines(n, **more):
    return "".join(json.dumps({**LINE, "id": f"c{at}", **more}) + "\n" for at in range(n))


def test_the_table_names_the_conversation_the_reason_and_where_to_look():
    done = run(str(SAMPLE), "--budget", "1", "--arm", "top")
    assert "order-40718" in done.stdout.replace("\n", "").replace(" ", "") or "40718" in done.stdout
    assert "escalation" in done.stdout
    assert "place 1 of 2" in " ".join(done.stdout.replace("│", " ").split())
    assert "2 conversations, 56 messages" in done.stderr


def test_picks_are_printed_and_written_as_json(tmp_path):
    out = tmp_path / "deep" / "picks.jsonl"
    done = run(str(SAMPLE), "--json", "--out", str(out), "--valence", "--with", "perceive/lexicon")
    told = json.loads(done.stdout)
    assert [one["quality"] for one in told] == ["severe", "neutral"]
    assert all(one["reason"] for one in told)
    assert {"message_index", "valence"} <= told[0]["felt"][0].keys()
    assert [json.loads(text) for text in out.read_text().splitlines()] == told


def test_every_report_is_a_line():
    done = run("-", "--jsonl", "--redact", text=lines(3))
    told = [json.loads(text) for text in done.stdout.splitlines()]
    assert [one["session"] for one in told] == ["stdin/c0", "stdin/c1", "stdin/c2"]
    assert {one["signals"][0]["snippet"] for one in told} == {"Thanks, write to [EMAIL]"}


def test_a_table_of_turns_in_a_pipe_is_read_as_well():
    table = "conversation,author,body\na,ann,I give up.\na,Desk,Oh no.\nb,bo,hello there\n"
    done = run("-", "--json", "--agent", "desk", text=table)
    assert {one["session"]: one["quality"] for one in json.loads(done.stdout)} == {
        "stdin/a": "severe", "stdin/b": "neutral",
    }  # fmt: skip


def test_what_cannot_be_read_is_counted_and_the_rest_goes_on():
    done = run("-", "--jsonl", text=lines(1) + "{broken\n" + lines(1))
    assert len(done.stdout.splitlines()) == 2
    assert "1 rows could not be read" in done.stderr
    assert "<stdin>:2" in done.stderr


def test_nothing_to_read_is_an_error():
    done = CliRunner().invoke(main.app, ["triage", "-"], input='{"id": 1, "messages": [{')
    assert done.exit_code != 0
    assert "no usable record" in str(done.exception)


@pytest.mark.parametrize("arm", ["signals", "top", "random", "heuristic"])
def test_the_same_seed_gives_the_same_picks_on_any_number_of_workers(arm):
    grave = lines(9, messages=[{"role": "user", "content": "I give up"}])
    text = lines(9) + grave.replace('"id": "c', '"id": "d')
    one, other = (
        run("-", "--json", "--budget", "4", "--arm", arm, "--seed", "3", *more, text=text).stdout
        for more in ((), ("--workers", "2"))
    )
    assert one == other
    assert len(json.loads(one)) == 4


def test_a_report_comes_before_the_pipe_ends():
    words = [sys.executable, "-c", "from affectory.cli.main import main; main()", "triage", "-",
             "--jsonl"]  # fmt: skip
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:  # fmt: skip
        for name in ("a", "b"):
            process.stdin.write((json.dumps({**LINE, "id": name}) + "\n").encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["session"] == f"stdin/{name}"
        process.stdin.close()
        assert b"2 conversations" in process.stderr.read()
    assert process.returncode == 0


def test_a_log_that_never_ends_is_stopped_with_its_picks(tmp_path):
    out = tmp_path / "picks.jsonl"
    words = [sys.executable, "-c", "from affectory.cli.main import main; main()", "triage", "-",
             "--jsonl", "--out", str(out)]  # fmt: skip
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:  # fmt: skip
        process.stdin.write((json.dumps(LINE) + "\n").encode())
        process.stdin.flush()
        assert process.stdout.readline()
        time.sleep(1)  # it waits for more; while it prints, a library may swallow the signal
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert b"go on where it stopped" not in process.stderr.read()
    assert json.loads(out.read_text())["session"] == "stdin/c1"


def test_who_stops_reading_is_not_told_of_a_broken_pipe():
    whole = lines(2000)
    start = "from affectory.cli.main import main; main()"
    words = f"{sys.executable} -c '{start}' triage - --jsonl | head -1"
    done = subprocess.run(words, shell=True, input=whole, capture_output=True, text=True)
    assert len(done.stdout.splitlines()) == 1
    assert "pipe" not in done.stderr.lower()


# --------------------------------------------------------------- what a pipe is


class Dripping(io.RawIOBase):
    """Hands over one piece a read, however much is asked for."""

    def __init__(self, pieces):
        self.pieces = list(pieces)

    def read1(self, size):
        """Return the next piece."""
        return self.pieces.pop(0) if self.pieces else b""


def test_lines_are_put_together_from_pieces():
    whole = lines(3).encode()
    pieces = [whole[:7], whole[7:40], whole[40:200], whole[200:-1]]
    origin = Origin(Path("-"), STDIN, "stdin", piped=True)
    found = list(follow(Dripping(pieces), origin))
    assert [name for reading in found for name in reading.records.sessions] == [
        "stdin/c0", "stdin/c1", "stdin/c2",
    ]  # fmt: skip


def test_what_is_no_log_of_conversations_is_not_followed():
    assert follows(b'{"messages": [{"role": "user"')
    for head in (
        b'[{"messages": [{',
        b'{\n "messages": [{',
        b"session,actor,text",
        b'{"text": "hi"}',
    ):
        assert not follows(head)


def test_what_a_snippet_cuts_in_two_is_masked_all_the_same():
    import polars as pl

    from affectory.cli.triaging import Look
    from affectory.core.records import Records
    from affectory.core.registry import make

    known = ("zoe.smith@example.com", "0171 5550123456")
    for secret in known:
        for gap in range(30, 50):  # the end of what is shown moves through it, letter by letter
            text = f"{secret} {'x' * gap} thank you {'y' * gap} {secret}"
            frame = pl.DataFrame({"session": "s", "actor": "user", "text": [text]})
            (report,) = Look(make("perceive/signals"), None, redact=True)(Records(frame))
            assert report.signs
            for sign in report.signs:
                assert "thank you" in sign.snippet
                left = sign.snippet.replace("x", "").replace("y", "")
                assert not set(left) & set("@0123456789"), (gap, sign.snippet)
                assert "smith" not in left


def test_an_error_is_masked_before_it_is_cut():
    import polars as pl

    from affectory.cli.triaging import Look
    from affectory.core.records import Records
    from affectory.core.registry import make

    text = f"Error: {'a' * 60} user not found zoe.smith@example.com"
    frame = pl.DataFrame({"session": "s", "actor": ["user", "tool"], "text": ["hello", text]})
    (report,) = Look(make("perceive/signals"), None, redact=True)(Records(frame))
    assert report.signs
    for sign in report.signs:
        assert "@" not in sign.snippet + str(sign.metadata)


def test_what_is_not_of_the_text_is_told_under_a_mask_as_well():
    from affectory.cli.triaging import Look
    from affectory.core.registry import make
    from affectory.perceive.signals import toy

    plain, mask = (Look(make("perceive/signals"), None, redact)(toy()) for redact in (False, True))
    told = [
        [sign.snippet for report in reports for sign in report.signs] for reports in (plain, mask)
    ]
    assert told[0] == told[1]
    assert any("calls" in snippet for snippet in told[0])
